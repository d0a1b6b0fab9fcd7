//! The command that a person would have typed for a job: gcloud, kubectl, gpg or curl.
//!
//! Each is true: run where the job's names point, it has the same effect. They come in two forms: as a
//! person would have typed them, and for the script of a session, which runs against another store
//! and keeps files that the workbench does not write out of the working directory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::import::written::with_value;
use crate::job::{Deploy, FileTarget, Job, NewAttestation};
use domain::attestation::Attestation;
use domain::built_image::{Blob, BuiltImage};
use domain::document::{Dialect, Document};
use domain::image::{Digest, ImageRef};
use domain::key::KeyAlgorithm;
use domain::name::{ClusterId, NoteName};
use domain::resource::WorkloadKind;
use domain::work_file::OwnFile;

const CURL: &str = "curl --fail-with-body -sS -H \"Authorization: Bearer $(gcloud auth print-access-token)\"";
const CONTAINER_ANALYSIS: &str = "https://containeranalysis.googleapis.com/v1";
const BINARY_AUTHORIZATION: &str = "https://binaryauthorization.googleapis.com/v1";
const BINAUTHZ: &str = "gcloud container binauthz";
const VIEWER: &str = "roles/containeranalysis.notes.occurrences.viewer";
const ENFORCE: &str = "--binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE";

/// Who runs the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A person, in the working directory.
    Person,
    /// The script of a session. It sets `OWN`, a directory of its own, and `STARTED`, where it was
    /// started.
    Script,
}

impl For {
    /// A file that only the commands need.
    fn helper(self, name: &str) -> String {
        match self {
            Self::Person => name.to_owned(),
            Self::Script => format!("\"$OWN\"/{name}"),
        }
    }

    /// A file of the person, whose path counts from where the workbench was started.
    fn person_file(self, path: &str) -> String {
        match self {
            Self::Script if !path.starts_with(['/', '~']) => format!("\"$STARTED\"/{}", quoted(path)),
            _ => file(path),
        }
    }
}

/// The commands of one job, a line each.
#[expect(clippy::too_many_lines, reason = "a table: one arm for each job")]
pub fn commands(job: &Job, reader: For) -> Vec<String> {
    match job {
        Job::CreateProject { project } => vec![
            // gcloud would enable `cloudapis.googleapis.com` too.
            format!(
                "gcloud projects describe {project} >/dev/null 2>&1 || \
                 gcloud projects create {project} --no-enable-cloud-apis"
            ),
            format!("gcloud config set project {project}"),
        ],
        Job::EnableServices { project, services } => {
            vec![format!("gcloud services enable {} --project={project}", services.join(" "))]
        }
        Job::DisableServices { project, services } => {
            vec![format!("gcloud services disable {} --force --project={project}", services.join(" "))]
        }
        Job::MakeWorkDirectory { dockerfile } => {
            let mut lines = vec!["mkdir -m 700 -p \"$WORKDIR\" && cd \"$WORKDIR\"".to_owned()];
            lines.extend(here_document(OwnFile::Dockerfile.name(), dockerfile));
            lines
        }
        // Only the files that the workbench writes: what else is there is the person's.
        Job::RemoveWorkDirectory => {
            vec![format!(
                "cd \"$WORKDIR\" && rm -f {} && cd .. && rmdir \"$WORKDIR\"",
                OwnFile::ALL.map(OwnFile::name).join(" ")
            )]
        }
        Job::WriteFile { target, text } => write_file(target, text, reader),
        Job::RemoveFile { name } => vec![format!("rm -f {}", quoted(name))],
        Job::CreateCluster(id) => {
            vec![format!("gcloud container clusters create {}", cluster_flags(id))]
        }
        Job::SetEnforcement { cluster, on } => {
            let mode = if *on { ENFORCE } else { "--binauthz-evaluation-mode=DISABLED" };
            vec![format!("gcloud container clusters update {} {mode}", cluster_flags(cluster))]
        }
        Job::DeleteCluster(id) => vec![format!("gcloud container clusters delete {} --quiet", cluster_flags(id))],
        Job::GetCredentials(id) => vec![
            format!("export KUBECONFIG=\"$WORKDIR/{}\"", OwnFile::Kubeconfig.name()),
            format!("gcloud container clusters get-credentials {}", cluster_flags(id)),
        ],
        Job::PushImage { to, image } => push_commands(to, image, reader),
        Job::DeleteImage { repository, digest } => vec![delete_image(repository, digest)],
        Job::Deploy { cluster, deploy } => deploy_commands(cluster, deploy),
        Job::DeleteWorkload { cluster, kind, namespace, name } => {
            vec![format!("{} delete {} {name} --namespace={namespace}", kubectl(cluster), kind.as_str())]
        }
        Job::ExportPolicy { project, file } => {
            vec![format!("{BINAUTHZ} policy export --project={project} > {}", quoted(file))]
        }
        Job::ImportPolicy { project, text, etag } => {
            // Which state of this store was meant says nothing in another one.
            let etag = if reader == For::Person { etag.as_deref() } else { None };
            let policy = reader.helper(OwnFile::Policy.name());
            let mut lines = here_document(&policy, &with_etag(text, etag));
            lines.push(format!("{BINAUTHZ} policy import {policy} --project={project}"));
            lines
        }
        Job::CreateNote { project, id, description } => vec![format!(
            "{CURL} -X POST -H \"Content-Type: application/json\" --data {} \"{CONTAINER_ANALYSIS}/projects/{project}/notes?noteId={id}\"",
            quoted(&format!("{{\"attestation\": {{\"hint\": {{\"humanReadableName\": {}}}}}}}", json(description)))
        )],
        Job::DeleteNote(note) => vec![format!("{CURL} -X DELETE \"{CONTAINER_ANALYSIS}/{note}\"")],
        Job::Grant { note, member } => vec![set_iam(note, &granted(member))],
        Job::Revoke { note, member } => vec![set_iam(note, &revoked(member))],
        Job::CreateAttestor { project, id, note, description } => {
            let described =
                if description.is_empty() { String::new() } else { format!(" --description={}", quoted(description)) };
            vec![format!(
                "{BINAUTHZ} attestors create {id} --attestation-authority-note={} \
                 --attestation-authority-note-project={}{described} --project={project}",
                note.id(),
                note.project()
            )]
        }
        Job::DeleteAttestor(a) => vec![format!("{BINAUTHZ} attestors delete {} --project={}", a.id(), a.project())],
        Job::AddKey { attestor, fingerprint } => {
            let key = reader.helper(OwnFile::PublicKey.name());
            vec![
                format!("gpg --armor --export {fingerprint} > {key}"),
                format!(
                    "{BINAUTHZ} attestors public-keys add --attestor={} --pgp-public-key-file={key} --project={}",
                    attestor.id(),
                    attestor.project()
                ),
            ]
        }
        Job::RemoveKey { attestor, key_id } => vec![format!(
            "{BINAUTHZ} attestors public-keys remove {} --attestor={} --project={}",
            quoted(key_id),
            attestor.id(),
            attestor.project()
        )],
        Job::GenerateKey { key, .. } => {
            let user = quoted(&format!("{} <{}>", key.name, key.email));
            vec![format!("gpg --quick-generate-key {user} {} sign never", gpg_name(key.algorithm))]
        }
        Job::ImportKey { .. } => vec!["gpg --import \"$KEY_FILE\"".into()],
        Job::DeleteKey { fingerprint } => {
            vec![format!("gpg --batch --yes --delete-secret-and-public-key {fingerprint}")]
        }
        Job::ExportKey { fingerprint, file } => vec![format!("gpg --armor --export {fingerprint} > {}", quoted(file))],
        Job::Sign { fingerprint, payload, .. } => {
            let (message, signature) =
                (reader.helper(OwnFile::Payload.name()), reader.helper(OwnFile::Signature.name()));
            let mut lines = here_document(&message, &String::from_utf8_lossy(payload));
            lines.push(format!("gpg --yes --local-user {fingerprint} --armor --output {signature} --sign {message}"));
            lines
        }
        Job::CreateAttestation(new) => vec![attest(new, &reader.helper(OwnFile::Signature.name()))],
        Job::Validate(new) => vec![validate(new, &reader.helper(OwnFile::Signature.name()))],
        Job::DeleteAttestations(list) => match reader {
            For::Person => {
                list.iter().map(|a| format!("{CURL} -X DELETE \"{CONTAINER_ANALYSIS}/{}\"", a.name)).collect()
            }
            For::Script => list.iter().map(delete_alike).collect(),
        },
        Job::ResolveDigest { image } => vec![resolve(image)],
    }
}

/// A signature that was not made in the session, as the file that `attest` takes.
pub fn given_signature(signature: &[u8]) -> Vec<String> {
    here_document(&For::Script.helper(OwnFile::Signature.name()), &String::from_utf8_lossy(signature))
}

/// The signature that the session has made goes to the working directory.
pub fn keep_signature() -> Vec<String> {
    vec![format!("cp {} {}", For::Script.helper(OwnFile::Signature.name()), OwnFile::Signature.name())]
}

/// Gives kubectl a kubeconfig of the script's own.
pub fn own_credentials(id: &ClusterId) -> Vec<String> {
    vec![
        "export KUBECONFIG=\"$OWN\"/kubeconfig".to_owned(),
        format!("gcloud container clusters get-credentials {}", cluster_flags(id)),
    ]
}

/// The image as an OCI layout, byte for byte, so that it has the digest that is signed and deployed.
fn push_commands(to: &ImageRef, image: &BuiltImage, reader: For) -> Vec<String> {
    let hex = |blob: &Blob| blob.digest.to_string().trim_start_matches("sha256:").to_owned();
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [{
        "mediaType": BuiltImage::MANIFEST_TYPE,
        "digest": image.digest().to_string(),
        "size": image.manifest.bytes.len(),
    }] });
    let layout = reader.helper("image");
    let mut lines = vec![
        format!("mkdir -p {layout}/blobs/sha256"),
        format!("echo '{}' > {layout}/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#),
        format!("echo '{index}' > {layout}/index.json"),
    ];
    let blob = |blob: &Blob| {
        let (text, hex) = (STANDARD.encode(&blob.bytes), hex(blob));
        format!("echo {text} | base64 -d > {layout}/blobs/sha256/{hex}")
    };
    lines.extend([&image.layer, &image.config, &image.manifest].map(blob));
    lines.push(format!("skopeo copy --insecure-policy oci:{layout} docker://{to}"));
    lines
}

/// gcloud deletes in Google's registries only, in each by its own command.
fn delete_image(repository: &str, digest: &Digest) -> String {
    let image = format!("{repository}@{digest}");
    match host(repository) {
        Host::ContainerRegistry => format!("gcloud container images delete {image} --force-delete-tags --quiet"),
        Host::ArtifactRegistry => format!("gcloud artifacts docker images delete {image} --delete-tags --quiet"),
        Host::Other => format!("skopeo delete docker://{image}"),
    }
}

fn resolve(image: &ImageRef) -> String {
    let format = "--format='get(image_summary.digest)'";
    match host(image.name()) {
        Host::ContainerRegistry => format!("gcloud container images describe {image} {format}"),
        Host::ArtifactRegistry => format!("gcloud artifacts docker images describe {image} {format}"),
        Host::Other => format!("skopeo inspect --format '{{{{.Digest}}}}' docker://{image}"),
    }
}

enum Host {
    ContainerRegistry,
    ArtifactRegistry,
    Other,
}

fn host(repository: &str) -> Host {
    match repository.split('/').next() {
        Some(host) if host == "gcr.io" || host.ends_with(".gcr.io") => Host::ContainerRegistry,
        Some(host) if host.ends_with("-docker.pkg.dev") => Host::ArtifactRegistry,
        _ => Host::Other,
    }
}

/// kubectl at this cluster, by the name that `get-credentials` gives it.
fn kubectl(id: &ClusterId) -> String {
    format!("kubectl --context=gke_{}_{}_{}", id.project, id.location(), id.name())
}

/// As gpg's `--quick-generate-key` names it.
fn gpg_name(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Rsa2048 => "rsa2048",
        KeyAlgorithm::Rsa3072 => "rsa3072",
        KeyAlgorithm::Rsa4096 => "rsa4096",
        KeyAlgorithm::Ed25519 => "ed25519",
    }
}

fn cluster_flags(id: &ClusterId) -> String {
    format!("{} --location={} --project={}", id.name(), id.location(), id.project)
}

fn deploy_commands(cluster: &ClusterId, deploy: &Deploy) -> Vec<String> {
    let Deploy { kind, namespace, name, image, service_account, labels, annotations, .. } = deploy;
    let kubectl = kubectl(cluster);
    let plain = service_account.is_empty() && labels.is_empty() && annotations.is_empty();
    match kind {
        WorkloadKind::Pod => {
            // Labels of one's own take the place of the one that `kubectl run` sets.
            let pairs: String = labels.iter().map(|(key, value)| format!(",{key}={value}")).collect();
            let labels = match pairs.as_str() {
                "" => String::new(),
                pairs => format!(" --labels={}", quoted(&format!("run={name}{pairs}"))),
            };
            let account = if service_account.is_empty() {
                String::new()
            } else {
                let overrides = format!("{{\"spec\": {{\"serviceAccountName\": {}}}}}", json(service_account));
                format!(" --overrides={}", quoted(&overrides))
            };
            let annotation =
                |(key, value): (&String, &String)| format!(" --annotations={}", quoted(&format!("{key}={value}")));
            let annotations: String = annotations.iter().map(annotation).collect();
            vec![format!(
                "{kubectl} run {name} --image={} --namespace={namespace}{labels}{annotations}{account}",
                quoted(image)
            )]
        }
        WorkloadKind::Deployment | WorkloadKind::ReplicaSet => {
            let create =
                format!("{kubectl} create deployment {name} --image={} --namespace={namespace}", quoted(image));
            if plain {
                return vec![create];
            }
            // The labels and the service account belong to the pod template, which `create deployment`
            // cannot set: they are patched in before anything is sent.
            let template = serde_json::json!({"spec": {"template": {
                "metadata": if annotations.is_empty() { serde_json::json!({"labels": labels}) } else { serde_json::json!({"labels": labels, "annotations": annotations}) },
                "spec": if service_account.is_empty() { serde_json::json!({}) } else { serde_json::json!({"serviceAccountName": service_account}) },
            }}});
            vec![format!(
                "{create} --dry-run=client -o json | kubectl patch --local -f - --type=merge -p {} -o json | {kubectl} create -f -",
                quoted(&template.to_string())
            )]
        }
    }
}

/// Reads the note's policy, changes it by a program of jq, and writes it with its etag.
fn set_iam(note: &NoteName, change: &str) -> String {
    let url = format!("{CONTAINER_ANALYSIS}/{note}");
    format!(
        "{CURL} -X POST \"{url}:getIamPolicy\" | jq {} | {CURL} -X POST -H \"Content-Type: application/json\" \
         --data @- \"{url}:setIamPolicy\"",
        quoted(&format!("{{policy: ({change})}}"))
    )
}

fn granted(member: &str) -> String {
    format!(".bindings += [{{role: {}, members: [{}]}}]", json(VIEWER), json(member))
}

fn revoked(member: &str) -> String {
    format!(
        ".bindings = [.bindings[]? | if .role == {} then .members -= [{}] else . end | select(.members != [])]",
        json(VIEWER),
        json(member)
    )
}

fn attest(new: &NewAttestation, signature: &str) -> String {
    format!(
        "{BINAUTHZ} attestations create --artifact-url={} --attestor={} --attestor-project={} \
         --signature-file={signature} --public-key-id={} --project={}",
        quoted(new.image.as_str()),
        new.attestor.id(),
        new.attestor.project(),
        quoted(&new.key_id),
        new.project
    )
}

/// gcloud has this only as a flag of making the attestation.
fn validate(new: &NewAttestation, signature: &str) -> String {
    let occurrence = format!(
        "{{attestation: {{serializedPayload: {}, signatures: [{{publicKeyId: $key, signature: ($signature | @base64)}}]}}, \
         occurrenceNote: {}, occurrenceResourceUri: {}}}",
        json(&STANDARD.encode(&new.payload)),
        json(&new.note.to_string()),
        json(new.image.as_str()),
    );
    format!(
        "jq -n --arg key {} --rawfile signature {signature} {} | {CURL} -X POST -H \"Content-Type: application/json\" \
         --data @- \"{BINARY_AUTHORIZATION}/{}:validateAttestationOccurrence\"",
        quoted(&new.key_id),
        quoted(&occurrence),
        new.attestor
    )
}

/// Another store has named the attestation by itself: the first one of the note on the image, by the
/// same key.
fn delete_alike(attestation: &Attestation) -> String {
    let project = attestation.name.split('/').nth(1).unwrap_or_default();
    let key = attestation.signatures.first().map(|signature| signature.public_key_id.as_str());
    let signed = if key.is_some() {
        " and any(.attestation.signatures[]?; .publicKeyId == $key)"
    } else {
        " and (.attestation.signatures // [] | length) == 0"
    };
    let program = format!(
        "first(.occurrences[]? | select(.noteName == {}{signed}) | .name)",
        json(&attestation.note.to_string())
    );
    let filter = format!("filter=kind=\"ATTESTATION\" AND resourceUrl=\"{}\"", attestation.resource_uri);
    format!(
        "NAME=$({CURL} -G --data-urlencode {} \"{CONTAINER_ANALYSIS}/projects/{project}/occurrences\" | \
         jq -r --arg key {} {}) && {CURL} -X DELETE \"{CONTAINER_ANALYSIS}/$NAME\"",
        quoted(&filter),
        quoted(key.unwrap_or_default()),
        quoted(&program)
    )
}

/// A path for the shell.
fn file(path: &str) -> String {
    // A quoted `~` would be a name.
    let (home, rest) = path.strip_prefix("~/").map_or(("", path), |rest| ("~/", rest));
    format!("{home}{}", quoted(rest))
}

fn write_file(target: &FileTarget, text: &str, reader: For) -> Vec<String> {
    match target {
        FileTarget::WorkDirectory { name } => here_document(&quoted(name), text),
        FileTarget::Draft { path, .. } | FileTarget::Report { path } => here_document(&reader.person_file(path), text),
        FileTarget::Session { path, .. } => vec![format!("# {path} holds the commands of the session until here")],
    }
}

/// Writes a file, whose name is quoted already.
fn here_document(file: &str, text: &str) -> Vec<String> {
    if !text.ends_with('\n') {
        return vec![format!("printf %s {} > {file}", quoted(text))];
    }
    let mut end = "EOF".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    vec![format!("cat > {file} <<'{end}'\n{text}{end}")]
}

/// The text of a policy with the etag that goes along, so that the command is refused where ours is.
fn with_etag(text: &str, etag: Option<&str>) -> String {
    let Some(etag) = etag else { return text.to_owned() };
    let document = Document::parse(text, Dialect::Gcloud);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let has_one = document.policy.as_ref().is_some_and(|policy| policy.etag.is_some());
    let changed =
        if has_one { with_value(text, "etag", Some(etag)) } else { format!("{text}{end}etag: {}\n", json(etag)) };
    let policy = Document::parse(&changed, Dialect::Gcloud).policy;
    let is_same = policy.as_ref().zip(document.policy.as_ref()).is_some_and(|(a, b)| a.says_the_same_as(b));
    let carries = policy.is_some_and(|policy| policy.etag.as_deref() == Some(etag));
    if is_same && carries { changed } else { text.to_owned() }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Quotes a text for a POSIX shell, only where it needs it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{KeySpec, Passphrase};

    #[test]
    fn the_etag_goes_along_whatever_the_text_has() {
        let rule =
            "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";
        assert_eq!(with_etag(rule, Some("\"a\"")), format!("{rule}etag: \"\\\"a\\\"\"\n"));
        assert_eq!(
            with_etag(&format!("etag: old # mine\n{rule}"), Some("new")),
            format!("etag: \"new\" # mine\n{rule}")
        );
        assert_eq!(with_etag(rule, None), rule);
        assert_eq!(with_etag("{", Some("a")), "{");
    }

    #[test]
    fn shell_quoting() {
        assert_eq!(quoted("gcr.io/p/i@sha256:0"), "gcr.io/p/i@sha256:0");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_key_is_named_by_its_user() {
        let job = Job::GenerateKey {
            key: KeySpec {
                name: "Demo Signing Role".into(),
                email: "attestor@example.com".into(),
                ..KeySpec::default()
            },
            passphrase: Passphrase::new("secret words".into()),
        };
        let commands = commands(&job, For::Person);
        assert_eq!(
            commands,
            ["gpg --quick-generate-key 'Demo Signing Role <attestor@example.com>' rsa2048 sign never"]
        );
        assert!(!format!("{job:?}").contains("secret words"));
    }
}
