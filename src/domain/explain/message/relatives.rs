//! Messages that people take for Binary Authorization's, and those of its tools that refuse no pod: each
//! known by the words it has, and what it means.
//!
//! Sources: `docs/binary-authorization.md`, "Importing a policy with gcloud" and "gcloud and Container
//! Analysis errors", the texts of the API server, the kubelet and the organization policy service.

use super::cursor::Cursor;
use super::kind::RefusalKind;
use super::text::BREAK;

/// What a message is about that is no refusal of a pod by Binary Authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relative {
    /// A constraint of the organization.
    OrgPolicy,
    /// Another admission webhook, or a policy in the API server itself.
    OtherWebhook,
    /// A webhook that could not be asked.
    WebhookFailed,
    /// A webhook that the text does not name.
    UnnamedWebhook,
    /// A backend of the API server's `ImagePolicyWebhook`, in words that are not Binary Authorization's.
    ImagePolicy,
    /// Such a backend, of whose words nothing is there.
    ImagePolicyCut,
    PodSecurity,
    Quota,
    Permission,
    ApiDisabled,
    ImagePull,
    Conflict,
    NotFound,
    BadRequest,
    /// gcloud could not read or decode a policy file.
    Import,
    /// gcloud or Container Analysis, about an attestor or an attestation.
    Attesting,
    /// The API server refused, and does not say more.
    ApiServer,
}

impl Relative {
    /// The relative in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrgPolicy => "an organization policy",
            Self::OtherWebhook => "another admission webhook",
            Self::WebhookFailed => "an admission webhook that could not be asked",
            Self::UnnamedWebhook => "an admission webhook that is not named",
            Self::ImagePolicy => "an image policy webhook, probably with another backend",
            Self::ImagePolicyCut => "an image policy webhook",
            Self::PodSecurity => "Pod Security admission",
            Self::Quota => "a quota",
            Self::Permission => "a missing permission",
            Self::ApiDisabled => "an API that is not enabled",
            Self::ImagePull => "an image that cannot be pulled",
            Self::Conflict => "a conflict",
            Self::NotFound => "something that does not exist",
            Self::BadRequest => "a request that the API does not understand",
            Self::Import => "a policy file that gcloud cannot take",
            Self::Attesting => "making an attestation or changing an attestor",
            Self::ApiServer => "the API server",
        }
    }

    /// Whether the text tells what it is.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::ApiServer | Self::UnnamedWebhook | Self::ImagePolicyCut)
    }
}

/// One text that is known.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownMessage {
    /// Words of it that no other message has.
    words: &'static str,
    pub kind: RefusalKind,
    pub relative: Relative,
    /// What it means, and what to do.
    pub means: &'static str,
}

const fn known(words: &'static str, kind: RefusalKind, relative: Relative, means: &'static str) -> KnownMessage {
    KnownMessage { words, kind, relative, means }
}

const ORG: &str = "A constraint of the organization forbids it; the project's Binary Authorization policy was not asked. \
                   Ask whoever administers the organization's policies.";
const ORG_BINAUTHZ: &str = "The organization allows only certain Binary Authorization policies on Cloud Run, and the service \
                            names none of them: deploy with --binary-authorization=default, or with one of those allowed.";
const WEBHOOK: &str = "Another policy of the cluster refused it. Binary Authorization was not the one that said no; it may \
                       not even have been asked yet.";
const FAILED: &str = "The webhook did not answer, so nothing was judged, and by its failurePolicy the request failed. Look at the webhook's \
     own Service, its pods and its certificate.";
const UNNAMED: &str =
    "A webhook refused it. Whose it is cannot be told: its name and Binary Authorization's words are missing.";
const POLICY: &str =
    "The API server's ImagePolicyWebhook asked a backend, which refused in words that are not Binary Authorization's.";
const POLICY_CUT: &str =
    "A backend of image policies refused it; what it said is missing, so that whose it is cannot be told.";
const BACKEND_DOWN: &str =
    "The API server could not reach the backend of an ImagePolicyWebhook, so no image was judged.";
const ENGINE: &str =
    "Another policy engine of the cluster refused it. Binary Authorization was not the one that said no.";
const RUN_PULL: &str = "Cloud Run may not read the image: its service agent needs artifactregistry.reader on the repository. That is \
     no verdict of a policy.";
const SECURITY: &str =
    "The namespace's Pod Security level refuses the pod's settings; its images do not matter for that.";
const QUOTA: &str = "Too many requests or too large a request for a quota. Binary Authorization has not judged the image; try again \
     later, or ask for a higher quota.";
const PERMISSION: &str =
    "The caller lacks a permission. Nothing was judged about an image; grant the role that has the permission.";
const DISABLED: &str = "The API has to be enabled in the project first; after that it takes some minutes.";
const PULL: &str = "The pod was admitted, and then the node could not pull the image: name, tag, registry permissions or \
                    network. Binary Authorization has nothing to do with it.";
const NOT_FOUND: &str = "The request names something that is not there, or that the caller may not see.";
const CONFLICT: &str = "Somebody changed it in the meantime: read it again, and make the change on top of that.";
const DUPLICATE: &str =
    "The same attestation was made before, which is usually harmless: list the attestations to see it.";
const BAD_URL: &str = "An attestation is for an image by its digest: write REGISTRY/REPOSITORY@sha256: and 64 lower-case \
                       hexadecimal digits.";
const KEYS: &str =
    "The key is not what the attestor has, or it has it already: compare with the ids that `attestors describe` shows.";
const FIELD: &str = "The file has a field or value that the policy does not have, at the path named: names are written in lowerCamelCase \
     and enum values in capitals, as `policy export` prints them. Nothing was imported.";
const SYNTAX: &str = "The file is not valid YAML or JSON at the place named. Nothing was imported.";
const SHAPE: &str = "Something in the file is of another type than the policy needs there: patterns are maps with `namePattern`, rules are \
     maps. Nothing was imported.";
const SERVER: &str = "The API server refused the request, and what is here does not say why.";

use RefusalKind::{ApiError as Api, OrgPolicy as Org, OtherWebhook as Other, PolicyImport as Import};

/// The messages in the order in which they are tried: of two that begin alike the longer goes first.
static KNOWN: [KnownMessage; 80] = [
    known("constraints/run.allowedBinaryAuthorizationPolicies", Org, Relative::OrgPolicy, ORG_BINAUTHZ),
    known("run.allowedBinaryAuthorizationPolicies", Org, Relative::OrgPolicy, ORG_BINAUTHZ),
    known("Request is disallowed by organization's constraints/", Org, Relative::OrgPolicy, ORG),
    known("Operation denied by org policy", Org, Relative::OrgPolicy, ORG),
    known("Operation denied by custom org polic", Org, Relative::OrgPolicy, ORG),
    known("Constraint constraints/", Org, Relative::OrgPolicy, ORG),
    known("Constraint \"constraints/", Org, Relative::OrgPolicy, ORG),
    known("ValidatingAdmissionPolicy \"", Other, Relative::OtherWebhook, WEBHOOK),
    known("Kyverno denied", Other, Relative::OtherWebhook, ENGINE),
    known("Kyverno blocked", Other, Relative::OtherWebhook, ENGINE),
    known("denied by Kyverno", Other, Relative::OtherWebhook, ENGINE),
    known("blocked by Kyverno", Other, Relative::OtherWebhook, ENGINE),
    known("blocked due to the following policies", Other, Relative::OtherWebhook, ENGINE),
    known("Gatekeeper denied", Other, Relative::OtherWebhook, ENGINE),
    known("denied by Gatekeeper", Other, Relative::OtherWebhook, ENGINE),
    known("denied by gatekeeper", Other, Relative::OtherWebhook, ENGINE),
    known("Connaisseur", Other, Relative::OtherWebhook, ENGINE),
    known("Post \"http", Other, Relative::WebhookFailed, BACKEND_DOWN),
    known("failed to call webhook", Other, Relative::WebhookFailed, FAILED),
    known("must have permission to read the image", Api, Relative::ImagePull, RUN_PULL),
    known("pull access denied", Api, Relative::ImagePull, PULL),
    known("ErrImageNeverPull", Api, Relative::ImagePull, PULL),
    known("manifest unknown", Api, Relative::ImagePull, PULL),
    known("trying and failing to pull image", Api, Relative::ImagePull, PULL),
    known("failed to resolve reference", Api, Relative::ImagePull, PULL),
    known("GKE Warden rejected the request", Other, Relative::OtherWebhook, WEBHOOK),
    known("violates PodSecurity", Other, Relative::PodSecurity, SECURITY),
    known("exceeded quota:", Api, Relative::Quota, QUOTA),
    known("failed quota:", Api, Relative::Quota, QUOTA),
    known("Quota exceeded for quota metric", Api, Relative::Quota, QUOTA),
    known("Quota exceeded", Api, Relative::Quota, QUOTA),
    known("RESOURCE_EXHAUSTED", Api, Relative::Quota, QUOTA),
    known("permission \"containeranalysis.notes.create\" denied", Api, Relative::Permission, PERMISSION),
    known("The caller does not have permission", Api, Relative::Permission, PERMISSION),
    known("does not have permission to access", Api, Relative::Permission, PERMISSION),
    known("Permission \"binaryauthorization.", Api, Relative::Permission, PERMISSION),
    known("Permission \"containeranalysis.", Api, Relative::Permission, PERMISSION),
    known("Permission \"cloudkms.", Api, Relative::Permission, PERMISSION),
    known("Required \"container.", Api, Relative::Permission, PERMISSION),
    known("PERMISSION_DENIED", Api, Relative::Permission, PERMISSION),
    known("pods is forbidden: User \"", Api, Relative::Permission, PERMISSION),
    known("is forbidden: User \"", Api, Relative::Permission, PERMISSION),
    known("error looking up service account", Api, Relative::NotFound, NOT_FOUND),
    known("Binary Authorization API has not been used in project", Api, Relative::ApiDisabled, DISABLED),
    known("API has not been used in project", Api, Relative::ApiDisabled, DISABLED),
    known("SERVICE_DISABLED", Api, Relative::ApiDisabled, DISABLED),
    known("Failed to pull image", Api, Relative::ImagePull, PULL),
    known("failed to pull and unpack image", Api, Relative::ImagePull, PULL),
    known("Back-off pulling image", Api, Relative::ImagePull, PULL),
    known("ImagePullBackOff", Api, Relative::ImagePull, PULL),
    known("ErrImagePull", Api, Relative::ImagePull, PULL),
    known("InvalidImageName", Api, Relative::ImagePull, PULL),
    known("is the subject of a conflict", Api, Relative::Attesting, DUPLICATE),
    known("Could not create occurrence", Api, Relative::Attesting, DUPLICATE),
    known("Attestation could not be validated!", Api, Relative::Attesting, KEYS),
    known("No public key with ID [", Api, Relative::Attesting, KEYS),
    known("Provided public key already present on attestor", Api, Relative::Attesting, KEYS),
    known("Public key with ID [", Api, Relative::Attesting, KEYS),
    known("No matching public key found on attestor", Api, Relative::Attesting, KEYS),
    known("Multiple matching public keys found on attestor", Api, Relative::Attesting, KEYS),
    known("Cannot update a non-PGP PublicKey with a PGP public key", Api, Relative::Attesting, KEYS),
    known("Unsupported PkixPublicKey signature algorithm", Api, Relative::Attesting, KEYS),
    known("--public-key-id-override may not be used with old-style PGP keys", Api, Relative::Attesting, KEYS),
    known("One of --attestor or --note must be provided", Api, Relative::Attesting, KEYS),
    known("A Docker registry domain must be specified", Api, Relative::Attesting, BAD_URL),
    known("Docker image name must be fully qualified", Api, Relative::Attesting, BAD_URL),
    known("Invalid digest: ", Api, Relative::Attesting, BAD_URL),
    known("Invalid repository: ", Api, Relative::Attesting, BAD_URL),
    known("Image URL \"", Api, Relative::Attesting, BAD_URL),
    known("Policy file must be a .yaml or .json file", Import, Relative::Import, SYNTAX),
    known("Error in resource file YAML", Import, Relative::Import, SYNTAX),
    known("Error in resource file JSON", Import, Relative::Import, SYNTAX),
    known("Failed to parse YAML", Import, Relative::Import, SYNTAX),
    known("Empty Policy provided", Import, Relative::Import, FIELD),
    known("Failed to parse value", Import, Relative::Import, FIELD),
    known("Invalid JSON payload received. Unknown name \"", Import, Relative::Import, FIELD),
    known("object has no attribute \"items\"", Import, Relative::Import, SHAPE),
    known("Object of type datetime is not JSON serializable", Import, Relative::Import, SHAPE),
    known("ABORTED", Api, Relative::Conflict, CONFLICT),
    known("NOT_FOUND", Api, Relative::NotFound, NOT_FOUND),
];

/// An admission webhook that is none of Binary Authorization's.
pub(super) static OTHER_WEBHOOK: KnownMessage = known("", Other, Relative::OtherWebhook, WEBHOOK);
/// A webhook that could not be asked, and is none of Binary Authorization's.
pub(super) static WEBHOOK_FAILED: KnownMessage = known("", Other, Relative::WebhookFailed, FAILED);
/// A webhook whose name is not there.
pub(super) static UNNAMED_WEBHOOK: KnownMessage = known("", Other, Relative::UnnamedWebhook, UNNAMED);
/// A backend of image policies, with other words than Binary Authorization's, or with none.
pub(super) static IMAGE_POLICY: KnownMessage = known("", Other, Relative::ImagePolicy, POLICY);
pub(super) static IMAGE_POLICY_CUT: KnownMessage = known("", Other, Relative::ImagePolicyCut, POLICY_CUT);
/// The API server, where nothing else was recognised.
pub(super) static API_SERVER: KnownMessage = known("", Api, Relative::ApiServer, SERVER);
/// The fields and values that gcloud does not take stand below its sentence.
const GOES_ON: &str = "Failed to parse value";
/// The longest that is kept of one.
const LONGEST: usize = 400;

/// What is known of the words here, and where the message ends: with its line.
pub(super) fn read(at: Cursor<'_>) -> Option<(&'static KnownMessage, Cursor<'_>)> {
    let first = at.peek()?;
    let (known, behind) = KNOWN
        .iter()
        .filter(|known| known.words.starts_with(first) || known.words.starts_with('"'))
        .find_map(|known| Some((known, at.eat(known.words)?)))?;
    let (_, end) = behind.line(LONGEST);
    Some((known, if known.words == GOES_ON { paragraph(end) } else { end }))
}

/// Goes to the end of the paragraph, of which the lines are parts of the message.
fn paragraph(at: Cursor<'_>) -> Cursor<'_> {
    let mut end = at;
    while end.at - at.at < LONGEST && end.peek().is_some_and(|c| c != BREAK) {
        end = end.next();
    }
    end
}
