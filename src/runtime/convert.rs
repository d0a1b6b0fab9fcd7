//! From the wire's types to what people look at.
//!
//! Pure; uses the types of `wire`, `client` and `domain`.

mod workload;

pub use workload::{cron_job, daemon_set, deployment, job, pod, replica_set, stateful_set};

use domain::key;
use domain::registry_image::{Child, RegistryImage};
use domain::resource::{Cluster, ClusterEvent, Image, LocalKey, Note, Project};
use wire::container;
use wire::container_analysis;
use wire::iam::{IamPolicy, OCCURRENCES_VIEWER};
use wire::kubernetes::Event;
use wire::registry::TagList;
use wire::resources;

pub fn project(project: resources::Project) -> Project {
    Project { id: project.project_id, number: project.project_number, name: project.name }
}

pub fn cluster(cluster: container::Cluster) -> Cluster {
    let evaluation_mode = cluster.binary_authorization.as_ref().map(|b| b.evaluation_mode.clone()).unwrap_or_default();
    Cluster {
        enforced: cluster.enforces_project_policy(),
        evaluation_mode: if evaluation_mode.is_empty() { "DISABLED".to_owned() } else { evaluation_mode },
        location: cluster.location,
        name: cluster.name,
        status: cluster.status,
        version: cluster.current_master_version,
        endpoint: cluster.endpoint,
    }
}

/// The manifests of a repository, by what gcr.io tells of them.
pub fn images(repository: &str, tags: TagList) -> Vec<Image> {
    let manifests = tags.manifest.unwrap_or_default();
    manifests
        .into_iter()
        .filter_map(|(digest, info)| {
            Some(Image {
                repository: repository.to_owned(),
                digest: digest.parse().ok()?,
                tags: info.tag,
                size: info.image_size_bytes.parse().unwrap_or(0),
            })
        })
        .collect()
}

/// A manifest, as far as people look at it.
pub fn registered(manifest: client::Manifest) -> RegistryImage {
    let child = |child: client::Descriptor| Child {
        digest: child.digest,
        platform: child.platform,
        media_type: child.media_type,
        size: child.size,
    };
    RegistryImage {
        digest: manifest.digest,
        media_type: manifest.media_type,
        children: manifest.children.into_iter().map(child).collect(),
    }
}

/// A note, with who may read its occurrences where that could be read.
pub fn note(note: &container_analysis::Note, iam: Option<&IamPolicy>) -> Option<Note> {
    let viewers = iam.map(|policy| {
        let bindings = policy.bindings.iter().filter(|b| b.role == OCCURRENCES_VIEWER && b.condition.is_none());
        bindings.flat_map(|binding| binding.members.clone()).collect()
    });
    Some(Note {
        name: note.name.parse().ok()?,
        human_readable_name: note.attestation.as_ref().map(|a| a.hint.human_readable_name.clone()).unwrap_or_default(),
        create_time: note.create_time.clone().unwrap_or_default(),
        json: serde_json::to_string_pretty(note).unwrap_or_default(),
        viewers,
    })
}

/// A key of this machine; `public` is its public half, armored.
pub fn local_key(local: &key::LocalKey, public: String) -> LocalKey {
    let info = &local.info;
    let has_expired = info.expires.is_some_and(|at| at <= jiff::Timestamp::now());
    let mut warnings = info.warnings.clone();
    warnings.extend(info.revoked.iter().map(|why| format!("revoked: {why}")));
    LocalKey {
        fingerprint: info.fingerprint.to_string(),
        user_id: info.user_ids.first().cloned().unwrap_or_default(),
        algorithm: info.algorithm.clone(),
        created: info.created.to_string(),
        can_sign: info.can_sign && !has_expired && local.secret == key::SecretKey::Encrypted,
        public,
        warnings,
    }
}

/// A file of the keyring that cannot be read is shown, so that nobody wonders where a key went.
pub fn damaged_key(damaged: &key::DamagedKey) -> LocalKey {
    LocalKey {
        fingerprint: damaged.file.trim_end_matches(".asc").to_owned(),
        user_id: format!("damaged file {}", damaged.file),
        algorithm: String::new(),
        created: String::new(),
        can_sign: false,
        public: String::new(),
        warnings: vec![damaged.reason.clone()],
    }
}

pub fn event(event: Event) -> ClusterEvent {
    let object = event.involved_object;
    let kind = object.kind.unwrap_or_default().to_lowercase();
    let created = event.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let first = event.first_timestamp.map(|time| time.0).or(created);
    let last = event.last_timestamp.map(|time| time.0).or(created);
    ClusterEvent {
        namespace: event.metadata.namespace.unwrap_or_default(),
        kind: event.type_.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
        object: format!("{kind}/{}", object.name.unwrap_or_default()),
        count: event.count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
        first_seen: first.map(|time| time.to_string()).unwrap_or_default(),
        last_seen: last.map(|time| time.to_string()).unwrap_or_default(),
    }
}
