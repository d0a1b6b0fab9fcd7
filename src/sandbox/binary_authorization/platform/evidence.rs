//! What the checks ask, answered by the store.

use std::cell::RefCell;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Transaction;

use crate::store::StoreError;
use crate::{container_analysis, registry};
use domain::attestation::Attestation;
use domain::image::{Digest, ImageRef};
use domain::platform_evaluation::{Build, Evidence, Scan, SigstoreSignature};

/// The evidence in one state of the store. A failure to read it is kept, and makes the whole answer
/// one ([`Self::into_failure`]).
pub(super) struct Stored<'a> {
    tx: &'a Transaction<'a>,
    now: Timestamp,
    failure: RefCell<Option<StoreError>>,
}

impl<'a> Stored<'a> {
    pub(super) fn new(tx: &'a Transaction<'a>, now: Timestamp) -> Self {
        Self { tx, now, failure: RefCell::new(None) }
    }

    /// The failure to read, if there was one.
    pub(super) fn into_failure(self) -> Result<(), StoreError> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }

    fn kept<T>(&self, read: Result<T, StoreError>, otherwise: T) -> T {
        read.unwrap_or_else(|error| {
            self.failure.replace(Some(error));
            otherwise
        })
    }
}

impl Evidence for Stored<'_> {
    fn upload_age(&self, image: &ImageRef, digest: &Digest) -> Option<Duration> {
        let uploaded = self.kept(registry::uploaded(self.tx, image, digest), None)?;
        let age = self.now.as_millisecond().saturating_sub(uploaded);
        Some(Duration::from_millis(u64::try_from(age).unwrap_or_default()))
    }

    fn attestations(&self, project: &str, digest: &Digest) -> Vec<Attestation> {
        self.kept(container_analysis::attestations_in(self.tx, project, digest), Vec::new())
    }

    fn builds(&self, project: &str, digest: &Digest) -> Vec<Build> {
        self.kept(container_analysis::builds_in(self.tx, project, digest), Vec::new())
    }

    fn scan(&self, project: &str, digest: &Digest) -> Scan {
        self.kept(container_analysis::scan_in(self.tx, project, digest), Scan::Missing)
    }

    fn sigstore_signatures(&self, image: &ImageRef, digest: &Digest) -> Vec<SigstoreSignature> {
        self.kept(registry::sigstore_signatures(self.tx, image, digest), Vec::new())
    }
}
