//! The sandbox with a cluster, and the ways in which a project can be wrong.

use std::time::Duration;

use countersign::client::{Blob, Client, ImageContent, Kubernetes};
use countersign::codelab::image;
use countersign::domain::admission::{CompiledPolicy, ContainerKind, Enforcement, Request, RequestImage, evaluate};
use countersign::domain::attestation::{ATTESTATION, Attestation, Signature, payload};
use countersign::domain::attestor::{Attestor, KeyMaterial, PublicKey};
use countersign::domain::explain::cause::{CauseKind, PresentState, diagnose};
use countersign::domain::explain::message::decode;
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::key::Fingerprint;
use countersign::domain::name::{AttestorName, NoteName, ProjectId, service_agent};
use countersign::domain::policy::{AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, Policy};
use countersign::domain::resource::SERVICES;
use countersign::domain::system_policy::SystemPolicy;
use countersign::runtime::backend::Backend;
use countersign::signing::openpgp::Verifier;
use countersign::signing::{KeyAlgorithm, KeySpec, Passphrase, generate};
use countersign::wire::container::Cluster;
use countersign::wire::iam::OCCURRENCES_VIEWER;
use countersign::wire::kubernetes::{Deployment, Event, Pod};
use serde_json::{Value, json};

use super::keys::OldKey;
use crate::support::cluster::{NAMESPACE, until};
use crate::support::signer::Signer;

pub(super) const PROJECT: &str = "binauthz-codelab";
pub(super) const ZONE: &str = "us-central1-a";
pub(super) const CLUSTER: &str = "binauthz-codelab";
pub(super) const PASSPHRASE: &str = "correct horse battery";
pub(super) const REPOSITORY: &str = "us.gcr.io/binauthz-codelab/team/web";
const OTHER_REPOSITORY: &str = "us.gcr.io/binauthz-codelab/tools/migrate";

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    DefaultDenies,
    ClusterDenies,
    NamespaceDenies,
    ServiceAccountDenies,
    PatternOneOff,
    StarBeforeSlash,
    Tag,
    NotAttested,
    OtherDigestAttested,
    OtherNote,
    OtherAttestorsNote,
    UnknownKey,
    LowerCaseKeyId,
    ShortKeyId,
    MailAsKeyId,
    OtherSigner,
    NoPgp,
    RevokedKey,
    OnlyJwt,
    Unsigned,
    PayloadOfOtherDigest,
    PayloadLaidOutAnew,
    PayloadNotJson,
    NoKeys,
    NoKeysAndNothing,
    NoAttestor,
    NoGrant,
    NoNote,
    OneOfTwoAttestors,
    OneOfTwoImages,
    OneOfTwoImagesUnsigned,
    InitContainer,
    InitContainerUnsigned,
}

/// A pod that is refused.
pub(super) struct Scene {
    pub(super) images: Vec<RequestImage>,
}

pub(super) struct Lab {
    pub(super) backend: Backend,
    pub(super) api: Kubernetes,
    project: ProjectId,
    /// Of this machine.
    mine: Fingerprint,
    /// Of somebody else.
    foreign: Signer,
    /// Of somebody who left.
    revoked: OldKey,
    /// Images that the registry has, by digest: two of one repository, and one of another.
    pub(super) images: [ImageRef; 3],
    agent: String,
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn rule(evaluation_mode: EvaluationMode, attestors: &[&AttestorName]) -> AdmissionRule {
    AdmissionRule {
        require_attestations_by: attestors.iter().map(ToString::to_string).collect(),
        ..AdmissionRule::always(evaluation_mode, EnforcementMode::Enforced)
    }
}

fn container(image: &str, kind: ContainerKind, number: usize) -> RequestImage {
    RequestImage { image: image.to_owned(), container: format!("c{number}"), kind }
}

impl Lab {
    /// A project with an enforcing cluster, two images and a key of this machine.
    pub(super) async fn start(backend: Backend) -> Self {
        let client = backend.client().unwrap().clone();
        let project: ProjectId = PROJECT.parse().unwrap();
        client.create_project(&project, "Codelab").await.unwrap();
        client.enable_services(&project, &SERVICES, |_| {}).await.unwrap();
        let wanted =
            Cluster { name: CLUSTER.into(), location: ZONE.into(), initial_node_count: Some(1), ..Cluster::default() };
        let made = client.create_cluster(&project, wanted).await.unwrap();
        client.wait_for_cluster(&project, ZONE, made, |_| {}).await.unwrap();
        let enforced = client.set_cluster_enforcement(&project, ZONE, CLUSTER, Enforcement::On).await.unwrap();
        client.wait_for_cluster(&project, ZONE, enforced, |_| {}).await.unwrap();
        let cluster = client.cluster(&project, ZONE, CLUSTER).await.unwrap();
        let api = client.kubernetes(&cluster).unwrap();
        let number = client.project(&project).await.unwrap().project_number;
        let images = [
            push(&client, REPOSITORY, "v1", None).await,
            push(&client, REPOSITORY, "v2", Some("second")).await,
            push(&client, OTHER_REPOSITORY, "v1", Some("third")).await,
        ];
        let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA".into(), email: "qa@example.com".into() };
        let made = generate(&spec, &Passphrase::new(PASSPHRASE.into())).unwrap();
        let mine = backend.keyring.store(&made).unwrap().info.fingerprint;
        Self {
            backend,
            api,
            project,
            mine,
            foreign: Signer::new(),
            revoked: OldKey::revoked(),
            images,
            agent: service_agent(&number),
        }
    }

    fn client(&self) -> &Client {
        self.backend.client().unwrap()
    }

    fn attestor_name(&self, id: &str) -> AttestorName {
        format!("projects/{}/attestors/{id}", self.project).parse().unwrap()
    }

    fn note_name(&self, id: &str) -> NoteName {
        format!("projects/{}/notes/{id}", self.project).parse().unwrap()
    }

    async fn create_note(&self, note: &NoteName, readable: bool) {
        let body = read(json!({"attestation": {"hint": {"humanReadableName": "QA"}}}));
        self.client().create_note(note, &body).await.unwrap();
        if readable {
            let member = format!("serviceAccount:{}", self.agent);
            self.client().grant_on_note(note, OCCURRENCES_VIEWER, &member).await.unwrap();
        }
    }

    /// An attestor on a note of its own, with these keys.
    async fn create_attestor(&self, id: &str, keys: &[&str], readable: bool) -> AttestorName {
        let (name, note) = (self.attestor_name(id), self.note_name(&format!("{id}-note")));
        self.create_note(&note, readable).await;
        let attestor = Attestor {
            name: name.clone(),
            description: String::new(),
            note,
            keys: Vec::new(),
            service_account_email: None,
            update_time: None,
            etag: None,
        };
        self.client().create_attestor(attestor).await.unwrap();
        for armor in keys {
            let material = KeyMaterial::Pgp { armor: (*armor).to_owned() };
            let key = PublicKey { id: String::new(), comment: String::new(), material };
            self.client().add_key(&name, &key).await.unwrap();
        }
        name
    }

    fn sign(&self, payload: &[u8]) -> Vec<u8> {
        let passphrase = Passphrase::new(PASSPHRASE.into());
        self.backend.keyring.sign(&self.mine, &passphrase, payload).unwrap().into_bytes()
    }

    /// A good attestation of the image by this machine's key, changed before it is stored.
    async fn attest(&self, note: &str, image: &ImageRef, change: impl FnOnce(&mut Attestation)) {
        let payload = payload(image, image.digest().unwrap());
        let bytes = self.sign(&payload);
        let mut attestation = Attestation {
            name: String::new(),
            note: self.note_name(note),
            kind: ATTESTATION.to_owned(),
            resource_uri: image.to_string(),
            signatures: vec![Signature { public_key_id: self.mine.to_string(), bytes }],
            payload,
            jwts: 0,
            create_time: None,
        };
        change(&mut attestation);
        self.client().create_attestation(&self.project, &attestation).await.unwrap();
    }

    /// What the scene before attested would explain a lot that is not so.
    async fn forget_attestations(&self) {
        for digest in self.images.iter().filter_map(|image| image.digest()) {
            for attestation in self.client().attestations_in(PROJECT, digest).await.unwrap() {
                self.client().delete_occurrence(&attestation.name).await.unwrap();
            }
        }
    }

    /// The image attested by a key that expires, or expired, so long after it was made an hour ago; it is
    /// all that the policy asks for.
    pub(super) async fn attested_by_expiring(&self, id: &str, validity: Duration) -> Scene {
        self.forget_attestations().await;
        let key = OldKey::expiring(validity);
        let attestor = self.create_attestor(id, &[&key.armor()], true).await;
        let by_it = |a: &mut Attestation| {
            a.signatures = vec![Signature { public_key_id: key.id(), bytes: key.sign(&a.payload) }];
        };
        self.attest(&format!("{id}-note"), &self.images[0], by_it).await;
        self.client().put_policy(&self.project, &policy(Defect::NotAttested, &[&attestor])).await.unwrap();
        Scene { images: vec![container(self.images[0].as_str(), ContainerKind::Container, 0)] }
    }

    /// Puts the defect into the project; attestors and notes of a scene are its own.
    pub(super) async fn prepare(&self, defect: Defect, number: usize) -> Scene {
        self.forget_attestations().await;
        let [first, second, third] = &self.images;
        let (id, other) = (format!("qa-{number}"), format!("other-{number}"));
        let note = format!("{id}-note");
        let mine = self.backend.keyring.export(&self.mine).unwrap();
        let (foreign, revoked) = (self.foreign.armor(), self.revoked.armor());
        let keys: Vec<&str> = match defect {
            Defect::UnknownKey => vec![&foreign],
            Defect::RevokedKey => vec![&revoked, &mine],
            Defect::NoKeys | Defect::NoKeysAndNothing => Vec::new(),
            _ => vec![&mine],
        };
        let asks = !matches!(
            defect,
            Defect::DefaultDenies
                | Defect::ClusterDenies
                | Defect::NamespaceDenies
                | Defect::ServiceAccountDenies
                | Defect::PatternOneOff
                | Defect::StarBeforeSlash
        );
        let mut images = vec![container(first.as_str(), ContainerKind::Container, 0)];
        let mut attestors = Vec::new();
        if asks {
            attestors.push(self.create_attestor(&id, &keys, defect != Defect::NoGrant).await);
            self.attestations(defect, &note, &other).await;
        }
        match defect {
            Defect::Tag => images = vec![container(&format!("{REPOSITORY}:v1"), ContainerKind::Container, 0)],
            Defect::OneOfTwoAttestors => attestors.push(self.create_attestor(&other, &[&mine], true).await),
            Defect::OneOfTwoImages => images.push(container(second.as_str(), ContainerKind::Container, 1)),
            Defect::OneOfTwoImagesUnsigned => images.push(container(third.as_str(), ContainerKind::Container, 1)),
            Defect::InitContainerUnsigned => images.insert(0, container(third.as_str(), ContainerKind::Init, 1)),
            Defect::InitContainer => images.insert(0, container(second.as_str(), ContainerKind::Init, 1)),
            _ => {}
        }
        let names: Vec<&AttestorName> = attestors.iter().collect();
        self.client().put_policy(&self.project, &policy(defect, &names)).await.unwrap();
        match defect {
            Defect::NoAttestor => self.client().delete_attestor(&attestors[0]).await.unwrap(),
            Defect::NoNote => self.client().delete_note(&self.note_name(&note)).await.unwrap(),
            _ => {}
        }
        Scene { images }
    }

    /// What is on the attestor's note, and on others.
    async fn attestations(&self, defect: Defect, note: &str, other: &str) {
        let [first, second, _] = &self.images;
        let id_of = |text: String| move |attestation: &mut Attestation| attestation.signatures[0].public_key_id = text;
        let fingerprint = self.mine.to_string();
        match defect {
            Defect::NotAttested | Defect::NoKeysAndNothing | Defect::NoAttestor | Defect::NoNote => {}
            Defect::OtherDigestAttested => self.attest(note, second, |_| {}).await,
            Defect::OtherNote => {
                self.create_note(&self.note_name(other), true).await;
                self.attest(other, first, |_| {}).await;
            }
            // That one is asked for another rule, or by nobody any more.
            Defect::OtherAttestorsNote => {
                self.create_attestor(other, &[&self.backend.keyring.export(&self.mine).unwrap()], true).await;
                self.attest(&format!("{other}-note"), first, |_| {}).await;
            }
            Defect::RevokedKey => {
                let revoked = |a: &mut Attestation| {
                    let bytes = self.revoked.sign(&a.payload);
                    a.signatures = vec![Signature { public_key_id: self.revoked.id(), bytes }];
                };
                self.attest(note, first, revoked).await;
            }
            Defect::Unsigned => self.attest(note, first, |a| a.signatures.clear()).await,
            Defect::OnlyJwt => self.attest_by_token(note, first).await,
            Defect::LowerCaseKeyId => self.attest(note, first, id_of(fingerprint.to_lowercase())).await,
            Defect::ShortKeyId => self.attest(note, first, id_of(fingerprint[24..].to_owned())).await,
            Defect::MailAsKeyId => self.attest(note, first, id_of("qa@example.com".to_owned())).await,
            Defect::OtherSigner => {
                let foreign = |a: &mut Attestation| a.signatures[0].bytes = self.foreign.sign(&a.payload).into_bytes();
                self.attest(note, first, foreign).await;
            }
            Defect::NoPgp => self.attest(note, first, |a| a.signatures[0].bytes = b"signed, QA".to_vec()).await,
            Defect::PayloadOfOtherDigest => {
                let says = payload(second, second.digest().unwrap());
                self.attest(note, first, |a| self.signing(a, says)).await;
            }
            Defect::PayloadLaidOutAnew => {
                let crlf = String::from_utf8(payload(first, first.digest().unwrap())).unwrap().replace('\n', "\r\n");
                self.attest(note, first, |a| a.payload = crlf.into_bytes()).await;
            }
            Defect::PayloadNotJson => {
                self.attest(note, first, |a| self.signing(a, b"looks good to me\n".to_vec())).await;
            }
            _ => self.attest(note, first, |_| {}).await,
        }
    }

    /// An attestation that a tool of another kind signed: with a JSON web token beside the payload.
    async fn attest_by_token(&self, note: &str, image: &ImageRef) {
        let jwts = json!([{"compactJwt": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJjaSJ9.c2lnbmF0dXJl"}]);
        let occurrence = json!({
            "kind": ATTESTATION,
            "noteName": self.note_name(note).to_string(),
            "resourceUri": image.to_string(),
            "attestation": {"jwts": jwts},
        });
        self.client().create_occurrence(&self.project, &read(occurrence)).await.unwrap();
    }

    /// The attestation with another payload, signed all the same.
    fn signing(&self, attestation: &mut Attestation, payload: Vec<u8>) {
        attestation.signatures[0].bytes = self.sign(&payload);
        attestation.payload = payload;
    }

    fn deployment(name: &str, images: &[RequestImage]) -> Deployment {
        let of_kind = |init: bool| {
            let images = images.iter().filter(|image| (image.kind == ContainerKind::Init) == init);
            let named = |(number, image): (usize, &RequestImage)| {
                let name = if image.container.is_empty() { format!("c{number}") } else { image.container.clone() };
                json!({"name": name, "image": image.image})
            };
            images.enumerate().map(named).collect::<Vec<Value>>()
        };
        let spec = json!({"initContainers": of_kind(true), "containers": of_kind(false)});
        let template = json!({"metadata": {"labels": {"app": name}}, "spec": spec});
        let selector = json!({"matchLabels": {"app": name}});
        read(json!({"metadata": {"name": name}, "spec": {"replicas": 1, "selector": selector, "template": template}}))
    }

    /// Deploys, and waits for the event that tells of the refusal.
    pub(super) async fn refusal(&self, name: &str, images: &[RequestImage]) -> String {
        let _: Deployment = self.api.create(NAMESPACE, &Self::deployment(name, images)).await.unwrap();
        let is_refusal = |event: &&Event| {
            let object = event.involved_object.name.as_deref().unwrap_or_default();
            event.reason.as_deref() == Some("FailedCreate") && object.starts_with(&format!("{name}-"))
        };
        let message =
            until(&self.api, |events| events.iter().find(is_refusal).map(|event| event.message.clone())).await;
        self.api.delete::<Deployment>(NAMESPACE, name).await.unwrap();
        message.unwrap_or_else(|events| panic!("{name} was not refused: {events:?}")).unwrap()
    }

    /// Deploys, and waits until its pod runs.
    pub(super) async fn runs(&self, name: &str, images: &[RequestImage]) {
        let _: Deployment = self.api.create(NAMESPACE, &Self::deployment(name, images)).await.unwrap();
        let runs = |pod: &Pod| {
            let own = pod.metadata.name.as_deref().is_some_and(|pod| pod.starts_with(&format!("{name}-")));
            own && pod.status.as_ref().is_some_and(|status| status.phase.as_deref() == Some("Running"))
        };
        if until(&self.api, |pods| pods.iter().any(runs).then_some(())).await.is_err() {
            let events: Vec<Event> = self.api.list(Some(NAMESPACE)).await.unwrap();
            let last: Vec<_> = events.iter().filter_map(|event| event.message.clone()).collect();
            panic!("{name} does not run: {last:#?}");
        }
        self.api.delete::<Deployment>(NAMESPACE, name).await.unwrap();
    }

    /// The request of a scene, as the cluster sees it.
    pub(super) fn request(scene: &Scene) -> Request {
        Request {
            cluster: Some(format!("{ZONE}.{CLUSTER}")),
            namespace: NAMESPACE.to_owned(),
            service_account: "default".to_owned(),
            images: scene.images.clone(),
            ..Request::default()
        }
    }

    /// What stands first among the causes of the refusal, from its text and the project as it is.
    pub(super) async fn first_cause(&self, text: &str, scene: &Scene) -> CauseKind {
        let reading = decode(text);
        let case = reading.cases.first().unwrap_or_else(|| panic!("nothing is read in {text}"));
        let policy = self.client().policy(&self.project).await.unwrap();
        let system = SystemPolicy::Service(self.client().system_policy("global").await.unwrap());
        let request = Self::request(scene);
        // As the workbench asks: what else is attested explains a lot.
        let images: Vec<ImageRef> = request.images.iter().filter_map(|image| image.image.parse().ok()).collect();
        let digests: Vec<Digest> = images.iter().filter_map(|image| image.digest().cloned()).collect();
        let repositories = images.iter().map(|image| image.name().to_owned()).collect();
        let names = policy.attestors().into_iter().filter_map(|name| name.parse().ok()).collect();
        let evidence = self.client().evidence_with(names, &digests, &repositories).await;
        let decision = evaluate(&CompiledPolicy::new(&policy, &system), &request, &evidence, &Verifier::new());
        let state = PresentState { decision: &decision, policy: &policy, evidence: &evidence, is_here: true };
        let finding = case.findings.first().unwrap_or_else(|| panic!("no finding in {text}"));
        let diagnosis = diagnose(case, finding, Some(&state));
        diagnosis.causes.first().unwrap_or_else(|| panic!("no cause of {text}")).kind
    }
}

fn policy(defect: Defect, attestors: &[&AttestorName]) -> Policy {
    let deny = rule(EvaluationMode::AlwaysDeny, &[]);
    let allow = rule(EvaluationMode::AlwaysAllow, &[]);
    let patterns = |text: &str| vec![AdmissionWhitelistPattern { name_pattern: text.to_owned() }];
    let denies = |key: &str| [(key.to_owned(), deny.clone())].into();
    match defect {
        Defect::DefaultDenies => Policy::with_default(deny),
        Defect::ClusterDenies => {
            let cluster_admission_rules = denies(&format!("{ZONE}.{CLUSTER}"));
            Policy { cluster_admission_rules, ..Policy::with_default(allow) }
        }
        Defect::NamespaceDenies => {
            Policy { kubernetes_namespace_admission_rules: denies(NAMESPACE), ..Policy::with_default(allow) }
        }
        Defect::ServiceAccountDenies => {
            let kubernetes_service_account_admission_rules = denies("default:default");
            Policy { kubernetes_service_account_admission_rules, ..Policy::with_default(allow) }
        }
        Defect::PatternOneOff => Policy {
            admission_whitelist_patterns: patterns("us.gcr.io/binauthz-codelab/team/wep@*"),
            ..Policy::with_default(deny)
        },
        Defect::StarBeforeSlash => Policy {
            admission_whitelist_patterns: patterns("us.gcr.io/binauthz-codelab/*"),
            ..Policy::with_default(deny)
        },
        _ => Policy::with_default(rule(EvaluationMode::RequireAttestation, attestors)),
    }
}

/// The codelab's image, or one like it of another digest; by its digest.
async fn push(client: &Client, repository: &str, tag: &str, comment: Option<&str>) -> ImageRef {
    let built = image::build().unwrap();
    let mut manifest: Value = serde_json::from_slice(&built.manifest.bytes).unwrap();
    if let Some(comment) = comment {
        manifest["annotations"] = json!({"org.opencontainers.image.title": comment});
    }
    let content = ImageContent {
        blobs: built.blobs().into_iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: serde_json::to_vec(&manifest).unwrap().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    let reference: ImageRef = format!("{repository}:{tag}").parse().unwrap();
    let digest = client.push_image(&reference, &content, |_| {}).await.unwrap();
    reference.with_digest(&digest)
}
