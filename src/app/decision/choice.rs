//! What is picked in its lists.

use domain::admission::Request;
use domain::image::ImageRef;

/// Which pod is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Image(ImageRef),
    /// Type an image reference.
    TypeImage,
    /// One of the pods of a manifest.
    Pod(Box<Request>),
}
