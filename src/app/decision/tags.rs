//! Looking at what the tags of images mean and at the platforms of indexes.

use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{Body, Overlay};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use domain::image::ImageRef;

/// Shows the selected image of the registry with its tags, or the images of the pod that is asked about;
/// all of it is read anew.
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let images = match model.nav.focus() {
        Pane::Images => of_registry(model),
        _ => model.session.images().into_iter().map(|image| image.image).collect(),
    };
    let known = |image: &String| image.parse::<ImageRef>().is_ok();
    let images: Vec<String> = images.into_iter().filter(known).collect();
    if images.is_empty() {
        model.say(Weight::Warning, "choose an image (i) or a manifest (m) first");
        return Vec::new();
    }
    model.session.inspected = images;
    (model.decisions.tags_read_for, model.decisions.evidence_read_for) = (None, None);
    model.overlays.push(Overlay::reader("Tags and platforms", Body::Registry));
    Vec::new()
}

/// The image by each of its tags, and by its digest.
fn of_registry(model: &Model) -> Vec<String> {
    let Some(image) = model.selected_image() else { return Vec::new() };
    let tags = image.tags.iter().map(|tag| format!("{}:{tag}", image.repository));
    tags.chain(image.by_digest().map(|image| image.as_str().to_owned())).collect()
}
