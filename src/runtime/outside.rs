//! The person's own editor on the draft: a file of ours, their program, and what it left.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::files::{private_directory, write_whole};
use super::secrecy;
use app::draft::file::state::Outside;
use app::shell::editor::MAX_BYTES;
use app::shell::report::Report;

/// Runs `$VISUAL`, `$EDITOR`, or `vi` on the text and returns what it left. The terminal must have
/// been given back before. The file is removed where its text was taken, and kept where not.
pub fn edit(data: &Path, outside: &Outside) -> Result<String, Report> {
    let directory = data.join("editor");
    let path = directory.join(file_name(&outside.name));
    let failed = |error: &io::Error| Report::from_error(error).with_hint("The draft is as it was.");
    private_directory(&directory).map_err(|error| failed(&error))?;
    write_whole(&path, outside.text.as_bytes()).map_err(|error| failed(&error))?;
    let editor = editor();
    let status = launch(&editor, &path);
    let text = taken(&editor, status, &path)?;
    let _ = std::fs::remove_file(&path);
    Ok(text)
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
    let bytes = std::fs::read(path).map_err(|error| Report::from_error(&error).with_hint("The draft is as it was."))?;
    if bytes.len() > MAX_BYTES {
        return Err(Report::new(format!("the text became longer than {MAX_BYTES} bytes")).with_hint(kept));
    }
    if let Some(before) = bytes.iter().position(|byte| *byte == 0).and_then(|at| bytes.get(..at)) {
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        return Err(Report::new(format!("what the editor wrote holds a NUL in line {line}")).with_hint(kept));
    }
    String::from_utf8(bytes).map_err(|error| {
        let report = Report::new("what the editor wrote is not UTF-8").with_hint(kept);
        Report { chain: vec![error.to_string()], ..report }
    })
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
    fn an_editor_that_is_not_there_is_named() {
        let report = taken("no-such-editor", launch("no-such-editor", Path::new("/x")), Path::new("/x")).unwrap_err();
        assert_eq!(report.title, "the editor `no-such-editor` was not found");
    }
}
