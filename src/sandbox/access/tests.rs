use super::*;

#[test]
fn notes_of_one_occurrence_and_of_many() {
    let one = json!({"noteName": "projects/p/notes/n"});
    let many = json!({"occurrences": [{"noteName": "projects/p/notes/n"}, {}]});
    for body in [one, many] {
        let needs = attached_notes(&body);
        assert_eq!(needs, [Need::new("containeranalysis.notes.attachOccurrence", "projects/p/notes/n")]);
    }
}
