//! `countersign sandbox people`.

use super::failure::{Failure, say};
use crate::cli::exit::Exit;
use sandbox::people::PEOPLE;

pub(super) fn run() -> Result<Exit, Failure> {
    say(&text())?;
    Ok(Exit::Yes)
}

/// Each with what it is for and its roles, which it has on every project.
fn text() -> String {
    let person = |person: &sandbox::people::Person| {
        let roles: String = person.roles.iter().map(|role| format!("    {role}\n")).collect();
        format!("{} ({}): {}\n{roles}", person.name, person.email, person.says)
    };
    PEOPLE.iter().map(person).collect()
}
