//! Where the sandbox is kept, and whether one is being served.

use std::path::PathBuf;

use super::failure::Failure;
use crate::settings;
use sandbox::Running;

/// Where the sandbox is kept.
pub(super) fn directory() -> PathBuf {
    settings::data_dir().join("sandbox")
}

pub(super) fn running() -> Result<Option<Running>, Failure> {
    Running::find(&directory()).map_err(Failure::io("the sandbox's files"))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::io("the sandbox's threads"))
}
