use super::*;

#[test]
fn attestors_that_are_new_to_a_policy() {
    let body = serde_json::json!({
        "defaultAdmissionRule": {"requireAttestationsBy": ["projects/p/attestors/a", "projects/p/attestors/b"]},
        "cluster_admission_rules": {"x": {"require_attestations_by": ["projects/q/attestors/c"]}},
    });
    let mut found: Vec<String> =
        new_attestors(&body, &["projects/p/attestors/a".to_owned()]).into_iter().map(|need| need.resource).collect();
    found.sort();
    assert_eq!(found, ["projects/p/attestors/b", "projects/q/attestors/c"]);
}

#[test]
fn notes_of_one_occurrence_and_of_many() {
    let one = serde_json::json!({"note_name": "projects/p/notes/n"});
    let many = serde_json::json!({"occurrences": [{"noteName": "projects/p/notes/n"}, {}]});
    for body in [one, many] {
        let needs = attached_notes(&body);
        assert_eq!(needs, [Need::new("containeranalysis.notes.attachOccurrence", "projects/p/notes/n")]);
    }
}
