//! The field under the cursor in our words: what it is, which values it has, where that is said.
//!
//! The place is told by the text alone, so that it is known also where no parser can read the text.

use crate::draft::complete::path_of;
use crate::draft::complete::place::place_at;
use crate::draft::complete::slot::CursorPlace;
use crate::draft::complete::slot::PlaceStep;
use crate::draft::complete::slot::Slot;
use crate::model::Model;
use domain::path::Path;
use domain::schema::{self, Field, Message, Presence, ValueKind};

/// What is said of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldHelp {
    /// The field's name, or what the map under the cursor is called.
    pub name: String,
    /// Its type and whether it is needed, in a few words.
    pub kind: String,
    pub doc: String,
    /// The values it can have, or the keys that it takes, each with what it does.
    pub choices: Vec<Choice>,
    /// What it means where it is left out.
    pub absent: Option<&'static str>,
    /// Where in the policy, as gcloud prints it; empty at the top.
    pub path: String,
    /// Where the API defines it.
    pub source: String,
}

/// A value or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub name: &'static str,
    pub doc: &'static str,
    /// Whether the choice is the one that stands there.
    pub is_taken: bool,
}

impl Model {
    /// What is said of the field under the cursor; while proposals are shown, of the selected one.
    pub fn field_help(&self) -> Option<FieldHelp> {
        let text = self.draft.editor.text();
        let at = self.draft.editor.cursor_byte();
        let place = place_at(&text, at)?;
        let root = schema::root(self.draft.document.kind);
        if let Some(name) = self.proposals().and_then(|list| list.selected()).map(|proposal| proposal.label.clone())
            && let Some(described) = field(root, &place, &name)
        {
            return Some(described);
        }
        let word = text.get(place.word.clone()).unwrap_or_default().trim_end_matches(['"', '\'']);
        at_place(root, &place, word)
    }
}

fn at_place(root: &'static Message, place: &CursorPlace, word: &str) -> Option<FieldHelp> {
    match place.slot {
        Slot::Value => value(root, &place.path, word),
        Slot::Key => field(root, place, word).or_else(|| around(root, &place.path, &place.present, word)),
    }
}

/// The field of this name in the map at the place.
fn field(root: &'static Message, place: &CursorPlace, name: &str) -> Option<FieldHelp> {
    if place.slot == Slot::Value {
        return value(root, &place.path, name);
    }
    let mut steps = place.path.clone();
    steps.push(PlaceStep::Name(name.to_owned()));
    let path = path_of(root, &steps)?;
    let found = schema::place_at(root, &path)?;
    Some(describe(root, found.field, &found.source(), &path, ""))
}

/// The field whose value stands at a path.
fn value(root: &'static Message, steps: &[PlaceStep], word: &str) -> Option<FieldHelp> {
    let path = path_of(root, steps)?;
    let found = schema::place_at(root, &path)?;
    Some(describe(root, found.field, &found.source(), &path, word))
}

/// The map that the cursor is in, where no field is: what it may have.
fn around(root: &'static Message, steps: &[PlaceStep], present: &[String], word: &str) -> Option<FieldHelp> {
    let path = path_of(root, steps)?;
    if let Some(found) = schema::place_at(root, &path) {
        return Some(describe(root, found.field, &found.source(), &path, word));
    }
    let choices = keys(root, present);
    Some(FieldHelp {
        name: root.title.to_owned(),
        kind: "a map".to_owned(),
        doc: String::new(),
        choices,
        absent: None,
        path: String::new(),
        source: format!("google.cloud.binaryauthorization.v1.{}", root.name),
    })
}

fn describe(root: &'static Message, field: &'static Field, source: &str, path: &Path, word: &str) -> FieldHelp {
    // The kind is that of the value at the path: an element of a list has its own.
    let kind = schema::kind_at(root, path).unwrap_or(field.kind);
    let presence = match field.presence {
        Presence::Required => "required",
        Presence::Optional => "optional",
        Presence::Output => "set by the service",
    };
    let (choices, absent) = match kind {
        ValueKind::Enum(names) => {
            let is_taken = |name: &str| name == word;
            let choice = |(name, doc)| Choice { name, doc, is_taken: is_taken(name) };
            let absent = names.docs.first().copied().filter(|_| field.presence == Presence::Optional);
            (names.choices().map(choice).collect(), absent)
        }
        ValueKind::Message(message) => (keys(message, &[]), None),
        ValueKind::List(_) | ValueKind::Map(..) => {
            (kind.message().map(|message| keys(message, &[])).unwrap_or_default(), None)
        }
        ValueKind::Text(_) | ValueKind::Timestamp | ValueKind::Bool | ValueKind::Int => (Vec::new(), None),
    };
    FieldHelp {
        name: field.name.to_owned(),
        kind: format!("{}, {presence}", field.kind.expected()),
        doc: field.doc.to_owned(),
        choices,
        absent,
        path: path.to_string(),
        source: source.to_owned(),
    }
}

/// The keys of a message, those that are there marked.
fn keys(message: &'static Message, present: &[String]) -> Vec<Choice> {
    let choice = |field: &'static Field| Choice {
        name: field.name,
        doc: match field.presence {
            Presence::Required => "required",
            Presence::Optional => "",
            Presence::Output => "set by the service",
        },
        is_taken: present.iter().any(|name| name == field.name),
    };
    message.fields.iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use domain::policy::PolicyKind;

    fn at(marked: &str) -> Option<FieldHelp> {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let place = place_at(&text, at)?;
        let word = text.get(place.word.clone()).unwrap_or_default().trim_end_matches(['"', '\'']);
        at_place(schema::root(PolicyKind::Singleton), &place, word)
    }

    #[rstest]
    #[case("defaultAdmissionRule:\n  evaluation|Mode: ALWAYS_DENY\n", "evaluationMode")]
    #[case("defaultAdmissionRule:\n  evaluationMode: ALW|\n", "evaluationMode")]
    #[case("defaultAdmissionRule:\n  |\n", "defaultAdmissionRule")]
    #[case("defaultAdmissionRule:\n  nonse|nse: 1\n", "defaultAdmissionRule")]
    #[case("defaultAdmissionRule:\n  requireAttestationsBy:\n  - projects/|p\n", "requireAttestationsBy")]
    #[case("clusterAdmissionRules:\n  us-east1-a.|c:\n    evaluationMode: X\n", "clusterAdmissionRules")]
    #[case("{\"defaultAdmissionRule\": {\"evaluationMode\": \"|\"}}", "evaluationMode")]
    #[case("|", "a policy")]
    fn the_field_is_found(#[case] marked: &str, #[case] name: &str) {
        assert_eq!(at(marked).unwrap().name, name);
    }

    #[test]
    fn a_field_is_told_with_its_values_and_its_source() {
        let told = at("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY|\n").unwrap();
        assert_eq!(
            (told.kind.as_str(), told.path.as_str()),
            ("one of the field's names, required", "defaultAdmissionRule.evaluationMode")
        );
        assert_eq!(told.source, "google.cloud.binaryauthorization.v1.AdmissionRule.evaluationMode");
        let taken: Vec<&str> = told.choices.iter().filter(|choice| choice.is_taken).map(|choice| choice.name).collect();
        assert_eq!(taken, ["ALWAYS_DENY"]);
        let told = at("globalPolicyEvaluationMode: |").unwrap();
        assert!(told.absent.unwrap().contains("`DISABLE`"));
        assert_eq!(at("description: x\n# comm|ent"), None);
    }
}
