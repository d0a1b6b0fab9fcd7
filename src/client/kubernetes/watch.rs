//! A watch: every change of the objects of a kind as it happens, one line of JSON for each
//! (Kubernetes API concepts, "Efficient detection of changes").

use std::marker::PhantomData;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use k8s_openapi::{ListableResource, Metadata, NamespaceResourceScope};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Kubernetes;
use crate::error::{Error, Fault, Refusal};
use crate::google::with_query;
use crate::request::Request;
use crate::transport::Stream;
use wire::kubernetes::{ObjectMeta, Typed};

/// Seconds after which the server is asked to end a watch; the next one goes on where it ended.
const SECONDS: u64 = 240;

/// Longer than the server was asked for: then nobody is at the other end any more.
const PATIENCE: Duration = Duration::from_secs(SECONDS + 30);

/// Bytes of one line: an object is at most 1.5 MiB in etcd, and JSON may need more for it.
const MAX_LINE: usize = 8 << 20;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchChange<T> {
    /// The object is there now, as it is now.
    Set(Box<T>),
    /// As it was at the end.
    Gone(Box<T>),
    /// Nothing else happened up to here.
    Bookmark,
}

/// An open watch.
#[derive(Debug)]
pub struct Watch<T> {
    stream: Stream,
    request: Request,
    /// What came and is no whole line yet.
    rest: BytesMut,
    /// How much of the buffer is known to have no line end.
    searched: usize,
    version: String,
    kind: PhantomData<fn() -> T>,
}

impl Kubernetes {
    /// Watches the objects of a kind from a version on: that of a list, or of an earlier watch. A version
    /// that is too old is refused with 410, at once or as the first change.
    pub async fn watch<T>(&self, namespace: Option<&str>, version: &str) -> Result<Watch<T>, Error>
    where
        T: ListableResource<Scope = NamespaceResourceScope>,
    {
        let query = [
            ("watch", "true"),
            ("resourceVersion", version),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", &SECONDS.to_string()),
        ];
        let request = self.request(Method::GET, with_query(self.url::<T>(namespace, None)?, &query));
        let stream = self.client.open(&request).await?;
        let (rest, version) = (BytesMut::new(), version.to_owned());
        Ok(Watch { stream, request, rest, searched: 0, version, kind: PhantomData })
    }
}

impl<T> Watch<T>
where
    T: ListableResource + Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    /// The version up to which everything was told.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Waits for the next change; `None` when the server ended the watch, as it does after a while.
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Result<Option<WatchChange<T>>, Error> {
        let line = match self.line().await {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(None),
            Err(fault) => return Err(self.request.error(fault)),
        };
        let (change, version) = read(&line).map_err(|fault| self.request.error(fault))?;
        self.version = version.unwrap_or_else(|| std::mem::take(&mut self.version));
        Ok(Some(change))
    }

    /// The next line that says something.
    async fn line(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let fresh = self.rest.get(self.searched..).unwrap_or_default();
            if let Some(end) = fresh.iter().position(|byte| *byte == b'\n') {
                let line = self.rest.split_to(self.searched + end + 1).freeze();
                self.searched = 0;
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(line));
                }
                continue;
            }
            self.searched = self.rest.len();
            if self.rest.len() > MAX_LINE {
                return Err(Fault::TooLarge { limit: MAX_LINE });
            }
            match self.stream.chunk(PATIENCE).await? {
                Some(bytes) => self.rest.extend_from_slice(&bytes),
                None if self.rest.trim_ascii().is_empty() => return Ok(None),
                None => return Err(Fault::CutOff { reason: "the watch ended within a line".to_owned() }),
            }
        }
    }
}

/// The type alone: what the object is depends on it.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Of<T> {
    object: T,
}

/// The fields of a bookmark that are filled.
#[derive(Deserialize)]
struct Mark {
    metadata: ObjectMeta,
}

/// A line's change, and the version it leads to.
fn read<T>(line: &[u8]) -> Result<(WatchChange<T>, Option<String>), Fault>
where
    T: Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    let Kind { kind } = parse(line)?;
    let object = || -> Result<(Box<T>, Option<String>), Fault> {
        let Typed(object) = parse::<Of<Typed<T>>>(line)?.object;
        let version = object.metadata().resource_version.clone();
        Ok((Box::new(object), version))
    };
    match kind.as_str() {
        "ADDED" | "MODIFIED" => object().map(|(object, version)| (WatchChange::Set(object), version)),
        "DELETED" => object().map(|(object, version)| (WatchChange::Gone(object), version)),
        "BOOKMARK" => Ok((WatchChange::Bookmark, parse::<Of<Mark>>(line)?.object.metadata.resource_version)),
        "ERROR" => Err(refused(&parse::<Of<Value>>(line)?.object)),
        other => Err(Fault::unexpected(format!("the watch told of {other:?}, which is no kind of change"))),
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(line).map_err(|error| Fault::unreadable(&error, line))
}

/// The `Status` with which a server ends a watch.
fn refused(status: &Value) -> Fault {
    let code = status.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
    Fault::Status(Box::new(Refusal::read(code, status.to_string().as_bytes())))
}
