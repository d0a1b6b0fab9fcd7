//! The conformance run: every command that was recorded of gcloud, curl, skopeo and kubectl, by the real
//! clients, one test each, each against a sandbox of its own.
//!
//! A row of `conformance/*.rs` is a line of a shell, under the recording's name, and what has to be
//! there before ([`Given`]). What came of it stands in `conformance/expected/NAME.snap`: exit code, both
//! outputs, and what the command changed in the sandbox; times, ids and addresses are named, not
//! compared. The table of `docs/conformance.md` is written from the rows (`UPDATE=1 cargo test conformance`).
//!
//! The clients come through the sandbox's proxy; `overrides.rs` has the codelab's commands once more by
//! endpoint overrides. What kubectl prints is that of Google's SDK: of another kubectl, which may be
//! years older, the exit code and the state are compared.

use std::fs;
use std::path::{Path, PathBuf};

use crate::clients::gcloud::{Gcloud, Ran, Way};
use crate::support::clients::{is_kubectl_of_sdk, kubectl_directory, require, require_optional};

use given::Given;
pub(crate) use given::{images, server};

mod attestations;
mod attestors;
mod clusters;
mod codelab;
mod given;
mod images;
mod kubectl;
mod notes;
mod overrides;
mod platform;
mod policy;
mod projects;
mod said;
mod state;
mod table;
mod workloads;

/// A recorded command.
#[derive(Debug)]
struct Command {
    /// The recording's name, with `_` for what a function's name cannot hold.
    name: &'static str,
    given: &'static [Given],
    /// What a shell runs, in a directory with the files of `conformance/inputs`. `$IMAGE`, `$PUSHED`,
    /// `$DIGEST`, `$NUMBER`, `$TOKEN` and `$KEY` are set, see [`given::environment`].
    line: &'static str,
}

/// Rows of the table, and a test for each.
macro_rules! commands {
    ($($name:ident: [$($given:ident),*] $line:expr;)*) => {
        pub(super) const COMMANDS: &[super::Command] = &[$(super::Command {
            name: stringify!($name),
            given: &[$(super::Given::$given),*],
            line: $line,
        }),*];
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let command = COMMANDS.iter().find(|command| command.name == stringify!($name));
                command.unwrap().run().await;
            }
        )*
    };
}
use commands;

/// The rows, by what they are about.
const COMMANDS: [&[Command]; 10] = [
    projects::COMMANDS,
    clusters::COMMANDS,
    kubectl::COMMANDS,
    images::COMMANDS,
    notes::COMMANDS,
    policy::COMMANDS,
    attestors::COMMANDS,
    attestations::COMMANDS,
    platform::COMMANDS,
    codelab::COMMANDS,
];

impl Command {
    /// Runs it and compares what came of it.
    async fn run(&self) {
        self.run_by(Way::Proxy, self.line).await;
    }

    /// The same, with another line that has to come to the same.
    async fn run_by(&self, way: Way, line: &str) {
        if !self.clients() {
            return;
        }
        let gcloud = Gcloud::at(given::lab(self.given).await, way).await;
        given::prepare(&gcloud, self.given).await;
        let environment = given::environment(&gcloud).await;
        given::write_inputs(&gcloud).await;
        let before = state::read(&gcloud).await;
        let ran = gcloud.run(&format!("{environment}{line}")).await;
        let after = state::read(&gcloud).await;
        let said = said::Words::of(&gcloud).await;
        let changes = said.stable(&state::changes(&before, &after));
        self.compare(&self.report(&ran, &said, way, &changes));
    }

    fn report(&self, ran: &Ran, said: &said::Words, way: Way, changes: &str) -> String {
        let mut stdout = said.stable(&ran.stdout);
        let mut stderr = said.stable(&said::usage_cut(&ran.stderr));
        if way == Way::Overrides {
            // gcloud says where it asked.
            let service = if stderr.contains("/clusters/") { "container" } else { "cloudresourcemanager" };
            stderr = stderr.replace("https://127.0.0.1:PORT/v1", &format!("https://{service}.googleapis.com/v1"));
        }
        if self.is_of_kubectl() {
            (stdout, stderr) = (said::columns(&stdout), said::columns(&stderr));
        }
        let sections = [("stdout", &*stdout), ("stderr", &*stderr), ("state", changes)];
        let sections = sections.map(|(title, text)| said::section(title, text)).concat();
        format!("$ {}\nexit {}\n{sections}", self.line, ran.code)
    }

    fn compare(&self, report: &str) {
        if self.is_of_kubectl() && !is_kubectl_of_sdk() {
            let expected = fs::read_to_string(expected().join(format!("{}.snap", self.name))).unwrap();
            let (_, expected) = expected.split_once("\n---\n").unwrap();
            assert_eq!(said::without_output(report), said::without_output(expected), "{report}");
            return;
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("conformance/expected");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(self.name, report));
    }

    fn is_of_kubectl(&self) -> bool {
        kubectl::COMMANDS.iter().any(|command| command.name == self.name)
    }

    /// Whether the clients of its line are installed; gcloud is in no distribution's packages.
    fn clients(&self) -> bool {
        let words = || self.line.split([' ', ';', '|', '(']);
        let needs = |client: &str| words().any(|word| word == client);
        // kubectl before 1.27 looks into the schemas of OpenAPI, which the sandbox has not, for the parameter.
        let is_newer = !self.line.contains("--dry-run=server")
            || is_kubectl_of_sdk()
            || require_optional("kubectl.1.32").is_some();
        let of_sdk = words().find_map(|word| word.strip_prefix("$SDK/"));
        let beside = |client: &str| kubectl_directory().map(|sdk| sdk.join(client).display().to_string());
        let is_there = |client: &str| beside(client).is_some_and(|path| require_optional(&path).is_some());
        is_newer
            && of_sdk.is_none_or(is_there)
            && (!needs("gcloud") || require_optional("gcloud").is_some())
            && ["curl", "skopeo", "kubectl", "gpg"]
                .into_iter()
                .all(|client| !needs(client) || require(client).is_some())
    }
}

fn expected() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/conformance/expected")
}

/// No two commands of a name, and nothing expected of a command that is not there.
#[test]
fn what_is_expected_is_of_a_command() {
    let mut names: Vec<&str> = COMMANDS.iter().copied().flatten().map(|command| command.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    let files = fs::read_dir(expected()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut expected: Vec<String> = files.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect();
    expected.sort_unstable();
    assert_eq!(expected, names);
}
