//! The real clients that some tests run: gpg, skopeo, kubectl.

use std::io::Write as _;
use std::process::Command;
use std::{env, io, thread};

/// The client of this name, or nothing where it is not installed: then the test that asks says by
/// its own name that it was not run, and fails where `CI` is `true`, which has to install it.
pub(crate) fn require(client: &str) -> Option<Command> {
    if is_installed(client) {
        return Some(Command::new(client));
    }
    let thread = thread::current();
    let notice = format!("{}: {client} is not installed, NOT run", thread.name().unwrap_or("a test"));
    assert_ne!(env::var("CI").as_deref(), Ok("true"), "{notice}");
    // Not `eprintln!`: the harness would keep that of a passing test to itself.
    let mut stderr = io::stderr();
    writeln!(stderr, "{notice}").unwrap();
    None
}

fn is_installed(client: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(client).is_file())
}

#[test]
fn what_is_not_installed_is_not_found() {
    assert!(is_installed("sh"));
    assert!(!is_installed("no-such-client-of-countersign"));
}
