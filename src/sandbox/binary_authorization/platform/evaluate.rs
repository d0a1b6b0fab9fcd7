//! `:evaluate`: what a platform policy says to the pods of a Kubernetes object.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::evidence::Stored;
use super::stored::{Place, existing};
use crate::binary_authorization::api::Api;
use crate::decode::{FieldKind, Message};
use crate::error::ApiError;
use crate::request::{Body, Names};
use domain::platform_evaluation::{self, Evaluation, Pod, Verdict, World};
use domain::platform_policy::{CheckKind, GkePolicy, PkixPublicKey, PlatformRules};
use files::manifest::{self, PodManifest};
use signing::pkix;

pub(super) const BODY: Message = Message(&[
    (&["resource"], FieldKind::Any),
    (&["attestationMode"], FieldKind::Enum(&["ATTESTATION_MODE_UNSPECIFIED", GENERATE_DEPLOY])),
]);
const GENERATE_DEPLOY: &str = "GENERATE_DEPLOY";

pub(super) async fn evaluate(
    Shared(api): Shared<Api>,
    Names((project, platform, id)): Names<(String, String, String)>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    if platform != "gke" {
        return Err(ApiError::not_found());
    }
    let question = body.value();
    let pods = pods(&question["resource"])?;
    let (state, verifier) = (api.state.clone(), std::sync::Arc::clone(&api.verifier));
    let read = move |tx: &Transaction<'_>| {
        let place = Place::new(tx, &project, platform, id)?;
        let Some(PlatformRules::GkePolicy(mut policy)) = existing(tx, &place)?.platform else {
            return Err(ApiError::not_found());
        };
        name_keys(&mut policy);
        let evidence = Stored::new(tx, state.clock.now());
        let world = World { evidence: &evidence, verify: &*verifier, project: &place.project };
        let evaluation = platform_evaluation::evaluate(&policy, &pods, world);
        evidence.into_failure()?;
        Ok((place.name(), evaluation))
    };
    let (name, evaluation) = api.state.store.read(read).await?;
    let mut answer = serde_json::to_value(&evaluation)?;
    if question["attestationMode"] == GENERATE_DEPLOY && evaluation.verdict == Verdict::Conformant {
        answer["attestations"] = attestations(&api, &name, &evaluation)?;
    }
    Ok(Json(answer))
}

/// The pods that an object would make.
fn pods(resource: &Value) -> Result<Vec<Pod>, ApiError> {
    if !resource.is_object() {
        return Err(ApiError::invalid_field("resource", "A resource is required: a Pod, or what makes pods."));
    }
    let manifests = manifest::pods(&resource.to_string())
        .map_err(|error| ApiError::invalid_field("resource", format!("The resource cannot be read: {error}.")))?;
    Ok(manifests.into_iter().map(pod).collect())
}

fn pod(manifest: PodManifest) -> Pod {
    let request = manifest.into_request();
    Pod {
        name: request.name,
        namespace: request.namespace,
        service_account: request.service_account,
        images: request.images.into_iter().map(|image| image.image).collect(),
    }
}

/// Gives keys without an id the default one, by which attestations name them (v1 `PkixPublicKey`).
fn name_keys(policy: &mut GkePolicy) {
    let checks = policy.check_sets.iter_mut().flat_map(|set| &mut set.checks);
    for check in checks {
        if let Some(CheckKind::SimpleSigningAttestationCheck(check)) = &mut check.kind {
            let sets = check.attestation_authenticators.iter_mut().filter_map(|one| one.pkix_public_key_set.as_mut());
            sets.flat_map(|set| &mut set.pkix_public_keys).for_each(name_key);
        }
    }
}

fn name_key(key: &mut PkixPublicKey) {
    if key.key_id.as_deref().unwrap_or_default().is_empty() {
        key.key_id = pkix::key_id(&key.public_key_pem).ok();
    }
}

/// One for each image that has a digest.
fn attestations(api: &Api, policy: &str, evaluation: &Evaluation) -> Result<Value, ApiError> {
    let images = evaluation.results.iter().flat_map(|pod| &pod.image_results);
    let mut attestations = Vec::new();
    for image in images {
        attestations.extend(api.signer.attest(policy, &image.image_uri)?);
    }
    Ok(json!(attestations))
}
