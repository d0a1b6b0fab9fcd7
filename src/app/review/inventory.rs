//! Every image and pod that the session knows: what previews and reviews ask about.

use std::collections::BTreeSet;

use crate::session::Session;
use domain::admission::{Fact, Facts, Request};
use domain::image::{Digest, ImageRef};
use domain::inventory::{InventoryItem, Origin, owner_of};
use domain::resource::{Workload, WorkloadKind};

/// The chosen image first, then what runs, what should run and does not, the registry, and the
/// reviewer's list.
pub fn items(session: &Session) -> Vec<InventoryItem> {
    let pod = session.pod();
    let chosen =
        session.request().map(|request| InventoryItem { request, origin: Origin::List, ..InventoryItem::default() });
    let workloads = session.remotes.workloads.items();
    let running = workloads.iter().filter(|w| is_running(w)).map(|w| of_workload(session, w, Origin::Running));
    let waiting = workloads.iter().filter(|w| is_waiting(w)).map(|w| of_workload(session, w, Origin::List));
    let images = session.remotes.images.items().iter().filter_map(domain::resource::Image::by_digest);
    let known = images
        .filter(|image| session.image.as_ref() != Some(image))
        .map(|image| InventoryItem::image(image.as_str(), &pod, Origin::Registry));
    let list = session.remotes.inventory.value().into_iter().flat_map(|list| list.iter().cloned());
    chosen.into_iter().chain(running).chain(waiting).chain(known).chain(list).collect()
}

/// A pod that has not ended.
fn is_running(workload: &Workload) -> bool {
    workload.kind == WorkloadKind::Pod && !matches!(workload.status.as_str(), "Succeeded" | "Failed" | "Completed")
}

/// A workload that has none of its pods, because they were refused or for another reason.
fn is_waiting(workload: &Workload) -> bool {
    is_made_by_people(workload) && workload.ready.starts_with("0/") && workload.ready != "0/0"
}

/// What people make, and what has a count of pods that are ready. A `CronJob` has none.
fn is_made_by_people(workload: &Workload) -> bool {
    match workload.kind {
        WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => true,
        WorkloadKind::Job | WorkloadKind::ReplicaSet => workload.controller.is_empty(),
        WorkloadKind::CronJob | WorkloadKind::Pod => false,
    }
}

/// The pod of a workload that runs now, as it would be asked about if it were scheduled anew.
pub(crate) fn request_of_running(session: &Session, workload: &Workload) -> Option<Request> {
    is_running(workload).then(|| request_of(session, workload))
}

/// The question whether a workload's pod would be admitted in the chosen cluster.
pub fn request_of(session: &Session, workload: &Workload) -> Request {
    let here = session.in_cluster();
    let known = Facts::from_iter([Fact::Namespace, Fact::ServiceAccount]);
    Request {
        not_known: here.not_known.without(known),
        namespace: workload.namespace.clone(),
        service_account: workload.service_account.clone(),
        labels: workload.labels.clone(),
        annotations: workload.annotations.clone(),
        images: workload.images.clone(),
        ..here
    }
}

fn of_workload(session: &Session, workload: &Workload, origin: Origin) -> InventoryItem {
    let request = request_of(session, workload);
    let own = format!("{}/{}", workload.kind.as_str(), workload.name);
    let controller = Some(&workload.controller).filter(|controller| !controller.is_empty());
    InventoryItem {
        request,
        origin,
        workload: controller.cloned().unwrap_or(own),
        owner: owner_of(&workload.labels).to_owned(),
        ..InventoryItem::default()
    }
}

/// The digests of the images: what attestors can be asked about.
pub fn digests(items: &[InventoryItem]) -> BTreeSet<Digest> {
    let images = items.iter().filter(|item| item.attested_by.is_none()).flat_map(|item| &item.request.images);
    images.filter_map(|image| image.image.parse::<ImageRef>().ok()?.digest().cloned()).collect()
}
