# The codelab without a proxy: gcloud by its endpoint overrides, curl and skopeo at the sandbox's own
# address, kubectl by the kubeconfig that gcloud writes. An image's name leads to a real host, so the
# pods' images are pushed nowhere; what needs a registry of that name cannot work this way.
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

[ -z "${https_proxy:-}" ]
URL=${CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINERANALYSIS%/}
CA=$CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE

step project
gcloud projects create binauthz-lab --no-enable-cloud-apis
PROJECT_ID=binauthz-lab
gcloud config set project $PROJECT_ID
PROJECT_NUMBER=$(gcloud projects describe $PROJECT_ID --format='value(projectNumber)')
gcloud services enable container.googleapis.com binaryauthorization.googleapis.com containeranalysis.googleapis.com \
    cloudkms.googleapis.com artifactregistry.googleapis.com

step cluster
gcloud container clusters create binauthz-codelab --zone us-central1-a
gcloud container clusters update binauthz-codelab --binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE --zone us-central1-a
gcloud container clusters list --format='value(name,status)'
gcloud container clusters get-credentials binauthz-codelab --zone us-central1-a
kubectl get ns

step image
# The registry under the address of the sandbox; gcloud asks for no other than localhost by that.
REGISTRY=${URL#https://}
mkdir -p certs && cp "$CA" certs/ca.crt
skopeo copy -q --insecure-policy --dest-cert-dir=certs --dest-registry-token="$(gcloud auth print-access-token)" \
    oci:$IMAGE:latest docker://$REGISTRY/$PROJECT_ID/hello-world:latest
DIGEST=$(curl -s -f -I --cacert "$CA" -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    "$URL/v2/$PROJECT_ID/hello-world/manifests/latest" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p')
gcloud artifacts repositories create repo --repository-format=docker --location=us-central1
gcloud artifacts repositories list --location=us-central1 --format='value(name)'

step deny
cat > policy.yaml << EOM
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
EOM
gcloud container binauthz policy import policy.yaml
fails 1 kubectl run hello-world --image $REGISTRY/$PROJECT_ID/hello-world 2>&1

step attestor
curl -s -f -X POST --cacert "$CA" -H "Content-Type: application/json" \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    -d '{"attestation": {"hint": {"human_readable_name": "n"}}}' \
    "$URL/v1/projects/${PROJECT_ID}/notes/?noteId=my-attestor-note"
gcloud container binauthz attestors create my-binauthz-attestor \
    --attestation-authority-note=my-attestor-note --attestation-authority-note-project=$PROJECT_ID
curl -s -f -X POST --cacert "$CA" -H "Content-Type: application/json" \
    -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    -d '{"policy": {"bindings": [{"role": "roles/containeranalysis.notes.occurrences.viewer",
         "members": ["serviceAccount:service-'$PROJECT_NUMBER'@gcp-sa-binaryauthorization.iam.gserviceaccount.com"]}]}}' \
    "$URL/v1/projects/$PROJECT_ID/notes/my-attestor-note:setIamPolicy"
gpg --quiet --batch --passphrase '' --quick-gen-key attestor@example.com rsa2048 sign never
gpg --armor --export attestor@example.com > public.pgp
gcloud container binauthz attestors public-keys add --attestor=my-binauthz-attestor --pgp-public-key-file=./public.pgp --format='value(id)'
gcloud kms keyrings create ring --location global
gcloud kms keys create key --keyring ring --location global --purpose asymmetric-signing --default-algorithm ec-sign-p384-sha384
KEY="--keyversion-project=$PROJECT_ID --keyversion-location=global --keyversion-keyring=ring --keyversion-key=key --keyversion=1"
gcloud container binauthz attestors public-keys add --attestor=my-binauthz-attestor $KEY --format='value(id)'

step attest
# gcloud takes an address with a port for a scheme unless one is in front.
gcloud container binauthz create-signature-payload --artifact-url=gcr.io/$PROJECT_ID/hello-world@$DIGEST > payload.json
gpg --quiet --local-user attestor@example.com --armor --output signature.pgp --sign payload.json
FINGERPRINT=$(gpg --with-colons --fingerprint attestor@example.com | awk -F: '/^fpr/ {print $10; exit}')
gcloud container binauthz attestations create --artifact-url=gcr.io/$PROJECT_ID/hello-world@$DIGEST \
    --attestor=my-binauthz-attestor --attestor-project=$PROJECT_ID \
    --signature-file=./signature.pgp --public-key-id=$FINGERPRINT --validate
gcloud beta container binauthz attestations sign-and-create --artifact-url=gcr.io/$PROJECT_ID/hello-world@$DIGEST \
    --attestor=my-binauthz-attestor --attestor-project=$PROJECT_ID $KEY --validate
gcloud container binauthz attestations list --attestor=my-binauthz-attestor --attestor-project=$PROJECT_ID \
    --format='value(attestation.signatures[0].publicKeyId)'

step allow
cat > updated_policy.yaml << EOM
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/$PROJECT_ID/attestors/my-binauthz-attestor
EOM
gcloud container binauthz policy import updated_policy.yaml
gcloud container binauthz attestors public-keys remove $FINGERPRINT --attestor=my-binauthz-attestor
# By the key of Cloud KMS alone.
kubectl run hello-world-signed --image "gcr.io/$PROJECT_ID/hello-world@$DIGEST"
gcloud logging read 'protoPayload.serviceName="k8s.io"' --limit 1 --format='value(logName)'
echo "STATE digest=$DIGEST fingerprint=$FINGERPRINT number=$PROJECT_NUMBER"

step clean
gcloud container clusters delete binauthz-codelab --zone us-central1-a --quiet
gcloud container binauthz attestors delete my-binauthz-attestor
curl -s -f -X DELETE --cacert "$CA" -H "Authorization: Bearer $(gcloud auth print-access-token)" \
    "$URL/v1/projects/${PROJECT_ID}/notes/my-attestor-note"
echo "STATE clean"
