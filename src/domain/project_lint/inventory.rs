//! Patterns that cover none of the images that there are.

use super::facts::ProjectFacts;
use crate::diagnostic::{Code, Problems, excerpt};
use crate::document::Node;
use crate::path::pattern_path;
use crate::pattern::Pattern;
use crate::resource::Image;
use crate::span::Bytes;

/// How many images with the same beginning are looked at for one pattern; beyond, one is taken to fit.
const MOST: usize = 1_000;

/// Judges only patterns for registries of the project: what others hold was not read.
pub(super) fn check(root: &Node, facts: &ProjectFacts<'_>, problems: &mut Problems<'_>) {
    let (Some(project), Some(images)) = (facts.project, facts.images) else { return };
    let names = Names::from_images(images);
    for (index, text, at) in patterns(root) {
        let Ok(pattern) = Pattern::parse(text) else { continue };
        let Some(host) = own_host(&pattern, project) else { continue };
        if names.has_host(host, project) && !names.any(&pattern) {
            let message = format!("no image of project {} is covered by this", excerpt(project));
            problems.push(Code::PatternUnused, at, pattern_path(index), message);
        }
    }
}

/// The host of a pattern that speaks of the project's own images.
fn own_host<'p>(pattern: &'p Pattern, project: &str) -> Option<&'p str> {
    let (host, path) = pattern.literal().split_once('/')?;
    path.starts_with(&format!("{}/", project.replace(':', "/"))).then_some(host)
}

/// The images as pods would write them, in order.
struct Names(Vec<String>);

impl Names {
    fn from_images(images: &[Image]) -> Self {
        let mut names: Vec<String> = images
            .iter()
            .flat_map(|image| {
                let by_tag = image.tags.iter().map(move |tag| format!("{}:{tag}", image.repository));
                by_tag.chain([format!("{}@{}", image.repository, image.digest)])
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// Whether anything is known of this host: another one of the project may not have been read.
    fn has_host(&self, host: &str, project: &str) -> bool {
        let start = format!("{host}/{}/", project.replace(':', "/"));
        self.from(&start).next().is_some_and(|name| name.starts_with(&start))
    }

    fn any(&self, pattern: &Pattern) -> bool {
        let literal = pattern.literal();
        let mut looked = self.from(literal).take_while(|name| name.starts_with(literal));
        looked.by_ref().take(MOST).any(|name| pattern.matches(name)) || looked.next().is_some()
    }

    fn from(&self, start: &str) -> impl Iterator<Item = &str> {
        let first = self.0.partition_point(|name| name.as_str() < start);
        self.0.get(first..).unwrap_or_default().iter().map(String::as_str)
    }
}

/// The texts of the allowlist's patterns, with their places in the list and in the text.
fn patterns(root: &Node) -> impl Iterator<Item = (usize, &str, Bytes)> {
    let list = root.entries().iter().find(|entry| &*entry.key.text == "admissionWhitelistPatterns");
    let elements = list.map(|entry| entry.value.elements()).unwrap_or_default();
    elements.iter().enumerate().filter_map(|(index, element)| {
        let entry = element.entries().iter().find(|entry| &*entry.key.text == "namePattern")?;
        Some((index, entry.value.as_text()?, entry.value.at))
    })
}
