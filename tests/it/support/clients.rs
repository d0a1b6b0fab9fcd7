//! The real clients and peers that some tests run: gpg, skopeo, kubectl, docker-registry.

use std::io::Write as _;
use std::process::Command;
use std::{env, io, thread};

/// The client of this name, or nothing where it is not installed: then the test that asks says by
/// its own name that it was not run, and fails where `CI` is `true`, which has to install it.
pub(crate) fn require(client: &str) -> Option<Command> {
    let found = require_optional(client);
    assert!(found.is_some() || env::var("CI").as_deref() != Ok("true"), "{}", notice(client));
    found
}

/// The same for a client that no distribution packages, and that is therefore not installed in CI.
pub(crate) fn require_optional(client: &str) -> Option<Command> {
    if is_installed(client) {
        return Some(Command::new(client));
    }
    // Not `eprintln!`: the harness would keep that of a passing test to itself.
    let mut stderr = io::stderr();
    writeln!(stderr, "{}", notice(client)).unwrap();
    None
}

fn notice(client: &str) -> String {
    format!("{}: {client} is not installed, NOT run", thread::current().name().unwrap_or("a test"))
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
