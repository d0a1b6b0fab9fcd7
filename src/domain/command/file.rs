//! Commands about files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::line::{Command, Line, Word};
use super::shell::is_visible;

/// The longest text, in bytes, that a command shows as it is: half of what one argument of a program can have on Linux
/// (`MAX_ARG_STRLEN`), for shells whose `printf` is a program. Nobody reads a longer one in a command.
const MAX_SHOWN: usize = 64 * 1024;

/// A path that may begin with `~/`.
pub fn path(path: &str) -> Word {
    // A quoted `~` would be a name.
    path.strip_prefix("~/").map_or_else(|| Word::text(path), |rest| Word::shell("~/").followed_by(rest))
}

/// A file or directory within a directory.
pub fn within(directory: &Word, name: &str) -> Word {
    directory.clone().followed_by(format!("/{name}"))
}

/// Writes these very bytes to a file, whoever wrote them.
///
/// No here-document: shells read the lines of one, drop NUL bytes in them, and end it where what is left equals its
/// end. Bytes that are not a text to be shown go as base64.
pub fn write(file: Word, bytes: &[u8]) -> Line {
    let print = Command::new("printf %s");
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() <= MAX_SHOWN && text.chars().all(is_visible) => {
            Line::from(print.arg(text)).into_file(file)
        }
        _ => Line::from(print.arg(STANDARD.encode(bytes))).pipe(Command::new("base64 -d")).into_file(file),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_and_other_bytes_are_carried() {
        let write = |bytes: &[u8]| write(Word::text("f"), bytes).to_string();
        assert_eq!(write(b"a: 'b'\nEOF\n"), "printf %s 'a: '\\''b'\\''\nEOF\n' > f");
        assert_eq!(write(b""), "printf %s '' > f");
        for hidden in [&b"a\0"[..], b"\x1b[2J", b"a\r\n", b"\xff", "\u{202e}".as_bytes()] {
            assert_eq!(write(hidden), format!("printf %s {} | base64 -d > f", quoted(hidden)));
        }
        assert!(write(&vec![b'a'; MAX_SHOWN + 1]).ends_with(" | base64 -d > f"));
    }

    fn quoted(bytes: &[u8]) -> String {
        super::super::shell::Shell::Posix.quoted(&STANDARD.encode(bytes))
    }
}
