//! What is read from elsewhere, and the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strum::{EnumDiscriminants, VariantArray};

use domain::admission::{Evidence, Request};
use domain::attestation::Attestation;
use domain::attestor::Attestor;
use domain::image::Digest;
use domain::inventory::InventoryItem;
use domain::name::{NoteName, ProjectId};
use domain::policy::Policy;
use domain::registry_image::RegistryImage;
use domain::resource::{Cluster, Image, LocalKey, Note, Project, WorkDirectory};

use crate::shell::report::Report;

/// One read, with all that it needs.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(Source), derive(PartialOrd, Ord, Hash, VariantArray))]
#[strum_discriminants(doc = "Which remote value of the session a [`Query`] reads.")]
pub enum Query {
    Projects,
    Services {
        project: ProjectId,
    },
    Clusters {
        project: ProjectId,
    },
    Images {
        project: ProjectId,
    },
    Policy {
        project: ProjectId,
    },
    SystemPolicy {
        location: String,
    },
    Attestors {
        project: ProjectId,
    },
    Notes {
        project: ProjectId,
    },
    /// The first page of a note's attestations, and all that are for this digest.
    Attestations {
        note: NoteName,
        digest: Option<Digest>,
    },
    /// What the decisions about these images need.
    Evidence {
        attestors: Vec<String>,
        images: Vec<String>,
    },
    /// What registries have for the images that are asked about by tag, or looked at.
    Registry {
        images: Vec<String>,
    },
    /// What the attestors say of every image of the inventory.
    Survey {
        attestors: Vec<String>,
        digests: BTreeSet<Digest>,
    },
    /// The file of the reviewer's list, and the pod that its images are asked about as.
    Inventory {
        path: String,
        pod: Box<Request>,
        attestors: Vec<String>,
    },
    Keys,
    Work,
}

impl Source {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// What depends on the chosen project.
    pub const OF_PROJECT: &'static [Self] = &[
        Self::Services,
        Self::Clusters,
        Self::Images,
        Self::Policy,
        Self::SystemPolicy,
        Self::Attestors,
        Self::Notes,
        Self::Attestations,
        Self::Evidence,
        Self::Registry,
        Self::Survey,
    ];
}

impl Query {
    pub fn source(&self) -> Source {
        self.into()
    }
}

/// The working directory, and who signed the payload that is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    pub directory: WorkDirectory,
    /// The key of this machine whose good signature over `payload.json` is in `signature.pgp`.
    pub signed_by: Option<String>,
    /// Why `signature.pgp` is no armored block alone, and so is not uploaded.
    pub signature_fault: Option<String>,
}

/// Some of a note's attestations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttestationsPage {
    pub attestations: Vec<Attestation>,
    /// Whether the note has others.
    pub more: bool,
}

/// What a registry has for each reference that was asked about, or why that is not known.
pub type Registry = BTreeMap<String, Result<RegistryImage, String>>;

/// The answer to a query; the variant is that of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Projects(Result<Vec<Project>, Report>),
    Services(Result<Vec<String>, Report>),
    Clusters(Result<Vec<Cluster>, Report>),
    Images(Result<Vec<Image>, Report>),
    Policy(Result<Box<Policy>, Report>),
    SystemPolicy(Result<Box<Policy>, Report>),
    Attestors(Result<Vec<Attestor>, Report>),
    Notes(Result<Vec<Note>, Report>),
    Attestations(Result<AttestationsPage, Report>),
    Evidence(Result<Box<Evidence>, Report>),
    Registry(Result<Registry, Report>),
    Survey(Result<Arc<Evidence>, Report>),
    Inventory(Result<Arc<Vec<InventoryItem>>, Report>),
    Keys(Result<Vec<LocalKey>, Report>),
    Work(Result<Work, Report>),
}

impl Answer {
    /// Which value it answers for.
    pub fn source(&self) -> Source {
        match self {
            Self::Projects(_) => Source::Projects,
            Self::Services(_) => Source::Services,
            Self::Clusters(_) => Source::Clusters,
            Self::Images(_) => Source::Images,
            Self::Policy(_) => Source::Policy,
            Self::SystemPolicy(_) => Source::SystemPolicy,
            Self::Attestors(_) => Source::Attestors,
            Self::Notes(_) => Source::Notes,
            Self::Attestations(_) => Source::Attestations,
            Self::Evidence(_) => Source::Evidence,
            Self::Registry(_) => Source::Registry,
            Self::Survey(_) => Source::Survey,
            Self::Inventory(_) => Source::Inventory,
            Self::Keys(_) => Source::Keys,
            Self::Work(_) => Source::Work,
        }
    }

    /// That a value could not be read.
    pub fn failed(source: Source, report: Report) -> Self {
        match source {
            Source::Projects => Self::Projects(Err(report)),
            Source::Services => Self::Services(Err(report)),
            Source::Clusters => Self::Clusters(Err(report)),
            Source::Images => Self::Images(Err(report)),
            Source::Policy => Self::Policy(Err(report)),
            Source::SystemPolicy => Self::SystemPolicy(Err(report)),
            Source::Attestors => Self::Attestors(Err(report)),
            Source::Notes => Self::Notes(Err(report)),
            Source::Attestations => Self::Attestations(Err(report)),
            Source::Evidence => Self::Evidence(Err(report)),
            Source::Registry => Self::Registry(Err(report)),
            Source::Survey => Self::Survey(Err(report)),
            Source::Inventory => Self::Inventory(Err(report)),
            Source::Keys => Self::Keys(Err(report)),
            Source::Work => Self::Work(Err(report)),
        }
    }
}
