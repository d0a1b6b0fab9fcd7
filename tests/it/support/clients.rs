//! The real clients and peers that some tests run: gpg, skopeo, kubectl, docker-registry, shells.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io, thread};

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

/// Where the installed kubectl is; Google's SDK has one of each version beside it.
pub(crate) fn kubectl_directory() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|directory| directory.join("kubectl")).find(|path| path.is_file());
    Some(fs::canonicalize(found?).ok()?.parent()?.to_owned())
}

/// Whether it is that of the SDK, whose `kubectl` chooses among the versions.
pub(crate) fn is_kubectl_of_sdk() -> bool {
    kubectl_directory().is_some_and(|directory| directory.join("kubectl.1.32").is_file())
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
