//! Platform policies: `PlatformPolicy`, with check sets for GKE or inline attestors for Cloud Run.

use super::field::{Field, Message, Names, Role, ValueKind, optional, output, required};
use super::singleton::{ENFORCEMENT_MODE, EVALUATION_MODE};

pub const PLATFORM_POLICY: &Message = &Message {
    name: "PlatformPolicy",
    title: "a platform policy",
    fields: &[
        output(
            "name",
            ValueKind::Text(Role::Free),
            "The policy's own name, `projects/PROJECT/platforms/PLATFORM/policies/POLICY`. The service sets it from the name that the command gives.",
        ),
        optional("description", ValueKind::Text(Role::Free), "Free text for people."),
        optional(
            "gkePolicy",
            ValueKind::Message(GKE_POLICY),
            "The policy for GKE: sets of checks by namespace and service account. A platform policy has either this or `cloudRunPolicy`.",
        ),
        optional(
            "cloudRunPolicy",
            ValueKind::Message(CLOUD_RUN_POLICY),
            "The policy for Cloud Run: one rule, with attestors written into the policy. A platform policy has either this or `gkePolicy`.",
        ),
        output(
            "updateTime",
            ValueKind::Timestamp,
            "When the policy was last changed. The service sets it and ignores what a file says.",
        ),
        optional(
            "etag",
            ValueKind::Text(Role::Free),
            "The version that the file was read from. With it an update fails if somebody changed the policy meanwhile.",
        ),
    ],
};

const GKE_POLICY: &Message = &Message {
    name: "GkePolicy",
    title: "a GKE policy",
    fields: &[
        optional(
            "imageAllowlist",
            ValueKind::Message(IMAGE_ALLOWLIST),
            "Images that the whole policy does not look at.",
        ),
        optional(
            "checkSets",
            ValueKind::List(&ValueKind::Message(CHECK_SET)),
            "The sets of checks; exactly one decides about a pod, the first whose scope fits. A service account's must stand before its namespace's, and the last must have no scope. None at all means that everything is admitted.",
        ),
    ],
};

pub const CHECK_SET: &Message = &Message {
    name: "CheckSet",
    title: "a check set",
    fields: &[
        DISPLAY_NAME,
        optional(
            "scope",
            ValueKind::Message(SCOPE),
            "The pods that the set is for. Without it, all that no set before it is for; the last set has none.",
        ),
        optional(
            "imageAllowlist",
            ValueKind::Message(IMAGE_ALLOWLIST),
            "Images that the checks of this set do not look at.",
        ),
        optional(
            "checks",
            ValueKind::List(&ValueKind::Message(CHECK)),
            "The checks; an image has to pass all of them. None means that every image passes.",
        ),
    ],
};

const SCOPE: &Message = &Message {
    name: "Scope",
    title: "a scope",
    fields: &[
        optional(
            "kubernetesNamespace",
            ValueKind::Text(Role::Namespace),
            "All pods of a namespace, but for service accounts that have a set of their own.",
        ),
        optional(
            "kubernetesServiceAccount",
            ValueKind::Text(Role::ServiceAccount),
            "The pods of one service account, as `NAMESPACE:SERVICE_ACCOUNT`.",
        ),
    ],
};

const IMAGE_ALLOWLIST: &Message = &Message {
    name: "ImageAllowlist",
    title: "an image allowlist",
    fields: &[required(
        "allowPattern",
        ValueKind::List(&ValueKind::Text(Role::AllowPattern)),
        "Patterns of images. Not the dialect of `admissionWhitelistPatterns`: a name without a tag covers every tag and digest of it, `name:tag` every digest of that tag, and `**` may stand only after a `/`.",
    )],
};

pub const CHECK: &Message = &Message {
    name: "Check",
    title: "a check",
    fields: &[
        DISPLAY_NAME,
        optional("imageAllowlist", ValueKind::Message(IMAGE_ALLOWLIST), "Images that this check does not look at."),
        optional(
            "alwaysDeny",
            ValueKind::Bool,
            "With `true`, no image passes. For tests, and for a last set that refuses what no scope covers.",
        ),
        optional(
            "imageFreshnessCheck",
            ValueKind::Message(IMAGE_FRESHNESS),
            "The image was uploaded not too long ago.",
        ),
        optional(
            "sigstoreSignatureCheck",
            ValueKind::Message(SIGSTORE),
            "The image was signed by Cosign with one of the keys. Image and signature must be in Artifact Registry.",
        ),
        optional(
            "simpleSigningAttestationCheck",
            ValueKind::Message(SIMPLE_SIGNING),
            "The image has an attestation that one of the authenticators verifies.",
        ),
        optional(
            "slsaCheck",
            ValueKind::Message(SLSA),
            "The image was built by a trusted builder from a trusted repository, by its SLSA provenance.",
        ),
        optional(
            "trustedDirectoryCheck",
            ValueKind::Message(TRUSTED_DIRECTORY),
            "The image lies in one of the directories.",
        ),
        optional(
            "vulnerabilityCheck",
            ValueKind::Message(VULNERABILITY),
            "The image has no vulnerabilities worse than allowed. An image without a scan is an error of the check.",
        ),
    ],
};

const IMAGE_FRESHNESS: &Message = &Message {
    name: "ImageFreshnessCheck",
    title: "an image freshness check",
    fields: &[required(
        "maxUploadAgeDays",
        ValueKind::Int,
        "How many days may have passed since the image was uploaded. Required; more than zero.",
    )],
};

const SIGSTORE: &Message = &Message {
    name: "SigstoreSignatureCheck",
    title: "a Sigstore signature check",
    fields: &[required(
        "sigstoreAuthorities",
        ValueKind::List(&ValueKind::Message(SIGSTORE_AUTHORITY)),
        "The authorities; it is enough that one of them verifies the signature. To ask for several, write several checks.",
    )],
};

const SIGSTORE_AUTHORITY: &Message = &Message {
    name: "SigstoreAuthority",
    title: "a Sigstore authority",
    fields: &[
        DISPLAY_NAME,
        required(
            "publicKeySet",
            ValueKind::Message(SIGSTORE_KEYS),
            "The keys; any of them may have made the signature.",
        ),
    ],
};

const SIGSTORE_KEYS: &Message = &Message {
    name: "SigstorePublicKeySet",
    title: "a set of Sigstore keys",
    fields: &[required("publicKeys", ValueKind::List(&ValueKind::Message(SIGSTORE_KEY)), "At least one key.")],
};

const SIGSTORE_KEY: &Message = &Message {
    name: "SigstorePublicKey",
    title: "a Sigstore key",
    fields: &[required("publicKeyPem", ValueKind::Text(Role::Pem), "The public key in PEM, as Cosign prints it.")],
};

const SIMPLE_SIGNING: &Message = &Message {
    name: "SimpleSigningAttestationCheck",
    title: "an attestation check",
    fields: &[
        optional(
            "containerAnalysisAttestationProjects",
            PROJECTS,
            "Where the attestations are: projects as `projects/ID`, at most ten.",
        ),
        required(
            "attestationAuthenticators",
            ValueKind::List(&ValueKind::Message(AUTHENTICATOR)),
            "Who may have attested; it is enough that one of them verifies an attestation. To ask for several, write several checks.",
        ),
    ],
};

const AUTHENTICATOR: &Message = &Message {
    name: "AttestationAuthenticator",
    title: "an authenticator",
    fields: &[
        DISPLAY_NAME,
        optional(
            "pkixPublicKeySet",
            ValueKind::Message(PKIX_KEYS),
            "The keys; any of them may have signed. OpenPGP keys do not work here.",
        ),
    ],
};

const PKIX_KEYS: &Message = &Message {
    name: "PkixPublicKeySet",
    title: "a set of keys",
    fields: &[required("pkixPublicKeys", ValueKind::List(&ValueKind::Message(PKIX_KEY)), "At least one key.")],
};

const PKIX_KEY: &Message = &Message {
    name: "PkixPublicKey",
    title: "a public key",
    fields: &[
        required("publicKeyPem", ValueKind::Text(Role::Pem), "The public key in PEM (RFC 7468, `PUBLIC KEY`)."),
        required(
            "signatureAlgorithm",
            ValueKind::Enum(&SIGNATURE_ALGORITHM),
            "How signatures by this key are made; it has to fit the key.",
        ),
        optional(
            "keyId",
            ValueKind::Text(Role::Free),
            "What signatures call the key, a URI (RFC 3986). Left out, it is made of the key's digest.",
        ),
    ],
};

const SLSA: &Message = &Message {
    name: "SlsaCheck",
    title: "a SLSA check",
    fields: &[required(
        "rules",
        ValueKind::List(&ValueKind::Message(SLSA_RULE)),
        "The rules; an image passes if it fulfils one.",
    )],
};

const SLSA_RULE: &Message = &Message {
    name: "VerificationRule",
    title: "a SLSA rule",
    fields: &[
        optional("attestationSource", ValueKind::Message(ATTESTATION_SOURCE), "Where the provenance is."),
        required("trustedBuilder", ValueKind::Enum(&TRUSTED_BUILDER), "Who may have built the image."),
        optional(
            "trustedSourceRepoPatterns",
            ValueKind::List(&ValueKind::Text(Role::SourceRepository)),
            "Repositories of source code, without `https://`; `/*` or `/**` at the end for those below.",
        ),
        optional(
            "configBasedBuildRequired",
            ValueKind::Bool,
            "With `true`, the build must come from a configuration in the repository.",
        ),
        optional("customConstraints", ValueKind::Text(Role::Free), "A condition on the provenance, in CEL."),
    ],
};

const ATTESTATION_SOURCE: &Message = &Message {
    name: "AttestationSource",
    title: "a source of attestations",
    fields: &[optional(
        "containerAnalysisAttestationProjects",
        PROJECTS,
        "Where the provenance is: projects as `projects/ID`, at most ten.",
    )],
};

const TRUSTED_DIRECTORY: &Message = &Message {
    name: "TrustedDirectoryCheck",
    title: "a trusted directory check",
    fields: &[required(
        "trustedDirPatterns",
        ValueKind::List(&ValueKind::Text(Role::Directory)),
        "Directories as `registry/path`. `*` may stand in front for any location (`*-docker.pkg.dev/P/R`, `*.gcr.io/P`), and `/*` or `/**` at the end.",
    )],
};

const VULNERABILITY: &Message = &Message {
    name: "VulnerabilityCheck",
    title: "a vulnerability check",
    fields: &[
        required(
            "maximumFixableSeverity",
            ValueKind::Enum(&SEVERITY),
            "The worst vulnerability that is allowed where there is a fix. Required.",
        ),
        required(
            "maximumUnfixableSeverity",
            ValueKind::Enum(&SEVERITY),
            "The worst vulnerability that is allowed where there is no fix. Required.",
        ),
        optional(
            "allowedCves",
            ValueKind::List(&ValueKind::Text(Role::Vulnerability)),
            "Vulnerabilities that do not count, by their id: `CVE-2021-20305`.",
        ),
        optional(
            "blockedCves",
            ValueKind::List(&ValueKind::Text(Role::Vulnerability)),
            "Vulnerabilities that are never allowed, by their id.",
        ),
        optional(
            "containerAnalysisVulnerabilityProjects",
            PROJECTS,
            "Where the scans are: projects as `projects/ID`, at most ten. Without a scan in any of them the check is an error.",
        ),
    ],
};

const CLOUD_RUN_POLICY: &Message = &Message {
    name: "InlineCloudRunPolicy",
    title: "a Cloud Run policy",
    fields: &[
        optional(
            "allowlistPatterns",
            ValueKind::List(&ValueKind::Message(CLOUD_RUN_PATTERN)),
            "Images that the rule does not look at. Cloud Run makes a digest of a tag before it compares.",
        ),
        required("rule", ValueKind::Message(CLOUD_RUN_RULE), "The rule for everything else. Required."),
    ],
};

const CLOUD_RUN_PATTERN: &Message = &Message {
    name: "AllowlistPattern",
    title: "an allowlist pattern",
    fields: &[required(
        "namePattern",
        ValueKind::Text(Role::Pattern),
        "An image, exactly; or the start of one, with `*` at the end: `gcr.io/p/app@*` for every digest.",
    )],
};

const CLOUD_RUN_RULE: &Message = &Message {
    name: "EvaluationRule",
    title: "a rule",
    fields: &[
        required("evaluationMode", ValueKind::Enum(&EVALUATION_MODE), "How images are decided. Required."),
        required(
            "enforcementMode",
            ValueKind::Enum(&ENFORCEMENT_MODE),
            "What happens to a deployment that the rule does not admit. Required.",
        ),
        optional(
            "requiredAttestors",
            ValueKind::List(&ValueKind::Message(INLINE_ATTESTOR)),
            "The attestors that must all have attested an image, each written out. Needed with `REQUIRE_ATTESTATION`.",
        ),
    ],
};

pub const INLINE_ATTESTOR: &Message = &Message {
    name: "InlineAttestor",
    title: "an inline attestor",
    fields: &[
        required("id", ValueKind::Text(Role::Free), "Its name in this policy; no other has it."),
        required(
            "attestationNote",
            ValueKind::Text(Role::Note),
            "The note that its attestations belong to, `projects/PROJECT/notes/NOTE`.",
        ),
        optional("description", ValueKind::Text(Role::Free), "Free text for people."),
        optional(
            "publicKeys",
            ValueKind::List(&ValueKind::Message(ATTESTOR_PUBLIC_KEY)),
            "The keys; any of them may have signed. Without one the attestor never attests.",
        ),
    ],
};

pub const ATTESTOR_PUBLIC_KEY: &Message = &Message {
    name: "AttestorPublicKey",
    title: "a public key",
    fields: &[
        optional("id", ValueKind::Text(Role::Free), "What signatures call the key. Left out, it is made of the key."),
        optional("comment", ValueKind::Text(Role::Free), "Free text for people."),
        optional("pkixPublicKey", ValueKind::Message(PKIX_KEY), "The key in PEM, with its algorithm."),
        optional(
            "asciiArmoredPgpPublicKey",
            ValueKind::Text(Role::Armored),
            "The key of OpenPGP, as `gpg --export --armor` prints it.",
        ),
    ],
};

const DISPLAY_NAME: Field = optional(
    "displayName",
    ValueKind::Text(Role::Free),
    "A name for people, which stands in the results. It decides nothing.",
);

const PROJECTS: ValueKind = ValueKind::List(&ValueKind::Text(Role::Project));

static SEVERITY: Names = Names {
    all: &[
        "MAXIMUM_ALLOWED_SEVERITY_UNSPECIFIED",
        "BLOCK_ALL",
        "MINIMAL",
        "LOW",
        "MEDIUM",
        "HIGH",
        "CRITICAL",
        "ALLOW_ALL",
    ],
    docs: &[
        "Not set; refused.",
        "No vulnerability is allowed.",
        "Only minimal ones are allowed.",
        "Low and minimal ones are allowed.",
        "Medium ones and below are allowed.",
        "High ones and below are allowed.",
        "Critical ones and below are allowed.",
        "Every vulnerability is allowed, also one without a severity.",
    ],
};

static TRUSTED_BUILDER: Names =
    Names { all: &["BUILDER_UNSPECIFIED", "GOOGLE_CLOUD_BUILD"], docs: &["Not set; refused.", "Google Cloud Build."] };

macro_rules! algorithms {
    ($($name:literal $doc:literal)*) => {
        static SIGNATURE_ALGORITHM: Names = Names { all: &[$($name),*], docs: &[$($doc),*] };
    };
}

algorithms! {
    "SIGNATURE_ALGORITHM_UNSPECIFIED" "Not set; refused."
    "RSA_PSS_2048_SHA256" "RSASSA-PSS, 2048 bits, SHA-256; the same as `RSA_SIGN_PSS_2048_SHA256`."
    "RSA_SIGN_PSS_2048_SHA256" "RSASSA-PSS, 2048 bits, SHA-256."
    "RSA_PSS_3072_SHA256" "RSASSA-PSS, 3072 bits, SHA-256; the same as `RSA_SIGN_PSS_3072_SHA256`."
    "RSA_SIGN_PSS_3072_SHA256" "RSASSA-PSS, 3072 bits, SHA-256."
    "RSA_PSS_4096_SHA256" "RSASSA-PSS, 4096 bits, SHA-256; the same as `RSA_SIGN_PSS_4096_SHA256`."
    "RSA_SIGN_PSS_4096_SHA256" "RSASSA-PSS, 4096 bits, SHA-256."
    "RSA_PSS_4096_SHA512" "RSASSA-PSS, 4096 bits, SHA-512; the same as `RSA_SIGN_PSS_4096_SHA512`."
    "RSA_SIGN_PSS_4096_SHA512" "RSASSA-PSS, 4096 bits, SHA-512."
    "RSA_SIGN_PKCS1_2048_SHA256" "RSASSA-PKCS1-v1_5, 2048 bits, SHA-256."
    "RSA_SIGN_PKCS1_3072_SHA256" "RSASSA-PKCS1-v1_5, 3072 bits, SHA-256."
    "RSA_SIGN_PKCS1_4096_SHA256" "RSASSA-PKCS1-v1_5, 4096 bits, SHA-256."
    "RSA_SIGN_PKCS1_4096_SHA512" "RSASSA-PKCS1-v1_5, 4096 bits, SHA-512."
    "ECDSA_P256_SHA256" "ECDSA on P-256, SHA-256."
    "EC_SIGN_P256_SHA256" "ECDSA on P-256, SHA-256; the same as `ECDSA_P256_SHA256`."
    "ECDSA_P384_SHA384" "ECDSA on P-384, SHA-384."
    "EC_SIGN_P384_SHA384" "ECDSA on P-384, SHA-384; the same as `ECDSA_P384_SHA384`."
    "ECDSA_P521_SHA512" "ECDSA on P-521, SHA-512."
    "EC_SIGN_P521_SHA512" "ECDSA on P-521, SHA-512; the same as `ECDSA_P521_SHA512`."
}
