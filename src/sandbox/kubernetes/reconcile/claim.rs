//! Which objects a controller takes for its own (kubernetes, `controller_ref_manager.go`): it lets
//! go of those that its selector no longer means, and takes those that nobody controls.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};
use crate::kubernetes::selector::selects;

use super::making::controlled_by;

/// The objects of type `T` that `owner` controls, after claiming.
pub(super) fn claim<T: Object, O: Object>(
    cluster: Cluster<'_>,
    owner: &O,
    selector: &LabelSelector,
) -> Result<Vec<T>, Failure> {
    let (mut mine, lost): (Vec<T>, Vec<T>) = cluster
        .owned::<T>(owner.uid())?
        .into_iter()
        .partition(|object| selects(selector, object.metadata().labels.as_ref()));
    for mut object in lost {
        if let Some(owners) = &mut object.metadata_mut().owner_references {
            owners.retain(|reference| reference.uid != owner.uid());
        }
        cluster.update(&mut object)?;
    }
    for mut object in cluster.unowned::<T>(owner.namespace())? {
        if selects(selector, object.metadata().labels.as_ref()) {
            object.metadata_mut().owner_references.get_or_insert_default().push(controlled_by(owner));
            cluster.update(&mut object)?;
            mine.push(object);
        }
    }
    Ok(mine)
}
