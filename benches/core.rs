//! The figures of the core: decisions, parsing and signatures.

mod decision;
mod parsing;
mod signing;

fn main() {
    divan::main();
}
