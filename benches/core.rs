//! The figures of the core: decisions, drawing, parsing and signatures.

mod decision;
mod drawing;
mod parsing;
mod rejection;
mod replay;
mod review;
mod signing;
mod typing;

fn main() {
    divan::main();
}
