//! In a real terminal: from a pasted message to the decision's tree, to the fixes, to a running pod.

use super::codelab::{by_the_guide_until, open};

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
    workbench.wait_for("likely    defaultAdmissionRule refuses every image that no pattern exempts.");
    // The image, the rule, and then the decision.
    workbench.keys("Tab Enter");
    workbench.wait_gone("as the policy is now");
    workbench.wait_for("evaluation mode ALWAYS_DENY");
    workbench.until("the image in the header", |screen| {
        screen.lines().nth(1).is_some_and(|line| line.contains("hello-world") && line.contains("now ✗ DENY"))
    });

    workbench.type_raw(&format!("\x1b[200~{MESSAGE}\x1b[201~"));
    workbench.wait_for("as the policy is now");
    // What would admit it; the image as it is typed is the least that needs nothing but the policy.
    workbench.keys("F");
    workbench.wait_for("Allow us.gcr.io");
    workbench.click_text("Allow us.gcr.io");
    workbench.wait_for("+ - namePattern: us.gcr.io/binauthz-codelab/hello-world");
    workbench.keys("Enter");
    workbench.wait_for("Import the policy?");
    workbench.keys("y");
    workbench.wait_for("the live policy admits it now");
    workbench.keys("Esc");
    workbench.wait_gone("the live policy admits it now");
    workbench.wait_for("It would be admitted now.");
    workbench.keys("Esc");
    workbench.wait_gone("as the policy is now");

    // The same message again: it is an answer that it would be admitted now.
    workbench.keys("3");
    workbench.type_raw(&format!("\x1b[200~{MESSAGE}\x1b[201~"));
    workbench.wait_for("It would be admitted now.");
    workbench.keys("Esc");
    workbench.wait_gone("as the policy is now");
    // The ReplicaSet would try again by itself, later and later: it is made anew.
    workbench.keys("1");
    workbench.wait_for("Workloads");
    workbench.click_text("Workloads");
    workbench.keys("x");
    workbench.wait_for("Delete the workload?");
    workbench.keys("y");
    workbench.wait_for("✓ Delete deployment");
    workbench.keys("D");
    workbench.wait_for("Service account");
    workbench.keys("Enter");
    workbench.wait_for("Running");
}
