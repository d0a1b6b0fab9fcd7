//! The conformance run: every command that was recorded of gcloud, curl and skopeo, by the real
//! clients, one test each, each against a sandbox of its own.
//!
//! A row of `conformance/*.rs` is a line of a shell, under the recording's name, and what has to be
//! there before ([`Given`]). What came of it stands in `conformance/expected/NAME.snap`: exit code, both
//! outputs, and what the command changed in the sandbox; times, ids and addresses are named, not
//! compared. The README's table is written from the rows (`UPDATE=1 cargo test conformance`).
//!
//! kubectl's commands are in `kubectl.rs`: they run by each version that is installed.

use crate::gcloud::{Gcloud, Way};
use crate::support::clients::{require, require_optional};

use given::Given;

mod attestations;
mod attestors;
mod clusters;
mod given;
mod images;
mod notes;
mod platform;
mod policy;
mod projects;
mod readme;
mod said;
mod state;

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
const COMMANDS: [&[Command]; 8] = [
    projects::COMMANDS,
    clusters::COMMANDS,
    images::COMMANDS,
    notes::COMMANDS,
    policy::COMMANDS,
    attestors::COMMANDS,
    attestations::COMMANDS,
    platform::COMMANDS,
];

impl Command {
    /// Runs it and compares what came of it.
    async fn run(&self) {
        if !self.clients() {
            return;
        }
        let gcloud = Gcloud::at(given::lab(self.given).await, Way::Proxy).await;
        given::prepare(&gcloud, self.given).await;
        let environment = given::environment(&gcloud).await;
        given::write_inputs(&gcloud).await;
        let before = state::read(&gcloud).await;
        let ran = gcloud.run(&format!("{environment}{}", self.line)).await;
        let after = state::read(&gcloud).await;
        let said = said::Words::of(&gcloud).await;
        let report = format!(
            "$ {}\nexit {}\n{}{}{}",
            self.line,
            ran.code,
            said::section("stdout", &said.stable(&ran.stdout)),
            said::section("stderr", &said.stable(&said::usage_cut(&ran.stderr))),
            said::section("state", &said.stable(&state::changes(&before, &after))),
        );
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("conformance/expected");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(self.name, report));
    }

    /// Whether the clients of its line are installed; gcloud is in no distribution's packages.
    fn clients(&self) -> bool {
        let words = || self.line.split([' ', ';', '|', '(']);
        let needs = |client: &str| words().any(|word| word == client);
        (!needs("gcloud") || require_optional("gcloud").is_some())
            && ["curl", "skopeo", "kubectl"].into_iter().all(|client| !needs(client) || require(client).is_some())
    }
}

/// No two commands of a name, and nothing expected of a command that is not there.
#[test]
fn what_is_expected_is_of_a_command() {
    let mut names: Vec<&str> = COMMANDS.iter().copied().flatten().map(|command| command.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance/expected");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut expected: Vec<String> = files.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect();
    expected.sort_unstable();
    assert_eq!(expected, names);
}
