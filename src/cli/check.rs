//! `countersign check`.

use super::Exit;

/// Check policies: what the service would refuse, and what a careful reviewer would.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_args: &Args) -> Exit {
    Exit::Unusable
}
