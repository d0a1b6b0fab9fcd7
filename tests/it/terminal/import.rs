//! The real workbench while somebody else writes the policy: import, conflict, three ways, history.

use std::fs;
use std::path::Path;

use countersign::client::{Client, Connection, Secret};
use countersign::codelab::{files, names};
use countersign::domain::document::{Dialect, Document};
use countersign::domain::name::ProjectId;
use countersign::domain::policy::Policy;

use super::codelab::open;
use crate::support::pty::Workbench;

/// Somebody else with the sandbox's token.
struct Outside {
    client: Client,
    project: ProjectId,
    runtime: tokio::runtime::Runtime,
}

impl Outside {
    fn new(data: &Path) -> Self {
        let read = |name: &str| fs::read_to_string(data.join(name)).unwrap();
        let address = format!("127.0.0.1:{}", read("port").trim()).parse().unwrap();
        let token = Secret::new(read("sandbox/token").trim());
        let client = Client::new(Connection::sandbox(address, read("sandbox/ca.pem"), token));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { client, project: names::PROJECT.parse().unwrap(), runtime }
    }

    fn live(&self) -> Policy {
        self.runtime.block_on(self.client.policy(&self.project)).unwrap()
    }

    /// Changes the live policy as it is now.
    fn change(&self, change: impl FnOnce(&mut Policy)) {
        let mut policy = self.live();
        change(&mut policy);
        self.runtime.block_on(self.client.put_policy(&self.project, &policy)).unwrap();
    }
}

fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

/// A workbench with the project of the codelab, in the draft, with the policy that denies all live.
fn ready(home: &Path) -> (Workbench, Outside) {
    let mut workbench = open(home);
    workbench.keys("1 Enter");
    workbench.wait_for("Project id");
    workbench.keys("Enter");
    workbench.wait_for("✓ Choose project");
    let outside = Outside::new(home);
    outside.runtime.block_on(async {
        let services = ["binaryauthorization.googleapis.com"];
        outside.client.enable_services(&outside.project, &services, |_| {}).await.unwrap();
    });
    outside.change(|live| *live = Policy { etag: live.etag.clone(), ..policy(files::DENY_ALL) });
    workbench.keys("2");
    workbench.wait_for("Draft");
    workbench.keys("r");
    workbench.wait_for("k8s.gcr.io/*");
    (workbench, outside)
}

/// Types a line in front of the draft's first one.
fn type_line(workbench: &mut Workbench, line: &str) {
    workbench.keys("Enter");
    workbench.type_raw("\x1b[1;5H");
    workbench.type_raw(line);
    workbench.keys("Enter Up");
    workbench.wait_for(line);
}

#[test]
fn a_conflict_is_met_merged_imported_and_restored() {
    let home = tempfile::tempdir().unwrap();
    let (mut workbench, outside) = ready(home.path());
    type_line(&mut workbench, "globalPolicyEvaluationMode: ENABLE # mine");
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    // While the box is open, somebody else is faster.
    outside.change(|live| live.description = Some("theirs".into()));
    workbench.keys("y");
    workbench.wait_for("The policy changed meanwhile");
    workbench.wait_for("changed by them alone");
    assert_eq!(outside.live().description.as_deref(), Some("theirs"));
    assert!(outside.live().says_the_same_as(&Policy { description: Some("theirs".into()), ..policy(files::DENY_ALL) }));

    workbench.keys("Enter");
    workbench.wait_gone("The policy changed meanwhile");
    workbench.wait_for("description: theirs");
    workbench.wait_for("# mine");
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.wait_for("✓ Import the policy");
    let merged = outside.live();
    assert_eq!(merged.description.as_deref(), Some("theirs"));
    assert!(!merged.says_the_same_as(&Policy { description: Some("theirs".into()), ..policy(files::DENY_ALL) }));

    // The history has the versions with their authors, after a restart too.
    workbench.kill();
    let mut workbench = open(home.path());
    workbench.keys("2");
    workbench.wait_for("# mine");
    workbench.keys("M-h");
    workbench.wait_for("Policies of binauthz-codelab that were live");
    workbench.wait_for("you (owner of the sandbox)");
    workbench.wait_for("unknown (changed outside)");
    workbench.keys("Enter");
    workbench.wait_for("+ globalPolicyEvaluationMode: ENABLE");
    workbench.keys("Esc");
    workbench.wait_gone("+ globalPolicyEvaluationMode: ENABLE");
    workbench.keys("Down Enter");
    workbench.wait_for("+ description: theirs");
    workbench.keys("Esc");
    workbench.wait_gone("+ description: theirs");
    workbench.keys("Down I");
    workbench.wait_for("Restore?");
    workbench.keys("y");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.wait_for("✓ Import the policy");
    assert!(outside.live().says_the_same_as(&policy(files::DENY_ALL)));
}

#[test]
fn a_draft_survives_a_kill_while_the_conflict_is_open() {
    let home = tempfile::tempdir().unwrap();
    let (mut workbench, outside) = ready(home.path());
    type_line(&mut workbench, "globalPolicyEvaluationMode: ENABLE # typed before the kill");
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    outside.change(|live| live.description = Some("theirs".into()));
    workbench.keys("y");
    workbench.wait_for("The policy changed meanwhile");
    workbench.until("the draft on the disk", |_| {
        fs::read_to_string(home.path().join("draft.yaml")).is_ok_and(|text| text.contains("# typed before the kill"))
    });
    workbench.kill();

    let mut workbench = open(home.path());
    workbench.keys("2");
    workbench.wait_for("# typed before the kill");
    // What it was made from is known again: the import meets the same conflict, without asking the service.
    workbench.keys("C-s");
    workbench.wait_for("The policy changed meanwhile");
    workbench.keys("K");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.wait_for("✓ Import the policy");
    assert_eq!(outside.live().description, None);
}

#[test]
fn a_tests_file_that_is_written_outside_is_run() {
    let home = tempfile::tempdir().unwrap();
    let (mut workbench, _outside) = ready(home.path());
    workbench.keys("M-t");
    workbench.wait_for("the draft has no tests");
    let test = |expect: &str| format!("tests:\n- name: it\n  request: {{images: [a]}}\n  expect: {expect}\n");
    fs::write(home.path().join("draft.tests.yaml"), test("ADMIT")).unwrap();
    workbench.wait_for("outcome: expected ADMIT, found DENY");
    fs::write(home.path().join("draft.tests.yaml"), test("DENY") + "# mended\n").unwrap();
    workbench.wait_for("tests 1/1");
    workbench.keys("Esc");
    workbench.wait_for("tests 1/1");
}

/// The whole of a reviewer's work in one sitting.
#[test]
fn a_reviewer_edits_completes_fixes_reviews_imports_meets_a_conflict_and_restores() {
    let home = tempfile::tempdir().unwrap();
    let (mut workbench, outside) = ready(home.path());
    // Completion offers the key; the misspelt value is mended.
    workbench.keys("Enter");
    workbench.type_raw("\x1b[1;5H");
    workbench.keys("Enter Up");
    workbench.type_raw("globalP");
    workbench.wait_for("globalPolicyEvaluationMode");
    workbench.keys("Tab");
    workbench.wait_for(" 1 globalPolicyEvaluationMode:");
    workbench.type_raw("ENABEL");
    workbench.wait_for("`ENABEL` is not");
    workbench.keys("F8");
    workbench.wait_for("yes, do it");
    workbench.wait_for("+ globalPolicyEvaluationMode: ENABLE");
    workbench.keys("y");
    workbench.wait_gone("yes, do it");
    workbench.wait_for(" 1 globalPolicyEvaluationMode: ENABLE ");

    // The review finds an image of the system policy that the draft lets in.
    workbench.keys("F7");
    workbench.wait_for("The policies differ: newly admitted is");
    workbench.wait_for("globalPolicyEvaluationMode: not set becomes ENABLE");
    let review = home.path().join("review.md");
    workbench.keys("M");
    workbench.wait_for("Write the review as Markdown");
    workbench.keys("C-u");
    workbench.type_raw(review.to_str().unwrap());
    workbench.keys("Enter");
    workbench.until("the review on the disk", |_| {
        fs::read_to_string(&review).is_ok_and(|text| text.starts_with("# Review of a Binary Authorization policy"))
    });
    workbench.wait_for("The policies differ");
    workbench.keys("Esc");
    workbench.wait_gone("The policies differ");

    // The import says the same, and loses against somebody faster.
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    workbench.wait_for("The policies differ: newly admitted is");
    outside.change(|live| live.description = Some("theirs".into()));
    workbench.keys("y");
    workbench.wait_for("The policy changed meanwhile");
    assert_eq!(outside.live().description.as_deref(), Some("theirs"));
    workbench.keys("Enter");
    workbench.wait_gone("The policy changed meanwhile");
    workbench.wait_for("description: theirs");
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.wait_for("✓ Import the policy");
    let enabled = Policy {
        description: Some("theirs".into()),
        ..policy(&format!("globalPolicyEvaluationMode: ENABLE\n{}", files::DENY_ALL))
    };
    assert!(outside.live().says_the_same_as(&enabled));

    // The policy that was live first comes back from the history.
    workbench.keys("M-h");
    workbench.wait_for("Policies of binauthz-codelab that were live");
    workbench.keys("Down Down I");
    workbench.wait_for("Restore?");
    workbench.keys("y");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.until("the first policy live again", |_| outside.live().says_the_same_as(&policy(files::DENY_ALL)));
}
