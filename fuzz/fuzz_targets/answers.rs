//! Any bytes as an answer of a server, as the client reads it: what is taken is taken whole, and a key or an attestation
//! in it is one.
#![no_main]

use countersign::domain::attestation::Attestation;
use countersign::domain::attestor::Attestor;
use countersign::wire::{
    binary_authorization, container, container_analysis, iam, kubernetes, registry, resources, status,
};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(attestor) = read::<binary_authorization::Attestor>(bytes) {
        let _ = Attestor::try_from(attestor);
    }
    if let Some(occurrence) = read::<container_analysis::Occurrence>(bytes) {
        let _ = Attestation::try_from(occurrence);
    }
    let _ = read::<container::Cluster>(bytes);
    let _ = read::<iam::IamPolicy>(bytes);
    let _ = read::<kubernetes::Deployment>(bytes);
    let _ = read::<kubernetes::Event>(bytes);
    let _ = read::<kubernetes::Pod>(bytes);
    let _ = read::<kubernetes::Status>(bytes);
    let _ = read::<resources::Operation>(bytes);
    let _ = read::<registry::Catalog>(bytes);
    let _ = read::<registry::ErrorBody>(bytes);
    let _ = read::<registry::TagList>(bytes);
    let _ = read::<status::ErrorBody>(bytes);
});
