//! The diagnostics: one row each, with the stable code, the severity and the help.
//!
//! Errors are what gcloud or the service refuses; warnings are what they take and a careful reviewer
//! would not; hints are style. Sources: `docs/binary-authorization.md`, "Refused policies", "Importing
//! a policy with gcloud", "Allowlist patterns" and "Rule selection".

use std::fmt;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Hint,
}

impl Severity {
    pub(super) const COUNT: usize = 3;

    /// The name in the contracts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $severity:ident $help:literal)*) => {
        /// What is wrong, by a name that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $help] $name,)*
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in kebab case, as the contracts print it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// The code with this name.
            pub fn from_name(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// The reason, and what to do about it.
            pub fn help(self) -> &'static str {
                match self {
                    $(Self::$name => $help,)*
                }
            }
        }
    };
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

codes! {
    // The text.
    TooLarge "too-large" Error
        "No policy needs that much, and reading it would take too long. Split the allowlist with `**`, or drop what aliases repeat."
    TooDeep "too-deep" Error
        "A policy is four levels deep. Look for a bracket that is not closed."
    Syntax "syntax" Error
        "The file cannot be read as YAML (or, named `.json`, as JSON), so nothing after this place was checked."
    Tab "tab" Error
        "gcloud's YAML reader refuses a tab everywhere but in quotes, block text and comments. Indent with spaces."
    ControlCharacter "control-character" Error
        "YAML has no unprintable characters. Delete it, or write it as an escape in double quotes."
    LineSeparator "line-separator" Error
        "YAML 1.1, which gcloud reads, ends a line at U+0085, U+2028 and U+2029; YAML 1.2 does not. Write it as an escape in double quotes (`\\u2028`)."
    ByteOrderMark "byte-order-mark" Error
        "JSON starts with `{`; gcloud refuses a byte order mark in front of it. Save the file as UTF-8 without one."
    SeveralDocuments "several-documents" Error
        "A project has one policy, and gcloud reads one document of a file. Delete the `---` and what is not the policy."
    EmptyDocument "empty-document" Error
        "gcloud would ask whether to import an empty policy, and the service refuses one without `defaultAdmissionRule`."
    BadAlias "bad-alias" Error
        "An alias (`*name`) repeats a value that stands before it under an anchor (`&name`). A pattern or text that starts with `*` must be quoted."
    BadMerge "bad-merge" Error
        "`<<` copies the entries of a map; write it as `<<: *name`, where `&name` stands in front of a map."
    UnsupportedTag "unsupported-tag" Error
        "gcloud's YAML reader knows only the tags of YAML itself, such as `!!str`. Leave the tag out."
    KeyNotText "key-not-text" Error
        "Every key of a policy is a text. Quote it."
    DuplicateKey "duplicate-key" Error
        "Only one of them counts: gcloud keeps the first in YAML and the last in JSON, with no more than a warning of Python. Delete the other."
    PlatformPolicy "platform-policy" Error
        "A platform policy (`gkePolicy`, `cloudRunPolicy`) is created with `gcloud beta container binauthz policy create`, not with `policy import`."
    ProjectPolicy "project-policy" Error
        "A policy with admission rules is the one of its project, and is imported with `gcloud container binauthz policy import`; a platform policy has `gkePolicy` or `cloudRunPolicy`."

    WrappedPolicy "wrapped-policy" Error
        "gcloud reads a file that is the policy and nothing else. Take the policy out of what it is wrapped in; the field names of Terraform and Config Connector differ from the API's."
    OtherTool "other-tool" Error
        "The file belongs to another tool or describes another resource, so nothing in it is an admission rule."
    Placeholder "placeholder" Warning
        "A part of a template is still there where a name belongs. The service does not fill anything in: the name means nothing to it."
    PlaceholderWord "placeholder-word" Hint
        "A word like `PROJECT_ID` stands for something in documentation. Names of projects, clusters and images have no capital letters."
    LargePolicy "large-policy" Warning
        "The largest size that the service takes is not published. Use `**` or fewer rules."

    // Fields and their types.
    UnknownKey "unknown-key" Error
        "gcloud refuses keys that the policy does not have (`Failed to parse value(s) in protobuf [Policy]`), and so does the service (`Cannot find field`)."
    SnakeCase "snake-case" Error
        "The REST API takes both forms of a field's name; gcloud takes only the one in camel case."
    WrongType "wrong-type" Error
        "gcloud does not convert between texts, numbers, lists and maps: it refuses the file, or crashes with `object has no attribute 'items'`."
    BarePattern "bare-pattern" Error
        "An entry of `admissionWhitelistPatterns` is a map with one field. Write `- namePattern: …`."
    ScalarTrap "scalar-trap" Error
        "gcloud reads YAML 1.1, where yes, no, on, off, y, n, numbers that start with 0, numbers with `:` or `_`, and dates are not text. Quote it."
    UnquotedTimestamp "unquoted-timestamp" Error
        "Without quotes gcloud's YAML reader makes a date of it and crashes (`Object of type datetime is not JSON serializable`). Quote it, or leave it out: the service ignores it."
    BadTimestamp "bad-timestamp" Error
        "A time is written by RFC 3339, for example `2024-05-12T05:17:42Z`. The service sets `updateTime` itself; leave it out."
    UnknownValue "unknown-value" Error
        "The value must be one of the field's names, in capital letters."
    UnspecifiedValue "unspecified-value" Error
        "The API reserves this name for a value that was not set (`Do not use`), and refuses a rule with it."
    MissingField "missing-field" Error
        "The field is required by the API."
    NullValue "null-value" Error
        "There is no value after the key. gcloud takes that as absent at best, and crashes or refuses it elsewhere."

    // Rules.
    AttestorsRequired "attestors-required" Error
        "`REQUIRE_ATTESTATION` asks every attestor in `requireAttestationsBy`; the service refuses it with none."
    AttestorsNotAllowed "attestors-not-allowed" Error
        "Only `REQUIRE_ATTESTATION` looks at attestors; with another mode the service refuses `requireAttestationsBy`."
    AttestorName "attestor-name" Error
        "An attestor is named `projects/PROJECT/attestors/ATTESTOR`, in this or another project."
    SeveralRuleMaps "several-rule-maps" Error
        "A policy has specific rules of one kind: by cluster, namespace, service account or service identity. The service refuses a second kind."
    ClusterKey "cluster-key" Error
        "The key is `LOCATION.CLUSTER`: a zone or region, or `global` with a fleet membership, for example `us-central1-a.prod`."
    NamespaceKey "namespace-key" Error
        "The key is the name of a Kubernetes namespace: lower-case letters, digits, `-` and `.`."
    ServiceAccountKey "service-account-key" Error
        "The key is `NAMESPACE:SERVICE_ACCOUNT`, for example `prod:default`."
    ServiceIdentityKey "service-identity-key" Error
        "The key is `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`, with or without `spiffe://` in front, for example `my-project.svc.id.goog/ns/prod/sa/web`."

    TooManyAttestors "too-many-attestors" Error
        "The quota is 200 references to attestors in one policy, all rules together."
    UnknownLocation "unknown-location" Warning
        "A cluster key begins with the region or zone of the cluster, or with `global` for a fleet membership. A rule for a place that does not exist never applies."
    UnreachableRule "unreachable-rule" Warning
        "The service takes the key, but no cluster, namespace, account or identity can match it, so the rule never applies and the default rule decides."
    RuleLikeDefault "rule-like-default" Hint
        "Without this rule the default rule decides, and it says the same. Keep it only if the two are meant to differ later."

    // Patterns.
    PatternEmpty "pattern-empty" Error
        "A pattern names at least one image: `registry/path/image`, and `*` or `**` at its end."
    PatternWildcard "pattern-wildcard" Error
        "`*` (no `/`) and `**` (also `/`) may stand only at the very end of a pattern."
    PatternRegistry "pattern-registry" Error
        "The registry must be spelt out: a wildcard is allowed only behind `registry/`. There is no pattern for all images; use `ALWAYS_ALLOW` for that."
    PatternBracket "pattern-bracket" Error
        "Image names have no brackets. The one class that is read is `[@:]*` at the very end: any tag or digest of that image."
    PatternBlank "pattern-blank" Error
        "No image name has white space in it, so the pattern can match nothing."

    ManyPatterns "many-patterns" Warning
        "How many patterns the service takes is not published. `**` behind a directory covers what lies below it."
    OpenRegistry "open-registry" Warning
        "Whoever has an account there can make an image that this pattern exempts from every rule. Name the project, organisation or repository."
    LeakyPrefix "leaky-prefix" Warning
        "`**` also covers names that only begin like this: `gcr.io/my-project**` covers `gcr.io/my-project-2/…`. End the name with a `/` first."
    SwallowsAttested "swallows-attested" Warning
        "Exempt images are never checked, so the rule that requires attestations does not apply to the project's own images. Name only the repositories that must be exempt."
    PatternTooShallow "pattern-too-shallow" Warning
        "Images in Artifact Registry are `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, and `*` does not cross a `/`: this pattern covers nothing. Write `**`."
    BareName "bare-name" Warning
        "Without a wildcard a pattern is compared with the whole reference, and pods write a tag or digest. Add `[@:]*` for every one of this image, `@*` for every digest or `:TAG` for one tag."
    MutableTag "mutable-tag" Warning
        "A tag can be moved to any other image, which then is exempt as well. Exempt a digest (`@sha256:…`), or check the image."
    StarStopsAtSlash "star-stops-at-slash" Hint
        "`*` matches anything without a `/`. Images that lie deeper need `**`."
    ShadowedPattern "shadowed-pattern" Hint
        "What it covers is exempt anyway, so it decides nothing. Delete it, or narrow the other one."
    UnqualifiedImage "unqualified-image" Hint
        "The pattern is compared with the text in the pod: it covers only pods that leave the registry out too, and which registry that means is up to the node. Write `docker.io/…` in both."

    // Platform policies.
    SeveralTypes "several-types" Error
        "These fields exclude each other, and the service refuses two of them in one place. To ask for several things, write several checks."
    ScopeOrder "scope-order" Error
        "The first set whose scope fits decides alone. The service wants the sets of service accounts before the one of their namespace, and the one without a scope last."
    NoCatchAll "no-catch-all" Error
        "The service refuses check sets that leave a pod undecided. Add a last set without `scope`, for example one with the check `alwaysDeny: true`."
    OutOfRange "out-of-range" Error
        "The number is outside of what the field takes."
    TooManyProjects "too-many-projects" Error
        "The quota is ten projects for a check."
    ProjectName "project-name" Error
        "A project is named by its id, `projects/my-project`, not by its number and not without `projects/`."
    NoteName "note-name" Error
        "A note is named `projects/PROJECT/notes/NOTE`, in this or another project."
    AttestorId "attestor-id" Error
        "The ids of inline attestors tell them apart, so each may be there once."
    BadKey "bad-key" Error
        "A public key is needed: for PEM what `openssl … -pubout` or `cosign public-key` prints, for OpenPGP what `gpg --export --armor` prints."
    AllowPattern "allow-pattern" Error
        "An `imageAllowlist` has a dialect of its own: a name without a tag covers every tag and digest, `*` covers anything without a `/`, and `**` may stand only after a `/`."
    DirectoryPattern "directory-pattern" Error
        "A trusted directory is `registry/path`, in front of it `*` for a part of the host (`*-docker.pkg.dev`), at its end `/*` or `/**`."
    SourcePattern "source-pattern" Error
        "A repository is written without its scheme, as `github.com/my-org/my-repo`, and may end in `/*` or `/**`."
    RepeatedScope "repeated-scope" Warning
        "The first set whose scope fits decides alone, so the checks of the second are never made. Put them into the first."
    NoChecks "no-checks" Warning
        "Nothing to check means that everything is admitted. Write `alwaysDeny: true` to admit nothing."
    IdleCheck "idle-check" Warning
        "`alwaysDeny` refuses every image if it is `true`, and does nothing if it is `false`. Leave the check out, or write `true`."
    VulnerabilityId "vulnerability-id" Warning
        "Vulnerabilities are named by the id of their note, for example `CVE-2021-20305`. Another text names none."
    AllowedAndBlocked "allowed-and-blocked" Warning
        "The API does not say which list wins. Take the id out of one of them."

    // What only the project tells.
    AttestorMissing "attestor-missing" Error
        "Create the attestor first, or write the name of one that exists."
    AttestorUnreadable "attestor-unreadable" Error
        "The service refuses a policy with an attestor that its author may not read. Ask for `roles/binaryauthorization.attestorsViewer` in its project."
    AttestorWithoutKey "attestor-without-key" Warning
        "Add a public key to the attestor before the policy asks it; until then the rule refuses every image."
    AttestorGrant "attestor-grant" Warning
        "Grant the service account `roles/containeranalysis.notes.occurrences.viewer` on the attestor's note; until then the rule refuses every image."
    ClusterMissing "cluster-missing" Warning
        "The service takes the key all the same, for clusters to come. If the cluster exists, check its location and name."
    DeniesRunning "denies-running" Warning
        "Running pods are not touched, but none of these starts again once it ends. Exempt the image, get it attested, or try the rule as a dry run first."
    PatternUnused "pattern-unused" Hint
        "No image that is known has a name like this. Delete the pattern, or correct it."

    // What is accepted, and perhaps not meant.
    NotAList "not-a-list" Warning
        "gcloud makes a list of a single value; the REST API and Terraform do not."
    KeyRead "key-read" Warning
        "gcloud reads YAML 1.1 and imports the key as something else. Quote it."
    NumericValue "numeric-value" Warning
        "gcloud takes the number of an enum value, but nobody who reviews the policy knows it. Write the name."
    DuplicatePattern "duplicate-pattern" Warning
        "The service stores both. One is enough."
    DuplicateAttestor "duplicate-attestor" Warning
        "Naming an attestor twice does not ask for two attestations."
    NamespaceDigits "namespace-digits" Warning
        "The API's documentation gives the form `[a-z.-]+` for this key, without digits, although Kubernetes allows them. Check that the rule applies after importing it."
    SystemImages "system-images" Warning
        "Google's system images (`k8s.gcr.io`, `gke.gcr.io` and others) are exempt only with `globalPolicyEvaluationMode: ENABLE`, or with patterns for them. Otherwise the cluster's own pods can be refused."
    AllowsAll "allows-all" Warning
        "Every image that no specific rule covers is admitted. Use `ALWAYS_DENY` or `REQUIRE_ATTESTATION` once you know what must run."
    DryRunOfNothing "dry-run-of-nothing" Hint
        "`ALWAYS_ALLOW` refuses nothing, so `DRYRUN_AUDIT_LOG_ONLY` neither changes nor logs anything."
    DryRun "dry-run" Warning
        "With `DRYRUN_AUDIT_LOG_ONLY` nothing is blocked: what the rule refuses runs, and is written to the audit log. Switch to `ENFORCED_BLOCK_AND_AUDIT_LOG` when the log is clean."
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_kebab_case() {
        let texts: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        assert!(texts.iter().all(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }

    #[test]
    fn helps_are_sentences() {
        for code in Code::ALL {
            assert!(code.help().ends_with('.'), "{code}");
        }
    }
}
