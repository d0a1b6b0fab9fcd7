//! The whole codelab in the real program: by keyboard, with a kill after each step, and done by the
//! guide.

use std::path::Path;

use countersign::codelab::STEPS;

use crate::support::pty::Workbench;

pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// What a person does for a step: screens to wait for, and keys.
enum Do {
    Keys(&'static str),
    /// Wait for a text.
    See(&'static str),
    /// Press Esc, and wait until the hint of what it does is gone: the next key must not follow an
    /// escape that is still on its way, or the two are read as one.
    Escape(&'static str),
    Type(&'static str),
}

use Do::{Escape, Keys, See, Type};

/// The keys of each step, from where the one before left the screen.
const BY_HAND: &[(&str, &[Do])] = &[
    ("project", &[Keys("Enter"), See("Project id"), Keys("Enter")]),
    ("services", &[Keys("Down Enter")]),
    ("directory", &[Keys("Down Enter")]),
    ("cluster", &[Keys("Down Enter"), See("Zone or region"), Keys("Enter")]),
    ("credentials", &[Keys("Down Enter")]),
    ("image", &[Keys("b"), See("Repository"), Keys("Enter")]),
    ("run", &[Keys("D"), See("Service account"), Keys("Enter")]),
    ("pods", &[Keys("Tab Tab r")]),
    ("enforce", &[Keys("S-Tab S-Tab Down Enter"), See("Turn enforcement on?"), Keys("y")]),
    (
        "deny-all-file",
        &[
            Keys("2 F3"),
            See("Start the draft from"),
            Keys("Enter"),
            See("ALWAYS_DENY"),
            Keys("F2"),
            See("Write the draft"),
            Keys("Enter"),
        ],
    ),
    ("deny-all", &[Keys("C-s"), See("Import the policy?"), Keys("y")]),
    (
        "refused",
        &[
            Escape("Esc leave"),
            Keys("1 Tab Tab x"),
            See("Delete the workload?"),
            Keys("y"),
            See("✓ Delete deployment"),
            Keys("D"),
            See("Service account"),
            Keys("Enter"),
        ],
    ),
    ("no-pods", &[Keys("r")]),
    (
        "rejection",
        &[
            Keys("Tab /"),
            Type("FailedCreate"),
            Keys("Enter Enter"),
            See("denied by Binary Authorization"),
            Escape("Esc close"),
        ],
    ),
    ("note", &[Keys("3 Tab n"), See("Human readable name"), Keys("Enter")]),
    ("note-read", &[Keys("Enter"), See("\"kind\": \"ATTESTATION\""), Escape("Esc close")]),
    ("attestor", &[Keys("S-Tab n"), See("Attestor id"), Keys("Enter")]),
    ("attestors", &[Keys("r")]),
    ("service-account", &[Keys("Enter"), See("gcp-sa-binaryauthorization"), Escape("Esc close")]),
    ("grant", &[Keys("G"), See("Grant the role?"), Keys("y")]),
    (
        "key",
        &[
            Keys("S-Tab n"),
            See("Once more"),
            Keys("Tab Tab Tab"),
            Type(PASSPHRASE),
            Keys("Tab"),
            Type(PASSPHRASE),
            Keys("Enter"),
        ],
    ),
    ("export", &[Keys("e")]),
    ("add-key", &[Keys("+"), See("Add the key?"), Keys("y")]),
    ("keys", &[Keys("Tab Enter"), See("its private key is on this machine"), Escape("Esc close")]),
    ("digest", &[Keys("i"), See("Choose an image"), Keys("Enter")]),
    ("payload", &[Keys("s"), See("docker-manifest-digest")]),
    ("payload-read", &[Keys("Enter"), See("Sign with which key?")]),
    ("sign", &[Keys("Enter"), See("Passphrase"), Type(PASSPHRASE), Keys("Enter"), See("verified here")]),
    ("fingerprint", &[Escape("Esc close"), Keys("S-Tab Enter"), See("Fingerprint"), Escape("Esc close")]),
    ("attest", &[Keys("u"), See("Upload the attestation?"), Keys("y")]),
    ("attestations", &[Keys("r")]),
    (
        "updated-file",
        &[
            Keys("2 F3"),
            See("Start the draft from"),
            Keys("Down Enter"),
            See("REQUIRE_ATTESTATION"),
            Keys("F2"),
            See("updated_policy.yaml"),
            Keys("Enter"),
        ],
    ),
    ("updated", &[Keys("C-s"), See("Import the policy?"), Keys("y")]),
    ("run-signed", &[Escape("Esc leave"), Keys("1 D"), See("hello-world-signed"), Keys("Enter")]),
    ("signed-pods", &[Keys("S-Tab r")]),
    ("clean-cluster", &[Keys("S-Tab S-Tab Up Up x"), See("Delete the cluster?"), Keys("y")]),
    ("clean-image", &[Keys("Tab x"), See("Delete the image?"), Keys("y")]),
    ("clean-attestor", &[Keys("3 S-Tab S-Tab x"), See("Delete the attestor?"), Keys("y")]),
    ("clean-note", &[Keys("Tab x"), See("Delete the note?"), Keys("y")]),
];

pub(crate) fn open(home: &Path) -> Workbench {
    let mut workbench = Workbench::start(home, 120, 40);
    workbench.wait_for("sandbox ready");
    workbench
}

/// Waits until the guide is at this step, and its check has been made and waits.
#[track_caller]
pub(crate) fn at_step(workbench: &mut Workbench, number: usize) {
    workbench.until(&title(number), |screen| waits_at(screen, number));
}

fn title(number: usize) -> String {
    format!("Codelab {}/{} · ", number + 1, STEPS.len())
}

fn waits_at(screen: &str, number: usize) -> bool {
    let title = title(number);
    screen.lines().any(|line| line.contains(&title) && line.contains('•') && !line.contains('✓'))
}

#[track_caller]
fn perform(workbench: &mut Workbench, actions: &[Do]) {
    for action in actions {
        match action {
            Keys(keys) => workbench.keys(keys),
            See(text) => workbench.wait_for(text),
            Escape(hint) => escape(workbench, hint),
            Type(text) => workbench.type_raw(text),
        }
    }
}

#[track_caller]
fn escape(workbench: &mut Workbench, hint: &str) {
    // The hint is painted last: while it is not there the box is not either.
    workbench.wait_for(hint);
    workbench.keys("Esc");
    workbench.wait_gone(hint);
}

#[track_caller]
fn finish(workbench: &mut Workbench) {
    workbench.wait_for("What changed since 2018");
    escape(workbench, "Esc close");
    workbench.wait_for("All steps are done");
}

#[test]
fn every_step_has_its_keys() {
    let ids: Vec<&str> = STEPS.iter().map(|step| step.id).collect();
    let by_hand: Vec<&str> = BY_HAND.iter().map(|(id, _)| *id).collect();
    assert_eq!(by_hand, ids);
}

#[test]
fn by_keyboard() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    for (number, (_, actions)) in BY_HAND.iter().enumerate() {
        at_step(&mut workbench, number);
        perform(&mut workbench, actions);
    }
    finish(&mut workbench);
    workbench.keys("q");
    workbench.until("the end", |screen| screen.contains("Quit?") || screen.trim().is_empty());
    if workbench.screen().contains("Quit?") {
        workbench.keys("y");
    }
    assert!(workbench.end());
    assert!(workbench.terminal_is_restored());
}

/// Does the current step by the guide, and what it asks for.
#[track_caller]
pub(crate) fn do_it(workbench: &mut Workbench, id: &str) {
    workbench.keys("d");
    match id {
        "key" => {
            workbench.wait_for("Once more");
            perform(workbench, &[Keys("Tab Tab Tab"), Type(PASSPHRASE), Keys("Tab"), Type(PASSPHRASE), Keys("Enter")]);
        }
        "sign" => {
            workbench.wait_for("Sign payload.json");
            perform(workbench, &[Type(PASSPHRASE), Keys("Enter")]);
        }
        // Those that show something in a box.
        "rejection" | "note-read" | "service-account" | "keys" | "payload-read" | "fingerprint" => {
            workbench.wait_for("Esc close");
            escape(workbench, "Esc close");
        }
        _ => {}
    }
}

/// Does every step by the guide before the one of this id.
pub(crate) fn by_the_guide_until(workbench: &mut Workbench, id: &str) {
    let end = STEPS.iter().position(|step| step.id == id).unwrap();
    for (number, step) in STEPS.iter().take(end).enumerate() {
        at_step(workbench, number);
        do_it(workbench, step.id);
    }
    at_step(workbench, end);
}

#[test]
fn by_the_guide() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    for (number, step) in STEPS.iter().enumerate() {
        at_step(&mut workbench, number);
        do_it(&mut workbench, step.id);
    }
    finish(&mut workbench);
}

/// Takes the step before the current one back: its check fails again.
#[track_caller]
fn take_back(workbench: &mut Workbench, number: usize) {
    workbench.keys("R");
    workbench.until("the step before", |screen| screen.contains("yes, do it") || waits_at(screen, number));
    if workbench.screen().contains("yes, do it") {
        workbench.keys("y");
    }
    at_step(workbench, number);
}

#[test]
fn each_step_taken_back_and_done_again() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    for (number, step) in STEPS.iter().enumerate().take(STEPS.len() - 1) {
        at_step(&mut workbench, number);
        do_it(&mut workbench, step.id);
        at_step(&mut workbench, number + 1);
        take_back(&mut workbench, number);
        do_it(&mut workbench, step.id);
    }
    at_step(&mut workbench, STEPS.len() - 1);
}

#[test]
fn killed_after_each_step() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    for (number, step) in STEPS.iter().enumerate() {
        at_step(&mut workbench, number);
        do_it(&mut workbench, step.id);
        if number + 1 < STEPS.len() {
            at_step(&mut workbench, number + 1);
            workbench.kill();
            workbench = open(home.path());
        }
    }
    finish(&mut workbench);
}
