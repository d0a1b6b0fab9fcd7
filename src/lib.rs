//! Countersign: a terminal workbench for Binary Authorization.
//!
//! # The architecture on one screen
//!
//! ```text
//! event -> keymap(context) -> Action -> app::update -> Vec<Effect> -> runtime task -> Msg -> app::update -> draw
//!
//! domain     pure: image references, the policy and its text, admission decisions, attestations
//! wire       REST types of Google, the registry and Kubernetes; shared by client and sandbox
//! files      what people bring: manifests, inventories, exported audit logs
//! client     one HTTP client for the sandbox and for the cloud
//! sandbox    the embedded server that answers as the hosts it stands for
//! signing    OpenPGP behind domain's `Verify`, and the keys of this machine
//! codelab    the steps of the codelab as data, and their checks
//! app        Model, Msg, update(): the only place where state changes
//! ui         view(&Model, …): what a person sees
//! runtime    event loop, effect runner, terminal guard, logging
//! cli        the subcommands
//! ```
//!
//! All but `runtime`, `cli` and `settings` are crates of one workspace, each in the directory of its name, so
//! that the compiler holds the directions: `runtime` may use everything; `ui` reads `app` and `domain`; `app` uses
//! `domain` and `codelab`; `client` and `sandbox` use `wire` and `domain` and never each other; `signing` and
//! `files` use `domain`; `domain` uses none of them. `tests/layers` holds the directions within this
//! crate, and finds files that depend on each other in a circle.
//!
//! `docs/architecture.md` goes on from here: where what is, the journeys of a request and of a key, how to
//! add something, and the glossary. `docs/style.md` says how the code is written,
//! `docs/binary-authorization.md` what is known of the service, and how sure it is.

pub use {app, client, codelab, domain, files, sandbox, signing, ui, wire};

pub mod cli;
pub mod runtime;
pub mod settings;
