//! Which source file of the workspace depends on which, item by item, and the rules about it.
//!
//! A file depends on the file that *defines* an item that it names: by a private `use`, by a path in code,
//! a signature, a macro's arguments or a serde attribute. Imports, facades (`pub use`) and globs are
//! followed to the definition. An associated function or constant counts for the file of the inherent
//! `impl` that has it, and for the file of its type; a variant for the file of its enum. What does not count:
//! a facade's own `pub use` (it hands a name on), `mod` declarations, links in documentation, `pub(in path)`,
//! and code under `#[cfg(test)]`.
//!
//! There is no compiler behind it, so that some of what it cannot know is left out:
//!
//! * A method call counts where the type of the receiver is plain (`self`, arguments, fields, `let` with a type, a
//!   struct literal or a constructor), or else where the whole workspace has one inherent method of that name
//!   and no library is likely to have it (`types::COMMON`). A call through a trait counts by the `use` of the trait.
//! * The use of a field names nothing by itself.
//! * Items that a macro makes are taken for defined in the file of the invocation.
//!
//! It knows nothing of the product: no crate of the workspace is a dependency, so that it also runs while
//! they do not compile. `cargo run -p countersign-layers` prints today's circles (`-- app` those of one crate),
//! `cargo test -p countersign-layers` holds the rules.

mod circles;
mod declarations;
mod graph;
mod resolve;
mod sources;
mod tree;
mod types;
mod visit;

#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;

pub use circles::Circle;
pub use graph::{Graph, Items, Node, Workspace};
pub use sources::{Sources, SyntaxError};
