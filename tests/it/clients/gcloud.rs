//! The real gcloud (tried: 528) against the sandbox, with the settings that `countersign sandbox env`
//! prints: through its proxy, or by endpoint overrides.
//!
//! gcloud takes more than half a second for a command, so a test runs many against one sandbox. It is
//! in no distribution's packages: where it is not installed, each test says so by its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::clients::require_optional;
use crate::support::lab::{Lab, PROJECT};

mod binauthz;
mod codelab;

/// How gcloud finds the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Under the real names, through the sandbox's proxy.
    Proxy,
    /// `countersign sandbox env --overrides`.
    Overrides,
}

/// A sandbox with the codelab's project, and a directory in which commands run.
pub(crate) struct Gcloud {
    pub(crate) lab: Lab,
    environment: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Gcloud {
    /// Nothing where gcloud is not installed.
    pub(crate) async fn start(way: Way) -> Option<Self> {
        Self::over(Lab::with_project, way).await
    }

    /// The same over a sandbox of the caller's.
    pub(crate) async fn over<F: Future<Output = Lab>>(lab: impl FnOnce() -> F, way: Way) -> Option<Self> {
        require_optional("gcloud")?;
        Some(Self::at(lab().await, way).await)
    }

    /// The same over a sandbox that is there, for any client.
    pub(crate) async fn at(lab: Lab, way: Way) -> Self {
        let data = lab.dir.path().to_owned();
        let exports = blocking(move || exports(&data, way)).await;
        let this = Self { environment: parse(&exports), lab };
        fs::create_dir_all(this.work()).unwrap();
        this
    }

    /// Has the settings written again, for the clusters that are there now.
    pub(crate) async fn settings(&self) {
        let data = self.lab.dir.path().to_owned();
        blocking(move || exports(&data, Way::Proxy)).await;
    }

    /// Where commands run, which is also their `HOME`.
    pub(crate) fn work(&self) -> PathBuf {
        self.lab.dir.path().join("work")
    }

    /// Writes a file of that directory.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.work().join(name), text).unwrap();
    }

    /// A setting that `countersign sandbox env` prints.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.environment.iter().find(|(variable, _)| variable == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Runs a line of a POSIX shell.
    pub(crate) async fn run(&self, line: &str) -> Ran {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env_clear().current_dir(self.work()).stdin(Stdio::null());
        shell.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.work());
        shell.env("CLOUDSDK_CORE_PROJECT", PROJECT).env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1");
        // Tables without the frames that a terminal of this width would get.
        shell.env("CLOUDSDK_CORE_DISABLE_FILE_LOGGING", "true").env("PYTHONUTF8", "1");
        shell.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = blocking(move || shell.output().unwrap()).await;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What a line that succeeds prints on standard output.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            let ran = self.run(line).await;
            assert_eq!(ran.code, 0, "{caller}: {line}\n{}{}", ran.stdout, ran.stderr);
            ran.stdout
        }
    }
}

/// On a thread of its own: the sandbox is served by the test's runtime.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn exports(data: &Path, way: Way) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("countersign"));
    command.args(["sandbox", "env"]).env("COUNTERSIGN_DATA_DIR", data);
    if way == Way::Overrides {
        command.arg("--overrides");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lines `export NAME=VALUE`, whose values need no quotes here.
fn parse(exports: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        assert!(!value.contains('\''), "{line}");
        (name.to_owned(), value.to_owned())
    };
    exports.lines().map(line).collect()
}
