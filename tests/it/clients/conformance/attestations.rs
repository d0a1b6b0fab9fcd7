//! Payloads and attestations.

use super::commands;

commands! {
    create_signature_payload: [] "gcloud container binauthz create-signature-payload --artifact-url=$IMAGE";
    beta_create_signature_payload: [] "gcloud beta container binauthz create-signature-payload --artifact-url=$IMAGE";
    create_signature_payload_https: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=https://$IMAGE";
    create_signature_payload_tag: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=gcr.io/binauthz-lab/hello-world:latest";
    create_signature_payload_shortdigest: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=gcr.io/binauthz-lab/hello-world@sha256:abcd";
    create_signature_payload_dockerhub: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=nginx@$DIGEST";
    create_signature_payload_127: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=127.0.0.1:5000/hello@$DIGEST";
    create_signature_payload_localhost: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=localhost:5000/hello@$DIGEST";
    create_signature_payload_localhost_scheme: [] "gcloud container binauthz create-signature-payload \
        --artifact-url=http://localhost:5000/hello@$DIGEST";
    attestations_create: [Attestor, PgpKey] "gcloud container binauthz attestations create --artifact-url=$IMAGE \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab --signature-file=./signature.pgp \
        --public-key-id=$FINGERPRINT";
    beta_attestations_create: [Attestor, PgpKey] "gcloud beta container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT";
    attestations_create_again: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT";
    attestations_create_validate: [Attestor, PgpKey] "gcloud container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate";
    beta_attestations_create_validate: [Attestor, PgpKey] "gcloud beta container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate";
    attestations_create_validate_denied: [Attestor] "gcloud container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate";
    beta_attestations_create_validate_denied: [Attestor] "gcloud beta container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate";
    attestations_create_validate_denied_prompt_n: [Attestor] "unset CLOUDSDK_CORE_DISABLE_PROMPTS; printf 'n\\n' | \
        gcloud container binauthz attestations create --artifact-url=$IMAGE --attestor=my-binauthz-attestor \
        --attestor-project=binauthz-lab --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate";
    attestations_create_note: [Note] "gcloud container binauthz attestations create --artifact-url=$IMAGE \
        --note=projects/binauthz-lab/notes/my-attestor-note --signature-file=./signature.pgp \
        --public-key-id=$FINGERPRINT";
    attestations_create_noattestor: [] "gcloud container binauthz attestations create --artifact-url=$IMAGE \
        --signature-file=./signature.pgp --public-key-id=$FINGERPRINT";
    attestations_create_payload_file: [Attestor] "gcloud container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=projects/binauthz-lab/attestors/my-binauthz-attestor \
        --signature-file=./ec.sig --payload-file=./payload.json --public-key-id=ni:///demo";
    attestations_create_tag: [Attestor] "gcloud container binauthz attestations create \
        --artifact-url=gcr.io/binauthz-lab/hello-world:latest --attestor=my-binauthz-attestor \
        --attestor-project=binauthz-lab --signature-file=./signature.pgp --public-key-id=$FINGERPRINT";
    beta_attestations_create_seed_flag: [Attestor] "gcloud beta container binauthz attestations create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        --signature-file=./signature.pgp --pgp-key-fingerprint=$FINGERPRINT";
    attestations_list: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations list \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab";
    beta_attestations_list: [Attestor, PgpKey, Attestation] "gcloud beta container binauthz attestations list \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab";
    attestations_list_artifact: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations list \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab --artifact-url=$IMAGE";
    attestations_list_artifact_other: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations list \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab --artifact-url=$PUSHED";
    attestations_list_limit: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations list \
        --attestor=my-binauthz-attestor --attestor-project=binauthz-lab --limit=1 --page-size=1 \
        --format='value(name)'";
    attestations_list_project: [Attestor, PgpKey, Attestation] "gcloud container binauthz attestations list";
    attestations_sign_and_create_ga: [Attestor, Kms, KmsKey] "gcloud container binauthz attestations sign-and-create \
        --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab $KEY --keyversion=1";
    beta_attestations_sign_and_create: [Attestor, Kms, KmsKey] "gcloud beta container binauthz attestations \
        sign-and-create --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        $KEY --keyversion=1";
    beta_attestations_sign_and_create_validate: [Attestor, Kms, KmsKey] "gcloud beta container binauthz attestations \
        sign-and-create --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        $KEY --keyversion=1 --validate --pae-encode-payload";
    alpha_attestations_sign_and_create: [Attestor, Kms, KmsKey] "gcloud alpha container binauthz attestations \
        sign-and-create --artifact-url=$IMAGE --attestor=my-binauthz-attestor --attestor-project=binauthz-lab \
        $KEY --keyversion=1";
}
