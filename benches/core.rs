//! The figures: decisions, drawing, parsing, signatures, and the sandbox's server.

mod decision;
mod drawing;
mod parsing;
mod rejection;
mod replay;
mod review;
mod server;
mod signing;
mod typing;

fn main() {
    divan::main();
}
