//! Two texts are read as policies, compared, and asked about an inventory: each witness is decided
//! differently by the two, and a third text in any form is an inventory or is refused with its line.
#![no_main]

use countersign::domain::admission::CompiledPolicy;
use countersign::domain::document::{Dialect, Document};
use countersign::domain::policy::Policy;
use countersign::domain::review::Comparison;
use countersign::domain::system_policy::SystemPolicy;
use countersign::files::inventory::{self, Defaults};
use libfuzzer_sys::fuzz_target;

fn policy(text: &str) -> Option<Policy> {
    Document::parse(text, Dialect::Gcloud).policy
}

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, "\n%%\n");
    let (old, new) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let _ = inventory::parse(parts.next().unwrap_or(text), &Defaults::default());
    let (Some(old), Some(new)) = (policy(old), policy(new)) else { return };
    let system = SystemPolicy::Documented;
    let comparison = Comparison::new(&old, &new, &system);
    let [before, after] = [&old, &new].map(|policy| CompiledPolicy::new(policy, &system));
    let shown = comparison.changes.iter().flat_map(|change| change.effect.witnesses());
    for witness in shown.chain(comparison.difference.as_deref()) {
        assert_ne!(witness.decision(&before).outcome, witness.decision(&after).outcome);
    }
    assert!(Comparison::new(&old, &old, &system).is_equivalent());
});
