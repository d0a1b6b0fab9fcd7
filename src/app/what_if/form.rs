//! The form in which an assumption is typed.

use jiff::Timestamp;

use crate::model::Model;
use crate::shell::form::{Form, TextField, fields};
use crate::shell::notice::Weight;
use crate::submission::{Submission, Submit};
use crate::what_if::assumption::Typed;
use domain::name::{ClusterKey, KubernetesName};
use domain::what_if::Assumption;

#[derive(Debug)]
pub(crate) struct AssumeForm {
    typed: Typed,
    value: TextField,
}

impl AssumeForm {
    pub(crate) fn new(typed: Typed) -> Self {
        Self { typed, value: TextField::new(typed.field(), "", typed.help()) }
    }
}

impl Form for AssumeForm {
    fields!(value);

    fn title(&self) -> &'static str {
        "What if"
    }

    fn intro(&self) -> &'static str {
        "Nothing is changed: it is only decided as if."
    }
}

impl Submit<Model> for AssumeForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let assumption = match self.typed {
            Typed::Attestor => Assumption::Attested(self.value.parse()?),
            Typed::Cluster => Assumption::Cluster(self.value.parse::<ClusterKey>()?.to_string()),
            Typed::Namespace => Assumption::Namespace(self.value.parse::<KubernetesName>()?.to_string()),
            Typed::Time => Assumption::At(self.value.read(time)?),
        };
        model.assume(assumption);
        Ok(Vec::new())
    }
}

impl Model {
    /// Takes something to be other than it is.
    pub(crate) fn assume(&mut self, assumption: Assumption) {
        self.say(Weight::Info, format!("assumed: {}; W drops it", assumption.short()));
        self.session.assumptions.assume(assumption);
    }
}

/// RFC 3339, or a date with or without a time of day, in UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    let dated = text.replacen(' ', "T", 1);
    let forms = [text.to_owned(), format!("{dated}Z"), format!("{dated}:00Z"), format!("{dated}T00:00:00Z")];
    forms
        .iter()
        .find_map(|form| form.parse().ok())
        .ok_or_else(|| format!("{text:?} is no time: write 2026-01-31 14:05, or with seconds, or RFC 3339"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("2026-01-31T14:05:06Z", Some("2026-01-31T14:05:06Z"))]
    #[case("2026-01-31T15:05:06+01:00", Some("2026-01-31T14:05:06Z"))]
    #[case("2026-01-31 14:05:06", Some("2026-01-31T14:05:06Z"))]
    #[case("2026-01-31 14:05", Some("2026-01-31T14:05:00Z"))]
    #[case("2026-01-31", Some("2026-01-31T00:00:00Z"))]
    #[case("yesterday", None)]
    #[case("2026-13-01", None)]
    #[case("", None)]
    fn times(#[case] text: &str, #[case] meant: Option<&str>) {
        assert_eq!(time(text).ok().map(|time| time.to_string()).as_deref(), meant);
    }
}
