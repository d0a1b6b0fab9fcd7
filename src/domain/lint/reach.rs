//! Keys of rules that are well formed and can still never apply: nothing has such a name.

use crate::document::Bytes;
use crate::lint::Code;
use crate::lint::decode::{Decoder, shown};
use crate::lint::nearest::{nearest, suggestion};
use crate::name::ClusterKey;
use crate::policy::RuleKind;
use crate::system_policy::LOCATIONS;

/// Regions that clusters can be in and that the system policy's list does not name.
const MORE_REGIONS: [&str; 4] = ["europe-north2", "northamerica-south1", "us-east2", "us-west5"];

impl Decoder<'_, '_, '_> {
    /// What a key of the right form says about the rule.
    pub(super) fn advise_on_key(&mut self, kind: RuleKind, key: &str, at: Bytes) {
        match kind {
            RuleKind::Default => {}
            RuleKind::Cluster => self.advise_on_cluster(key, at),
            RuleKind::Namespace => self.advise_on_name(key, is_label, "namespace", at),
            RuleKind::ServiceAccount => {
                let (namespace, account) = key.split_once(':').unwrap_or((key, ""));
                self.advise_on_account(namespace, account, at);
            }
            RuleKind::ServiceIdentity => self.advise_on_identity(key, at),
        }
    }

    fn advise_on_cluster(&mut self, key: &str, at: Bytes) {
        let Ok(key) = key.parse::<ClusterKey>() else { return };
        if !is_location(key.location()) {
            let near = nearest_location(key.location());
            let text = format!("no location `{}` is known{}", shown(key.location()), suggestion(near.as_deref()));
            return self.report(Code::UnknownLocation, at, text);
        }
        self.advise_on_name(key.cluster(), is_cluster, "cluster", at);
    }

    fn advise_on_account(&mut self, namespace: &str, account: &str, at: Bytes) {
        if is_label(namespace) {
            self.advise_on_name(account, is_subdomain, "service account", at);
        } else {
            self.advise_on_name(namespace, is_label, "namespace", at);
        }
    }

    fn advise_on_identity(&mut self, key: &str, at: Bytes) {
        let bare = key.strip_prefix("spiffe://").unwrap_or(key);
        let parts: Vec<&str> = bare.split('/').collect();
        if let [_, _, namespace, _, account] = parts.as_slice() {
            self.advise_on_account(namespace, account, at);
        }
        if !self.identities.insert(bare.to_owned()) {
            let text = "another rule is for the same identity, written with or without `spiffe://`".to_owned();
            self.report(Code::UnreachableRule, at, text);
        }
    }

    fn advise_on_name(&mut self, name: &str, valid: fn(&str) -> bool, what: &str, at: Bytes) {
        if !valid(name) {
            let text = format!("no {what} can be called `{}`", shown(name));
            self.report(Code::UnreachableRule, at, text);
        }
    }
}

/// The known location that was probably meant, with the zone that was typed.
pub(super) fn nearest_location(typed: &str) -> Option<String> {
    nearest(typed, LOCATIONS.into_iter().chain(MORE_REGIONS)).map(|name| with_zone(name, typed))
}

/// `global` (fleet memberships), a region, or a zone of it.
pub(super) fn is_location(text: &str) -> bool {
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
