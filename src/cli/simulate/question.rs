//! What the command line asks: the request and what is taken to be known.

use std::path::Path;

use super::args::Args;
use super::failure::Failure;
use crate::cli::input;
use domain::admission::{Evidence, Facts, Platform, Request, RequestImage};
use domain::image::ImageRef;
use domain::policy::Policy;
use files::manifest::{self, PodManifest};

/// The pod of the manifest or of the images, changed by the flags.
pub(super) fn request(args: &Args) -> Result<Request, Failure> {
    let standard_input = Path::new("-");
    let files = [Some(args.policy.as_path()), args.pod.as_deref()];
    let read = files.into_iter().flatten().filter(|path| *path == standard_input).count();
    if read + usize::from(args.assumed.reads_standard_input()) > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let mut request = if let Some(path) = &args.pod {
        pod(path, args.pod_name.as_deref())?.into_request()
    } else {
        let not_known = Facts::of_bare_images();
        Request { images: images(&args.images)?, not_known, ..Request::default() }
    };
    args.whereabouts.overwrite(&mut request);
    if let Some(platform) = args.platform {
        request.platform = platform.into();
    }
    request.labels.extend(args.labels.iter().cloned());
    request.annotations.extend(args.annotations.iter().cloned());
    request.settle_enforcement();
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

/// Attestations as they are assumed, and what Cloud Run resolves a tag to.
pub(super) fn evidence(args: &Args, policy: &Policy, request: &Request) -> Result<Evidence, Failure> {
    let mut evidence = args.assumed.evidence(&[policy])?;
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
