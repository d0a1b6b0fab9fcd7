//! The hosts that the sandbox stands for: nothing else is answered, and nothing is ever forwarded.

use crate::google::GoogleApi;

/// Registries, API servers of clusters, and this machine: each with all names below it.
const DOMAINS: [&str; 4] = ["gcr.io", "pkg.dev", "gke.goog", "localhost"];

/// Whether requests for this host (lower case, without port) are answered.
pub(super) fn stands_for(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "[::1]" | "::1")
        || GoogleApi::hosts().any(|api| api == host)
        || DOMAINS.iter().any(|domain| is_below(host, domain))
}

/// The names to which the authority's certificate is constrained (RFC 5280, section 4.2.1.10: a name
/// stands for itself and all below it).
pub(super) fn constraints() -> impl Iterator<Item = &'static str> {
    GoogleApi::hosts().chain(DOMAINS)
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// What is said of any other host.
pub(super) fn refusal(host: &str) -> String {
    // It stands in a line of HTTP, and whoever asks says what it is.
    let shown: String = host.chars().filter(char::is_ascii_graphic).take(80).collect();
    format!("The Countersign sandbox does not stand for {shown}, and forwards nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("binaryauthorization.googleapis.com", true)]
    #[case("compute.googleapis.com", false)]
    #[case("x.binaryauthorization.googleapis.com", false)]
    #[case("us.gcr.io", true)]
    #[case("gcr.io", true)]
    #[case("evilgcr.io", false)]
    #[case("us-docker.pkg.dev", true)]
    #[case("gke-0123456789ab-1.us-central1-a.gke.goog", true)]
    #[case("127.0.0.1", true)]
    #[case("10.0.0.1", false)]
    #[case("169.254.169.254", false)]
    #[case("example.com", false)]
    #[case("", false)]
    fn others_are_others(#[case] host: &str, #[case] ours: bool) {
        assert_eq!(stands_for(host), ours);
    }

    #[test]
    fn a_refusal_is_one_short_line() {
        let text = refusal(&format!("a\r\nb{}", "x".repeat(1000)));
        assert!(text.len() < 200 && !text.contains(['\r', '\n']), "{text}");
    }
}
