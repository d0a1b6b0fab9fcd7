//! `gcloud container binauthz`, GA, beta and alpha: exit code, output, and the state afterwards.

use super::{Gcloud, Way};

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_exported() {
    for way in [Way::Proxy, Way::Overrides] {
        let Some(gcloud) = Gcloud::start(way).await else { return };
        let printed = gcloud.ok("gcloud container binauthz policy export").await;
        assert_eq!(
            printed,
            "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: ALWAYS_ALLOW\n\
             globalPolicyEvaluationMode: ENABLE\nname: projects/binauthz-lab/policy\n"
        );
    }
}

/// The errors of a file that gcloud finds before it asks anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_gcloud_itself_refuses() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.write("policy.txt", "");
    let said = gcloud.fails(2, "gcloud container binauthz policy import policy.txt").await;
    assert!(said.contains("Policy file must be a .yaml or .json file."), "{said}");
    let said = gcloud.fails(1, "gcloud container binauthz policy import nofile.yaml").await;
    assert!(said.contains("Unable to read file [nofile.yaml]"), "{said}");
}
