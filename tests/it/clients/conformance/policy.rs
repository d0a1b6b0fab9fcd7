//! The project's policy, its IAM policy, and the system policy.

use super::commands;

commands! {
    policy_export: [] "gcloud container binauthz policy export";
    beta_policy_export: [] "gcloud beta container binauthz policy export";
    alpha_policy_export: [] "gcloud alpha container binauthz policy export";
    policy_export_noproject: [] "unset CLOUDSDK_CORE_PROJECT; gcloud container binauthz policy export";
    policy_import: [] "gcloud container binauthz policy import policy.yaml";
    beta_policy_import: [] "gcloud beta container binauthz policy import policy.yaml";
    policy_import_json: [] "gcloud container binauthz policy import policy.json";
    policy_import_strict: [] "gcloud container binauthz policy import policy.yaml --strict-validation";
    policy_import_full: [Attestor] "gcloud container binauthz policy import policy_full.yaml";
    policy_import_updated: [Attestor] "gcloud container binauthz policy import updated_policy.yaml";
    policy_import_attestor_notfound: [] "gcloud container binauthz policy import updated_policy.yaml";
    policy_import_otherproject: [] "sed 's/binauthz-lab/other-project/' policy.yaml > policy_other.yaml; \
        gcloud container binauthz policy import policy_other.yaml";
    policy_import_etag_ok: [Policy] "gcloud container binauthz policy import policy_etag_ok.yaml";
    policy_import_etag_stale: [Policy] "gcloud container binauthz policy import policy_etag_stale.yaml";
    policy_import_exported: [Policy] "gcloud container binauthz policy export > exported.yaml; \
        gcloud container binauthz policy import exported.yaml";
    policy_import_badenum: [] "gcloud container binauthz policy import policy_badenum.yaml";
    policy_import_badyaml: [] "gcloud container binauthz policy import policy_badyaml.yaml";
    policy_import_empty: [] "gcloud container binauthz policy import policy_empty.yaml";
    policy_import_list: [] "gcloud container binauthz policy import policy_list.yaml";
    policy_import_missing: [] "gcloud container binauthz policy import nofile.yaml";
    policy_import_txt: [] "gcloud container binauthz policy import policy.txt";
    policy_import_unknownfield: [] "gcloud container binauthz policy import policy_unknownfield.yaml";
    policy_import_wrongtype: [] "gcloud container binauthz policy import policy_wrongtype.yaml";
    connect_proxy_env_policy_export: [Policy] "gcloud container binauthz policy export";
    policy_get_iam_policy: [Attestor, Bindings] "gcloud container binauthz policy get-iam-policy";
    beta_policy_get_iam_policy: [Attestor, Bindings] "gcloud beta container binauthz policy get-iam-policy";
    policy_set_iam_policy: [] "gcloud container binauthz policy set-iam-policy iam.json";
    policy_add_iam_policy_binding: [] "gcloud container binauthz policy add-iam-policy-binding \
        --member=user:dev@example.com --role=roles/binaryauthorization.policyViewer";
    beta_policy_add_iam_policy_binding: [] "gcloud beta container binauthz policy add-iam-policy-binding \
        --member=user:dev@example.com --role=roles/binaryauthorization.policyViewer";
    policy_remove_iam_policy_binding: [Attestor, Bindings] "gcloud container binauthz policy \
        remove-iam-policy-binding --member=user:dev@example.com --role=roles/binaryauthorization.policyViewer";
    alpha_policy_export_system_policy: [] "gcloud alpha container binauthz policy export-system-policy";
    alpha_policy_export_system_policy_location: [] "gcloud alpha container binauthz policy export-system-policy \
        --location=us-central1";
    beta_policy_export_system_policy: [] "gcloud beta container binauthz policy export-system-policy";
}
