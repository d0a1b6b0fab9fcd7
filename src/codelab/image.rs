//! The codelab's hello-world image, built without Docker: a real OCI image with one layer.
//!
//! The codelab's Dockerfile says `FROM alpine` and `CMD tail -f /dev/null`. Offline there is no
//! alpine to start from, so the layer holds one text file that says so; the command is the same.
//! The image is deterministic: whoever builds it gets the same digest.

use std::io::{self, Write as _};

use aws_lc_rs::digest::{SHA256, digest};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use oci_spec::OciSpecError;
use oci_spec::image::{
    ConfigBuilder, Descriptor, History, HistoryBuilder, ImageConfiguration, ImageConfigurationBuilder, ImageManifest,
    ImageManifestBuilder, MediaType, RootFsBuilder,
};

pub use domain::built_image::{Blob, BuiltImage as Image};

use domain::image::Digest;

/// What the layer's only file says.
const README: &str = "hello-world of the Binary Authorization codelab\n\n\
    Its Dockerfile says FROM alpine. This image was built where no alpine image could be fetched,\n\
    so its only layer holds this file. Its command is the codelab's: tail -f /dev/null\n";

const README_PATH: &str = "README-hello-world.txt";

/// When the image says that it was built: the year of the codelab, so that its digest is the same
/// for all.
const CREATED: &str = "2018-07-25T00:00:00Z";

/// Why the image could not be built: never by what the user did.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the image's layer could not be written: {0}")]
    Layer(#[from] io::Error),
    #[error("the image's description is not valid: {0}")]
    Description(#[from] OciSpecError),
    #[error("the image's description could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Builds the codelab's image.
pub fn build() -> Result<Image, BuildError> {
    let tar = archive()?;
    let layer = blob(gzip(&tar)?);
    let config = blob(serde_json::to_vec(&configuration(&digest_of(&tar))?)?);
    let manifest = blob(serde_json::to_vec(&manifest(&config, &layer)?)?);
    Ok(Image { layer, config, manifest })
}

/// The codelab's image, for those who only use it.
pub fn built() -> Image {
    build().expect("it is made of constants alone, and the tests build it")
}

/// A tar archive with the one file; owner, times and order are fixed.
fn archive() -> Result<Vec<u8>, io::Error> {
    let mut header = tar::Header::new_ustar();
    header.set_size(README.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, README_PATH, README.as_bytes())?;
    archive.into_inner()
}

/// Stored, not compressed: the bytes, and so the image's digest, do not depend on a compressor's version.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, io::Error> {
    let mut encoder: GzEncoder<Vec<u8>> =
        GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::none());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn configuration(layer: &Digest) -> Result<ImageConfiguration, OciSpecError> {
    let command = ["/bin/sh", "-c", "tail -f /dev/null"].map(str::to_owned).to_vec();
    ImageConfigurationBuilder::default()
        .created(CREATED)
        .architecture("amd64")
        .os("linux")
        .config(ConfigBuilder::default().cmd(command).build()?)
        .rootfs(RootFsBuilder::default().typ("layers").diff_ids(vec![layer.to_string()]).build()?)
        .history(vec![
            step(&format!("COPY {README_PATH} / # no alpine offline"), false)?,
            step("CMD [\"/bin/sh\" \"-c\" \"tail -f /dev/null\"]", true)?,
        ])
        .build()
}

fn step(created_by: &str, empty_layer: bool) -> Result<History, OciSpecError> {
    HistoryBuilder::default().created(CREATED).created_by(created_by).empty_layer(empty_layer).build()
}

fn manifest(config: &Blob, layer: &Blob) -> Result<ImageManifest, BuildError> {
    Ok(ImageManifestBuilder::default()
        .schema_version(2_u32)
        .media_type(MediaType::ImageManifest)
        .config(descriptor(MediaType::ImageConfig, config)?)
        .layers(vec![descriptor(MediaType::ImageLayerGzip, layer)?])
        .build()?)
}

fn descriptor(media_type: MediaType, blob: &Blob) -> Result<Descriptor, OciSpecError> {
    let digest: oci_spec::image::Digest = blob.digest.as_str().parse()?;
    Ok(Descriptor::new(media_type, blob.bytes.len() as u64, digest))
}

fn blob(bytes: Vec<u8>) -> Blob {
    Blob { digest: digest_of(&bytes), bytes }
}

fn digest_of(bytes: &[u8]) -> Digest {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    Digest::from_sha256(&hash)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn it_is_the_same_for_all() {
        let image = build().unwrap();
        assert_eq!(image, build().unwrap());
        assert_eq!(image.digest().as_str(), "sha256:321b7838dc2f9289a27ce7ccc4f11d7d8c53ee1697122fb4a8bf021131d38545");
    }

    #[test]
    fn the_parts_fit_together() {
        let image = build().unwrap();
        let manifest = ImageManifest::from_reader(&image.manifest.bytes[..]).unwrap();
        assert_eq!(manifest.media_type().as_ref().unwrap().to_string(), Image::MANIFEST_TYPE);
        assert_eq!(manifest.config().digest().to_string(), image.config.digest.as_str());
        assert_eq!(manifest.layers()[0].digest().to_string(), image.layer.digest.as_str());
        assert_eq!(manifest.layers()[0].size(), image.layer.bytes.len() as u64);

        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(&image.layer.bytes[..]).read_to_end(&mut tar).unwrap();
        let config = ImageConfiguration::from_reader(&image.config.bytes[..]).unwrap();
        assert_eq!(config.rootfs().diff_ids(), &[digest_of(&tar).to_string()]);
        let command = config.config().as_ref().unwrap().cmd().clone().unwrap();
        assert_eq!(command.last().unwrap(), "tail -f /dev/null");

        let mut archive = tar::Archive::new(&tar[..]);
        let mut file = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(file.path().unwrap().to_str().unwrap(), README_PATH);
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, README);
    }
}
