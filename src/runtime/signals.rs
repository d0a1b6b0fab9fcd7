//! Signals that end, stop or continue the program, from wherever they come: each is told to the loop, which saves the
//! draft and gives the terminal back, instead of ending the process as it is.
//!
//! Uses `terminal`, to know whose the terminal is.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::terminal;

/// What a signal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The program is to end.
    End,
    /// The program is to stop until it is continued.
    Stop,
    /// The program was stopped, however it was, and goes on; nobody knows what became of the terminal.
    Continued,
    /// The terminal has another size.
    Resized,
}

/// Those whose default is to end the process (signal(7)) and that others send; what a fault of the program itself
/// raises stays as it is.
const ENDING: &[Signal] = &[
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::ALARM,
    Signal::USR1,
    Signal::USR2,
    Signal::VTALARM,
    Signal::PROF,
    Signal::XCPU,
    #[cfg(target_os = "linux")]
    Signal::IO,
    #[cfg(target_os = "linux")]
    Signal::POWER,
    #[cfg(target_os = "linux")]
    Signal::STKFLT,
];

/// Those that the terminal sends to every process that it has, and that are meant for another program while that has
/// the terminal.
const OF_THE_KEYBOARD: [Signal; 2] = [Signal::INT, Signal::QUIT];

/// How long the end that one signal began may take before another ends the program as it is: a terminal that is closed
/// sends HUP twice, its shell's and the kernel's, and service managers TERM and HUP.
const GRACE: Duration = Duration::from_secs(2);

/// The signals from now on.
#[derive(Debug)]
pub struct Signals {
    told: UnboundedReceiver<Told>,
    ended_by: EndedBy,
}

/// Which signal has ended the program, if one has.
#[derive(Debug, Clone, Default)]
pub struct EndedBy(Arc<OnceLock<(i32, Instant)>>);

impl EndedBy {
    /// Its number.
    pub fn number(&self) -> Option<i32> {
        self.0.get().map(|(number, _)| *number)
    }
}

impl Signals {
    /// Takes them over; to be called before the terminal is taken. A task deals with what cannot wait for the loop,
    /// on another thread than the loop's: where the end that a signal began takes long, a second ends the program as it is.
    pub fn listen() -> io::Result<Self> {
        let others = [Signal::TSTP, Signal::CONT, Signal::WINCH, Signal::XFSZ];
        let all = ENDING.iter().copied().chain(others);
        let streams = all.map(|kind| Ok(arrivals(kind)?.boxed())).collect::<io::Result<Vec<_>>>()?;
        let mut arrivals = stream::select_all(streams);
        let (sender, told) = unbounded_channel();
        let ended_by = EndedBy::default();
        let ended = ended_by.clone();
        tokio::spawn(async move {
            while let Some(signal) = arrivals.next().await {
                let Some(news) = deal_with(signal, &ended) else { continue };
                if sender.send(news).is_err() {
                    break;
                }
            }
        });
        Ok(Self { told, ended_by })
    }

    /// For later: which signal has ended the program.
    pub fn ended_by(&self) -> EndedBy {
        self.ended_by.clone()
    }
}

impl Stream for Signals {
    type Item = Told;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Told>> {
        self.told.poll_recv(context)
    }
}

/// Each time that this signal comes.
fn arrivals(kind: Signal) -> io::Result<impl Stream<Item = Signal>> {
    let listener = signal(SignalKind::from_raw(kind.as_raw()))?;
    Ok(stream::unfold(listener, move |mut listener| async move {
        listener.recv().await?;
        Some((kind, listener))
    }))
}

/// What the loop is to be told of a signal.
fn deal_with(signal: Signal, ended_by: &EndedBy) -> Option<Told> {
    let is_ours = terminal::is_ours();
    match signal {
        Signal::WINCH => Some(Told::Resized),
        // A write beyond `ulimit -f` fails then, and is told of as every one that does.
        Signal::XFSZ => None,
        Signal::CONT => is_ours.then_some(Told::Continued),
        Signal::TSTP if is_ours => Some(Told::Stop),
        // The program that has the terminal stops too, and the shell takes it.
        Signal::TSTP => {
            terminal::stop();
            None
        }
        signal if !is_ours && OF_THE_KEYBOARD.contains(&signal) => None,
        signal => {
            let now = Instant::now();
            let mut is_first = false;
            let (number, since) = *ended_by.0.get_or_init(|| {
                is_first = true;
                (signal.as_raw(), now)
            });
            if is_first {
                return Some(Told::End);
            }
            tokio::spawn(async move {
                sleep_until(since + GRACE).await;
                terminal::give_back();
                std::process::exit(128 + number);
            });
            None
        }
    }
}
