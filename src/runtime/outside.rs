//! The person's own editor on the draft: a file of ours, their program, and what it left.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::files::EDITOR;
use super::secrecy;
use app::draft::file::state::{Edited, Outside};
use app::shell::editor::MAX_BYTES;
use app::shell::report::Report;
use disk::Access;

/// Runs `$VISUAL`, `$EDITOR`, or `vi` on the text and returns what it left. The terminal must have
/// been given back before. The file stays: it is removed once the draft that took its text in is on the disk.
pub fn edit(seat: &Path, outside: &Outside) -> Result<Edited, Report> {
    let failed = |error: disk::Error| Report::from_error(&error).with_hint("The draft is as it was.");
    let path = new_file(seat, outside).map_err(failed)?;
    let editor = editor();
    let status = launch(&editor, &path);
    let text = taken(&editor, status, &path)?;
    Ok(Edited { text, path: path.display().to_string() })
}

/// A file with the text in a directory of its own: what an earlier one left, or another workbench is editing, stays.
fn new_file(seat: &Path, outside: &Outside) -> Result<PathBuf, disk::Error> {
    let name = file_name(&outside.name);
    let mut number = 1_u32;
    loop {
        let directory = seat.join(EDITOR).join(number.to_string());
        let path = directory.join(&name);
        disk::private_directory(&directory)?;
        if disk::create(&path, outside.text.as_bytes(), Access::Private)? {
            return Ok(path);
        }
        number += 1;
    }
}

/// What the person set, in the order that POSIX tools go by.
fn editor() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned())
}

/// A name without a path, so that the editor knows the language by its ending.
fn file_name(name: &str) -> PathBuf {
    let plain = !name.is_empty() && !name.contains(['/', '\0']) && name != "." && name != "..";
    PathBuf::from(if plain { name } else { "policy.yaml" })
}

/// The variable holds a command of the shell, as `code --wait` is; the file's name is never part of
/// it.
fn launch(editor: &str, path: &Path) -> io::Result<ExitStatus> {
    let mut child = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(path).spawn()?;
    secrecy::give_limits_back(child.id());
    child.wait()
}

fn taken(editor: &str, status: io::Result<ExitStatus>, path: &Path) -> Result<String, Report> {
    let kept = format!("The draft is as it was; what the editor wrote is in {}.", path.display());
    match status {
        Err(error) => return Err(Report::from_error(&error).with_hint("The draft is as it was.")),
        Ok(status) if status.code() == Some(127) => {
            let title = format!("the editor `{editor}` was not found");
            return Err(Report::new(title).with_hint("Set VISUAL or EDITOR to the command of your editor."));
        }
        Ok(status) if !status.success() => {
            return Err(Report::new(format!("the editor `{editor}` ended with {status}")).with_hint(kept));
        }
        Ok(_) => {}
    }
    let text = match disk::text(path, MAX_BYTES) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(Report::new("the editor removed its file").with_hint("The draft is as it was.")),
        Err(error) => return Err(Report::from_error(&error).with_hint(kept)),
    };
    if let Some((before, _)) = text.split_once('\0') {
        let line = before.matches('\n').count() + 1;
        return Err(Report::new(format!("what the editor wrote holds a NUL in line {line}")).with_hint(kept));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> (Result<String, Report>, PathBuf) {
        let dir = tempfile::tempdir().unwrap().keep();
        let path = dir.join("policy.yaml");
        std::fs::write(&path, "a: 1\n").unwrap();
        let program = dir.join("my editor");
        std::fs::write(&program, script).unwrap();
        let editor = format!("sh '{}'", program.display());
        (taken(&editor, launch(&editor, &path), &path), dir)
    }

    #[test]
    fn what_the_editor_wrote_is_taken() {
        let (result, dir) = run("echo 'b: 2' >> \"$1\"");
        assert_eq!(result.unwrap(), "a: 1\nb: 2\n");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_failure_takes_nothing_and_says_where_the_text_is() {
        let (result, dir) = run("echo 'b: 2' >> \"$1\"; exit 3");
        let report = result.unwrap_err();
        assert!(report.title.contains("exit status: 3"), "{report:?}");
        assert!(report.hint.unwrap().contains("policy.yaml"));
        std::fs::remove_dir_all(dir).unwrap();
        let (result, dir) = run("printf '\\377' > \"$1\"");
        assert!(result.unwrap_err().title.contains("UTF-8"));
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_nul_is_refused_with_its_line() {
        let (result, dir) = run("printf 'a: 1\\nb\\0: 2\\n' > \"$1\"");
        let report = result.unwrap_err();
        assert_eq!(report.title, "what the editor wrote holds a NUL in line 2");
        assert!(report.hint.unwrap().contains("policy.yaml"));
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_an_earlier_one_left_stays() {
        let dir = tempfile::tempdir().unwrap();
        let outside = |text: &str| Outside { name: "policy.yaml".into(), text: text.into() };
        let first = new_file(dir.path(), &outside("first")).unwrap();
        let second = new_file(dir.path(), &outside("second")).unwrap();
        assert_eq!([&first, &second].map(|path| std::fs::read_to_string(path).unwrap()), ["first", "second"]);
        assert_eq!(second.file_name().unwrap(), "policy.yaml");
    }

    #[test]
    fn an_editor_that_is_not_there_is_named() {
        let report = taken("no-such-editor", launch("no-such-editor", Path::new("/x")), Path::new("/x")).unwrap_err();
        assert_eq!(report.title, "the editor `no-such-editor` was not found");
    }
}
