//! The arguments of `countersign simulate`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::answer::Format;
use crate::cli::assumed::Assumed;
use crate::cli::whereabouts::Whereabouts;
use domain::admission::Platform;
use domain::image::Digest;

/// Decide whether a pod would be admitted under a policy, and say why.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["images", "pod"]))]
pub struct Args {
    /// The policy (.yaml, .yml or .json); `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) policy: PathBuf,
    /// An image of the pod, exactly as its spec would say it; may be repeated
    #[arg(long = "image", value_name = "REF")]
    pub(super) images: Vec<String>,
    /// A pod, or a workload with a pod template, in YAML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) pod: Option<PathBuf>,
    /// Which pod, where the manifest has several: `NAME`, `KIND/NAME`, or its number from 1
    #[arg(long, value_name = "NAME", requires = "pod")]
    pub(super) pod_name: Option<String>,
    #[command(flatten)]
    pub(super) whereabouts: Whereabouts,
    /// A label of the pod, added to the manifest's; may be repeated
    #[arg(long = "label", value_name = "K=V", value_parser = key_value)]
    pub(super) labels: Vec<(String, String)>,
    /// An annotation of the pod, added to the manifest's; may be repeated
    #[arg(long = "annotation", value_name = "K=V", value_parser = key_value)]
    pub(super) annotations: Vec<(String, String)>,
    /// Where the pod would run [default: the manifest's, or `gke`]
    #[arg(long, value_enum)]
    pub(super) platform: Option<PlatformName>,
    #[command(flatten)]
    pub(super) assumed: Assumed,
    /// What Cloud Run resolves the image's tag to
    #[arg(long, value_name = "sha256:…")]
    pub(super) resolved_digest: Option<Digest>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlatformName {
    Gke,
    CloudRun,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Gke => Self::Gke,
            PlatformName::CloudRun => Self::CloudRun,
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}
