//! Any bytes as what a script writes to a file, and any text as a word of a command: the real bash makes of both what they
//! mean, and nothing else.
#![no_main]

use countersign::domain::command::file;
use countersign::domain::command::line::{Command, Line, Word};
use countersign_fuzz::shell::told_by;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let script = file::write(Word::text("told"), bytes).to_string();
    assert!(!script.contains('\0'));
    assert_eq!(told_by(&script), bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // No argument of a program can hold a NUL.
    let meant = text.replace('\0', "\u{fffd}");
    for word in [Word::text(text), Word::phrase(text), Word::shell("\"\"").followed_by(text)] {
        let line = Line::from(Command::new("printf %s").arg(word)).into_file("told".into()).to_string();
        let line = format!("{}\n{line}", Line::comment(text));
        assert_eq!(told_by(&line), meant.as_bytes());
    }
});
