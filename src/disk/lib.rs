//! The one place that writes files: whole or not at all, durable, and past no one else's links.
//!
//! Whatever writes a file uses it: the workbench, the keyring, the sandbox, the subcommands. May use `std`, `rustix` and
//! small pure crates; knows none of the other crates. Everything here blocks.
//!
//! A file is written under a new name by chance in its own directory, made so that nothing that is there is opened
//! (`O_EXCL`), synced, put into its place by a rename, and its directory is synced. The directory is held open meanwhile,
//! so that nobody can put another in its place between two steps.
//!
//! **Links.** A link anywhere in a path is followed where it belongs to the one who runs the program, or to root. One of
//! anybody else is refused by name: who may write a directory could otherwise choose which of our files is written.

mod aside;
mod directory;
mod error;
mod exposure;
mod lock;
mod place;
mod read;
mod write;

pub use aside::set_aside;
pub use directory::{is_temporary, private_directory, remove, sweep};
pub use error::{Doing, Error};
pub use exposure::Exposure;
pub use lock::{Holder, Lock, Taken};
pub use place::resolve;
pub use read::{read, text};
pub use write::{Access, append, create, replace};
