//! The codelab's commands of which there is no recording, in the form of 2018 and in today's.

use super::commands;

commands! {
    codelab_projects_create_2018: [Nothing] "gcloud projects create binauthz-lab";
    codelab_projects_number_2018: [] "gcloud projects list --filter=binauthz-lab --format='value(PROJECT_NUMBER)'";
    codelab_services_enable_container_2018: [Nothing, Project] "gcloud services enable container.googleapis.com";
    codelab_services_enable_containeranalysis_2018: [Nothing, Project] "gcloud services enable \
        containeranalysis.googleapis.com";
    codelab_services_enable_binaryauthorization_2018: [Nothing, Project] "gcloud services enable \
        binaryauthorization.googleapis.com";

    codelab_repositories_create: [ArtifactRegistry] "gcloud artifacts repositories create repo \
        --repository-format=docker --location=us-central1";
    codelab_repositories_list: [Image] "gcloud artifacts repositories list --location=us-central1 \
        --format='value(name,format)'";
    codelab_docker_images_list: [Image] "gcloud artifacts docker images list \
        us-central1-docker.pkg.dev/binauthz-lab/repo --include-tags --format='value(package,version,tags)'";
    codelab_docker_tags_list: [Image] "gcloud artifacts docker tags list \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world --format='value(tag)'";
    codelab_docker_tags_add: [Image] "gcloud artifacts docker tags add \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world@$DIGEST \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world:v1";
    codelab_docker_images_delete: [Image] "gcloud artifacts docker images delete \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world@$DIGEST --delete-tags";
    codelab_repositories_delete: [Image] "gcloud artifacts repositories delete repo --location=us-central1";

    codelab_curl_notes_create_v1alpha1_2018: [] "curl -s -f -w '\\n%{http_code}\\n' -X POST -H 'Content-Type: application/json' \
        -H \"Authorization: Bearer $TOKEN\" --data-binary @./create_note_request_seed.json \
        'https://containeranalysis.googleapis.com/v1alpha1/projects/binauthz-lab/notes/?noteId=my-attestor-note'";
    codelab_curl_notes_get_v1alpha1_2018: [Note] "curl -s -f -w '\\n%{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" \
        https://containeranalysis.googleapis.com/v1alpha1/projects/binauthz-lab/notes/my-attestor-note";
    codelab_curl_notes_setiampolicy_v1alpha1_2018: [Note] "curl -s -f -w '\\n%{http_code}\\n' -X POST \
        -H 'Content-Type: application/json' -H \"Authorization: Bearer $TOKEN\" --data-binary @./iam_request.json \
        https://containeranalysis.googleapis.com/v1alpha1/projects/binauthz-lab/notes/my-attestor-note:setIamPolicy";

    codelab_kms_keyrings_create: [CloudKms] "gcloud kms keyrings create ring --location global";
    codelab_kms_keys_create: [CloudKms] "gcloud kms keyrings create ring --location global; \
        gcloud kms keys create key --keyring ring --location global --purpose asymmetric-signing \
        --default-algorithm ec-sign-p256-sha256";
    codelab_kms_versions_destroy: [Kms] "gcloud kms keys versions destroy 1 --key key --keyring ring --location global \
        --format='value(state)'";

    codelab_gpg_key_2018: [Attestor] "gpg 2>gpg.log --quiet --batch --gen-key gpg_key_params; \
        gpg --armor --export attestor@example.com > made.pgp; gpgconf --kill gpg-agent; \
        gcloud beta container binauthz attestors public-keys add --attestor=my-binauthz-attestor \
        --pgp-public-key-file=./made.pgp --format='value(id)'";
    codelab_gpg_key: [Attestor] "gpg 2>gpg.log --quiet --batch --passphrase '' --quick-gen-key attestor@example.com rsa2048 sign never; \
        gpg --armor --export attestor@example.com > made.pgp; gpgconf --kill gpg-agent; \
        gcloud container binauthz attestors public-keys add --attestor=my-binauthz-attestor \
        --pgp-public-key-file=./made.pgp --format='value(id)'";
    codelab_gpg_sign_2018: [Attestor] "gpg 2>gpg.log --quiet --batch --gen-key gpg_key_params; \
        gpg --armor --export attestor@example.com > made.pgp; \
        gcloud beta container binauthz attestors public-keys add --attestor=my-binauthz-attestor \
        --pgp-public-key-file=./made.pgp --format='value(id)'; \
        gcloud beta container binauthz create-signature-payload --artifact-url=$IMAGE > made.json; \
        gpg 2>gpg.log --quiet --local-user attestor@example.com --armor --output made.sig --sign made.json; \
        KEY_FINGERPRINT=$(gpg 2>gpg.log --list-keys attestor@example.com | sed -n 2p | tr -d ' '); gpgconf --kill gpg-agent; \
        gcloud beta container binauthz attestations create --artifact-url=$IMAGE --attestor=my-binauthz-attestor \
        --attestor-project=binauthz-lab --signature-file=./made.sig --public-key-id=$KEY_FINGERPRINT --validate";
}
