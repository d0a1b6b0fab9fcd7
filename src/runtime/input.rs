//! What is typed: read to its end, and only when it is asked for.
//!
//! A reader of our own. crossterm's reads a kilobyte at a time and then waits for an edge that does not come while
//! there is more; its stream reads ahead, so that another program to which the terminal is given would share the keys
//! with us. Here the terminal is asked each time whether there is something now, all of it is read, and nobody reads
//! while it is being dealt with.
//!
//! Uses `parser` below it.

mod parser;

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::Pin;
use std::sync::mpsc as blocking_mpsc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crossterm::event::{Event, MouseEventKind};
use futures_util::Stream;
use mio::unix::SourceFd;
use mio::{Events, Interest, Token};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub use parser::Cut;
use parser::{Output, Parser, Pending};

/// Bytes that are read before what they mean is dealt with: more than comes between two frames, and so few that
/// whoever sends without end does not keep the screen from being drawn.
const AT_ONCE: usize = 32 * 1024;

/// How long the rest of a control sequence may take; an ESC with nothing behind it is the key.
const SEQUENCE_PAUSE: Duration = Duration::from_millis(25);

/// How long a paste may pause; one without an end is taken as it is after that.
const PASTE_PAUSE: Duration = Duration::from_secs(2);

/// All that was typed since the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    pub events: Vec<Event>,
    /// When the first of it came; `None`, just now.
    pub came: Option<Instant>,
    /// There is more of it.
    pub more: bool,
    /// A paste was cut.
    pub cut: Option<Cut>,
}

impl Batch {
    /// An event that was waited for.
    pub fn of(event: Event) -> Self {
        Self { events: vec![event], ..Self::default() }
    }
}

/// The terminal's input.
#[derive(Debug)]
pub struct Input {
    ask: blocking_mpsc::Sender<()>,
    batches: UnboundedReceiver<io::Result<Batch>>,
    /// A batch is being waited for.
    asked: bool,
}

impl Input {
    /// Starts the thread that reads standard input; it ends with the process, because a read cannot be called off.
    pub fn start() -> Self {
        match Reader::new(io::stdin()) {
            Ok(reader) => Self::reading(reader),
            Err(error) => Self::reading(error),
        }
    }

    fn reading(mut source: impl Source + Send + 'static) -> Self {
        let (ask, asked) = blocking_mpsc::channel();
        let (sender, batches) = unbounded_channel();
        std::thread::spawn(move || {
            loop {
                // Nothing is read before it is asked for; that something came is noted at once.
                source.wait();
                if asked.recv().is_err() || sender.send(source.read()).is_err() {
                    break;
                }
            }
        });
        Self { ask, batches, asked: false }
    }
}

/// Where batches come from.
trait Source {
    /// Waits until something comes, and notes when; reads nothing.
    fn wait(&mut self);

    /// Waits for events, and gives all that there are.
    fn read(&mut self) -> io::Result<Batch>;
}

/// A terminal that cannot be read.
impl Source for io::Error {
    fn wait(&mut self) {}

    fn read(&mut self) -> io::Result<Batch> {
        Err(Self::new(self.kind(), self.to_string()))
    }
}

/// Ends where there will be no more. An item that was not waited for to the end comes at the next poll.
impl Stream for Input {
    type Item = io::Result<Batch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.asked {
            if self.ask.send(()).is_err() {
                return Poll::Ready(None);
            }
            self.asked = true;
        }
        let batch = self.batches.poll_recv(context);
        self.asked = batch.is_pending();
        batch
    }
}

/// Reads a terminal, or whatever stands for it.
struct Reader<F> {
    terminal: F,
    poll: mio::Poll,
    parser: Parser,
    /// When what is not read yet, or not understood yet, came.
    came: Option<Instant>,
}

/// The only thing that is polled.
const TERMINAL: Token = Token(0);

impl<F: AsFd + AsRawFd> Reader<F> {
    fn new(terminal: F) -> io::Result<Self> {
        let poll = mio::Poll::new()?;
        poll.registry().register(&mut SourceFd(&terminal.as_raw_fd()), TERMINAL, Interest::READABLE)?;
        Ok(Self { terminal, poll, parser: Parser::default(), came: None })
    }

    /// Waits until there is something to read, unless a part of it is read already; says when it came. Another program
    /// to which the terminal was given may have read what had come.
    fn arrival(&mut self) -> io::Result<Instant> {
        if let Some(came) = self.came
            && (self.parser.pending().is_some() || self.is_readable(Some(Duration::ZERO))?)
        {
            return Ok(came);
        }
        self.is_readable(None)?;
        Ok(*self.came.insert(Instant::now()))
    }

    /// Reads what there is; says whether there is more of it.
    fn take(&mut self) -> io::Result<(Output, bool)> {
        let (mut out, mut read) = (Output::default(), 0);
        let mut buffer = [0; 4096];
        loop {
            if self.is_readable(Some(Duration::ZERO))? {
                if read >= AT_ONCE && !out.events.is_empty() {
                    return Ok((out, true));
                }
                let count = rustix::io::retry_on_intr(|| rustix::io::read(&self.terminal, buffer.as_mut_slice()))?;
                if count == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                read += count;
                self.parser.feed(buffer.get(..count).unwrap_or_default(), &mut out);
                continue;
            }
            match self.parser.pending() {
                None => return Ok((out, false)),
                // What came before it does not have to wait.
                Some(Pending::Paste) if !out.events.is_empty() => return Ok((out, false)),
                Some(pending) => {
                    if !self.is_readable(Some(pause(pending)))? {
                        self.parser.pause(&mut out);
                    }
                }
            }
        }
    }

    /// Whether there is something to read, or its end, within this time.
    fn is_readable(&mut self, within: Option<Duration>) -> io::Result<bool> {
        // A poll tells of a change alone: registered anew, it tells of what is there already.
        self.poll.registry().reregister(&mut SourceFd(&self.terminal.as_raw_fd()), TERMINAL, Interest::READABLE)?;
        let mut events = Events::with_capacity(1);
        loop {
            match self.poll.poll(&mut events, within) {
                Ok(()) => return Ok(!events.is_empty()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl<F: AsFd + AsRawFd> Source for Reader<F> {
    fn wait(&mut self) {
        // What fails here fails again when it is read.
        let _ = self.arrival();
    }

    fn read(&mut self) -> io::Result<Batch> {
        loop {
            let came = self.arrival()?;
            let (out, more) = self.take()?;
            let is_whole = self.parser.pending().is_none() && !more;
            self.came = self.came.filter(|_| !is_whole);
            if !out.events.is_empty() || out.cut.is_some() {
                return Ok(Batch { events: merged(out.events), came: Some(came), more, cut: out.cut });
            }
        }
    }
}

fn pause(pending: Pending) -> Duration {
    match pending {
        Pending::Sequence => SEQUENCE_PAUSE,
        Pending::Paste => PASTE_PAUSE,
    }
}

/// Of the places that the mouse was dragged over without anything in between, only the last counts.
fn merged(events: Vec<Event>) -> Vec<Event> {
    let drag = |event: &Event| match event {
        Event::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Drag(_)) => Some((mouse.kind, mouse.modifiers)),
        _ => None,
    };
    let mut merged: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        match merged.last_mut() {
            Some(last) if drag(&event).is_some() && drag(last) == drag(&event) => *last = event,
            _ => merged.push(event),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU16, Ordering};

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use futures_util::StreamExt as _;

    use super::*;

    fn reader() -> (UnixStream, Reader<UnixStream>) {
        let (person, terminal) = UnixStream::pair().unwrap();
        (person, Reader::new(terminal).unwrap())
    }

    /// Counts how often it is read, and waits for a word each time.
    struct Counting {
        reads: Arc<AtomicU16>,
        wait: blocking_mpsc::Receiver<()>,
    }

    impl Source for Counting {
        fn wait(&mut self) {}

        fn read(&mut self) -> io::Result<Batch> {
            let number = self.reads.fetch_add(1, Ordering::SeqCst);
            let _ = self.wait.recv();
            Ok(Batch::of(Event::Resize(number, 0)))
        }
    }

    fn typed(text: &str) -> Vec<Event> {
        text.chars().map(|c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))).collect()
    }

    #[tokio::test]
    async fn nothing_is_read_ahead_and_nothing_is_lost_when_it_is_called_off() {
        let reads = Arc::new(AtomicU16::new(0));
        let counted = reads.clone();
        let (go_on, wait) = blocking_mpsc::channel();
        let mut input = Input::reading(Counting { reads: counted, wait });
        // Called off while it waits, twice.
        for _ in 0..2 {
            tokio::select! {
                biased;
                _ = input.next() => panic!("nothing was there"),
                () = std::future::ready(()) => {}
            }
        }
        go_on.send(()).unwrap();
        assert_eq!(input.next().await.unwrap().unwrap(), Batch::of(Event::Resize(0, 0)));
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        go_on.send(()).unwrap();
        assert_eq!(input.next().await.unwrap().unwrap(), Batch::of(Event::Resize(1, 0)));
    }

    #[test]
    fn a_burst_is_read_to_its_end() {
        let (mut person, mut reader) = reader();
        let text = "abc".repeat(1000);
        person.write_all(text.as_bytes()).unwrap();
        let batch = reader.read().unwrap();
        assert_eq!((batch.events, batch.more, batch.cut), (typed(&text), false, None));
    }

    #[test]
    fn it_came_when_it_came_and_not_when_it_is_read() {
        let (mut person, mut reader) = reader();
        person.write_all(b"y").unwrap();
        reader.wait();
        let drawn = Instant::now();
        person.write_all(b"z").unwrap();
        let batch = reader.read().unwrap();
        assert_eq!(batch.events, typed("yz"));
        assert!(batch.came.unwrap() <= drawn);
    }

    #[test]
    fn motion_without_end_holds_no_key_up() {
        let (mut person, mut reader) = reader();
        person.write_all(&b"\x1b[<35;10;10M".repeat(2000)).unwrap();
        person.write_all(b"2").unwrap();
        assert_eq!(reader.read().unwrap().events, typed("2"));
    }

    #[test]
    fn what_comes_without_end_comes_in_parts() {
        let (mut person, mut reader) = reader();
        person.write_all("y".repeat(AT_ONCE + 5000).as_bytes()).unwrap();
        let first = reader.read().unwrap();
        assert!(first.more && first.events.len() >= AT_ONCE, "{}", first.events.len());
        let second = reader.read().unwrap();
        assert!(second.came == first.came && !second.more);
        assert_eq!(first.events.len() + second.events.len(), AT_ONCE + 5000);
    }

    #[test]
    fn an_escape_alone_is_the_key_and_a_sequence_may_come_in_parts() {
        let (mut person, mut reader) = reader();
        person.write_all(b"\x1b").unwrap();
        assert_eq!(reader.read().unwrap().events, [Event::Key(KeyCode::Esc.into())]);
        person.write_all(b"x\x1b[200~a").unwrap();
        assert_eq!(reader.read().unwrap().events, typed("x"), "what is in front of a paste is not held up");
        person.write_all(b"b\x1b[201~").unwrap();
        assert_eq!(reader.read().unwrap().events, [Event::Paste("ab".to_owned())]);
    }

    #[test]
    fn the_end_of_the_terminal_is_an_error_and_no_loop() {
        let (person, mut reader) = reader();
        drop(person);
        assert_eq!(reader.read().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn of_a_drag_the_last_place_counts() {
        let (mut person, mut reader) = reader();
        person.write_all(b"\x1b[<0;1;1M\x1b[<32;2;1M\x1b[<32;3;1M\x1b[<0;3;1m").unwrap();
        let columns: Vec<u16> =
            reader.read().unwrap().events.iter().filter_map(Event::as_mouse_event).map(|mouse| mouse.column).collect();
        assert_eq!(columns, [0, 2, 2]);
    }
}
