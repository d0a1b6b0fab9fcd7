//! What a command said, without what differs from run to run: times, ids, addresses, widths.

use regex::{Captures, Regex};

use super::given;
use crate::clients::gcloud::Gcloud;

/// Of `inputs/ec.pub`.
const OURS: &str = "1Tg9eAe4ohSrpQl2inn1GRkQoJzd";

/// Of `inputs/public.pgp`.
const OURS_PGP: &str = "BCAC0ZeO4f9WsMA3AH9JuQUluLDhPrLdfZDtk";

/// What stands for what, in order.
pub(super) struct Words(Vec<(Regex, String)>);

impl Words {
    pub(super) async fn of(gcloud: &Gcloud) -> Self {
        let mut words = vec![
            (regex::escape(&gcloud.work().display().to_string()), "~"),
            (regex::escape(&gcloud.lab.dir.path().display().to_string()), "DATA"),
            (regex::escape(gcloud.lab.sandbox.token().expose()), "TOKEN"),
            (regex::escape(&gcloud.lab.sandbox.addr().to_string()), "127.0.0.1:PORT"),
            (format!(r"\b{}\b", gcloud.lab.sandbox.addr().port()), "PORT"),
        ];
        let number = given::number(gcloud).await;
        if !number.is_empty() {
            words.push((number, "NUMBER"));
        }
        let general = [
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "TIME"),
            (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "TIME"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
            (r"operation-[0-9a-zA-Z-]+", "OPERATION"),
            (r"gke-[0-9a-f]{16,}[0-9a-f-]*", "gke-ID"),
            (r"(etag: )\S+", "${1}ETAG"),
            (r#"("etag": ?)"[^"]*""#, "${1}ETAG"),
            (r"(etag = ).*", "${1}ETAG"),
            (r"(signature = ).*", "${1}SIGNATURE"),
            (r#"(certificate-authority-data = )".*""#, "${1}CERTIFICATE"),
            (r#"(client-certificate-data = )".*""#, "${1}CERTIFICATE"),
            (r#"(client-key-data = )".*""#, "${1}KEY"),
            (r#"(/auth = )".*""#, "${1}CREDENTIALS"),
            (r"(?m)^- [A-Za-z0-9_=-]{100,}$", "- ATTESTATION"),
            // The names of what a Deployment makes, of events, and the ages and logs of kubectl.
            (r"\b(hello|web2)-([0-9a-z]{10})-[0-9a-z]{5}\b", "${1}-${2}-SUFFIX"),
            (r"\b([a-z0-9-]+)\.[0-9a-f]{15,}\b", "${1}.ID"),
            (r"[EWF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [a-z_]+\.go:\d+\]", "LOG"),
            (r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "TIME"),
            (r"\.{3,}", "..."),
            (r"\.+done\.", "...done."),
            (r"(?m) +$", ""),
        ];
        words.extend(general.map(|(pattern, word)| (pattern.to_owned(), word)));
        Self(words.into_iter().map(|(pattern, word)| (Regex::new(&pattern).unwrap(), word.to_owned())).collect())
    }

    pub(super) fn stable(&self, text: &str) -> String {
        let text =
            self.0.iter().fold(text.to_owned(), |text, (pattern, word)| pattern.replace_all(&text, word).into_owned());
        // A key of gpg's that is not the recordings'.
        let other = Regex::new(r"\b[0-9A-F]{40}\b").unwrap();
        let named = |found: &Captures<'_>| {
            if &found[0] == given::FINGERPRINT { found[0].to_owned() } else { "FINGERPRINT".to_owned() }
        };
        let text = other.replace_all(&text, named).into_owned();
        let block =
            Regex::new("(?s)-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----").unwrap();
        let made = |found: &Captures<'_>| {
            if found[0].contains(OURS_PGP) { found[0].to_owned() } else { "KEY".to_owned() }
        };
        let text = block.replace_all(&text, made).into_owned();
        // A key of Cloud KMS is made for the test; the other one is that of the recordings.
        let key = Regex::new("(?s)-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----").unwrap();
        let made = |found: &Captures<'_>| if found[0].contains(OURS) { found[0].to_owned() } else { "KEY".to_owned() };
        key.replace_all(&text, made).into_owned()
    }
}

/// A table or description of kubectl's, whose columns are as wide as what they hold; ages are of the clock.
pub(super) fn columns(text: &str) -> String {
    let text = Regex::new(r"(\S) {2,}").unwrap().replace_all(text, "${1}  ").into_owned();
    let text = Regex::new(r"\b\d{1,2}s\b").unwrap().replace_all(&text, "AGE").into_owned();
    // A controller tries again and again what is refused.
    Regex::new(r"AGE \(x\d+ over AGE\)").unwrap().replace_all(&text, "AGE").into_owned()
}

/// A report without what the client printed.
pub(super) fn without_output(report: &str) -> String {
    let state = report.find("--- state").unwrap_or(report.len());
    let output = ["--- stdout", "--- stderr"].into_iter().filter_map(|title| report.find(title)).min();
    format!("{}{}", &report[..output.unwrap_or(state)], &report[state..]).trim_end().to_owned()
}

/// The part of the report under a title; nothing for an empty one.
pub(super) fn section(title: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("--- {title}\n{}\n", text.trim_end()) }
}

/// Of a complaint about usage the complaint alone: the choices that follow are those of gcloud's version.
pub(super) fn usage_cut(stderr: &str) -> String {
    let cut = ["Maybe you meant:", "Usage: gcloud", "To search the help text", "\nusage: "];
    let end = cut.iter().filter_map(|text| stderr.find(text)).min().unwrap_or(stderr.len());
    stderr[..end].to_owned()
}
