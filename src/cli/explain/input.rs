//! What is piped in: of any length, in any encoding, plain or compressed. What is too long to be held is read in parts.

use std::io::{self, IsTerminal as _, Read};

use crate::cli::terminal::complain;
use domain::explain::message::{Gathering, MAX_BYTES, Reading, decode};
use files::audit_log::export::{Export, holds_objects};
use files::audit_log::split::Batch;
use files::encoding;

/// How much of a text is held.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// A text that is longer is read in parts.
    whole: usize,
    /// What is read at a time then.
    part: usize,
}

const LIMITS: Limits = Limits { whole: MAX_BYTES, part: 4 << 20 };

/// What standard input says; `None` where there is nothing.
pub(super) fn standard() -> io::Result<Option<Reading>> {
    if io::stdin().is_terminal() {
        complain(&"paste the message, and end it with ^D");
    }
    read(io::stdin(), LIMITS)
}

fn read(input: impl Read + Send, limits: Limits) -> io::Result<Option<Reading>> {
    let mut input = encoding::text(input)?;
    let mut first = Vec::new();
    input.by_ref().take(limits.whole as u64 + 1).read_to_end(&mut first)?;
    if first.len() <= limits.whole {
        let text = String::from_utf8_lossy(&first);
        return Ok((!text.trim().is_empty()).then(|| decode(&text)));
    }
    let reading =
        if holds_objects(&first) { objects(first, input, limits.part)? } else { lines(first, input, limits.part)? };
    Ok(Some(reading))
}

/// Objects one after the other, or in a list.
fn objects(first: Vec<u8>, mut input: impl Read, part: usize) -> io::Result<Reading> {
    let mut gathering = Gathering::default();
    let mut export = Export::default();
    let mut chunk = first;
    loop {
        let mut batch = Batch::default();
        if chunk.is_empty() {
            export.finish(&mut batch);
        } else {
            export.push(&chunk, &mut batch);
        }
        for piece in &batch.pieces {
            match piece.entry.as_ref().ok().and_then(|range| batch.bytes.get(range.clone())) {
                Some(bytes) => gathering.object(&String::from_utf8_lossy(bytes)),
                None => gathering.broken(),
            }
        }
        if chunk.is_empty() {
            return Ok(gathering.finish());
        }
        chunk.clear();
        input.by_ref().take(part as u64).read_to_end(&mut chunk)?;
    }
}

/// Lines of a log or a terminal, each with those that it belongs to.
fn lines(first: Vec<u8>, mut input: impl Read, part: usize) -> io::Result<Reading> {
    let mut gathering = Gathering::default();
    let mut held = first;
    loop {
        let end = held.iter().rposition(|byte| *byte == b'\n').map_or(held.len(), |at| at + 1);
        let rest = held.split_off(end);
        gathering.lines(&String::from_utf8_lossy(&held));
        held = rest;
        if input.by_ref().take(part as u64).read_to_end(&mut held)? == 0 {
            gathering.lines(&String::from_utf8_lossy(&held));
            return Ok(gathering.finish());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { whole: 64 << 10, part: 16 << 10 };
    const DENIED: &str =
        "Image nginx denied by Binary Authorization default admission rule. Denied by always_deny admission rule";

    fn told(text: String) -> Vec<(String, usize)> {
        let reading = read(io::Cursor::new(text), SMALL).unwrap().unwrap();
        assert!(reading.unread.is_empty(), "{:?}", reading.unread);
        reading.cases.iter().map(|case| (case.subject.object.clone(), case.times)).collect()
    }

    fn event(name: &str, message: &str) -> String {
        format!(
            "{{\"kind\": \"Event\", \"count\": 2, \"involvedObject\": {{\"kind\": \"ReplicaSet\", \"name\": \"{name}\", \"namespace\": \"shop\"}}, \"message\": \"Error creating: {message}\"}}"
        )
    }

    /// Nothing that is told lies within what can be held at once.
    #[test]
    fn a_long_list_of_events_is_read_to_its_end() {
        let other = event("other", "it rains");
        let many = vec![other; SMALL.whole / 100].join(",\n");
        let list = format!(
            "{{\"kind\": \"List\", \"items\": [{},\n{many},\n{}], \"metadata\": {{}}}}",
            event("a", DENIED),
            event("z", DENIED)
        );
        assert!(list.len() > SMALL.whole);
        assert_eq!(told(list), [("replicaset/a".to_owned(), 2), ("replicaset/z".to_owned(), 2)]);
    }

    #[test]
    fn a_long_log_is_read_to_its_end() {
        let line = "2s Normal Scheduled pod/x Successfully assigned\n";
        let denied = |name: &str| format!("2s Warning FailedCreate replicaset/{name} Error creating: {DENIED}\n");
        // Each around the end of a part.
        let part = line.repeat(SMALL.whole / line.len());
        let log = format!("{part}{}{part}{}{part}{}", denied("a"), denied("b"), denied("c"));
        assert!(log.len() > SMALL.whole);
        let names = ["a", "b", "c"].map(|name| (format!("replicaset/{name}"), 1));
        assert_eq!(told(log), names);
    }

    #[test]
    fn what_cannot_be_read_of_a_long_list_is_told() {
        let many = vec![event("other", "it rains"); SMALL.whole / 100].join(",\n");
        let list = format!("{{\"items\": [{many},\n{}, {{\"kind\": \"Event\", \"mess", event("z", DENIED));
        let reading = read(io::Cursor::new(list), SMALL).unwrap().unwrap();
        assert_eq!(reading.cases.len(), 1);
        assert!(reading.unread[0].contains("1 objects of the text cannot be read"), "{:?}", reading.unread);
    }
}
