//! The real program in a real pseudo-terminal: keys in, screens out.
//!
//! Nothing sleeps: a test waits for a text with a deadline, and a failure shows the whole screen.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a test waits for a text; making an RSA key on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// The workbench itself.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// A running workbench and its screen.
pub(crate) struct Workbench {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// Everything that was printed, to look for escape sequences.
    pub(crate) raw: Vec<u8>,
    /// How the terminal was set before anything ran on it.
    pub(crate) settings_before: String,
    /// How much of it is on the screen.
    shown: usize,
    master: Box<dyn MasterPty + Send>,
}

impl Workbench {
    /// Starts the workbench with its data in `data`.
    pub(crate) fn start(data: &Path, columns: u16, rows: u16) -> Self {
        Self::start_with(data, columns, rows, &[])
    }

    pub(crate) fn start_with(data: &Path, columns: u16, rows: u16, env: &[(&str, &str)]) -> Self {
        Self::spawn(CommandBuilder::new(PROGRAM), data, (columns, rows), env)
    }

    /// Starts the workbench with a file as its draft.
    pub(crate) fn open(data: &Path, file: &Path) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.arg(file);
        Self::spawn(command, data, (120, 40), &[])
    }

    /// Starts the workbench where no file may have a single byte, as on a disk without room.
    pub(crate) fn without_room(data: &Path) -> Self {
        let mut shell = CommandBuilder::new("sh");
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f 0; exec '{PROGRAM}'")]);
        Self::spawn(shell, data, (120, 40), &[])
    }

    /// Starts an interactive shell, which stops and continues what it runs.
    pub(crate) fn shell(data: &Path) -> Self {
        let mut shell = CommandBuilder::new("sh");
        shell.arg("-i");
        Self::spawn(shell, data, (120, 40), &[("PS1", "prompt> "), ("ENV", "")])
    }

    /// Starts `countersign sandbox shell` with the user's shell being this one.
    pub(crate) fn sandbox_shell(data: &Path, shell: &str, env: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(["sandbox", "shell"]);
        Self::spawn(command, data, (200, 40), &[&[("SHELL", shell)], env].concat())
    }

    /// Starts the test of this name again as a program of its own, with `env` set.
    pub(crate) fn this_test(name: &str, env: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
        Self::spawn(command, &std::env::temp_dir(), (120, 40), env)
    }

    fn spawn(mut command: CommandBuilder, data: &Path, (columns, rows): (u16, u16), env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", data);
        command.env("TERM", "xterm-256color");
        command.env("COUNTERSIGN_DATA_DIR", data);
        command.env("COUNTERSIGN_CONFIG_DIR", data.join("config"));
        for (name, value) in env {
            command.env(name, value);
        }
        let settings_before = format!("{:?}", pair.master.get_termios().unwrap());
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            writer: pair.master.take_writer().unwrap(),
            output,
            parser: vt100::Parser::new(rows, columns, 0),
            raw: Vec::new(),
            settings_before,
            shown: 0,
            master: pair.master,
        }
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Takes what is printed within `wait`; false when nothing came.
    fn take(&mut self, wait: Duration) -> bool {
        match self.output.recv_timeout(wait) {
            Ok(bytes) => {
                // A terminal answers when it is asked where its cursor is.
                if bytes.windows(4).any(|window| window == b"\x1b[6n") {
                    self.type_raw("\x1b[1;1R");
                }
                self.raw.extend(bytes);
                self.show();
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Shows what was printed, each frame as a whole: half of one beside half of the one before is
    /// what no person sees.
    fn show(&mut self) {
        let last = |marker: &[u8]| self.raw.windows(marker.len()).rposition(|window| window == marker);
        let end = match (last(b"\x1b[?2026h"), last(b"\x1b[?2026l")) {
            (Some(begun), ended) if ended.is_none_or(|ended| ended < begun) => begun,
            _ => self.raw.len(),
        };
        if let Some(fresh) = self.raw.get(self.shown..end) {
            self.parser.process(fresh);
            self.shown = end;
        }
    }

    /// Takes what is printed for a while, as between two keys of a person.
    pub(crate) fn pause(&mut self, wait: Duration) {
        let end = Instant::now() + wait;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.take(left);
        }
    }

    /// Waits until the screen satisfies the condition.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition(&self.screen()) {
            assert!(Instant::now() < end, "waited in vain for {what}\n{}", self.screen());
            if !self.take(Duration::from_millis(100))
                && let Ok(Some(status)) = self.child.try_wait()
            {
                while self.take(Duration::from_millis(10)) {}
                assert!(condition(&self.screen()), "ended ({status:?}) before {what}\n{}", self.screen());
            }
        }
    }

    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.until(&format!("{text:?}"), |screen| screen.contains(text));
    }

    #[track_caller]
    pub(crate) fn wait_gone(&mut self, text: &str) {
        self.until(&format!("{text:?} to go"), |screen| !screen.contains(text));
    }

    pub(crate) fn type_raw(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Keys by name, separated by blanks; anything else is typed as it is.
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut keys = keys.split_whitespace().peekable();
        while let Some(key) = keys.next() {
            // Nobody types so fast that the next key would be Alt with it: as terminals send it that tell them apart.
            let is_ambiguous = key == "Esc" && keys.peek().is_some();
            self.type_raw(&if is_ambiguous { "\x1b[27u".to_owned() } else { encode(key) });
        }
    }

    /// A click at a cell, counted from 1, in SGR encoding.
    pub(crate) fn click(&mut self, column: u16, row: u16) {
        self.type_raw(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    /// Clicks where the text starts.
    #[track_caller]
    pub(crate) fn click_text(&mut self, text: &str) {
        let screen = self.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
        let column = line[..line.find(text).unwrap()].chars().count();
        self.click(u16::try_from(column).unwrap() + 1, u16::try_from(row).unwrap() + 1);
    }

    /// One turn of the wheel at a cell, counted from 1.
    pub(crate) fn wheel_down(&mut self, column: u16, row: u16) {
        self.type_raw(&format!("\x1b[<65;{column};{row}M"));
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.parser.screen_mut().set_size(rows, columns);
    }

    /// SIGKILL, at this very moment.
    pub(crate) fn kill(mut self) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for the end; true if it was a success.
    #[track_caller]
    pub(crate) fn end(&mut self) -> bool {
        self.ended().success()
    }

    /// Waits for the end, and says how it was.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            while self.take(Duration::from_millis(20)) {}
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.take(Duration::from_millis(50)) {}
                return status;
            }
            assert!(Instant::now() < end, "it does not end\n{}", self.screen());
        }
    }

    /// How the terminal itself is set: echo, lines, signals of keys.
    pub(crate) fn settings(&self) -> String {
        format!("{:?}", self.master.get_termios().unwrap())
    }

    /// Waits until something is so that no screen shows.
    #[track_caller]
    pub(crate) fn until_so(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < end, "waited in vain until {what}\n{}", self.screen());
            self.take(Duration::from_millis(1));
        }
    }

    /// Whether the alternate screen is left, the cursor shown, paste and mouse are off, and the terminal is set as it
    /// was.
    pub(crate) fn is_as_before(&self) -> bool {
        self.terminal_is_restored() && self.settings() == self.settings_before
    }

    /// Whether the alternate screen is left, the cursor shown, and paste and mouse are off.
    pub(crate) fn terminal_is_restored(&self) -> bool {
        let screen = self.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn encode(key: &str) -> String {
    match key {
        "Enter" => "\r".into(),
        "Esc" => "\x1b".into(),
        "Tab" => "\t".into(),
        "S-Tab" => "\x1b[Z".into(),
        "Up" => "\x1b[A".into(),
        "Down" => "\x1b[B".into(),
        "Right" => "\x1b[C".into(),
        "Left" => "\x1b[D".into(),
        "Space" => " ".into(),
        "F1" => "\x1bOP".into(),
        "F2" => "\x1bOQ".into(),
        "F3" => "\x1bOR".into(),
        "F4" => "\x1bOS".into(),
        "F5" => "\x1b[15~".into(),
        "F6" => "\x1b[17~".into(),
        "F7" => "\x1b[18~".into(),
        "F8" => "\x1b[19~".into(),
        "F9" => "\x1b[20~".into(),
        "F10" => "\x1b[21~".into(),
        "C-End" => "\x1b[1;5F".into(),
        "C-Space" => "\0".into(),
        _ if key.starts_with("M-") => key.replacen("M-", "\x1b", 1),
        _ => match key.strip_prefix("C-").and_then(|rest| rest.chars().next()) {
            Some(c) => char::from(c.to_ascii_uppercase() as u8 & 0x1f).to_string(),
            None => key.to_owned(),
        },
    }
}
