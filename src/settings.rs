//! Where things are kept: the environment first, then the platform's directories.

use std::path::PathBuf;

use directories::ProjectDirs;

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "countersign")
}

/// A directory from the environment, or the platform's; the working directory where neither is known.
fn directory(variable: &str, of: impl Fn(&ProjectDirs) -> PathBuf) -> PathBuf {
    match std::env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(value) => PathBuf::from(value),
        None => project().map_or_else(|| PathBuf::from(".countersign"), |dirs| of(&dirs)),
    }
}

/// Everything that is kept: the sandbox, keys, drafts, progress, logs. `COUNTERSIGN_DATA_DIR`.
pub fn data_dir() -> PathBuf {
    directory("COUNTERSIGN_DATA_DIR", |dirs| dirs.data_dir().to_owned())
}

/// What the user sets: themes. `COUNTERSIGN_CONFIG_DIR`.
pub fn config_dir() -> PathBuf {
    directory("COUNTERSIGN_CONFIG_DIR", |dirs| dirs.config_dir().to_owned())
}
