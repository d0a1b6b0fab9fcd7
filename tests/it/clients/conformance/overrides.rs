//! The codelab's commands by gcloud's endpoint overrides, without a proxy: each comes to what is expected
//! of it by the proxy.
//!
//! curl asks the sandbox at its own address. The names of images lead to the registries of the cloud, so
//! that `gcloud container images` and skopeo are not here; see the rows of `localhost` in `images.rs`.

use crate::clients::gcloud::Way;

use super::COMMANDS;

/// A test for each of these rows.
macro_rules! by_overrides {
    ($($name:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                run(stringify!($name)).await;
            }
        )*
    };
}

by_overrides! {
    projects_create
    projects_describe
    services_enable_batch
    services_list
    config_set_project
    clusters_create
    clusters_create_binauthz
    clusters_create_beta_enable_binauthz
    clusters_update_binauthz
    clusters_update_beta_enable_binauthz
    clusters_describe
    clusters_list
    clusters_get_credentials
    gke_kubectl_exec_plugin_run
    clusters_delete
    artifacts_docker_images_describe_digest
    artifacts_docker_images_describe_tag
    images_describe_127
    codelab_services_enable_container_2018
    codelab_services_enable_containeranalysis_2018
    codelab_services_enable_binaryauthorization_2018
    codelab_projects_number_2018
    codelab_repositories_create
    codelab_repositories_list
    codelab_docker_images_list
    codelab_docker_tags_list
    codelab_docker_tags_add
    codelab_docker_images_delete
    codelab_repositories_delete
    codelab_kms_keyrings_create
    codelab_kms_keys_create
    codelab_kms_versions_destroy
    codelab_gpg_key_2018
    codelab_gpg_key
    codelab_gpg_sign_2018
    curl_notes_create
    curl_notes_create_seed_v1alpha1
    curl_notes_get
    curl_notes_setiampolicy
    curl_notes_delete
    policy_export
    beta_policy_export
    policy_import
    beta_policy_import
    policy_import_updated
    attestors_create
    beta_attestors_create
    attestors_list
    beta_attestors_list
    attestors_public_keys_add_pgp
    beta_attestors_public_keys_add_seed_flag
    attestors_public_keys_add_kms
    create_signature_payload
    attestations_create_validate
    beta_attestations_create_seed_flag
    attestations_list
    beta_attestations_sign_and_create_validate
    attestors_delete
    logging_read
}

/// Where curl asks for notes.
const NOTES: &str = "${CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINERANALYSIS%/}";

async fn run(name: &str) {
    let command = COMMANDS.iter().copied().flatten().find(|command| command.name == name).unwrap();
    let line = command.line.replace("https://containeranalysis.googleapis.com", NOTES);
    // A shell puts the variable in between these quotes, and not in between those.
    let line = line.replace(&format!("'{NOTES}"), &format!("\"{NOTES}\"'"));
    let line = line.replace("curl -s", "curl -s --cacert $CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE");
    command.run_by(Way::Overrides, &line).await;
}
