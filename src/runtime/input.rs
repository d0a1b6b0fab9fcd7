//! Events of the terminal, read one at a time and only when they are asked for.
//!
//! Not crossterm's own stream: that reads ahead, so that another program to which the terminal is
//! given would share the keys with us; and what wakes it up when it is dropped can swallow the next
//! key (crossterm 0.29: a wake-up and a readable terminal in one poll lose the latter's edge). Here
//! nobody reads while an event is being dealt with.
//!
//! Uses nothing of the others.

use std::io;
use std::pin::Pin;
use std::sync::mpsc as blocking_mpsc;
use std::task::{Context, Poll};

use crossterm::event::{Event, read};
use futures_util::Stream;
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
        Self::reading(read)
    }

    fn reading(mut read: impl FnMut() -> io::Result<Event> + Send + 'static) -> Self {
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
}

/// Ends where there will be no more events. An item that was not waited for to the end comes at the next poll.
impl Stream for Input {
    type Item = io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.asked {
            if self.ask.send(()).is_err() {
                return Poll::Ready(None);
            }
            self.asked = true;
        }
        let event = self.events.poll_recv(context);
        self.asked = event.is_pending();
        event
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU16, Ordering};

    use futures_util::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn nothing_is_read_ahead_and_nothing_is_lost_when_it_is_called_off() {
        let reads = Arc::new(AtomicU16::new(0));
        let counted = reads.clone();
        let (go_on, wait) = blocking_mpsc::channel();
        let mut input = Input::reading(move || {
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
