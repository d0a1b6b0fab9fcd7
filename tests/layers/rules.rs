//! The rules that the workspace keeps: no circles, directions between rooms, purity, no forgotten file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use crate::{Circle, Graph, Sources, Workspace};

/// Circles of files that may stay, each with the reason why.
const ALLOWED_CIRCLES: &[(&[&str], &str)] = &[
    (
        &["src/app/update/actions.rs", "src/app/update/boxes.rs"],
        "the palette is a box whose entries are actions, and an action opens it",
    ),
    (
        &["src/app/shell/editor.rs", "src/app/shell/editor/edit.rs"],
        "one type in two files: the commands that change the text are an `impl` of their own",
    ),
];

/// How many files of each crate stand in circles that are still to be opened. Numbers only fall.
const NOT_YET_OPEN: &[(&str, usize)] = &[];

/// How many children of each folder of `domain` stand in circles with their siblings. Numbers only fall.
const FOLDERS_NOT_YET_OPEN: &[(&str, usize)] = &[];

/// Which crates of the workspace each may use: the floors of `docs/architecture.md`.
const CRATES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("disk", &[]),
    ("wire", &["domain"]),
    ("files", &["domain"]),
    ("codelab", &["domain"]),
    ("signing", &["disk", "domain"]),
    ("client", &["domain", "wire"]),
    ("sandbox", &["disk", "domain", "files", "signing", "wire"]),
    ("app", &["codelab", "domain"]),
    ("ui", &["app", "codelab", "domain"]),
];

/// Which rooms of the root crate each may name. What is not listed is forbidden.
const ALLOWED: &[(&str, &[&str])] =
    &[("runtime", &["runtime", "settings"]), ("settings", &["settings"]), ("cli", &["cli", "runtime", "settings"])];

/// Names that a pure crate may not use: input, output, time and tasks.
const IMPURE: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant",
            "Timestamp::now",
            "tokio",
            "reqwest",
            "ratatui",
            "crossterm",
        ],
    ),
    ("codelab", &["std::fs", "std::net", "std::env", "SystemTime", "Timestamp::now", "tokio", "reqwest"]),
    (
        "app",
        &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant",
            "Timestamp::now",
            "tokio",
            "reqwest",
            "Frame",
            "Buffer",
        ],
    ),
    ("ui", &["std::fs", "std::net", "tokio", "reqwest"]),
    ("files", &["std::fs", "std::net", "tokio", "reqwest", "Timestamp::now"]),
    ("wire", &["std::fs", "std::net", "tokio", "reqwest", "Timestamp::now"]),
];

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Workspace::read(&Sources::of_workspace(&directory).unwrap()).unwrap()
});

/// Circles that no row allows.
fn circles(graph: &Graph) -> Vec<Circle<'_>> {
    let is_allowed = |circle: &Circle<'_>| {
        ALLOWED_CIRCLES.iter().any(|(files, _)| circle.paths().into_iter().eq(files.iter().copied()))
    };
    Circle::all(graph).into_iter().filter(|circle| !is_allowed(circle)).collect()
}

/// Compares how many nodes stand in circles with the rows of what is not yet open.
fn compare<'a>(found: impl IntoIterator<Item = (&'a str, Circle<'a>)>, rows: &[(&'a str, usize)]) -> String {
    let mut by_name: BTreeMap<&str, Vec<Circle<'_>>> = rows.iter().map(|(name, _)| (*name, Vec::new())).collect();
    for (name, circle) in found {
        by_name.entry(name).or_default().push(circle);
    }
    let mut text = String::new();
    for (name, circles) in by_name {
        let count: usize = circles.iter().map(Circle::len).sum();
        let row = rows.iter().find(|(row, _)| *row == name).map(|(_, count)| *count);
        match row.unwrap_or(0) {
            expected if expected < count => {
                text += &format!("{name}: {count} in circles, {expected} are known:\n");
                text.extend(circles.iter().map(ToString::to_string));
            }
            expected if expected > count && count == 0 => text += &format!("{name}: no circle left, delete its row\n"),
            expected if expected > count => text += &format!("{name}: its row may fall from {expected} to {count}\n"),
            _ => {}
        }
    }
    text
}

#[test]
fn no_circle_of_files() {
    let found = circles(&WORKSPACE.files).into_iter().map(|circle| (circle.crate_name(), circle));
    let wrong = compare(found, NOT_YET_OPEN);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_allowed_circle_is_there() {
    let found = Circle::all(&WORKSPACE.files);
    for (files, reason) in ALLOWED_CIRCLES {
        let is_there = found.iter().any(|circle| circle.paths().into_iter().eq(files.iter().copied()));
        assert!(is_there, "{files:?} ({reason}) is no circle: delete its row");
    }
}

#[test]
fn no_circle_of_folders_in_the_domain() {
    let domain = WORKSPACE.files.among(|node| node.crate_name == "domain");
    let folders = domain.folders();
    let graphs: Vec<(&str, Graph)> = folders.iter().map(|folder| (folder.as_str(), domain.children(folder))).collect();
    let found = graphs
        .iter()
        .filter(|(folder, _)| *folder != "src")
        .flat_map(|(folder, graph)| Circle::all(graph).into_iter().map(move |circle| (*folder, circle)));
    let wrong = compare(found, FOLDERS_NOT_YET_OPEN);
    assert!(wrong.is_empty(), "{wrong}");
}

/// The crates of the workspace that a crate's manifest names for its product, not for its tests.
fn used_by(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../src/{name}/Cargo.toml"));
    let manifest = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let product = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names = product.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split(['.', ' ', '=']).next());
    let mut used: Vec<String> =
        names.filter(|name| CRATES.iter().any(|(known, _)| known == name)).map(str::to_owned).collect();
    used.sort();
    used
}

#[test]
fn crates_use_only_what_they_may() {
    for (name, allowed) in CRATES {
        assert_eq!(used_by(name), *allowed, "the crates that {name} uses");
    }
}

/// `src/cli/check.rs` and `src/cli.rs` belong to `cli`.
fn room_of(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split_once('/').map_or(inside.trim_end_matches(".rs"), |(room, _)| room)
}

#[test]
fn rooms_name_only_what_they_may() {
    let rooms = WORKSPACE.files.among(|node| node.crate_name == "countersign");
    let mut wrong = Vec::new();
    for (&(from, to), items) in &rooms.edges {
        let (from, to) = (room_of(&rooms.nodes[from].path), room_of(&rooms.nodes[to].path));
        if from == "lib" || from == "main" {
            continue;
        }
        let (_, allowed) =
            ALLOWED.iter().find(|(name, _)| *name == from).unwrap_or_else(|| panic!("{from} is not in ALLOWED"));
        if !allowed.contains(&to) {
            wrong.extend(items.iter().map(|(item, place)| format!("{place} names {item} of {to}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the words of `part` follow each other in `path`.
fn has_part(path: &str, part: &str) -> bool {
    let (path, part): (Vec<&str>, Vec<&str>) = (path.split("::").collect(), part.split("::").collect());
    path.windows(part.len()).any(|window| window == part)
}

#[test]
fn pure_crates_stay_pure() {
    let mut wrong = Vec::new();
    for (node, names) in WORKSPACE.files.nodes.iter().zip(&WORKSPACE.external) {
        for (_, parts) in IMPURE.iter().filter(|(name, _)| *name == node.crate_name) {
            let impure = names.iter().filter(|(name, _)| parts.iter().any(|part| has_part(name, part)));
            wrong.extend(impure.map(|(name, line)| format!("{}:{line} has {name}", node.path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_forgotten() {
    assert!(WORKSPACE.forgotten.is_empty(), "modules of nothing: {}", WORKSPACE.forgotten.join(", "));
}

#[test]
fn a_row_that_is_not_needed_fails() {
    assert_eq!(compare([], &[("app", 3)]), "app: no circle left, delete its row\n");
    assert_eq!(compare([], &[]), "");
}
