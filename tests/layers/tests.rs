//! Small source trees in memory: what counts as a dependency, and what a circle looks like.

use crate::{Circle, Sources, Workspace};

fn read(texts: &[(&str, &str)]) -> Workspace {
    Workspace::read(&Sources::of_texts(texts.iter().copied())).unwrap()
}

/// The edges as `a -> b (items)`, with file names without `src/x/` and `.rs`.
fn edges(texts: &[(&str, &str)]) -> Vec<String> {
    let files = read(texts).files;
    let short = |node: usize| files.nodes[node].path.trim_start_matches("src/x/").trim_end_matches(".rs").to_owned();
    files
        .edges
        .iter()
        .map(|(&(from, to), items)| {
            let items: Vec<&str> = items.keys().map(String::as_str).collect();
            format!("{} -> {} ({})", short(from), short(to), items.join(", "))
        })
        .collect()
}

#[test]
fn a_facade_leads_to_the_definition_and_depends_on_nothing() {
    let texts = [
        ("src/x/lib.rs", "mod a; mod room;"),
        ("src/x/room.rs", "mod inner; pub use inner::{Thing, make as build};"),
        ("src/x/room/inner.rs", "pub struct Thing; pub fn make() -> Thing { Thing }"),
        ("src/x/a.rs", "use crate::room; fn f() -> room::Thing { room::build() }"),
    ];
    assert_eq!(edges(&texts), ["a -> room/inner (Thing, make)"]);
}

#[test]
fn a_facade_of_another_crate_is_followed() {
    let texts = [
        ("src/lib.rs", "pub use {x, y}; fn f(_: y::Thing) {}"),
        ("src/main.rs", "fn main() { countersign::x::f(); }"),
        ("src/x/lib.rs", "mod inner; pub use inner::f;"),
        ("src/x/inner.rs", "pub fn f() { y::Thing; }"),
        ("src/y/lib.rs", "pub struct Thing;"),
    ];
    assert_eq!(edges(&texts), ["src/lib -> src/y/lib (Thing)", "src/main -> inner (f)", "inner -> src/y/lib (Thing)"]);
}

#[test]
fn globs_bring_names_of_modules_and_variants_of_enums() {
    let texts = [
        ("src/x/lib.rs", "mod a; mod b; mod c;"),
        ("src/x/a.rs", "use crate::b::*; fn f() { g(); }"),
        ("src/x/b.rs", "pub fn g() {} pub enum Colour { Red, Green }"),
        ("src/x/c.rs", "fn f() { use super::b::Colour::*; let _ = Red; }"),
    ];
    assert_eq!(edges(&texts), ["a -> b (g)", "c -> b (Colour)"]);
}

#[test]
fn a_method_counts_for_the_file_of_its_impl() {
    let texts = [
        ("src/x/lib.rs", "mod model; mod doing; mod a; mod b; mod c; mod unknown;"),
        ("src/x/model.rs", "pub struct Model { pub part: Part } pub struct Part;"),
        (
            "src/x/doing.rs",
            "use crate::model::{Model, Part}; impl Model { pub fn run(&self) {} } impl Part { pub fn get_mut(&self) {} }",
        ),
        ("src/x/a.rs", "use crate::model::Model; fn f(model: &mut Model) { model.run(); model.part.get_mut(); }"),
        ("src/x/b.rs", "fn f() { crate::model::Model::run; }"),
        ("src/x/c.rs", "fn f() { thing().run(); other().get_mut(); }"),
        ("src/x/unknown.rs", "struct Own; impl Own { fn start(&self) {} fn f(&self) { self.start(); } }"),
    ];
    assert_eq!(
        edges(&texts),
        [
            "doing -> model (Model, Part)",
            "a -> model (Model)",
            "a -> doing (Model::run, Part::get_mut)",
            "b -> model (Model)",
            "b -> doing (Model::run)",
            "c -> doing (Model::run)",
        ]
    );
}

#[test]
fn macros_attributes_and_variants_are_read_and_tests_and_docs_are_not() {
    let texts = [
        ("src/x/lib.rs", "mod a; mod b; mod tests;"),
        (
            "src/x/a.rs",
            "/// [`crate::b::Doc`]
            #[derive(Serialize)] struct S { #[serde(default = \"crate::b::seven\")] n: u8 }
            fn f(x: u8) -> bool { assert!(x > crate::b::LEAST); matches!(x, crate::b::One | crate::b::Two) }
            #[cfg(test)] mod tests { use crate::b::Test; }",
        ),
        (
            "src/x/b.rs",
            "pub struct Doc; pub fn seven() {} pub const LEAST: u8 = 0; pub struct Test; numbers!(One, Two);",
        ),
        ("src/x/tests.rs", ""),
    ];
    assert_eq!(edges(&texts), ["a -> b (LEAST, One, Two, seven)"]);
}

#[test]
fn external_names_are_known_in_full() {
    let texts = [(
        "src/x/lib.rs",
        "use std::{fmt, fs as files}; use jiff::Timestamp; fn f() { Timestamp::now(); files::read(); }",
    )];
    let workspace = read(&texts);
    let names: Vec<&str> = workspace.external[0].keys().map(String::as_str).collect();
    assert_eq!(names, ["jiff::Timestamp", "jiff::Timestamp::now", "std::fmt", "std::fs", "std::fs::read"]);
}

#[test]
fn a_circle_is_named_with_its_shortest_way_and_what_to_cut() {
    let texts = [
        ("src/x/lib.rs", "mod a; mod b; mod c; mod alone;"),
        ("src/x/a.rs", "use crate::b::{B1, B2}; pub struct A;"),
        ("src/x/b.rs", "use crate::c::{C1, C2};\nuse crate::alone::X; pub struct B1; pub struct B2;"),
        ("src/x/c.rs", "use crate::a::A; pub struct C1; pub struct C2;"),
        ("src/x/alone.rs", "pub struct X;"),
    ];
    let files = read(&texts).files;
    let circles = Circle::all(&files);
    assert_eq!(
        circles.iter().map(ToString::to_string).collect::<String>(),
        "x: a circle of 3
    src/x/a.rs
    src/x/b.rs
    src/x/c.rs
  the shortest way round:
    src/x/a.rs -> src/x/b.rs (B1:1, B2:1)
    src/x/b.rs -> src/x/c.rs (C1:1, C2:1)
    src/x/c.rs -> src/x/a.rs (A:1)
  open without these 1 edges (1 items):
    src/x/c.rs -> src/x/a.rs (A:1)
"
    );
}

#[test]
fn folders_may_have_a_circle_that_files_have_not() {
    let texts = [
        ("src/x/lib.rs", "mod a; mod b;"),
        ("src/x/a.rs", "mod high; mod low;"),
        ("src/x/a/high.rs", "use crate::b::B;"),
        ("src/x/a/low.rs", "pub struct Low;"),
        ("src/x/b.rs", "use crate::a::low::Low; pub struct B;"),
    ];
    let files = read(&texts).files;
    assert!(Circle::all(&files).is_empty());
    let folders = files.children("src/x");
    assert_eq!(Circle::all(&folders)[0].paths().into_iter().collect::<Vec<_>>(), ["src/x/a", "src/x/b"]);
}

#[test]
fn a_file_that_no_module_declares_is_forgotten() {
    let texts = [
        ("tests/it/main.rs", "mod a;"),
        ("tests/it/a.rs", "mod inner;"),
        ("tests/it/a/inner.rs", ""),
        ("tests/it/a/orphan.rs", ""),
        ("src/x/lib.rs", "#[cfg(test)] mod tests;"),
        ("src/x/tests.rs", "mod more;"),
        ("src/x/tests/more.rs", ""),
        ("src/x/orphan.rs", ""),
    ];
    assert_eq!(read(&texts).forgotten, ["src/x/orphan.rs", "tests/it/a/orphan.rs"]);
}
