//! The loop: replies before keys before timers, one frame once the queue is empty.
//!
//! Generic over ratatui's backend, over the stream of events, and over the [`Host`], which does what only a
//! real terminal can do: the tests drive this very loop with a backend in memory and a script of keys.
//!
//! INVARIANT: what comes is polled only when no message waits and the last frame shows everything that has
//! happened. Whoever gives it learns from being polled that the loop is idle. All that was typed by then comes at
//! once, and is dealt with before the next frame.
//!
//! May use all of `runtime`, `app` and, through [`Screen`], `ui`.

use std::io;
use std::time::Instant;

use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use ratatui::Terminal;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::backend::Backend;
use super::effects::{Request, Runner};
use super::embedded::Embedded;
use super::files::Files;
use super::host::Host;
use super::input::{Batch, Cut};
use super::screen::{Screen, Themes};
use super::seen::Seen;
use super::signals::Told;
use super::{api_log, outside};
use app::Model;
use app::draft::file;
use app::draft::file::state::Outside;
use app::effect::Effect;
use app::msg::{Msg, TerminalEvent};
use app::saving::act::{end, is_unsaved};
use app::shell::report::Report;
use app::update::{start, update};

/// What the workbench consists of before it is started.
#[derive(Debug)]
pub struct Workbench<'a> {
    pub model: &'a mut Model,
    pub themes: &'a Themes,
    pub files: &'a Files,
    /// The path of a file to open as the draft.
    pub draft: Option<String>,
}

/// What comes from outside of the program.
#[derive(Debug)]
pub enum Incoming {
    Typed(Batch),
    Told(Told),
}

/// A draft that is nowhere but here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaved {
    pub text: String,
    /// Why it is not saved.
    pub why: Report,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    pub outcome: anyhow::Result<()>,
    /// The draft, where it could not be saved.
    pub unsaved: Option<Unsaved>,
    /// The number of the signal that has ended it, if one has.
    pub signal: Option<i32>,
}

impl From<anyhow::Error> for Ended {
    /// It ended before anything could be typed.
    fn from(error: anyhow::Error) -> Self {
        Self { outcome: Err(error), unsaved: None, signal: None }
    }
}

/// Runs until the program is quit; the end of what comes ends it too. However it ends, the draft is saved, or handed back.
pub async fn run<B, E>(
    terminal: &mut Terminal<B>,
    host: &mut impl Host,
    mut incoming: E,
    workbench: Workbench<'_>,
) -> Ended
where
    B: ratatui::backend::Backend<Error: Send + Sync + 'static>,
    E: Stream<Item = io::Result<Incoming>> + Unpin,
{
    let Workbench { model, themes, files, draft } = workbench;
    let (sender, mut receiver) = unbounded_channel();
    let backend = Backend::new(files);
    let runner = Runner::new(backend.clone(), sender.clone());
    let screen = Screen::new(themes);
    let mut running = Running {
        terminal,
        host,
        model,
        screen,
        runner,
        backend,
        sender,
        seen: Seen::default(),
        away: Away::default(),
    };
    let sandbox = Embedded::start(running.backend.clone(), running.sender.clone());
    let outcome = running.until_quit(draft, &mut receiver, &mut incoming).await;
    let unsaved = running.close();
    receiver.close();
    sandbox.shut_down().await;
    Ended { outcome, unsaved, signal: None }
}

/// The loop while it runs.
struct Running<'a, B: ratatui::backend::Backend, H> {
    terminal: &'a mut Terminal<B>,
    host: &'a mut H,
    model: &'a mut Model,
    screen: Screen<'a>,
    runner: Runner,
    backend: Backend,
    sender: UnboundedSender<Msg>,
    seen: Seen,
    away: Away,
}

/// What leads away from the screen.
#[derive(Debug, Default)]
struct Away {
    /// A text that waits for the person's own editor.
    outside: Option<Outside>,
    /// The terminal was given away and taken again: what had been typed by then was meant for others.
    was: bool,
    quit: bool,
}

impl<B, H> Running<'_, B, H>
where
    B: ratatui::backend::Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    /// Takes what comes until the program is quit.
    async fn until_quit<E>(
        &mut self,
        draft: Option<String>,
        messages: &mut UnboundedReceiver<Msg>,
        incoming: &mut E,
    ) -> anyhow::Result<()>
    where
        E: Stream<Item = io::Result<Incoming>> + Unpin,
    {
        self.draw()?;
        let effects = start(self.model, draft);
        self.perform(effects)?;
        while !self.away.quit {
            tokio::select! {
                biased;
                Some(msg) = messages.recv() => self.tell(msg)?,
                next = incoming.next() => match next {
                    Some(Ok(Incoming::Typed(batch))) => self.typed(batch)?,
                    Some(Ok(Incoming::Told(told))) => self.told(told)?,
                    // The terminal is gone: there is nobody left to show anything to.
                    Some(Err(_)) | None => self.told(Told::End)?,
                },
            }
            // What is waiting already is taken before anything is drawn.
            while let (false, Ok(msg)) = (self.away.quit, messages.try_recv()) {
                self.tell(msg)?;
            }
            self.settle()?;
        }
        Ok(())
    }

    /// Saves what is not saved yet, waits until it is on the disk, and hands back what cannot be.
    fn close(self) -> Option<Unsaved> {
        let Self { model, mut runner, .. } = self;
        if !model.ui.quitting {
            // The loop failed: nobody asked for it.
            for effect in end(model) {
                let _ = runner.carry_out(effect);
            }
        }
        let failure = runner.finish();
        let looked = || Report::new("this workbench only looked: another saves in its place");
        let why = if model.saving.looks_only() { Some(looked()) } else { failure };
        why.filter(|_| is_unsaved(model)).map(|why| Unsaved { text: model.draft.editor.text(), why })
    }

    /// Changes the model by what happened, and begins what follows.
    fn tell(&mut self, msg: Msg) -> anyhow::Result<()> {
        let (boxes, was_typed) = (self.model.overlays.len(), matches!(msg, Msg::Terminal(_)));
        let effects = update(self.model, msg, Timestamp::now());
        if !was_typed {
            self.seen.happened(boxes, self.model);
        }
        self.perform(effects)
    }

    /// Deals with all that was typed, in order. What lies behind a key that leads away from the screen is dropped: it
    /// was meant for the shell, or for the person's editor, and nobody can give it to them.
    fn typed(&mut self, batch: Batch) -> anyhow::Result<()> {
        self.seen.begin(batch.came);
        self.away.was = false;
        for event in batch.events {
            if self.away.quit || self.away.was || self.away.outside.is_some() {
                break;
            }
            if let Some(event) = self.screen.event(event) {
                let msg = self.seen.aim(event, self.model);
                self.tell(msg)?;
            }
        }
        self.seen.end(batch.more);
        match batch.cut {
            Some(cut) => self.tell(Msg::Notice(cut_short(cut))),
            None => Ok(()),
        }
    }

    /// Does what a signal asks for.
    fn told(&mut self, told: Told) -> anyhow::Result<()> {
        match told {
            Told::End => self.tell(Msg::Terminal(TerminalEvent::Terminate)),
            Told::Stop => self.suspend(),
            Told::Continued => {
                // What was stopped without being asked could not give the terminal back.
                self.host.leave();
                self.come_back()
            }
            Told::Resized => {
                let size = self.terminal.size()?;
                self.tell(Msg::Terminal(TerminalEvent::Resize(size.width, size.height)))
            }
        }
    }

    /// Carries effects out.
    fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match self.runner.carry_out(effect) {
                Some(Request::Copy(text)) => self.host.copy(&text),
                Some(Request::Suspend) => self.suspend()?,
                Some(Request::Outside(outside)) => self.away.outside = Some(outside),
                Some(Request::Quit) => self.away.quit = true,
                None => {}
            }
        }
        Ok(())
    }

    /// Does what waits for the end of the queue: the person's own editor, then one frame.
    fn settle(&mut self) -> anyhow::Result<()> {
        if let Some(outside) = self.away.outside.take() {
            // Nobody reads the terminal now: the event that led here is not done with.
            self.edit_outside(&outside)?;
        }
        if self.away.quit {
            return Ok(());
        }
        self.refresh_api_log()?;
        self.draw()?;
        match self.screen.new_viewport(self.model) {
            Some(viewport) => self.tell(Msg::Terminal(TerminalEvent::Viewport(viewport))),
            None => Ok(()),
        }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        self.host.begin_frame();
        let drawn = self.screen.draw(self.terminal, self.model);
        // The end of the frame shows it: whoever answers to it answers after this moment.
        self.seen.drawn(self.model, Instant::now());
        self.host.end_frame();
        Ok(drawn?)
    }

    /// The API log is brought up to date only while somebody reads it.
    fn refresh_api_log(&mut self) -> anyhow::Result<()> {
        if !self.model.shows_api_log() {
            return Ok(());
        }
        match api_log::lines(&self.backend) {
            Some(lines) if lines != self.model.ui.requests => self.tell(Msg::Requests(lines)),
            Some(_) | None => Ok(()),
        }
    }

    /// Gives the terminal to the person's own editor and takes it back, however the editor ends.
    fn edit_outside(&mut self, outside: &Outside) -> anyhow::Result<()> {
        self.host.leave();
        let result = outside::edit(&self.backend.files.seat.directory(), outside);
        self.come_back()?;
        let _ = self.sender.send(Msg::File(file::Msg::Edited(result)));
        Ok(())
    }

    /// Gives the terminal back and stops, as Ctrl-Z does elsewhere; goes on here when continued.
    fn suspend(&mut self) -> anyhow::Result<()> {
        self.host.leave();
        self.host.suspend();
        self.come_back()?;
        let _ = self.sender.send(Msg::Terminal(TerminalEvent::Resumed));
        Ok(())
    }

    /// Takes the terminal again. Everything is painted anew; `Terminal::clear` would ask the terminal where its
    /// cursor is, which races with the events that we read.
    fn come_back(&mut self) -> anyhow::Result<()> {
        self.away.was = true;
        self.host.come_back()?;
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())?;
        Ok(())
    }
}

/// What a person is told of a paste that did not come whole.
fn cut_short(cut: Cut) -> Report {
    match cut {
        Cut::TooLong => {
            Report::new("the paste was cut").with_hint("It is longer than a draft can be: open it as a file (^O).")
        }
        Cut::NoEnd => Report::new("the paste may be cut")
            .with_hint("The terminal did not say where it ends: look whether all of it is there."),
    }
}
