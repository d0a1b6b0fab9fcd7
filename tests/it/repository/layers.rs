//! The directions between modules, and that no test file is forgotten.

use std::fs;
use std::path::{Path, PathBuf};

/// Which top-level modules of the root crate the files of each module may name. What is not listed is
/// forbidden. The directions between the workspace's crates stand in their `Cargo.toml`.
const ALLOWED: &[(&str, &[&str])] =
    &[("runtime", &["runtime", "settings"]), ("settings", &["settings"]), ("cli", &["cli", "runtime", "settings"])];

/// The other crates of the workspace, each in the directory of its name.
const CRATES: &[&str] = &["app", "client", "codelab", "domain", "files", "sandbox", "signing", "ui", "wire"];

/// Words that a pure module may not contain: input, output, time and tasks.
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
    ("app", &["std::fs", "std::net", "std::env", "Timestamp::now", "tokio", "reqwest", "Frame", "Buffer"]),
    ("ui", &["std::fs", "std::net", "tokio", "reqwest"]),
    ("files", &["std::fs", "std::net", "tokio", "reqwest", "Timestamp::now"]),
    ("wire", &["std::fs", "std::net", "tokio", "reqwest", "Timestamp::now"]),
];

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// `src/domain/policy.rs` and `src/domain.rs` belong to `domain`.
fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(source_root()).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file: comments, and the tests at its end, do not count.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules after `crate::` in a text, also those in `crate::{a, b}`.
fn named_modules(code: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word =
            |text: &str| -> String { text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect() };
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (i, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && c.is_ascii_lowercase() => {
                        modules.push(word(&group[i..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            modules.push(word(rest));
        }
    }
    modules
}

#[test]
fn modules_name_only_what_they_may() {
    let mut wrong = Vec::new();
    for path in rust_files(&source_root()) {
        let module = module_of(&path);
        if module == "lib" || module == "main" || CRATES.contains(&module.as_str()) {
            continue;
        }
        let (_, allowed) =
            ALLOWED.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("{module} is not in ALLOWED"));
        for named in named_modules(&code(&path)) {
            if !allowed.contains(&named.as_str()) {
                wrong.push(format!("{} names crate::{named}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_modules_stay_pure() {
    let mut wrong = Vec::new();
    for path in rust_files(&source_root()) {
        let module = module_of(&path);
        for (_, words) in IMPURE.iter().filter(|(name, _)| *name == module) {
            let code = code(&path);
            wrong.extend(words.iter().filter(|w| code.contains(*w)).map(|w| format!("{} has {w}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_group_of_imports_is_read() {
    assert_eq!(named_modules("use crate::{domain::{a, b}, wire::c};"), ["domain", "wire"]);
    assert_eq!(named_modules("crate::client::get()"), ["client"]);
}

#[test]
fn no_test_file_is_forgotten() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(directory.join("main.rs")).unwrap();
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|e| e == "rs") && name != "main" {
            assert!(main.contains(&format!("mod {name};")), "{name}.rs is not a module of the test binary");
        }
    }
}
