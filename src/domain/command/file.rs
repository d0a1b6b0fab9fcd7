//! Commands about files.

use super::line::{Command, Line, Word};

/// A path that may begin with `~/`.
pub fn path(path: &str) -> Word {
    // A quoted `~` would be a name.
    path.strip_prefix("~/").map_or_else(|| Word::text(path), |rest| Word::shell("~/").followed_by(rest))
}

/// A file or directory within a directory.
pub fn within(directory: &Word, name: &str) -> Word {
    directory.clone().followed_by(format!("/{name}"))
}

/// Writes a text to a file.
pub fn write(file: Word, text: &str) -> Line {
    if text.ends_with('\n') {
        Line::from(Command::new("cat")).into_file(file).here(text)
    } else {
        Line::from(Command::new("printf %s").arg(text)).into_file(file)
    }
}

/// Makes a directory that is only its owner's, and enters it.
pub fn make_directory(directory: &Word) -> Line {
    let make = Command::new("mkdir -m 700 -p").arg(directory.clone());
    Line::from(make).and(Command::new("cd").arg(directory.clone()))
}

/// Removes these files of the directory, and it, if nothing else is in it.
pub fn remove_directory(directory: &Word, files: &[&str]) -> Line {
    Line::from(Command::new("cd").arg(directory.clone()))
        .and(Command::new("rm -f").args(files))
        .and(Command::new("cd .."))
        .and(Command::new("rmdir").arg(directory.clone()))
}

/// Removes a file, if it is there.
pub fn remove(file: Word) -> Command {
    Command::new("rm -f").arg(file)
}

/// Copies a file.
pub fn copy(from: Word, to: Word) -> Command {
    Command::new("cp").arg(from).arg(to)
}

/// The variable is this for what runs after.
pub fn export(variable: &str, value: Word) -> Command {
    Command::new("export").flag(variable, value)
}
