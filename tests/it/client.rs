//! The HTTP client: against small servers of the test's own, and against the sandbox.

mod bounds;
mod calls;
mod contract;
mod evidence;
mod registry;
mod server;
mod trust;
mod watch;
