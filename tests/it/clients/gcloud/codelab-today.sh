# The codelab as its commands are today, with an image in Artifact Registry, a key of gpg and a key
# of Cloud KMS.
set -uE

step() { echo "== $*"; }
# What has to fail, and its exit code.
fails() {
    local expected=$1 code=0
    shift
    "$@" || code=$?
    [ "$code" = "$expected" ] || { echo "## $* ended with $code"; exit 1; }
}
trap 'echo "## failed in line $LINENO: $BASH_COMMAND"; exit 1' ERR

step project
gcloud projects create binauthz-lab
PROJECT_ID=binauthz-lab
gcloud config set project $PROJECT_ID
PROJECT_NUMBER=$(gcloud projects describe $PROJECT_ID --format='value(projectNumber)')
gcloud projects get-iam-policy $PROJECT_ID
gcloud services enable container.googleapis.com binaryauthorization.googleapis.com \
    containeranalysis.googleapis.com cloudkms.googleapis.com artifactregistry.googleapis.com
gcloud services list --enabled --format='value(config.name)'

step cluster
gcloud container clusters create binauthz-codelab --zone us-central1-a \
    --binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE
gcloud container clusters get-credentials binauthz-codelab --zone us-central1-a
gcloud container clusters list --format='value(name,status)'
gcloud container clusters describe binauthz-codelab --zone us-central1-a \
    --format='value(binaryAuthorization.evaluationMode)'

step image
gcloud artifacts repositories create repo --repository-format=docker --location=us-central1
CONTAINER_PATH=us-central1-docker.pkg.dev/${PROJECT_ID}/repo/hello-world
skopeo copy -q --insecure-policy oci:$IMAGE:latest docker://$CONTAINER_PATH:latest
gcloud artifacts repositories list --location=us-central1 --format='value(name,format)'
gcloud artifacts docker images list us-central1-docker.pkg.dev/${PROJECT_ID}/repo --include-tags --format='value(package,tags)'
gcloud artifacts docker tags list $CONTAINER_PATH --format='value(tag)'
DIGEST=$(gcloud artifacts docker images describe ${CONTAINER_PATH}:latest --format='get(image_summary.digest)')
gcloud artifacts docker tags add ${CONTAINER_PATH}@${DIGEST} ${CONTAINER_PATH}:v1
gcloud artifacts docker images describe ${CONTAINER_PATH}@${DIGEST} --format='get(image_summary.fully_qualified_digest)'

step deny
cat > policy.yaml << EOM
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
globalPolicyEvaluationMode: ENABLE
name: projects/$PROJECT_ID/policy
EOM
gcloud container binauthz policy import policy.yaml
fails 1 kubectl run hello-world --image $CONTAINER_PATH

step note
NOTE_ID=my-attestor-note
cat > create_note_request.json << EOM
{"name": "projects/${PROJECT_ID}/notes/${NOTE_ID}",
 "attestation": {"hint": {"human_readable_name": "This note represents an attestation authority"}}}
EOM
curl -s -f -X POST -H "Content-Type: application/json" -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    --data-binary @./create_note_request.json \
    "https://containeranalysis.googleapis.com/v1/projects/${PROJECT_ID}/notes/?noteId=${NOTE_ID}"

step attestor
ATTESTOR_ID=my-binauthz-attestor
gcloud container binauthz attestors create $ATTESTOR_ID \
    --attestation-authority-note=$NOTE_ID --attestation-authority-note-project=$PROJECT_ID
BINAUTHZ_SA_EMAIL="service-${PROJECT_NUMBER}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"
cat > iam_request.json << EOM
{"resource": "projects/$PROJECT_ID/notes/$NOTE_ID",
 "policy": {"bindings": [{"role": "roles/containeranalysis.notes.occurrences.viewer",
                          "members": ["serviceAccount:$BINAUTHZ_SA_EMAIL"]}]}}
EOM
curl -s -f -X POST -H "Content-Type: application/json" -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    --data-binary @./iam_request.json \
    "https://containeranalysis.googleapis.com/v1/projects/$PROJECT_ID/notes/$NOTE_ID:setIamPolicy"

step keys
gpg --quiet --batch --passphrase '' --quick-gen-key attestor@example.com rsa2048 sign never
gpg --armor --export attestor@example.com > public.pgp
gcloud container binauthz attestors public-keys add --attestor=$ATTESTOR_ID --pgp-public-key-file=./public.pgp --format='value(id)'
gcloud kms keyrings create ring --location global
gcloud kms keys create key --keyring ring --location global --purpose asymmetric-signing --default-algorithm ec-sign-p256-sha256
KEY="--keyversion-project=$PROJECT_ID --keyversion-location=global --keyversion-keyring=ring --keyversion-key=key --keyversion=1"
gcloud container binauthz attestors public-keys add --attestor=$ATTESTOR_ID $KEY --format='value(id)'
fails 1 gcloud container binauthz attestors public-keys add --attestor=$ATTESTOR_ID $KEY
gcloud container binauthz attestors list --format='value(name,userOwnedGrafeasNote.publicKeys.len())'

step attest
gcloud container binauthz create-signature-payload --artifact-url=${CONTAINER_PATH}@${DIGEST} > payload.json
gpg --quiet --local-user attestor@example.com --armor --output signature.pgp --sign payload.json
FINGERPRINT=$(gpg --with-colons --fingerprint attestor@example.com | awk -F: '/^fpr/ {print $10; exit}')
gcloud container binauthz attestations create --artifact-url=${CONTAINER_PATH}@${DIGEST} \
    --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID \
    --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate
gcloud beta container binauthz attestations sign-and-create --artifact-url=${CONTAINER_PATH}@${DIGEST} \
    --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID $KEY --validate
gcloud container binauthz attestations list --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID \
    --format='value(attestation.signatures[0].publicKeyId)'

step allow
cat > updated_policy.yaml << EOM
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/${PROJECT_ID}/attestors/${ATTESTOR_ID}
globalPolicyEvaluationMode: ENABLE
name: projects/$PROJECT_ID/policy
EOM
gcloud container binauthz policy import updated_policy.yaml
gcloud container binauthz attestors public-keys remove $FINGERPRINT --attestor=$ATTESTOR_ID
# By the key of Cloud KMS alone.
kubectl run hello-world-signed --image "${CONTAINER_PATH}@${DIGEST}"
kubectl get pods
echo "STATE digest=$DIGEST fingerprint=$FINGERPRINT number=$PROJECT_NUMBER"

step clean
gcloud kms keys versions destroy 1 --key key --keyring ring --location global --format='value(state)'
gcloud container clusters delete binauthz-codelab --zone us-central1-a --quiet
gcloud artifacts docker images delete ${CONTAINER_PATH}@${DIGEST} --delete-tags --quiet
gcloud container binauthz attestors delete $ATTESTOR_ID
curl -s -f -X DELETE -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    "https://containeranalysis.googleapis.com/v1/projects/${PROJECT_ID}/notes/${NOTE_ID}"
gcloud artifacts repositories delete repo --location=us-central1 --quiet
echo "STATE clean"
