//! Which resource of the registry a path means. Repository names hold slashes, so a path is read
//! from its end.

use domain::image::{Digest, ImageRef};

use super::error::Failure;

/// A resource below `/v2/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/v2/`: does this host speak the protocol?
    Root,
    /// `/v2/_catalog`
    Catalog,
    /// `/v2/NAME/tags/list`
    Tags(String),
    /// `/v2/NAME/manifests/REFERENCE`
    Manifest(String, Reference),
    /// `/v2/NAME/blobs/DIGEST`
    Blob(String, Digest),
    /// `/v2/NAME/blobs/uploads/`
    Uploads(String),
    /// `/v2/NAME/blobs/uploads/ID`
    Upload(String, String),
    /// `/v2/NAME/referrers/DIGEST`
    Referrers(String, Digest),
}

/// The kinds of [`Route`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Root,
    Catalog,
    Tags,
    Referrers,
    Manifest,
    Blob,
    Uploads,
    Upload,
}

/// How a manifest is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    Tag(String),
    Digest(Digest),
}

impl Route {
    /// Reads what follows `/v2/`.
    pub(super) fn parse(rest: &str) -> Result<Self, Failure> {
        match rest {
            "" => return Ok(Self::Root),
            "_catalog" => return Ok(Self::Catalog),
            _ => {}
        }
        if let Some(name) = rest.strip_suffix("/tags/list") {
            return Ok(Self::Tags(name_of(name)?));
        }
        if let Some(name) = rest.strip_suffix("/blobs/uploads/").or_else(|| rest.strip_suffix("/blobs/uploads")) {
            return Ok(Self::Uploads(name_of(name)?));
        }
        let (front, last) = rest.rsplit_once('/').ok_or(Failure::NoSuchPath)?;
        if let Some(name) = front.strip_suffix("/blobs/uploads") {
            return Ok(Self::Upload(name_of(name)?, last.to_owned()));
        }
        match front.rsplit_once('/') {
            Some((name, "manifests")) => Ok(Self::Manifest(name_of(name)?, Reference::parse(last)?)),
            Some((name, "blobs")) => Ok(Self::Blob(name_of(name)?, digest_of(last)?)),
            Some((name, "referrers")) => Ok(Self::Referrers(name_of(name)?, digest_of(last)?)),
            _ => Err(Failure::NoSuchPath),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Root => Kind::Root,
            Self::Catalog => Kind::Catalog,
            Self::Tags(_) => Kind::Tags,
            Self::Referrers(..) => Kind::Referrers,
            Self::Manifest(..) => Kind::Manifest,
            Self::Blob(..) => Kind::Blob,
            Self::Uploads(_) => Kind::Uploads,
            Self::Upload(..) => Kind::Upload,
        }
    }

    /// The name of the image that it is about; none of the root and the catalogue.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Root | Self::Catalog => "",
            Self::Tags(name)
            | Self::Manifest(name, _)
            | Self::Blob(name, _)
            | Self::Uploads(name)
            | Self::Upload(name, _)
            | Self::Referrers(name, _) => name,
        }
    }
}

impl Reference {
    fn parse(text: &str) -> Result<Self, Failure> {
        if text.contains(':') {
            return Ok(Self::Digest(digest_of(text)?));
        }
        let image: Option<ImageRef> = format!("a/b:{text}").parse().ok();
        if image.is_some_and(|image| image.tag() == Some(text) && image.digest().is_none()) {
            Ok(Self::Tag(text.to_owned()))
        } else {
            Err(Failure::TagInvalid(shown(text)))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Tag(tag) => tag,
            Self::Digest(digest) => digest.as_str(),
        }
    }
}

/// A repository's path, by the grammar of image references. A host in front keeps its first
/// component from being taken for one.
pub(super) fn name_of(text: &str) -> Result<String, Failure> {
    let image: Option<ImageRef> = format!("gcr.io/{text}").parse().ok();
    let whole = image.is_some_and(|image| image.repository() == text && image.tag().is_none());
    if whole { Ok(text.to_owned()) } else { Err(Failure::NameInvalid(shown(text))) }
}

pub(super) fn digest_of(text: &str) -> Result<Digest, Failure> {
    text.parse().ok().ok_or_else(|| Failure::DigestInvalid(shown(text)))
}

/// Cuts a text, so that an answer stays short whatever was asked for.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex() -> String {
        format!("sha256:{}", "ab".repeat(32))
    }

    #[test]
    fn names_hold_slashes_and_the_words_of_the_protocol() {
        let digest: Digest = hex().parse().unwrap();
        assert_eq!(Route::parse("a/b/c/tags/list").unwrap(), Route::Tags("a/b/c".to_owned()));
        assert_eq!(
            Route::parse("blobs/uploads/manifests/v1").unwrap(),
            Route::Manifest("blobs/uploads".to_owned(), Reference::Tag("v1".to_owned()))
        );
        assert_eq!(Route::parse("a/blobs/uploads/").unwrap(), Route::Uploads("a".to_owned()));
        assert_eq!(Route::parse("a/blobs/uploads/1-2").unwrap(), Route::Upload("a".to_owned(), "1-2".to_owned()));
        assert_eq!(Route::parse(&format!("p/i/blobs/{digest}")).unwrap(), Route::Blob("p/i".to_owned(), digest));
    }

    #[rstest::rstest]
    #[case("nothing")]
    #[case("UPPER/tags/list")]
    #[case("a//b/tags/list")]
    #[case("a@b/tags/list")]
    #[case("a:b/tags/list")]
    #[case("../x/tags/list")]
    #[case("a/manifests/.hidden")]
    #[case("a/manifests/sha256:12")]
    #[case("a/blobs/latest")]
    #[case("/tags/list")]
    fn refused(#[case] path: &str) {
        assert!(Route::parse(path).is_err(), "{path}");
    }
}
