//! The program killed at any moment: what is on the disk is always a whole earlier state, and not an old one.
//!
//! A run is this test's binary again as a process of its own, which runs the program's own loop, updates, runtime, writer
//! and sandbox over a screen in memory, and types one key after the other with random short pauses. It says on standard
//! output which key was taken up. The test kills it with SIGKILL at a random moment, and then looks at the files: they are
//! what the kernel has, as after a crash of the program; a power cut is the business of `fsync`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use countersign::runtime::event_loop::Incoming;
use countersign::runtime::input::Batch;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;

use crate::support::scripted::run_on;

/// Set to the data directory where this test is run as the one that types.
const CHILD: &str = "COUNTERSIGN_TEST_TYPES";
const NAME: &str = "workbench::faults::a_kill_at_any_moment_loses_no_more_than_the_last_second";

/// Runs side by side, each on a data directory of its own: most of the time each waits for its next key.
const LANES: u32 = 6;
const RUNS_OF_A_LANE: u32 = 50;

/// How old what is on the disk may be, besides what the disk itself takes.
const AT_MOST: Duration = Duration::from_secs(1);

/// How long this machine takes at worst for one write, while everything else goes on: measured by the same writer.
fn slowest_write(until: &AtomicBool) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let mut slowest = Duration::ZERO;
    while !until.load(Ordering::Relaxed) {
        let begun = Instant::now();
        countersign::runtime::files::write_whole(&dir.path().join("draft.yaml"), b"# probe").unwrap();
        slowest = slowest.max(begun.elapsed());
        std::thread::yield_now();
    }
    slowest
}

/// Types digits for ever, with a pause between two, and says how many were taken up.
struct Keys {
    start: Vec<KeyEvent>,
    sent: u64,
    random: Random,
    pause: Pin<Box<tokio::time::Sleep>>,
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

impl Keys {
    fn of(seed: u64) -> Self {
        let plain = |code| key(code, KeyModifiers::NONE);
        // To the end of the draft, which takes text from then on. The last is the first.
        let start = vec![
            key(KeyCode::End, KeyModifiers::CONTROL),
            plain(KeyCode::BackTab),
            plain(KeyCode::Tab),
            plain(KeyCode::Char('2')),
        ];
        Self { start, sent: 0, random: Random(seed), pause: Box::pin(tokio::time::sleep(Duration::ZERO)) }
    }
}

/// Numbers that look like chance, the same for the same seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

impl Stream for Keys {
    type Item = std::io::Result<Incoming>;

    /// The loop asks for the next key when the last one is drawn.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(key) = self.start.pop() {
            return Poll::Ready(Some(Ok(Incoming::Typed(Batch::of(Event::Key(key))))));
        }
        if Future::poll(self.pause.as_mut(), context).is_pending() {
            return Poll::Pending;
        }
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "typed {}", self.sent).and_then(|()| out.flush());
        let wait = Duration::from_millis(5 + self.random.below(135));
        self.pause.as_mut().reset(tokio::time::Instant::now() + wait);
        let digit = char::from(b'0' + u8::try_from(self.sent % 10).unwrap_or_default());
        self.sent += 1;
        let event = Event::Key(key(KeyCode::Char(digit), KeyModifiers::NONE));
        Poll::Ready(Some(Ok(Incoming::Typed(Batch::of(event)))))
    }
}

fn start(data: &Path, seed: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", NAME, "--nocapture", "--test-threads=1"]);
    command.env(CHILD, data).env("COUNTERSIGN_TEST_SEED", seed.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What one killed run showed.
struct Run {
    /// How old the newest state was that was not on the disk, at the kill.
    lost: Duration,
    keys: usize,
}

/// Lets one type for a while, kills it, and looks at what it left.
fn kill_one(data: &Path, seed: u64) -> Run {
    let draft = data.join("draft.yaml");
    let before = fs::read_to_string(&draft).unwrap();
    let mut child = start(data, seed);
    let mut taken: Vec<Instant> = Vec::new();
    let lifetime = Duration::from_millis(Random(seed).below(1_400));
    let mut until = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // `typed N`: N keys were taken up, and are on the screen.
        if line.strip_prefix("typed ").is_some_and(|count| count != "0") {
            taken.push(Instant::now());
            let now = Instant::now();
            if now >= *until.get_or_insert(now + lifetime) {
                break;
            }
        }
    }
    child.kill().unwrap();
    let killed = Instant::now();
    assert!(!child.wait().unwrap().success());
    assert!(until.is_some(), "seed {seed}: it never typed");
    let after = fs::read_to_string(&draft).unwrap();
    let typed = after.strip_prefix(&before).unwrap_or_else(|| panic!("seed {seed}: {before:?} became {after:?}"));
    for (at, digit) in typed.bytes().enumerate() {
        assert_eq!(digit, b'0' + u8::try_from(at % 10).unwrap(), "seed {seed}: a hole in {typed:?}");
    }
    let session: serde_json::Value = serde_json::from_slice(&fs::read(data.join("session.json")).unwrap()).unwrap();
    assert!(session.is_object(), "seed {seed}");
    let strange = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strange: Vec<String> = strange.filter(|name| name.contains(".kept-")).collect();
    assert_eq!(strange, [""; 0], "seed {seed}: whole files were not understood");
    let lost = taken.get(typed.len()).map_or(Duration::ZERO, |taken| killed.duration_since(*taken));
    Run { lost, keys: taken.len() }
}

/// 300 kills. The seeds are fixed; where a run ends depends on the machine as well.
#[test]
fn a_kill_at_any_moment_loses_no_more_than_the_last_second() {
    if let Some(data) = std::env::var_os(CHILD) {
        let seed = std::env::var("COUNTERSIGN_TEST_SEED").unwrap().parse().unwrap();
        run_on(Path::new(&data), || Keys::of(seed));
        return;
    }
    let lane = |lane: u32| {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("draft.yaml"), "# ").unwrap();
        let runs: Vec<Run> =
            (0..RUNS_OF_A_LANE).map(|run| kill_one(data.path(), u64::from(lane * 1_000 + run))).collect();
        runs
    };
    let is_over = AtomicBool::new(false);
    let (runs, slowest) = std::thread::scope(|scope| {
        let probe = scope.spawn(|| slowest_write(&is_over));
        let lanes: Vec<_> = (0..LANES).map(|number| scope.spawn(move || lane(number))).collect();
        let lanes: Vec<_> = lanes.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        let runs: Vec<Run> = lanes.into_iter().flat_map(Result::unwrap).collect();
        (runs, probe.join().unwrap())
    });
    let worst = runs.iter().map(|run| run.lost).max().unwrap();
    let keys: usize = runs.iter().map(|run| run.keys).sum();
    let late = runs.iter().filter(|run| run.lost > AT_MOST).count();
    println!(
        "{} kills, {keys} keys; the oldest that was not on the disk: {worst:?}, {late} older than a second",
        runs.len()
    );
    println!("the slowest write of a probe beside: {slowest:?}");
    assert_eq!(runs.len(), 300);
    // A change can wait for one write that is under way, and then for its own.
    assert!(worst <= AT_MOST + 2 * slowest, "{worst:?}, and a write takes {slowest:?}");
}
