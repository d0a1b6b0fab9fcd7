//! The loop: replies before keys before timers, one frame once the queue is empty.

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::backend::Backend;
use super::effects::{Request, Runner};
use super::error::Error;
use super::files::Files;
use super::input::Input;
use super::screen::{Screen, Themes};
use super::terminal::Guard;
use app::Model;
use app::effect::Effect;
use app::file::Outside;
use app::msg::{Mouse, Msg};
use app::update::{start, update};
use sandbox::server::{Log, Sandbox, Served};

/// Between two looks at what other programs asked.
const BETWEEN: std::time::Duration = std::time::Duration::from_millis(100);

/// Rows that one turn of the wheel scrolls.
const WHEEL: i16 = 3;

/// Runs until the program is quit.
pub async fn run(terminal: &mut Guard, model: &mut Model, themes: &Themes, files: &Files) -> anyhow::Result<()> {
    let (sender, mut receiver) = unbounded_channel();
    let backend = Backend::new(files)?;
    let mut runner = Runner::new(backend.clone(), sender.clone());
    let mut screen = Screen::new(themes);
    screen.draw(terminal, model)?;
    let sandbox = tokio::spawn(bring_up(backend.clone(), sender.clone()));
    let first = start(model);
    let mut asked = Asked::default();
    perform(&mut runner, terminal, &sender, first, &mut asked)?;
    let mut input = Input::start();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    while !asked.quit {
        let msg = tokio::select! {
            biased;
            Some(msg) = receiver.recv() => Some(msg),
            event = input.next() => match event {
                Some(Ok(event)) => screen.message(event),
                // The terminal is gone: there is nobody left to show anything to.
                Some(Err(_)) | None => Some(Msg::Terminate),
            },
            _ = terminate.recv() => Some(Msg::Terminate),
            _ = hang_up.recv() => Some(Msg::Terminate),
        };
        let Some(msg) = msg else { continue };
        handle(model, msg, &mut runner, terminal, &sender, &mut asked)?;
        // What is waiting already is taken before anything is drawn.
        while let (false, Ok(msg)) = (asked.quit, receiver.try_recv()) {
            handle(model, msg, &mut runner, terminal, &sender, &mut asked)?;
        }
        if let Some(outside) = asked.outside.take() {
            // Nobody reads the terminal now: the event that led here is not done with.
            edit_outside(terminal, files, &outside, &sender)?;
        }
        if !asked.quit {
            bring_requests(model, &backend);
            screen.draw(terminal, model)?;
            if let Some(viewport) = screen.new_viewport(model) {
                handle(model, Msg::Viewport(viewport), &mut runner, terminal, &sender, &mut asked)?;
            }
        }
    }
    runner.finish();
    shut_down(sandbox, &mut receiver).await;
    Ok(())
}

fn handle(
    model: &mut Model,
    msg: Msg,
    runner: &mut Runner,
    terminal: &mut Guard,
    sender: &UnboundedSender<Msg>,
    asked: &mut Asked,
) -> anyhow::Result<()> {
    let effects = update(model, msg, Timestamp::now());
    perform(runner, terminal, sender, effects, asked)
}

/// What only the loop can do, once the effects are carried out.
#[derive(Debug, Default)]
struct Asked {
    quit: bool,
    /// A text for the person's own editor.
    outside: Option<Outside>,
}

/// Carries effects out.
fn perform(
    runner: &mut Runner,
    terminal: &mut Guard,
    sender: &UnboundedSender<Msg>,
    effects: Vec<Effect>,
    asked: &mut Asked,
) -> anyhow::Result<()> {
    for effect in effects {
        match runner.carry_out(effect) {
            Some(Request::Copy(text)) => super::screen::copy(&text),
            Some(Request::Suspend) => {
                suspend(terminal)?;
                let _ = sender.send(Msg::Resumed);
            }
            Some(Request::Outside(outside)) => asked.outside = Some(outside),
            Some(Request::Quit) => asked.quit = true,
            None => {}
        }
    }
    Ok(())
}

/// Gives the terminal to the person's own editor and takes it back, however the editor ends.
fn edit_outside(
    terminal: &mut Guard,
    files: &Files,
    outside: &Outside,
    sender: &UnboundedSender<Msg>,
) -> anyhow::Result<()> {
    // Ctrl-C in the editor is meant for it, and goes to every process of the terminal: once somebody
    // listens, it does not end this one.
    let _interrupt = signal(SignalKind::interrupt())?;
    terminal.leave();
    let result = super::outside::edit(&files.data, outside);
    terminal.come_back()?;
    let _ = sender.send(Msg::Edited(result));
    Ok(())
}

/// Gives the terminal back and stops, as Ctrl-Z does elsewhere; goes on here when continued.
fn suspend(terminal: &mut Guard) -> anyhow::Result<()> {
    terminal.leave();
    let id = std::process::id().to_string();
    // Without unsafe code there is no kill(2) here; every Unix has this command.
    let _ = std::process::Command::new("kill").args(["-TSTP", &id]).status();
    terminal.come_back()?;
    Ok(())
}

/// Starts the sandbox and says where it is; watches that it goes on.
async fn bring_up(backend: Backend, sender: UnboundedSender<Msg>) -> Option<Sandbox> {
    match backend.start_sandbox().await {
        Ok(sandbox) => {
            let _ = sender.send(Msg::People(super::callers::personas()));
            let _ = sender.send(Msg::Connected(Ok(sandbox.addr().to_string())));
            tokio::spawn(follow(sandbox.door().log().clone(), sender.clone()));
            let ended = sandbox.ended();
            tokio::spawn(async move {
                ended.await;
                let report =
                    app::report::Report::new("the sandbox stopped").hinted("Quit and start again: its data is kept.");
                let _ = sender.send(Msg::Connected(Err(report)));
            });
            Some(sandbox)
        }
        Err(error) => {
            let _ = sender.send(Msg::Connected(Err(Error::from(error).into())));
            None
        }
    }
}

async fn shut_down(sandbox: tokio::task::JoinHandle<Option<Sandbox>>, receiver: &mut UnboundedReceiver<Msg>) {
    receiver.close();
    if let Ok(Some(sandbox)) = sandbox.await
        && let Err(error) = sandbox.shutdown().await
    {
        tracing::error!("the sandbox ended badly: {error}");
    }
}

/// Tells of what other programs ask the sandbox.
async fn follow(log: Log, sender: UnboundedSender<Msg>) {
    let mut changes = log.changes();
    let mut seen = *changes.borrow_and_update();
    while changes.changed().await.is_ok() {
        let last = *changes.borrow_and_update();
        let others: Vec<_> = log.after(seen).into_iter().filter(|served| !served.is_own).collect();
        seen = last;
        let wrote = others.iter().any(Served::wrote);
        if !others.is_empty() && sender.send(Msg::Outside { wrote }).is_err() {
            break;
        }
        // However many come, the screen is drawn some ten times a second for them.
        tokio::time::sleep(BETWEEN).await;
    }
}

/// The API log is brought up to date only while somebody reads it.
fn bring_requests(model: &mut Model, backend: &Backend) {
    use app::overlay::{Body, Overlay};
    let shown = matches!(model.overlays.last(), Some(Overlay::Reader(reader)) if reader.body == Body::ApiLog);
    if let (true, Ok(client)) = (shown, backend.client()) {
        let own = client.exchanges();
        let mut lines: Vec<_> = own.iter().map(|exchange| (exchange.at, exchange_line(exchange))).collect();
        let served = backend.door().map(|door| door.log().after(0)).unwrap_or_default();
        let others = served.iter().filter(|served| !served.is_own);
        lines.extend(others.map(|served| (served.at, served_line(served))));
        lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        model.ui.requests = lines.into_iter().map(|(_, line)| line).collect();
    }
}

fn exchange_line(exchange: &client::Exchange) -> String {
    let status = exchange.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let error = exchange.error.as_ref().map(|error| format!("  {error}")).unwrap_or_default();
    // All are https; without it more of them fit on a line.
    let url = exchange.url.strip_prefix("https://").unwrap_or(&exchange.url);
    format!(
        "{} {status} {:>5} ms {:>7} B {:6} {url}{error}",
        exchange.at.strftime("%H:%M:%S"),
        exchange.millis,
        exchange.response_bytes,
        exchange.method,
    )
}

/// A request of another program, in the columns of ours: who sent it stands where ours have the size.
fn served_line(served: &Served) -> String {
    let at = served.at.strftime("%H:%M:%S");
    let Served { status, millis, program, method, url, .. } = served;
    format!("{at} {status} {millis:>5} ms {program:>9} {method:6} {url}")
}

impl Screen<'_> {
    /// What an event of the terminal means; releases of keys mean nothing.
    pub fn message(&self, event: Event) -> Option<Msg> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
            Event::Paste(text) => Some(Msg::Paste(text)),
            Event::Resize(columns, rows) => Some(Msg::Resize(columns, rows)),
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        }
    }

    fn mouse(&self, event: MouseEvent) -> Option<Msg> {
        let target = self.target(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Msg::Mouse(Mouse::Click(target))),
            MouseEventKind::Drag(MouseButton::Left) => {
                let target = self.drag_target(event.column, event.row);
                Some(Msg::Mouse(Mouse::Drag(target)))
            }
            MouseEventKind::ScrollUp => Some(Msg::Mouse(Mouse::Scroll(target, -WHEEL))),
            MouseEventKind::ScrollDown => Some(Msg::Mouse(Mouse::Scroll(target, WHEEL))),
            _ => None,
        }
    }
}
