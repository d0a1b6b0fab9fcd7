//! The loop: replies before keys before timers, one frame once the queue is empty.
//!
//! Generic over ratatui's backend, over the stream of events, and over the [`Host`], which does what only a
//! real terminal can do: the tests drive this very loop with a backend in memory and a script of keys.
//!
//! INVARIANT: the events are polled only when no message waits and the last frame shows everything that has
//! happened. Whoever gives the events learns from being polled that the loop is idle.
//!
//! May use all of `runtime`, `app` and, through [`Screen`], `ui`.

use std::io;

use crossterm::event::Event;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use ratatui::Terminal;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::backend::Backend;
use super::effects::{Request, Runner};
use super::embedded::Embedded;
use super::files::Files;
use super::host::Host;
use super::screen::{Screen, Themes};
use super::{api_log, outside};
use app::Model;
use app::draft::file;
use app::draft::file::state::Outside;
use app::effect::Effect;
use app::msg::{Msg, TerminalEvent};
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

/// Runs until the program is quit; the end of the events ends it too.
pub async fn run<B, E>(
    terminal: &mut Terminal<B>,
    host: &mut impl Host,
    mut events: E,
    workbench: Workbench<'_>,
) -> anyhow::Result<()>
where
    B: ratatui::backend::Backend<Error: Send + Sync + 'static>,
    E: Stream<Item = io::Result<Event>> + Unpin,
{
    let Workbench { model, themes, files, draft } = workbench;
    let (sender, mut receiver) = unbounded_channel();
    let backend = Backend::new(files)?;
    let runner = Runner::new(backend.clone(), sender.clone());
    let screen = Screen::new(themes);
    let mut running =
        Running { terminal, host, model, screen, runner, backend, sender, outside: None, has_quit: false };
    running.draw()?;
    let sandbox = Embedded::start(running.backend.clone(), running.sender.clone());
    let effects = start(running.model, draft);
    running.perform(effects)?;
    while !running.has_quit {
        let msg = tokio::select! {
            biased;
            Some(msg) = receiver.recv() => Some(msg),
            event = events.next() => match event {
                Some(Ok(event)) => running.screen.message(event),
                // The terminal is gone, or the process was asked to end: there is nobody left to show anything to.
                Some(Err(_)) | None => Some(Msg::Terminal(TerminalEvent::Terminate)),
            },
        };
        let Some(msg) = msg else { continue };
        running.tell(msg)?;
        // What is waiting already is taken before anything is drawn.
        while let (false, Ok(msg)) = (running.has_quit, receiver.try_recv()) {
            running.tell(msg)?;
        }
        running.settle()?;
    }
    running.runner.finish();
    receiver.close();
    sandbox.shut_down().await;
    Ok(())
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
    /// A text that waits for the person's own editor.
    outside: Option<Outside>,
    has_quit: bool,
}

impl<B, H> Running<'_, B, H>
where
    B: ratatui::backend::Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    /// Changes the model by what happened, and begins what follows.
    fn tell(&mut self, msg: Msg) -> anyhow::Result<()> {
        let effects = update(self.model, msg, Timestamp::now());
        self.perform(effects)
    }

    /// Carries effects out.
    fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match self.runner.carry_out(effect) {
                Some(Request::Copy(text)) => self.host.copy(&text),
                Some(Request::Suspend) => self.suspend()?,
                Some(Request::Outside(outside)) => self.outside = Some(outside),
                Some(Request::Quit) => self.has_quit = true,
                None => {}
            }
        }
        Ok(())
    }

    /// Does what waits for the end of the queue: the person's own editor, then one frame.
    fn settle(&mut self) -> anyhow::Result<()> {
        if let Some(outside) = self.outside.take() {
            // Nobody reads the terminal now: the event that led here is not done with.
            self.edit_outside(&outside)?;
        }
        if self.has_quit {
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
        let result = outside::edit(&self.backend.files.data, outside);
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
        self.host.come_back()?;
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())?;
        Ok(())
    }
}
