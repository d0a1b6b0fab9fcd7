# The codelab "Binary Authorization" of 2018, its commands as they were printed where the clients of
# today still take them. Lines behind `# now:` replace the one above them, which is tried and refused.
# Docker needs a daemon: `skopeo copy` pushes the image of which `docker build` would have made one.
set -u

step() { echo "== $*"; }
# What has to fail, and its exit code.
fails() {
    local expected=$1 code=0
    shift
    "$@" || code=$?
    [ "$code" = "$expected" ] || { echo "## $* ended with $code"; exit 1; }
}
trap 'echo "## failed in line $LINENO: $BASH_COMMAND"; exit 1' ERR
set -E

step project
gcloud projects create binauthz-lab
PROJECT_ID=binauthz-lab
gcloud config set project $PROJECT_ID
PROJECT_NUMBER=$(gcloud projects list --filter="${PROJECT_ID}" --format="value(PROJECT_NUMBER)")

step services
gcloud services enable container.googleapis.com
gcloud services enable containeranalysis.googleapis.com
gcloud services enable binaryauthorization.googleapis.com

step cluster
gcloud container clusters create --zone us-central1-a binauthz-codelab
gcloud container clusters get-credentials binauthz-codelab --zone us-central1-a
kubectl get ns

step image
CONTAINER_PATH=us.gcr.io/${PROJECT_ID}/hello-world
skopeo copy -q --insecure-policy oci:$IMAGE:latest docker://$CONTAINER_PATH:latest
kubectl run hello-world --image $CONTAINER_PATH
kubectl get pods
gcloud beta container clusters update binauthz-codelab --enable-binauthz --zone us-central1-a

step deny
cat > ./policy.yaml << EOM
    admissionWhitelistPatterns:
    - namePattern: gcr.io/google_containers/*
    - namePattern: gcr.io/google-containers/*
    - namePattern: k8s.gcr.io/*
    defaultAdmissionRule:
      evaluationMode: ALWAYS_DENY
      enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
EOM
gcloud beta container binauthz policy import policy.yaml
kubectl delete deployment --all
# now: `kubectl run` makes a pod
kubectl delete pod --all
kubectl delete event --all
fails 1 kubectl run hello-world --image $CONTAINER_PATH
# now: a deployment, whose events say why
kubectl create deployment hello-world --image $CONTAINER_PATH
kubectl get pods
until kubectl get event --template \
    '{{range.items}}{{"\033[0;36m"}}{{.reason}}:{{"\033[0m"}}{{.message}}{{"\n"}}{{end}}' | tee events | grep -q FailedCreate; do :; done
cat events
kubectl delete deployment --all

step note
NOTE_ID=my-attestor-note
cat > ./create_note_request.json << EOM
{
  "name": "projects/${PROJECT_ID}/notes/${NOTE_ID}",
  "attestation_authority": {
    "hint": {
      "human_readable_name": "This note represents an attestation authority"
    }
  }
}
EOM
curl -s -f -X POST \
    -H "Content-Type: application/json" \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    --data-binary @./create_note_request.json \
    "https://containeranalysis.googleapis.com/v1alpha1/projects/${PROJECT_ID}/notes/?noteId=${NOTE_ID}"
curl -s -f \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    "https://containeranalysis.googleapis.com/v1alpha1/projects/${PROJECT_ID}/notes/${NOTE_ID}"

step attestor
ATTESTOR_ID=my-binauthz-attestor
gcloud beta container binauthz attestors create $ATTESTOR_ID \
    --attestation-authority-note=$NOTE_ID \
    --attestation-authority-note-project=$PROJECT_ID
gcloud beta container binauthz attestors list
BINAUTHZ_SA_EMAIL="service-${PROJECT_NUMBER}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"
cat > ./iam_request.json << EOM
{
  'resource': 'projects/$PROJECT_ID/notes/$NOTE_ID',
  'policy': {
    'bindings': [
      {
        'role': 'roles/containeranalysis.notes.occurrences.viewer',
        'members': [
          'serviceAccount:$BINAUTHZ_SA_EMAIL'
        ]
      }
    ]
  }
}
EOM
curl -s -f -X POST \
    -H "Content-Type: application/json" \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    --data-binary @./iam_request.json \
    "https://containeranalysis.googleapis.com/v1alpha1/projects/$PROJECT_ID/notes/$NOTE_ID:setIamPolicy"

step key
cat > gpg_key_params << EOF
Key-Type: RSA
Key-Length: 2048
Name-Real: Demo Signing Role
Name-Email: attestor@example.com
%no-protection
%commit
EOF
gpg --quiet --batch --gen-key gpg_key_params
gpg --armor --export attestor@example.com > ./public.pgp
fails 2 gcloud beta container binauthz attestors public-keys add --attestor=$ATTESTOR_ID --public-key-file=./public.pgp
# now:
gcloud beta container binauthz attestors public-keys add --attestor=$ATTESTOR_ID --pgp-public-key-file=./public.pgp
gcloud beta container binauthz attestors list

step sign
DIGEST=$(gcloud container images describe ${CONTAINER_PATH}:latest --format='get(image_summary.digest)')
gcloud beta container binauthz create-signature-payload --artifact-url=${CONTAINER_PATH}@${DIGEST} > payload.json
cat payload.json
gpg --quiet --local-user attestor@example.com --armor --output signature.pgp --sign payload.json
# Of gpg 2.1 and newer, whose second line is the fingerprint.
KEY_FINGERPRINT=$(gpg --list-keys attestor@example.com | sed -n '2p' | tr -d ' ')

step attest
fails 2 gcloud beta container binauthz attestations create \
    --artifact-url="${CONTAINER_PATH}@${DIGEST}" \
    --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID \
    --signature-file=./signature.pgp --pgp-key-fingerprint="$KEY_FINGERPRINT"
# now:
gcloud beta container binauthz attestations create \
    --artifact-url="${CONTAINER_PATH}@${DIGEST}" \
    --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID \
    --signature-file=./signature.pgp --public-key-id="$KEY_FINGERPRINT"
gcloud beta container binauthz attestations list --attestor=$ATTESTOR_ID --attestor-project=$PROJECT_ID

step allow
cat > ./updated_policy.yaml << EOM
    admissionWhitelistPatterns:
    - namePattern: gcr.io/google_containers/*
    - namePattern: k8s.gcr.io/*
    defaultAdmissionRule:
      evaluationMode: REQUIRE_ATTESTATION
      enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
      requireAttestationsBy:
      - projects/${PROJECT_ID}/attestors/${ATTESTOR_ID}
EOM
gcloud beta container binauthz policy import updated_policy.yaml
kubectl run hello-world-signed --image "${CONTAINER_PATH}@${DIGEST}"
fails 1 kubectl run hello-world-unsigned --image "${CONTAINER_PATH}:latest"
kubectl get pods
echo "STATE digest=$DIGEST fingerprint=$KEY_FINGERPRINT number=$PROJECT_NUMBER"
[ -z "${KEEP:-}" ] || exit 0

step clean
gcloud beta container clusters delete binauthz-codelab --zone us-central1-a --quiet
gcloud container images delete ${CONTAINER_PATH}@${DIGEST} --force-delete-tags --quiet
gcloud beta container binauthz attestors delete $ATTESTOR_ID
curl -s -f -X DELETE \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    "https://containeranalysis.googleapis.com/v1alpha1/projects/${PROJECT_ID}/notes/${NOTE_ID}"
echo "STATE clean"
