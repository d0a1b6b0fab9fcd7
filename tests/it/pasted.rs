//! In a real terminal: from a pasted message to the decision's tree, to the rule, to a running pod.

use crate::codelab::{by_the_guide_until, open};

/// What kubectl prints at three in the morning, for the codelab's image under its deny-all policy; in two
/// lines, as a narrow terminal breaks it.
const MESSAGE: &str = "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the requ\n\
     est: Image us.gcr.io/binauthz-codelab/hello-world denied by Binary Authorization default admission rule. \
     Denied by always_deny admission rule";

#[test]
fn from_a_message_to_the_tree_to_a_running_pod() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    by_the_guide_until(&mut workbench, "note");
    workbench.keys("g 3");
    workbench.wait_for("Attestations");

    workbench.type_raw(&format!("\x1b[200~{MESSAGE}\x1b[201~"));
    workbench.wait_for("GKE refused a pod, by the default rule of the policy.");
    workbench.wait_for("DENY as the policy is now");
    workbench.wait_for("certain   defaultAdmissionRule refuses every image that no pattern exempts.");
    // The image, the rule, and then the decision.
    workbench.keys("Tab Tab Tab Enter");
    workbench.wait_gone("The same question asked again");
    workbench.wait_for("evaluation mode ALWAYS_DENY");
    workbench.until("the image in the header", |screen| {
        screen.lines().nth(1).is_some_and(|line| line.contains("hello-world") && line.contains("now ✗ DENY"))
    });

    workbench.type_raw(&format!("\x1b[200~{MESSAGE}\x1b[201~"));
    workbench.wait_for("The same question asked again");
    workbench.keys("Tab Tab Enter");
    workbench.wait_gone("The same question asked again");
    // The pointer is at the rule: its mode is in the line below.
    workbench.keys("Enter Down");
    workbench.type_raw("\x1b[F");
    workbench.type_raw(&"\x7f".repeat("DENY".len()));
    workbench.type_raw("ALLOW");
    workbench.wait_for("evaluationMode: ALWAYS_ALLOW");
    workbench.keys("C-s");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.until("the policy to be live", |screen| {
        screen.lines().nth(1).is_some_and(|line| line.contains("now ✓ ADMIT"))
    });

    // The same message again: it is an answer that it would be admitted now.
    workbench.keys("Esc");
    workbench.wait_gone("Esc leave");
    workbench.keys("3");
    workbench.type_raw(&format!("\x1b[200~{MESSAGE}\x1b[201~"));
    workbench.wait_for("It would be admitted now.");
    workbench.keys("Esc");
    workbench.wait_gone("The same question asked again");
    // The ReplicaSet tries again by itself.
    workbench.keys("1 r");
    workbench.wait_for("Running");
}
