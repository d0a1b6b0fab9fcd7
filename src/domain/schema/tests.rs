use rstest::rstest;

use super::*;

fn path(text: &str) -> Path {
    let segment = |part: &str| match (part.strip_prefix('#'), part.parse()) {
        (Some(key), _) => Segment::Key(key.to_owned()),
        (None, Ok(index)) => Segment::Index(index),
        (None, Err(_)) => Segment::Field(part.to_owned()),
    };
    Path(text.split(' ').filter(|part| !part.is_empty()).map(segment).collect())
}

#[test]
fn snake_case_is_told_from_camel_case() {
    assert!(is_snake_case_of("default_admission_rule", "defaultAdmissionRule"));
    assert!(!is_snake_case_of("default_admission_rules", "defaultAdmissionRule"));
    assert!(!is_snake_case_of("defaultadmissionrule", "defaultAdmissionRule"));
    assert_eq!(POLICY.field_in_snake_case("name"), None);
}

#[rstest]
#[case(POLICY, "clusterAdmissionRules #us-central1-a.c evaluationMode", Some("AdmissionRule.evaluationMode"))]
#[case(POLICY, "clusterAdmissionRules #us-central1-a.c nonsense", None)]
#[case(POLICY, "", None)]
#[case(POLICY, "gkePolicy", None)]
#[case(POLICY, "admissionWhitelistPatterns namePattern", Some("AdmissionWhitelistPattern.namePattern"))]
#[case(
    PLATFORM_POLICY,
    "gkePolicy checkSets 3 checks 0 vulnerabilityCheck allowedCves 1",
    Some("VulnerabilityCheck.allowedCves")
)]
#[case(PLATFORM_POLICY, "gkePolicy checkSets 3", Some("GkePolicy.checkSets"))]
#[case(PLATFORM_POLICY, "defaultAdmissionRule", None)]
fn the_field_of_a_place_is_found(#[case] root: &'static Message, #[case] at: &str, #[case] expected: Option<&str>) {
    let source = place_at(root, &path(at)).map(|place| place.source());
    let expected = expected.map(|name| format!("google.cloud.binaryauthorization.v1.{name}"));
    assert_eq!(source, expected);
}

#[rstest]
#[case(POLICY, "", "a policy")]
#[case(POLICY, "clusterAdmissionRules", "a map of rules")]
#[case(POLICY, "clusterAdmissionRules #a.b", "a rule")]
#[case(POLICY, "admissionWhitelistPatterns", "a list of maps")]
#[case(POLICY, "admissionWhitelistPatterns 0", "an admission whitelist pattern")]
#[case(PLATFORM_POLICY, "gkePolicy checkSets 0 checks 0 imageAllowlist allowPattern", "a list of texts")]
#[case(PLATFORM_POLICY, "gkePolicy checkSets 0 checks 0 alwaysDeny", "`true` or `false`")]
fn the_type_of_a_place_is_found(#[case] root: &'static Message, #[case] at: &str, #[case] expected: &str) {
    assert_eq!(kind_at(root, &path(at)).map(ValueKind::expected), Some(expected));
}

/// Every message below `message`, itself included.
fn below(message: &'static Message) -> Vec<&'static Message> {
    let inner = message.fields.iter().filter_map(|field| field.kind.message());
    std::iter::once(message).chain(inner.flat_map(below)).collect()
}

fn names(kind: ValueKind) -> Option<&'static Names> {
    match kind {
        ValueKind::Enum(names) => Some(names),
        ValueKind::List(value) | ValueKind::Map(_, value) => names(*value),
        _ => None,
    }
}

#[test]
fn everything_has_a_doc() {
    for message in below(POLICY).into_iter().chain(below(PLATFORM_POLICY)) {
        for field in message.fields {
            assert!(field.doc.trim_end_matches(')').ends_with('.'), "{}.{}", message.name, field.name);
            if let Some(names) = names(field.kind) {
                assert_eq!(names.all.len(), names.docs.len(), "{}.{}", message.name, field.name);
            }
        }
    }
}
