//! The README is true: its key table is that of the actions, its pictures are there.
//!
//! `UPDATE=1 cargo test readme` writes the table.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use countersign::app::action::{Group, specs};
use countersign::domain::policy_test;
use countersign::files::manifest;

/// Held by who reads and writes the README: two tables of it are written by two tests.
pub(crate) static FILE: Mutex<()> = Mutex::new(());

const START: &str = "<!-- keys: written by `UPDATE=1 cargo test readme` from the table of actions -->\n";
const END: &str = "<!-- /keys -->";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
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
    let _file = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = fs::read_to_string(path()).unwrap();
    let (before, rest) = text.split_once(START).expect("the table's start");
    let (_, after) = rest.split_once(END).expect("the table's end");
    let fresh = format!("{before}{START}{}{END}{after}", key_tables());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path(), &fresh).unwrap();
    }
    let text = fs::read_to_string(path()).unwrap();
    assert!(text == fresh, "the README's key table is stale: UPDATE=1 cargo test readme");
}

#[test]
fn its_pictures_are_there() {
    let text = fs::read_to_string(path()).unwrap();
    let pictures: Vec<&str> = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|p| p.starts_with("screenshots/"))
        .collect();
    assert!(pictures.len() >= 5);
    for picture in pictures {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(picture).exists(), "{picture}");
    }
}

#[test]
fn its_policy_tests_are_read() {
    let text = fs::read_to_string(path()).unwrap();
    let (_, rest) = text.split_once("## Policy tests").unwrap();
    let example = rest.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let tests = policy_test::parse(example, &manifest::request).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(tests.tests.len(), 3);
}
