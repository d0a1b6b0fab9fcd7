//! The figures of the pure core: decisions and parsing.

mod decision;
mod parsing;

fn main() {
    divan::main();
}
