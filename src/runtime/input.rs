//! Events of the terminal, read one at a time and only when they are asked for.
//!
//! Not crossterm's own stream: that reads ahead, so that another program to which the terminal is
//! given would share the keys with us; and what wakes it up when it is dropped can swallow the next
//! key (crossterm 0.29: a wake-up and a readable terminal in one poll lose the latter's edge). Here
//! nobody reads while an event is being dealt with.

use std::io;
use std::sync::mpsc as blocking_mpsc;

use crossterm::event::{Event, read};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The terminal's events.
#[derive(Debug)]
pub struct Input {
    ask: blocking_mpsc::Sender<()>,
    events: UnboundedReceiver<io::Result<Event>>,
    /// An event is being waited for.
    asked: bool,
}

impl Input {
    /// Starts the thread that reads; it ends with the process, because a read cannot be called off.
    pub fn start() -> Self {
        Self::of(read)
    }

    fn of(mut read: impl FnMut() -> io::Result<Event> + Send + 'static) -> Self {
        let (ask, asked) = blocking_mpsc::channel();
        let (sender, events) = unbounded_channel();
        std::thread::spawn(move || {
            while let Ok(()) = asked.recv() {
                if sender.send(read()).is_err() {
                    break;
                }
            }
        });
        Self { ask, events, asked: false }
    }

    /// The next event; `None` where there will be none. May be called off and called again.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        if !self.asked {
            self.asked = true;
            self.ask.send(()).ok()?;
        }
        let event = self.events.recv().await;
        self.asked = false;
        event
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU16, Ordering};

    use super::*;

    #[tokio::test]
    async fn nothing_is_read_ahead_and_nothing_is_lost_when_it_is_called_off() {
        let reads = Arc::new(AtomicU16::new(0));
        let counted = reads.clone();
        let (go_on, wait) = blocking_mpsc::channel();
        let mut input = Input::of(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let _ = wait.recv();
            Ok(Event::Resize(number, 0))
        });
        // Called off while it waits, twice.
        for _ in 0..2 {
            tokio::select! {
                biased;
                _ = input.next() => panic!("nothing was there"),
                () = std::future::ready(()) => {}
            }
        }
        go_on.send(()).unwrap();
        assert_eq!(input.next().await.unwrap().unwrap(), Event::Resize(0, 0));
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        go_on.send(()).unwrap();
        assert_eq!(input.next().await.unwrap().unwrap(), Event::Resize(1, 0));
    }
}
