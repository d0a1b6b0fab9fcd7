//! Any text is an image reference or not; one that is keeps its text and its parts.
#![no_main]

use countersign::domain::image::ImageRef;
use countersign::domain::pattern::Pattern;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(pattern) = Pattern::parse(text) {
        pattern.matches(text);
    }
    let Ok(image) = text.parse::<ImageRef>() else { return };
    assert_eq!(image.as_str(), text);
    let mut whole = image.registry().map_or_else(String::new, |registry| format!("{registry}/"));
    whole.push_str(image.repository());
    assert_eq!(image.name(), whole);
    if let Some(tag) = image.tag() {
        whole.push_str(&format!(":{tag}"));
    }
    if let Some(digest) = image.digest() {
        whole.push_str(&format!("@{digest}"));
        let pinned = image.with_digest(digest);
        assert_eq!(pinned.as_str().parse::<ImageRef>().as_ref(), Ok(&pinned));
    }
    assert_eq!(whole, text);
});
