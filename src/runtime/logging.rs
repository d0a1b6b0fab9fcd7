//! The log: a file, never the terminal, which belongs to the screen.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use jiff::civil::Date;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use domain::text::escape;

/// What is logged by default: of our own crates also what only informs; a crate is a target of its name.
const DEFAULT: &str = "countersign=info,client=info,sandbox=info,signing=info,warn";

/// How many days are kept.
const DAYS: usize = 7;

/// How the files are called, around the date.
const NAME: (&str, &str) = ("workbench.", ".log");

/// Starts logging to `logs/` in the data directory; the log is flushed when the guard is dropped.
/// `COUNTERSIGN_LOG` sets what is logged (default: `DEFAULT`).
pub fn start(data: &Path) -> Option<WorkerGuard> {
    let directory = data.join("logs");
    super::files::private_directory(&directory).ok()?;
    let daily = Daily::open(directory, today()).ok()?;
    let (writer, guard) = tracing_appender::non_blocking(daily);
    let filter = EnvFilter::try_from_env("COUNTERSIGN_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let writer = move || Lines(writer.clone());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).try_init().ok()?;
    Some(guard)
}

fn today() -> Date {
    Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date()
}

/// A file for each day, its owner's alone whatever the umask, which that of `tracing-appender` is not.
#[derive(Debug)]
struct Daily {
    directory: PathBuf,
    day: Date,
    file: File,
}

impl Daily {
    fn open(directory: PathBuf, day: Date) -> io::Result<Self> {
        let path = directory.join(format!("{}{day}{}", NAME.0, NAME.1));
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        drop_old(&directory);
        Ok(Self { directory, day, file })
    }

    /// Goes on to the file of a day. Where that cannot be, what is open goes on.
    fn turn_to(&mut self, day: Date) {
        if day != self.day
            && let Ok(next) = Self::open(self.directory.clone(), day)
        {
            *self = next;
        }
    }
}

/// Leaves the newest files. Their names sort by date.
fn drop_old(directory: &Path) {
    let is_log = |name: &String| name.starts_with(NAME.0) && name.ends_with(NAME.1);
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(is_log).collect();
    names.sort_unstable();
    for old in names.iter().rev().skip(DAYS) {
        let _ = fs::remove_file(directory.join(old));
    }
}

impl Write for Daily {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.turn_to(today());
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes each event, which comes in one piece, as one line: what it tells may be of strangers, and people read
/// logs with `cat`.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = escape(text.strip_suffix('\n').unwrap_or(&text)) + "\n";
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_its_file_and_a_week_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = jiff::civil::date(2026, 2, 24);
        let mut log = Daily::open(dir.path().to_owned(), first).unwrap();
        for later in 0..10 {
            log.turn_to(first.checked_add(jiff::Span::new().days(later)).unwrap());
            log.file.write_all(b"a line\n").unwrap();
        }
        fs::write(dir.path().join("other"), "").unwrap();
        let mut names: Vec<String> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names.len(), 8, "{names:?}");
        assert_eq!(names[1..3], ["workbench.2026-02-27.log", "workbench.2026-02-28.log"]);
        assert_eq!(names[7], "workbench.2026-03-05.log");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let modes = names.iter().skip(1).map(|name| fs::metadata(dir.path().join(name)).unwrap());
            assert!(modes.into_iter().all(|file| file.permissions().mode() & 0o777 == 0o600));
        }
    }

    #[test]
    fn an_event_is_one_line_that_no_terminal_obeys() {
        let mut log = Vec::new();
        let mut lines = Lines(&mut log);
        lines.write_all(b"INFO name=\x1b]0;x\x07\n200 forged\xc2\x9b\xff \xc3\xa9\n").unwrap();
        lines.write_all("WARN \u{202e}x\n".as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(log).unwrap(),
            "INFO name=\\u{1b}]0;x\\u{7}\\n200 forged\\u{9b}\u{fffd} é\nWARN \\u{202e}x\n"
        );
    }
}
