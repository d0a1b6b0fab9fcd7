//! Keys of rules: their forms, and keys of the right form that can never apply, since nothing has such a name.

use crate::diagnostic::{Code, excerpt};
use crate::name::{ClusterKey, ServiceIdentity, is_namespace};
use crate::policy::RuleKind;
use crate::spelling::{nearest, suggestion};
use crate::system_policy::LOCATIONS;

/// Regions that clusters can be in and that the system policy's list does not name.
const MORE_REGIONS: [&str; 4] = ["europe-north2", "northamerica-south1", "us-east2", "us-west5"];

/// The form that a key should have, if it does not have it.
pub(crate) fn fault(kind: RuleKind, key: &str) -> Option<(Code, &'static str)> {
    let (code, form, valid) = match kind {
        RuleKind::Default => return None,
        // Inferred: the service documents the form, not the refusal.
        RuleKind::Cluster => {
            (Code::ClusterKey, "a cluster key (`LOCATION.CLUSTER`)", key.parse::<ClusterKey>().is_ok())
        }
        RuleKind::Namespace => (Code::NamespaceKey, "the name of a namespace", is_namespace(key)),
        RuleKind::ServiceAccount => {
            let valid = key
                .split_once(':')
                .is_some_and(|(namespace, account)| [namespace, account].into_iter().all(is_namespace));
            (Code::ServiceAccountKey, "a service account key (`NAMESPACE:SERVICE_ACCOUNT`)", valid)
        }
        RuleKind::ServiceIdentity => (
            Code::ServiceIdentityKey,
            "a service identity (`DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`)",
            key.parse::<ServiceIdentity>().is_ok(),
        ),
    };
    (!valid).then_some((code, form))
}

/// Why a rule with a key of the right form never applies.
pub(crate) fn unreachable(kind: RuleKind, key: &str) -> Option<(Code, String)> {
    match kind {
        RuleKind::Default => None,
        RuleKind::Cluster => unreachable_cluster(key),
        RuleKind::Namespace => unreachable_name(key, is_label, "namespace"),
        RuleKind::ServiceAccount => {
            let (namespace, account) = key.split_once(':').unwrap_or((key, ""));
            unreachable_account(namespace, account)
        }
        RuleKind::ServiceIdentity => {
            let parts: Vec<&str> = bare_identity(key).split('/').collect();
            let [_, _, namespace, _, account] = parts.as_slice() else { return None };
            unreachable_account(namespace, account)
        }
    }
}

/// A service identity without the scheme, which makes no difference to the rule.
pub(crate) fn bare_identity(key: &str) -> &str {
    key.strip_prefix("spiffe://").unwrap_or(key)
}

fn unreachable_cluster(key: &str) -> Option<(Code, String)> {
    let key = key.parse::<ClusterKey>().ok()?;
    if !is_location(key.location()) {
        let near = nearest_location(key.location());
        let text = format!("no location `{}` is known{}", excerpt(key.location()), suggestion(near.as_deref()));
        return Some((Code::UnknownLocation, text));
    }
    unreachable_name(key.cluster(), is_cluster, "cluster")
}

fn unreachable_account(namespace: &str, account: &str) -> Option<(Code, String)> {
    if is_label(namespace) {
        unreachable_name(account, is_subdomain, "service account")
    } else {
        unreachable_name(namespace, is_label, "namespace")
    }
}

fn unreachable_name(name: &str, valid: fn(&str) -> bool, what: &str) -> Option<(Code, String)> {
    (!valid(name)).then(|| (Code::UnreachableRule, format!("no {what} can be called `{}`", excerpt(name))))
}

/// The known location that was probably meant, with the zone that was typed.
pub(crate) fn nearest_location(typed: &str) -> Option<String> {
    nearest(typed, LOCATIONS.into_iter().chain(MORE_REGIONS)).map(|name| with_zone(name, typed))
}

/// `global` (fleet memberships), a region, or a zone of it.
pub(crate) fn is_location(text: &str) -> bool {
    let known = |name: &str| LOCATIONS.contains(&name) || MORE_REGIONS.contains(&name);
    let zone =
        text.rsplit_once('-').filter(|(_, zone)| zone.len() == 1 && zone.bytes().all(|b| b.is_ascii_lowercase()));
    known(text) || zone.is_some_and(|(region, _)| region != "global" && known(region))
}

/// A region that was meant, with the zone that was typed.
fn with_zone(region: &str, typed: &str) -> String {
    match typed.rsplit_once('-') {
        Some((_, zone)) if zone.len() == 1 => format!("{region}-{zone}"),
        _ => region.to_owned(),
    }
}

/// RFC 1123: a label, at most 63 characters.
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// A cluster or a fleet membership. Not held to the 40 characters of GKE's own clusters.
fn is_cluster(text: &str) -> bool {
    is_label(text)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("global", true)]
    #[case("us-central1", true)]
    #[case("us-central1-a", true)]
    #[case("europe-west4-b", true)]
    #[case("us-central", false)]
    #[case("us-centrall-a", false)]
    #[case("us_central1-a", false)]
    #[case("global-a", false)]
    #[case("", false)]
    fn locations(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_location(text), expected);
    }
}
