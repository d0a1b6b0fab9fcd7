//! `countersign sandbox`.

use super::Exit;

/// Run the embedded sandbox, or point other clients at it.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_args: &Args) -> Exit {
    Exit::Unusable
}
