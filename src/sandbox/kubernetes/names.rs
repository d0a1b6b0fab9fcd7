//! The grammar of names and labels (apimachinery, `util/validation`).

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::failure::FieldError;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
     and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
     start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or \
     '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex \
     used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const LABEL_KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end \
     with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// What names of a kind look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameForm {
    /// RFC 1123 subdomain, up to 253 characters.
    Subdomain,
    /// RFC 1123 label, up to 63 characters.
    Label,
}

/// The faults of an object's name, labels and annotations.
pub(super) fn check_meta(meta: &ObjectMeta, form: NameForm) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match meta.name.as_deref() {
        None | Some("") => errors.push(FieldError::required("metadata.name", "name or generateName is required")),
        Some(name) => errors.extend(check_name("metadata.name", name, form)),
    }
    errors.extend(check_labels("metadata.labels", meta));
    errors
}

/// The faults of the labels at `field`.
pub(super) fn check_labels(field: &str, meta: &ObjectMeta) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in meta.labels.iter().flatten() {
        if !is_label_key(key) {
            errors.push(FieldError::invalid(field, key, LABEL_KEY));
        }
        if value.len() > 63 {
            errors.push(FieldError::invalid(field, value, "must be no more than 63 bytes"));
        } else if !is_label_value(value) {
            errors.push(FieldError::invalid(field, value, LABEL_VALUE));
        }
    }
    errors
}

/// The fault of a name, if it has one.
pub(super) fn check_name(field: &str, name: &str, form: NameForm) -> Option<FieldError> {
    let (max, rule) = match form {
        NameForm::Subdomain => (253, SUBDOMAIN),
        NameForm::Label => (63, LABEL),
    };
    if name.len() > max {
        return Some(FieldError::invalid(field, &name, &format!("must be no more than {max} characters")));
    }
    let right = match form {
        NameForm::Subdomain => name.split('.').all(is_label),
        NameForm::Label => is_label(name),
    };
    (!right).then(|| FieldError::invalid(field, &name, rule))
}

fn is_label(text: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    delimited(text, alphanumeric, |byte| alphanumeric(byte) || byte == b'-')
}

fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_name(text)
}

fn is_label_name(text: &str) -> bool {
    text.len() <= 63
        && delimited(text, |b| b.is_ascii_alphanumeric(), |b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

pub(super) fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        None => is_label_name(text),
        Some((prefix, name)) => prefix.len() <= 253 && prefix.split('.').all(is_label) && is_label_name(name),
    }
}

/// Whether a text is not empty, of `inner` characters, and `outer` ones at both ends.
fn delimited(text: &str, outer: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    let ends = text.bytes().next().is_some_and(&outer) && text.bytes().next_back().is_some_and(&outer);
    ends && text.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("hello-world", true)]
    #[case("a.b-c.9", true)]
    #[case("", false)]
    #[case("Hello", false)]
    #[case("-a", false)]
    #[case("a-", false)]
    #[case("a..b", false)]
    #[case("ä", false)]
    fn subdomains(#[case] name: &str, #[case] right: bool) {
        assert_eq!(check_name("metadata.name", name, NameForm::Subdomain).is_none(), right);
    }

    #[rstest::rstest]
    #[case("app", "web", true)]
    #[case("image-policy.k8s.io/break-glass", "true", true)]
    #[case("app", "", true)]
    #[case("app", "-x", false)]
    #[case("a/b/c", "x", false)]
    #[case("", "x", false)]
    fn labels(#[case] key: &str, #[case] value: &str, #[case] right: bool) {
        let labels = [(key.to_owned(), value.to_owned())].into();
        let meta = ObjectMeta { labels: Some(labels), ..ObjectMeta::default() };
        assert_eq!(check_labels("metadata.labels", &meta).is_empty(), right);
    }
}
