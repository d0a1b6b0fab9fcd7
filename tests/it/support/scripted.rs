//! The real event loop without a terminal: a screen in memory, a host that notes what it is asked for, and a
//! script of what a person does and waits for.
//!
//! Nothing sleeps: the loop polls its events only when no message waits and the last frame shows everything, so
//! that the script looks at the screen exactly then.

use std::cell::{Cell as Flag, Ref, RefCell};
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use countersign::app::Model;
use countersign::runtime;
use countersign::runtime::event_loop::{Incoming, Unsaved, Workbench, run};
use countersign::runtime::files::Files;
use countersign::runtime::host::Host;
use countersign::runtime::input::Batch;
use countersign::runtime::screen::Themes;
use countersign::ui::text::rows;
use countersign::ui::theme::Depth;
use crossterm::event::Event;
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::stage::key;

/// Long enough for a slow machine; only a script that waits in vain needs it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a person at the terminal does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Presses keys, by name, separated by blanks.
    Keys(&'static str),
    /// Something else comes from the terminal.
    Event(Event),
    /// Several at once, typed ahead or not; or a signal.
    Comes(Incoming),
    /// Waits until the idle screen says this.
    See(&'static str),
    /// Waits until the idle screen no longer says this.
    Gone(&'static str),
    /// What is read from the terminal fails.
    Fail,
    /// What is drawn fails from the next frame on.
    Break,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) model: Model,
    /// The last frame, row by row.
    pub(crate) rows: Vec<String>,
    /// What was asked of the host.
    pub(crate) asked: Vec<Asked>,
    /// Steps that were not taken: the loop ended before.
    pub(crate) left: usize,
    /// What could not be saved.
    pub(crate) unsaved: Option<Unsaved>,
}

impl Ended {
    /// The last frame as one text.
    pub(crate) fn screen(&self) -> String {
        self.rows.join("\n")
    }
}

/// What the loop asks of its host, frames apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Leave,
    Suspend,
    ComeBack,
    Copy(String),
}

/// Runs the workbench on a data directory through a script; the end of the script ends the program.
pub(crate) fn play(data: &Path, draft: Option<&Path>, script: impl IntoIterator<Item = Step>) -> Ended {
    let screen = Screen::new(120, 40);
    let mut host = Noting::default();
    let files = Files::new(data);
    let themes = Themes::load(&data.join("themes"), Depth::TrueColor);
    let mut model = runtime::model(&files, &themes);
    let steps = Rc::new(RefCell::new(script.into_iter().collect()));
    let script = Script { steps: steps.clone(), keys: VecDeque::new(), screen: screen.clone() };
    let mut terminal = Terminal::new(screen.clone()).unwrap();
    let draft = draft.map(|path| path.display().to_string());
    let workbench = Workbench { model: &mut model, themes: &themes, files: &files, draft };
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let run = async { tokio::time::timeout(PATIENCE, run(&mut terminal, &mut host, script, workbench)).await };
    let Ok(outcome) = tokio.block_on(run) else {
        panic!("{:?} never came:\n{}", steps.borrow().front(), screen.rows().join("\n"));
    };
    let (outcome, unsaved) = (outcome.outcome, outcome.unsaved);
    assert_eq!(outcome.is_err(), screen.is_broken(), "{outcome:?}");
    assert_eq!(host.frames_begun, host.frames_ended);
    let left = steps.borrow().len();
    Ended { model, rows: screen.rows(), asked: host.asked, left, unsaved }
}

/// Runs the workbench on a data directory by the events of a stream, until they end; a runtime is there when it is made.
pub(crate) fn run_on<S>(data: &Path, events: impl FnOnce() -> S)
where
    S: Stream<Item = io::Result<Incoming>> + Unpin,
{
    let files = Files::new(data);
    let themes = Themes::load(&data.join("themes"), Depth::TrueColor);
    let mut model = runtime::model(&files, &themes);
    let mut terminal = Terminal::new(Screen::new(120, 40)).unwrap();
    let workbench = Workbench { model: &mut model, themes: &themes, files: &files, draft: None };
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut host = Noting::default();
    let ended = tokio.block_on(async { run(&mut terminal, &mut host, events(), workbench).await });
    ended.outcome.unwrap();
}

/// The steps that are left, and the screen that they look at.
struct Script {
    steps: Rc<RefCell<VecDeque<Step>>>,
    /// Keys of the step that is under way.
    keys: VecDeque<Event>,
    screen: Screen,
}

impl Stream for Script {
    type Item = io::Result<Incoming>;

    /// Waits without a waker: the screen changes by messages alone, after which the loop polls again.
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.keys.pop_front() {
                return Poll::Ready(Some(Ok(Incoming::Typed(Batch::of(event)))));
            }
            let steps = self.steps.clone();
            let waits = match steps.borrow().front() {
                Some(Step::See(text)) => !self.screen.says(text),
                Some(Step::Gone(text)) => self.screen.says(text),
                Some(Step::Keys(_) | Step::Event(_) | Step::Comes(_) | Step::Fail | Step::Break) | None => false,
            };
            if waits {
                return Poll::Pending;
            }
            let step = steps.borrow_mut().pop_front();
            match step {
                Some(Step::Keys(names)) => self.keys.extend(names.split_whitespace().map(|name| Event::Key(key(name)))),
                Some(Step::Event(event)) => {
                    return Poll::Ready(Some(Ok(Incoming::Typed(Batch::of(self.screen.take(event))))));
                }
                Some(Step::Comes(incoming)) => return Poll::Ready(Some(Ok(incoming))),
                Some(Step::Fail) => return Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
                Some(Step::Break) => self.screen.is_broken.set(true),
                Some(Step::See(_) | Step::Gone(_)) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Notes what it is asked for.
#[derive(Debug, Default)]
struct Noting {
    asked: Vec<Asked>,
    frames_begun: usize,
    frames_ended: usize,
}

impl Host for Noting {
    fn begin_frame(&mut self) {
        self.frames_begun += 1;
    }

    fn end_frame(&mut self) {
        self.frames_ended += 1;
    }

    fn leave(&mut self) {
        self.asked.push(Asked::Leave);
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.asked.push(Asked::ComeBack);
        Ok(())
    }

    fn suspend(&mut self) {
        self.asked.push(Asked::Suspend);
    }

    fn copy(&mut self, text: &str) {
        self.asked.push(Asked::Copy(text.to_owned()));
    }
}

/// ratatui's backend for tests, which the script can look at while the loop draws on it.
#[derive(Debug, Clone)]
struct Screen {
    backend: Rc<RefCell<TestBackend>>,
    is_broken: Rc<Flag<bool>>,
}

impl Screen {
    fn new(columns: u16, rows: u16) -> Self {
        Self { backend: Rc::new(RefCell::new(TestBackend::new(columns, rows))), is_broken: Rc::default() }
    }

    fn get(&self) -> Ref<'_, TestBackend> {
        self.backend.borrow()
    }

    fn is_broken(&self) -> bool {
        self.is_broken.get()
    }

    fn rows(&self) -> Vec<String> {
        rows(self.get().buffer())
    }

    fn says(&self, text: &str) -> bool {
        self.rows().iter().any(|row| row.contains(text))
    }

    /// A terminal has its new size before it tells.
    fn take(&self, event: Event) -> Event {
        if let Event::Resize(columns, rows) = event {
            self.backend.borrow_mut().resize(columns, rows);
        }
        event
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), io::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.backend.borrow_mut().draw(content).map_err(|never| match never {})
    }

    fn hide_cursor(&mut self) -> Result<(), io::Error> {
        self.backend.borrow_mut().hide_cursor().map_err(|never| match never {})
    }

    fn show_cursor(&mut self) -> Result<(), io::Error> {
        self.backend.borrow_mut().show_cursor().map_err(|never| match never {})
    }

    fn get_cursor_position(&mut self) -> Result<Position, io::Error> {
        self.backend.borrow_mut().get_cursor_position().map_err(|never| match never {})
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), io::Error> {
        self.backend.borrow_mut().set_cursor_position(position).map_err(|never| match never {})
    }

    fn clear(&mut self) -> Result<(), io::Error> {
        self.backend.borrow_mut().clear().map_err(|never| match never {})
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), io::Error> {
        self.backend.borrow_mut().clear_region(region).map_err(|never| match never {})
    }

    fn size(&self) -> Result<Size, io::Error> {
        self.backend.borrow().size().map_err(|never| match never {})
    }

    fn window_size(&mut self) -> Result<WindowSize, io::Error> {
        self.backend.borrow_mut().window_size().map_err(|never| match never {})
    }

    fn flush(&mut self) -> Result<(), io::Error> {
        if self.is_broken() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.backend.borrow_mut().flush().map_err(|never| match never {})
    }
}
