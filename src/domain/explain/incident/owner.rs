//! What runs a pod that was refused, by its names alone: a Deployment and not the hash of its ReplicaSet.

use crate::explain::message::Subject;

/// What runs a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Empty where it is not known.
    pub namespace: String,
    pub name: String,
}

/// Whose pod a refusal is about; `None` where the text does not say.
pub fn owner(subject: &Subject) -> Option<Owner> {
    let first = |names: [&str; 2]| names.into_iter().find(|name| !name.is_empty()).map(str::to_owned);
    let name = match subject.object.split_once('/') {
        Some(("replicaset", name)) => Some(without_hash(name).to_owned()),
        Some(("pod", name)) => Some(of_pod(name, &subject.labels).to_owned()),
        Some((_, name)) => Some(name.to_owned()),
        None if !subject.pod.is_empty() => Some(of_pod(&subject.pod, &subject.labels).to_owned()),
        None => first([&subject.service, &subject.revision]),
    };
    let name = name.filter(|name| !name.is_empty())?;
    Some(Owner { namespace: subject.namespace.clone(), name })
}

/// A pod's name up to the hash of its ReplicaSet, where its labels say it, or where the name ends as only a generated
/// one does.
fn of_pod<'n>(name: &'n str, labels: &[(String, String)]) -> &'n str {
    let hash = labels.iter().find(|(key, _)| key == "pod-template-hash").map(|(_, hash)| format!("-{hash}"));
    if let Some((owner, _)) = hash.and_then(|hash| name.rsplit_once(&hash)) {
        return owner;
    }
    match name.strip_suffix('-') {
        Some(generated) => without_hash(generated),
        None => name,
    }
}

/// The letters that Kubernetes makes hashes of: no vowels, so that no words come about, and nothing that looks like
/// another (`k8s.io/apimachinery/pkg/util/rand`).
const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";

/// The name of a ReplicaSet without the hash that its Deployment put behind it: eight to ten of [`LETTERS`], as a hash of
/// 32 bits has nearly always.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((owner, hash))
            if (8..=10).contains(&hash.len()) && hash.chars().all(|c| LETTERS.contains(c)) && !owner.is_empty() =>
        {
            owner
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("replicaset/checkout-5d8f7c9b44", "", "checkout")]
    #[case("replicaset/checkout", "", "checkout")]
    #[case("replicaset/checkout-frontend", "", "checkout-frontend")]
    #[case("job/migrate-28391", "", "migrate-28391")]
    #[case("", "checkout-5d8f7c9b44-", "checkout")]
    #[case("", "db-0", "db-0")]
    #[case("pod/db-0", "", "db-0")]
    fn a_workload_is_named_without_the_hash_of_its_replica_set(
        #[case] object: &str,
        #[case] pod: &str,
        #[case] expected: &str,
    ) {
        let subject = Subject { object: object.into(), pod: pod.into(), namespace: "n".into(), ..Subject::default() };
        assert_eq!(owner(&subject), Some(Owner { namespace: "n".into(), name: expected.into() }));
    }

    #[test]
    fn the_label_of_a_pod_says_it_too_and_nothing_named_is_nothing() {
        let labels = vec![("pod-template-hash".to_owned(), "abc".to_owned())];
        let subject = Subject { pod: "web-abc-x2x7q".into(), labels, ..Subject::default() };
        assert_eq!(owner(&subject).unwrap().name, "web");
        assert_eq!(owner(&Subject::default()), None);
    }
}
