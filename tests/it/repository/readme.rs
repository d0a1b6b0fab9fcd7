//! What users read is true: the key table is that of the actions, the example of policy tests is one.
//!
//! `UPDATE=1 cargo test readme` writes the table.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::app::action::Group;
use countersign::app::keymap::specs;
use countersign::domain::policy_test;
use countersign::files::manifest;

const START: &str = "<!-- keys: written by `UPDATE=1 cargo test readme` from the table of actions -->\n";
const END: &str = "<!-- /keys -->";

fn path(document: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(document)
}

/// A table for each group; what is bound in several places with the same words stands once.
fn key_tables() -> String {
    let mut tables = String::new();
    for group in Group::ALL {
        tables.push_str(&format!("\n**{}**\n\n| key | does |\n|---|---|\n", group.title()));
        let mut rows: Vec<String> = Vec::new();
        for spec in specs().filter(|spec| spec.group == group) {
            let keys: Vec<String> =
                spec.all_keys().split(' ').map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
            let row = format!("| {} | {} |\n", keys.join(" "), spec.help);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        tables.push_str(&rows.concat());
    }
    tables.push('\n');
    tables
}

#[test]
fn the_key_table_is_that_of_the_actions() {
    let path = path("docs/keys.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).expect("the table's start");
    let (_, after) = rest.split_once(END).expect("the table's end");
    let fresh = format!("{before}{START}{}{END}{after}", key_tables());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text == fresh, "the key table is stale: UPDATE=1 cargo test readme");
}

#[test]
fn the_readme_is_one_page_with_pictures() {
    let text = fs::read_to_string(path("README.md")).unwrap();
    assert!(text.lines().count() <= 200);
    assert!(text.matches("](screenshots/").count() >= 4);
}

#[test]
fn the_example_of_policy_tests_is_read() {
    let text = fs::read_to_string(path("docs/policy-tests.md")).unwrap();
    let example = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let tests = policy_test::parse(example, &manifest::request).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(tests.tests.len(), 3);
}
