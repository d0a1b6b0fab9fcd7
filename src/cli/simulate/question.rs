//! What the command line asks: the request and what is taken to be known.

use std::path::Path;

use super::args::Args;
use super::failure::Failure;
use crate::cli::input;
use domain::admission::{AttestorEvidence, Evidence, Platform, Request, RequestImage};
use domain::image::ImageRef;
use domain::name::AttestorName;
use domain::policy::Policy;
use files::manifest::{self, PodManifest};

/// The pod of the manifest or of the images, changed by the flags.
pub(super) fn request(args: &Args) -> Result<Request, Failure> {
    let mut request = match &args.pod {
        Some(path) if path == Path::new("-") && args.policy == Path::new("-") => {
            return Err(Failure::StandardInputTwice);
        }
        Some(path) => pod(path, args.pod_name.as_deref())?.into_request(),
        None => Request { images: images(&args.images)?, ..Request::default() },
    };
    request.cluster = args.cluster.as_ref().map(ToString::to_string);
    request.service_identity.clone_from(&args.service_identity);
    if let Some(platform) = args.platform {
        request.platform = platform.into();
    }
    if let Some(namespace) = &args.namespace {
        request.namespace.clone_from(namespace);
    }
    if let Some(account) = &args.service_account {
        request.service_account.clone_from(account);
    }
    request.labels.extend(args.labels.iter().cloned());
    request.annotations.extend(args.annotations.iter().cloned());
    Ok(request)
}

fn images(images: &[String]) -> Result<Vec<RequestImage>, Failure> {
    if images.iter().any(String::is_empty) {
        return Err(Failure::EmptyImage);
    }
    Ok(images.iter().map(|image| RequestImage { image: image.clone(), ..RequestImage::default() }).collect())
}

/// The only pod of the manifest, or the one that `name` says.
fn pod(path: &Path, name: Option<&str>) -> Result<PodManifest, Failure> {
    let text = input::read(path, manifest::MAX_BYTES)?;
    let file = path.display().to_string();
    let mut pods = match manifest::pods(&text) {
        Ok(pods) => pods,
        Err(error) => return Err(Failure::Manifest { file, error }),
    };
    let names = names(&pods);
    if let Some(name) = name {
        let number = name.parse::<usize>().ok();
        let mut number_of = 0;
        pods.retain(|pod| {
            number_of += 1;
            number == Some(number_of) || is_called(pod, name)
        });
    }
    match (pods.pop(), pods.len(), name) {
        (Some(pod), 0, _) => Ok(pod),
        (None, _, Some(name)) => Err(Failure::NoSuchPod { file, name: name.to_owned(), names }),
        (_, others, _) => Err(Failure::SeveralPods { file, count: others + 1, names }),
    }
}

fn is_called(pod: &PodManifest, name: &str) -> bool {
    match name.split_once('/') {
        Some((kind, name)) => pod.kind.eq_ignore_ascii_case(kind) && pod.name == name,
        None => pod.name == name,
    }
}

/// Each with its number.
fn names(pods: &[PodManifest]) -> String {
    const SHOWN: usize = 5;
    let name = |(number, pod): (usize, &PodManifest)| format!("{} {}", number + 1, pod.title());
    let mut names: Vec<String> = pods.iter().enumerate().take(SHOWN).map(name).collect();
    if pods.len() > SHOWN {
        names.push("…".to_owned());
    }
    names.join(", ")
}

/// Attestations only where they are assumed, and what Cloud Run resolves a tag to.
pub(super) fn evidence(args: &Args, policy: &Policy, request: &Request) -> Result<Evidence, Failure> {
    let assumed = args.attested_by.iter().map(|text| attestor(text, policy)).collect::<Result<_, _>>()?;
    let named = policy.attestors().into_iter().filter_map(|name| name.parse::<AttestorName>().ok());
    let mut evidence = Evidence {
        attestors: named.map(|name| (name, AttestorEvidence::AssumedNone)).collect(),
        assumed,
        ..Evidence::default()
    };
    if let Some(digest) = &args.resolved_digest {
        evidence.resolved.insert(to_resolve(request)?.to_owned(), digest.clone());
    }
    Ok(evidence)
}

/// The one image without a digest.
fn to_resolve(request: &Request) -> Result<&str, Failure> {
    if request.platform == Platform::Gke {
        return Err(Failure::ResolvedOnGke);
    }
    let has_digest = |image: &str| image.parse::<ImageRef>().is_ok_and(|image| image.digest().is_some());
    let mut by_tag: Vec<&str> =
        request.images.iter().map(|image| image.image.as_str()).filter(|image| !has_digest(image)).collect();
    by_tag.sort_unstable();
    by_tag.dedup();
    match by_tag[..] {
        [one] => Ok(one),
        [] => Err(Failure::NothingToResolve),
        _ => Err(Failure::SeveralToResolve { count: by_tag.len() }),
    }
}

/// An attestor by its name, or by its id where the policy has one of that id.
fn attestor(text: &str, policy: &Policy) -> Result<AttestorName, Failure> {
    let known: Vec<AttestorName> = policy.attestors().into_iter().filter_map(|name| name.parse().ok()).collect();
    let meant: Vec<&AttestorName> = known.iter().filter(|name| name.id() == text || name.to_string() == text).collect();
    let list = |names: &[&AttestorName]| match names {
        [] => "none".to_owned(),
        names => names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
    };
    match meant[..] {
        [one] => Ok(one.clone()),
        [] => Err(Failure::UnknownAttestor { id: text.to_owned(), known: list(&known.iter().collect::<Vec<_>>()) }),
        _ => Err(Failure::AmbiguousAttestor { id: text.to_owned(), known: list(&meant) }),
    }
}
