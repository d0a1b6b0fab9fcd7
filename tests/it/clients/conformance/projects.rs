//! Projects, services, and who one is.

use super::commands;

commands! {
    projects_create: [Nothing] "gcloud projects create binauthz-lab --no-enable-cloud-apis";
    projects_describe: [] "gcloud projects describe binauthz-lab --format='value(projectNumber)'";
    projects_describe_notfound: [] "gcloud projects describe nope-nope --format='value(projectNumber)'";
    projects_list: [] "gcloud projects list";
    projects_get_iam_policy: [] "gcloud projects get-iam-policy binauthz-lab";
    services_enable_again: [] "gcloud services enable container.googleapis.com";
    services_enable_batch: [] "gcloud services enable cloudkms.googleapis.com artifactregistry.googleapis.com \
        containeranalysis.googleapis.com";
    services_enable_container: [] "gcloud services enable cloudkms.googleapis.com";
    services_enable_binaryauthorization: [] "gcloud services enable artifactregistry.googleapis.com";
    services_list: [] "gcloud services list --enabled";
    config_set_project: [] "unset CLOUDSDK_CORE_PROJECT; gcloud config set project binauthz-lab; \
        gcloud config get-value project";
    config_get_project: [] "gcloud config get-value project";
    config_set_project_with_account: [] "gcloud config set account lab@example.com; \
        unset CLOUDSDK_CORE_PROJECT; gcloud config set project binauthz-lab";
    config_set_project_with_account_denied: [] "gcloud config set account lab@example.com; \
        unset CLOUDSDK_CORE_PROJECT; gcloud config set project some-other-project";
    gke_config_helper: [] "gcloud config config-helper --format='value(credential.access_token)'";
    auth_print_access_token: [] "gcloud auth print-access-token";
    auth_configure_docker: [] "gcloud auth configure-docker --quiet";
    nocreds_print_access_token: [] "unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE; CLOUDSDK_AUTH_DISABLE_CREDENTIALS=1 \
        gcloud auth print-access-token";
    nocreds_policy_export: [] "CLOUDSDK_AUTH_DISABLE_CREDENTIALS=1 gcloud container binauthz policy export";
    nocreds_policy_export_noauth: [] "unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE; gcloud container binauthz policy export";
    error_401: [] "echo wrong > wrong; CLOUDSDK_AUTH_ACCESS_TOKEN_FILE=wrong gcloud container binauthz policy export";
    error_403: [] "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE=$NEWCOMER gcloud container binauthz policy export";
    error_404: [] "gcloud container binauthz policy export --project=nope-nope";
    config_set_project_denied: [] "unset CLOUDSDK_CORE_PROJECT; gcloud config set project some-other-project";
    config_set_project_offline: [Nothing] "unset CLOUDSDK_CORE_PROJECT CLOUDSDK_AUTH_ACCESS_TOKEN_FILE; \
        gcloud config set project binauthz-lab";
    override_path_prefix: [] "CLOUDSDK_API_ENDPOINT_OVERRIDES_BINARYAUTHORIZATION=https://127.0.0.1:$PORT/ba/ \
        gcloud container binauthz policy export";
    override_no_trailing_slash: [] "CLOUDSDK_API_ENDPOINT_OVERRIDES_BINARYAUTHORIZATION=https://127.0.0.1 \
        gcloud container binauthz policy export";
}
