//! The workload whose pod is asked about: the object at the top of those that made it.

use crate::review::inventory::request_of;
use crate::session::Session;
use domain::admission::{Owner, Request};
use domain::owner::Owners;
use domain::resource::{Workload, WorkloadId, WorkloadKind};

/// Makes the workload's pod the one that every tab is about.
pub(crate) fn ask_about(session: &mut Session, workload: &Workload) {
    let mut request = request_of(session, workload);
    let owner = owner_of(session, workload);
    own(&mut request, owner.as_ref());
    session.ask(request);
    session.workload = owner.map(|owner| owner.id());
}

/// The object at the top, if it is one that the workbench knows.
pub(crate) fn owner_of(session: &Session, workload: &Workload) -> Option<Workload> {
    let owners = Owners::new(session.remotes.workloads.items());
    owners.owner(&workload.namespace, &workload.id().to_string()).cloned()
}

/// The labels of the object itself decide nothing, and explain a lot.
pub(crate) fn own(request: &mut Request, owner: Option<&Workload>) {
    if let Some(owner) = owner.filter(|owner| owner.kind != WorkloadKind::Pod) {
        let (kind, labels) = (owner.kind.title().to_owned(), owner.own_labels.clone());
        request.owner = Some(Owner { kind, labels, ..Owner::default() });
    }
}

/// The workload at the top of what an event is about, if it is there.
pub(crate) fn of_event(session: &Session, namespace: &str, object: &str) -> Option<WorkloadId> {
    let owners = Owners::new(session.remotes.workloads.items());
    owners.owner(namespace, object).map(Workload::id)
}
