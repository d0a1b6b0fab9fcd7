//! A request to a cluster as one transaction, with what the controllers do around it.

use axum::http::Method;
use rusqlite::Transaction;

use super::call::Call;
use super::editing::Reply;
use super::failure::Failure;
use super::objects::Cluster;
use super::removal::Wish;
use super::{api, namespaces, reconcile};
use crate::admissions::Admissions;
use crate::state::{ClusterId, State};
use crate::store::StoreError;

/// Reads from a cluster, after the controllers have done what is due.
pub(super) async fn look<T: Send + 'static>(
    state: &State,
    id: &ClusterId,
    read: impl Fn(Cluster<'_>) -> Result<T, Failure> + Clone + Send + 'static,
) -> Result<T, Failure> {
    let (now, id) = (state.clock.now(), id.clone());
    let (first, cluster_id) = (read.clone(), id.clone());
    let found = state
        .store
        .read(move |tx| {
            let admissions = Admissions::default();
            match Cluster::find(tx, &cluster_id, now, &admissions)? {
                Some(cluster) if !cluster.is_anything_due()? => first(cluster).map(Some),
                _ => Ok(None),
            }
        })
        .await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let write = move |tx: &Transaction<'_>| {
        let admissions = Admissions::default();
        let cluster = namespaces::open(tx, &id, now, &admissions)?;
        reconcile::run(cluster)?;
        // A failure to answer must not take the controllers' work back.
        Ok::<_, Failure>(read(cluster))
    };
    state.store.write(write).await?
}

/// Why a transaction is taken back.
enum TakenBack {
    Tried(Box<Reply>),
    Failed(Failure),
}

impl From<StoreError> for TakenBack {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failure> for TakenBack {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Changes a cluster, and lets the controllers do what follows from it.
pub(super) async fn change(state: &State, id: &ClusterId, call: Call, body: Vec<u8>) -> Result<Reply, Failure> {
    let (now, id) = (state.clock.now(), id.clone());
    let is_trial = call.is_dry_run()? || (call.method == Method::DELETE && Wish::read(&call, &body)?.is_dry_run);
    let write = move |tx: &Transaction<'_>| {
        let admissions = Admissions::default();
        let cluster = namespaces::open(tx, &id, now, &admissions)?;
        match api::write(cluster, &call, &body) {
            Ok(reply) if is_trial => Err(TakenBack::Tried(Box::new(reply))),
            Ok(reply) => {
                reconcile::run(cluster)?;
                Ok(Ok(reply))
            }
            // The record of the denial stays; the webhook is asked before anything is stored.
            Err(denied @ Failure::Denied(_)) if !is_trial => Ok(Err(denied)),
            Err(failure) => Err(TakenBack::Failed(failure)),
        }
    };
    match state.store.write(write).await {
        Ok(result) => result,
        Err(TakenBack::Tried(reply)) => Ok(*reply),
        Err(TakenBack::Failed(failure)) => Err(failure),
    }
}
