//! `countersign simulate`.

use super::Exit;

/// Decide whether a pod would be admitted under a policy, and say why.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_args: &Args) -> Exit {
    Exit::Unusable
}
