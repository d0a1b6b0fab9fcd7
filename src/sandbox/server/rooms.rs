//! What each of the sandbox's people may have under way at once, so that nobody takes another's place: and a room
//! that is the workbench's own.

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, TryAcquireError};

use crate::people::{PEOPLE, Person};

/// Connections of one person: a client that asks a hundred things at once opens two hundred.
const CONNECTIONS: usize = 256;

/// Requests of one person that are being answered. More wait their turn.
const REQUESTS: usize = 8;

/// Pushes to the registry at once: Docker sends five layers, skopeo six.
const UPLOADS: usize = 8;

/// Watches of one person; kubectl has one, and the workbench a few.
const WATCHES: usize = 64;

/// What is held of one person's large bodies, in KiB: one of the largest, which takes many times as much when it is
/// read.
const BODIES_KIB: usize = 4 * 1024;

/// A body up to this size needs no place: as many as there may be requests are little.
pub(super) const SMALL_BYTES: u64 = 64 * 1024;

/// The rooms of all people.
#[derive(Debug)]
pub(super) struct Rooms {
    workbench: Room,
    people: Vec<(&'static Person, Room)>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { workbench: Room::new(2), people: PEOPLE.iter().map(|person| (person, Room::new(1))).collect() }
    }
}

impl Rooms {
    /// The room of who asks: the process's own client has one to itself, whomever it speaks for.
    pub(super) fn of(&self, person: &Person, is_own: bool) -> &Room {
        let room = self.people.iter().find(|(of, _)| *of == person).map(|(_, room)| room);
        room.filter(|_| !is_own).unwrap_or(&self.workbench)
    }
}

/// What one may have under way.
#[derive(Debug)]
pub(super) struct Room {
    connections: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    watches: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// What a request is, as far as it takes a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Request,
    Upload,
    Watch,
}

impl Room {
    fn new(times: usize) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count * times));
        Self {
            connections: Arc::new(Semaphore::new(CONNECTIONS)),
            requests: places(REQUESTS),
            uploads: places(UPLOADS),
            watches: places(WATCHES),
            bodies: places(BODIES_KIB),
        }
    }

    /// A place for a connection; none where the person has too many.
    pub(super) fn connection(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.connections).try_acquire_owned().ok()
    }

    /// A place for a request, in its turn. Watches do not wait: who has too many has to end one.
    pub(super) async fn place(&self, place: Place) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let closed = |_: AcquireError| TryAcquireError::Closed;
        match place {
            Place::Request => Arc::clone(&self.requests).acquire_owned().await.map_err(closed),
            Place::Upload => Arc::clone(&self.uploads).acquire_owned().await.map_err(closed),
            Place::Watch => Arc::clone(&self.watches).try_acquire_owned(),
        }
    }

    /// Waits until there is room for a body of this size, which is at most `most`; none is needed for a small one.
    /// One that does not say its size counts as the largest.
    pub(super) async fn body(&self, size: Option<u64>, most: usize) -> Option<OwnedSemaphorePermit> {
        let most = most as u64;
        let size = size.unwrap_or(most).min(most);
        if size <= SMALL_BYTES {
            return None;
        }
        let kib = u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX);
        Arc::clone(&self.bodies).acquire_many_owned(kib).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn each_has_a_room_and_the_workbench_one_of_its_own() {
        let (rooms, owner) = (Rooms::default(), Person::owner());
        let newcomer = Person::from_name("newcomer").unwrap();
        let most = 4 << 20;
        let room = rooms.of(newcomer, false);
        let held = room.body(None, most).await;
        assert!(room.body(Some(100_000), most).now_or_never().is_none());
        assert!(room.body(Some(1000), most).now_or_never().is_some());
        assert!(rooms.of(owner, false).body(None, most).now_or_never().is_some());
        assert!(rooms.of(newcomer, true).body(None, most).now_or_never().is_some());
        drop(held);
        assert!(room.body(Some(100_000), most).now_or_never().is_some());
    }

    #[tokio::test]
    async fn watches_do_not_wait() {
        let rooms = Rooms::default();
        let room = rooms.of(Person::owner(), false);
        let mut watches = Vec::new();
        for _ in 0..WATCHES {
            watches.push(room.place(Place::Watch).await.unwrap());
        }
        assert!(room.place(Place::Watch).await.is_err());
        assert!(room.place(Place::Request).await.is_ok());
    }
}
