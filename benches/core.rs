//! The figures: decisions, drawing, parsing, signatures, and the sandbox's server.

mod decision;
mod drawing;
mod explain;
mod parsing;
mod replay;
mod review;
mod server;
mod signing;
mod typing;
#[path = "../tests/it/support/verify.rs"]
mod verify;

fn main() {
    divan::main();
}
