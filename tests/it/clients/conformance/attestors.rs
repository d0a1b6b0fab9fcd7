//! Attestors, their keys and their IAM policies.

use super::commands;

commands! {
    attestors_create: [Note] "gcloud container binauthz attestors create my-binauthz-attestor \
        --attestation-authority-note=my-attestor-note --attestation-authority-note-project=binauthz-lab";
    beta_attestors_create: [Note] "gcloud beta container binauthz attestors create my-binauthz-attestor \
        --attestation-authority-note=my-attestor-note --attestation-authority-note-project=binauthz-lab";
    attestors_create_exists: [Attestor] "gcloud container binauthz attestors create my-binauthz-attestor \
        --attestation-authority-note=my-attestor-note --attestation-authority-note-project=binauthz-lab";
    attestors_create_fullname: [Note] "gcloud container binauthz attestors create \
        projects/binauthz-lab/attestors/other2 \
        --attestation-authority-note=projects/binauthz-lab/notes/my-attestor-note";
    attestors_create_noteproject_omitted: [Note] "gcloud container binauthz attestors create other \
        --attestation-authority-note=my-attestor-note";
    attestors_list: [Attestor] "gcloud container binauthz attestors list";
    attestors_list_with_key: [Attestor, PgpKey] "gcloud container binauthz attestors list";
    connect_proxy_attestors_list: [] "gcloud beta container binauthz attestors list";
    beta_attestors_list: [Attestor] "gcloud beta container binauthz attestors list";
    beta_attestors_list_with_key: [Attestor, PgpKey] "gcloud beta container binauthz attestors list";
    attestors_describe: [Attestor] "gcloud container binauthz attestors describe my-binauthz-attestor";
    beta_attestors_describe: [Attestor] "gcloud beta container binauthz attestors describe my-binauthz-attestor";
    attestors_describe_notfound: [] "gcloud container binauthz attestors describe nope";
    attestors_update: [Attestor] "gcloud container binauthz attestors update my-binauthz-attestor \
        --description='QA attestor'";
    beta_attestors_update: [Attestor] "gcloud beta container binauthz attestors update my-binauthz-attestor \
        --description='QA attestor'";
    attestors_delete: [Attestor] "gcloud container binauthz attestors delete my-binauthz-attestor";
    beta_attestors_delete: [Attestor, Other] "gcloud beta container binauthz attestors delete other2";
    attestors_delete_notfound: [] "gcloud container binauthz attestors delete my-binauthz-attestor";
    attestors_public_keys_add_pgp: [Attestor] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --pgp-public-key-file=./public.pgp --comment=demo";
    beta_attestors_public_keys_add_pgp: [Attestor] "gcloud beta container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --pgp-public-key-file=./public.pgp --comment=demo";
    attestors_public_keys_add_pgp_duplicate: [Attestor, PgpKey] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --pgp-public-key-file=./public.pgp";
    beta_attestors_public_keys_add_seed_flag: [Attestor] "gcloud beta container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --public-key-file=./public.pgp";
    attestors_public_keys_add_pkix: [Attestor] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --pkix-public-key-file=./ec.pub \
        --pkix-public-key-algorithm=ecdsa-p256-sha256";
    beta_attestors_public_keys_add_pkix: [Attestor] "gcloud beta container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor --pkix-public-key-file=./ec.pub \
        --pkix-public-key-algorithm=ecdsa-p256-sha256";
    attestors_public_keys_add_kms: [Attestor, Kms] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor $KEY --keyversion=1";
    beta_attestors_public_keys_add_kms: [Attestor, Kms] "gcloud beta container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor $KEY --keyversion=1";
    connect_proxy_public_keys_add_kms: [Attestor, Kms] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor $KEY --keyversion=1";
    attestors_public_keys_add_kms_override: [Attestor, Kms] "gcloud container binauthz attestors public-keys add \
        --attestor=my-binauthz-attestor $KEY --keyversion=2 --public-key-id-override=ni:///demo";
    attestors_public_keys_add_noattestor: [] "gcloud container binauthz attestors public-keys add \
        --attestor=nope --pgp-public-key-file=./public.pgp";
    attestors_public_keys_update: [Attestor, PgpKey] "gcloud container binauthz attestors public-keys update \
        $FINGERPRINT --attestor=my-binauthz-attestor --pgp-public-key-file=./public.pgp --comment=rotated";
    attestors_public_keys_update_notfound: [Attestor] "gcloud container binauthz attestors public-keys update \
        DEADBEEF --attestor=my-binauthz-attestor --comment=x";
    attestors_public_keys_remove_pkix: [Attestor, PkixKey] "gcloud container binauthz attestors public-keys remove \
        ni:///demo --attestor=my-binauthz-attestor";
    attestors_public_keys_remove_notfound: [Attestor] "gcloud container binauthz attestors public-keys remove \
        nope --attestor=my-binauthz-attestor";
    attestors_get_iam_policy: [Attestor, Bindings] "gcloud container binauthz attestors get-iam-policy \
        my-binauthz-attestor";
    beta_attestors_get_iam_policy: [Attestor, Bindings] "gcloud beta container binauthz attestors get-iam-policy \
        my-binauthz-attestor";
    attestors_set_iam_policy: [Attestor] "gcloud container binauthz attestors set-iam-policy my-binauthz-attestor \
        iam.json";
    attestors_add_iam_policy_binding: [Attestor] "gcloud container binauthz attestors add-iam-policy-binding \
        my-binauthz-attestor \
        --member=serviceAccount:service-$NUMBER@gcp-sa-binaryauthorization.iam.gserviceaccount.com \
        --role=roles/binaryauthorization.attestorsVerifier";
    beta_attestors_add_iam_policy_binding: [Attestor] "gcloud beta container binauthz attestors \
        add-iam-policy-binding my-binauthz-attestor \
        --member=serviceAccount:service-$NUMBER@gcp-sa-binaryauthorization.iam.gserviceaccount.com \
        --role=roles/binaryauthorization.attestorsVerifier";
    attestors_remove_iam_policy_binding: [Attestor, Bindings] "gcloud container binauthz attestors \
        remove-iam-policy-binding my-binauthz-attestor \
        --member=serviceAccount:service-$NUMBER@gcp-sa-binaryauthorization.iam.gserviceaccount.com \
        --role=roles/binaryauthorization.attestorsVerifier";
}
