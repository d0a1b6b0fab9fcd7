//! Container Analysis by curl: notes, who may read them, occurrences. gcloud has no commands for these.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::line::{Command, Line, Word};
use crate::attestation::Attestation;
use crate::image::ImageRef;
use crate::name::{AttestorName, NoteName};

const CONTAINER_ANALYSIS: &str = "https://containeranalysis.googleapis.com/v1";
const BINARY_AUTHORIZATION: &str = "https://binaryauthorization.googleapis.com/v1";
const VIEWER: &str = "roles/containeranalysis.notes.occurrences.viewer";

/// Creates a note of kind `ATTESTATION`.
pub fn create_note(project: &str, id: &str, description: &str) -> Command {
    let note = format!("{{\"attestation\": {{\"hint\": {{\"humanReadableName\": {}}}}}}}", json(description));
    post(note).arg(Word::phrase(format!("{CONTAINER_ANALYSIS}/projects/{project}/notes?noteId={id}")))
}

/// Deletes a note or an occurrence, by its whole name.
pub fn delete(name: &str) -> Command {
    delete_at(Word::phrase(format!("{CONTAINER_ANALYSIS}/{name}")))
}

/// The member may read the note's occurrences.
pub fn grant(note: &NoteName, member: &str) -> Line {
    set_iam(note, &format!(".bindings += [{{role: {}, members: [{}]}}]", json(VIEWER), json(member)))
}

/// The member may no more read the note's occurrences by this role.
pub fn revoke(note: &NoteName, member: &str) -> Line {
    let change = format!(
        ".bindings = [.bindings[]? | if .role == {} then .members -= [{}] else . end | select(.members != [])]",
        json(VIEWER),
        json(member)
    );
    set_iam(note, &change)
}

/// What an attestor is asked about.
#[derive(Debug, Clone)]
pub struct Validate<'a> {
    pub attestor: &'a AttestorName,
    pub note: &'a NoteName,
    pub image: &'a ImageRef,
    pub payload: &'a [u8],
    pub signature: Word,
    pub key_id: &'a str,
}

/// Asks the attestor whether it verifies; gcloud has this only as a flag of making the attestation.
pub fn validate(asked: Validate<'_>) -> Line {
    let occurrence = format!(
        "{{attestation: {{serializedPayload: {}, signatures: [{{publicKeyId: $key, signature: ($signature | @base64)}}]}}, \
         occurrenceNote: {}, occurrenceResourceUri: {}}}",
        json(&STANDARD.encode(asked.payload)),
        json(&asked.note.to_string()),
        json(asked.image.as_str()),
    );
    let jq = Command::new("jq -n --arg key").arg(asked.key_id);
    let url = format!("{BINARY_AUTHORIZATION}/{}:validateAttestationOccurrence", asked.attestor);
    Line::from(jq.arg("--rawfile").arg("signature").arg(asked.signature).arg(occurrence))
        .pipe(post("@-").arg(Word::phrase(url)))
}

/// Deletes an attestation in a store that has named it by itself: the first one of the note on the image, by
/// the same key.
pub fn delete_alike(attestation: &Attestation) -> Line {
    let project = attestation.name.split('/').nth(1).unwrap_or_default();
    let key = attestation.signatures.first().map(|signature| signature.public_key_id.as_str());
    let signed = if key.is_some() {
        " and any(.attestation.signatures[]?; .publicKeyId == $key)"
    } else {
        " and (.attestation.signatures // [] | length) == 0"
    };
    let note = json(&attestation.note.to_string());
    let program = format!("first(.occurrences[]? | select(.noteName == {note}{signed}) | .name)");
    let filter = format!("filter=kind=\"ATTESTATION\" AND resourceUrl=\"{}\"", attestation.resource_uri);
    let list = curl()
        .args(&["-G", "--data-urlencode", &filter])
        .arg(Word::phrase(format!("{CONTAINER_ANALYSIS}/projects/{project}/occurrences")));
    let find = Command::new("jq -r --arg key").arg(key.unwrap_or_default()).arg(program);
    let name = Word::shell("NAME=").followed_by(Line::from(list).pipe(find).output());
    Line::from(Command::of(name)).and(delete_at(Word::shell(format!("\"{CONTAINER_ANALYSIS}/$NAME\""))))
}

/// Reads the note's policy, changes it by a program of jq, and writes it with its etag.
fn set_iam(note: &NoteName, change: &str) -> Line {
    let url = format!("{CONTAINER_ANALYSIS}/{note}");
    let read = curl().args(&["-X", "POST"]).arg(Word::phrase(format!("{url}:getIamPolicy")));
    let write = post("@-").arg(Word::phrase(format!("{url}:setIamPolicy")));
    Line::from(read).pipe(Command::new("jq").arg(format!("{{policy: ({change})}}"))).pipe(write)
}

fn curl() -> Command {
    let token = Word::shell("\"Authorization: Bearer $(gcloud auth print-access-token)\"");
    Command::new("curl --fail-with-body -sS -H").arg(token)
}

/// Sends JSON; where to is the next argument.
fn post(data: impl Into<Word>) -> Command {
    let content = Word::phrase("Content-Type: application/json");
    curl().args(&["-X", "POST", "-H"]).arg(content).arg("--data").arg(data)
}

fn delete_at(url: Word) -> Command {
    curl().args(&["-X", "DELETE"]).arg(url)
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
