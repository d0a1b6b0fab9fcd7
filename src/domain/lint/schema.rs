//! The fields of the policy as data: names, types, and what each is for.
//!
//! Source: Binary Authorization v1 `resources.proto` (messages `Policy`, `AdmissionRule`,
//! `AdmissionWhitelistPattern`); the words are ours.

use crate::domain::document::{Path, Segment};
use crate::domain::policy::RuleKind;

/// A message of the API.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// What a person calls it, with its article.
    pub title: &'static str,
    pub fields: &'static [Field],
}

#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// In camel case, as gcloud wants it.
    pub name: &'static str,
    pub kind: Kind,
    /// What it does, in our words.
    pub doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// RFC 3339.
    Timestamp,
    Enum(&'static Names),
    /// A list of attestor names.
    Attestors,
    Patterns,
    Rule,
    /// A map of rules.
    Rules(RuleKind),
}

/// The names of an enum by their number; the first is the one that means "not set".
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    pub all: &'static [&'static str],
    /// What each is for, in the same order.
    pub docs: &'static [&'static str],
}

impl Message {
    /// The field with this name in camel case.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field with this name in snake case, as in the proto.
    pub fn field_in_snake_case(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name != name && is_snake_case_of(name, field.name))
    }
}

/// What a place in a policy may hold, and what it is for; `None` where no policy has such a place.
pub fn field_at(path: &Path) -> Option<&'static Field> {
    let (mut message, mut found) = (&POLICY, None);
    for segment in &path.0 {
        if let Segment::Field(name) = segment {
            let field = message.field(name)?;
            found = Some(field);
            message = field.kind.message().unwrap_or(message);
        }
    }
    found
}

impl Kind {
    /// The message of the value, or of the values in the list or map.
    pub fn message(self) -> Option<&'static Message> {
        match self {
            Self::Patterns => Some(&PATTERN),
            Self::Rule | Self::Rules(_) => Some(&RULE),
            Self::Text | Self::Timestamp | Self::Enum(_) | Self::Attestors => None,
        }
    }

    /// What a value of this kind looks like, in a few words.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text | Self::Timestamp => "a text",
            Self::Enum(_) => "one of its names",
            Self::Attestors => "a list of attestors",
            Self::Patterns => "a list of patterns",
            Self::Rule => "a rule (a map)",
            Self::Rules(_) => "a map of rules",
        }
    }
}

/// `default_admission_rule` is the snake case of `defaultAdmissionRule`.
pub fn is_snake_case_of(snake: &str, camel: &str) -> bool {
    let mut snake = snake.chars();
    let mut follows = |c: char| snake.next() == Some(c);
    let matches = camel
        .chars()
        .all(|c| if c.is_ascii_uppercase() { follows('_') && follows(c.to_ascii_lowercase()) } else { follows(c) });
    matches && snake.next().is_none()
}

pub static POLICY: Message = Message {
    title: "a policy",
    fields: &[
        Field {
            name: "name",
            kind: Kind::Text,
            doc: "The policy's own name, `projects/PROJECT/policy`. The service sets it: whatever the file says, the policy is imported to the current project.",
        },
        Field { name: "description", kind: Kind::Text, doc: "Free text for people." },
        Field {
            name: "globalPolicyEvaluationMode",
            kind: Kind::Enum(&GLOBAL_POLICY_EVALUATION_MODE),
            doc: "Whether Google's system policy is asked before this one. It exempts the images that Google's own components run, and never denies. Not set means `DISABLE`.",
        },
        Field {
            name: "admissionWhitelistPatterns",
            kind: Kind::Patterns,
            doc: "Images that no rule looks at. Each image of a pod is compared with the patterns as it is written in the pod. (Elsewhere these are called allowlist or exempt images; the API says whitelist.)",
        },
        Field {
            name: "clusterAdmissionRules",
            kind: Kind::Rules(RuleKind::Cluster),
            doc: "Rules by cluster. Keys are `LOCATION.CLUSTER`. A pod in a cluster that has a rule is decided by it alone, not also by the default rule.",
        },
        Field {
            name: "kubernetesNamespaceAdmissionRules",
            kind: Kind::Rules(RuleKind::Namespace),
            doc: "Rules by Kubernetes namespace. A pod in a namespace that has a rule is decided by it alone.",
        },
        Field {
            name: "kubernetesServiceAccountAdmissionRules",
            kind: Kind::Rules(RuleKind::ServiceAccount),
            doc: "Rules by Kubernetes service account. Keys are `NAMESPACE:SERVICE_ACCOUNT`; a pod that names none runs as `default`.",
        },
        Field {
            name: "istioServiceIdentityAdmissionRules",
            kind: Kind::Rules(RuleKind::ServiceIdentity),
            doc: "Rules by the identity of a workload in Cloud Service Mesh. Keys are `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`, with or without `spiffe://`.",
        },
        Field {
            name: "defaultAdmissionRule",
            kind: Kind::Rule,
            doc: "The rule for everything that no specific rule covers. Required. The only rule that Cloud Run uses.",
        },
        Field {
            name: "updateTime",
            kind: Kind::Timestamp,
            doc: "When the policy was last changed. The service sets it and ignores what a file says.",
        },
        Field {
            name: "etag",
            kind: Kind::Text,
            doc: "The version that the file was exported from. With it an import fails if somebody changed the policy meanwhile; without it the import overwrites whatever is there.",
        },
    ],
};

pub static RULE: Message = Message {
    title: "a rule",
    fields: &[
        Field {
            name: "evaluationMode",
            kind: Kind::Enum(&EVALUATION_MODE),
            doc: "How the images that this rule covers are decided. Required.",
        },
        Field {
            name: "requireAttestationsBy",
            kind: Kind::Attestors,
            doc: "The attestors that must all have attested an image. Required with `REQUIRE_ATTESTATION`, not allowed otherwise.",
        },
        Field {
            name: "enforcementMode",
            kind: Kind::Enum(&ENFORCEMENT_MODE),
            doc: "What happens to a pod that the rule does not admit. Required.",
        },
    ],
};

pub static PATTERN: Message = Message {
    title: "an admission whitelist pattern",
    fields: &[Field {
        name: "namePattern",
        kind: Kind::Text,
        doc: "An image, exactly; or the start of one, with `*` at the end for anything without a `/`, or `**` for anything.",
    }],
};

static GLOBAL_POLICY_EVALUATION_MODE: Names = Names {
    all: &["GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED", "ENABLE", "DISABLE"],
    docs: &["Not set, which means `DISABLE`.", "System images are exempt.", "Only this policy decides."],
};

static EVALUATION_MODE: Names = Names {
    all: &["EVALUATION_MODE_UNSPECIFIED", "ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY"],
    docs: &[
        "Not set; refused.",
        "Every image is admitted.",
        "An image is admitted if every attestor in `requireAttestationsBy` attested its digest.",
        "No image is admitted, but for exempt ones.",
    ],
};

static ENFORCEMENT_MODE: Names = Names {
    all: &["ENFORCEMENT_MODE_UNSPECIFIED", "ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"],
    docs: &[
        "Not set; refused.",
        "The pod is blocked, and the audit log says why.",
        "The pod runs, and the audit log says that it would have been blocked.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_is_told_from_camel_case() {
        assert!(is_snake_case_of("default_admission_rule", "defaultAdmissionRule"));
        assert!(!is_snake_case_of("default_admission_rules", "defaultAdmissionRule"));
        assert!(!is_snake_case_of("defaultadmissionrule", "defaultAdmissionRule"));
        assert_eq!(POLICY.field_in_snake_case("name"), None);
    }

    #[test]
    fn the_field_of_a_place_is_found() {
        let key = Segment::Key("us-central1-a.c".to_owned());
        let path = |last: &str| {
            Path(vec![Segment::Field("clusterAdmissionRules".to_owned()), key.clone(), Segment::Field(last.to_owned())])
        };
        assert_eq!(field_at(&path("evaluationMode")).map(|field| field.name), Some("evaluationMode"));
        assert_eq!(field_at(&path("nonsense")), None);
        assert_eq!(field_at(&Path::default()), None);
    }

    #[test]
    fn every_name_of_an_enum_has_a_doc() {
        for names in [&GLOBAL_POLICY_EVALUATION_MODE, &EVALUATION_MODE, &ENFORCEMENT_MODE] {
            assert_eq!(names.all.len(), names.docs.len());
        }
    }
}
