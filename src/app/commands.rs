//! The command that a person would have typed for a job: gcloud, kubectl, gpg or curl.
//!
//! Each is true: run where the job's names point, it has the same effect. What no command line does
//! in one step is said in a comment line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::conflict::with_value;
use super::job::{ClusterId, Deploy, Job, NewAttestation};
use crate::codelab::{image, names};
use crate::domain::document::{Dialect, Document};
use crate::domain::key::KeyAlgorithm;
use crate::domain::name::NoteName;
use crate::domain::resource::WorkloadKind;

const CURL: &str = "curl --fail-with-body -sS -H \"Authorization: Bearer $(gcloud auth print-access-token)\"";
const CONTAINER_ANALYSIS: &str = "https://containeranalysis.googleapis.com/v1";
const BINAUTHZ: &str = "gcloud container binauthz";
const VIEWER: &str = "roles/containeranalysis.notes.occurrences.viewer";
const ENFORCE: &str = "--binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE";

/// The commands of one job, a line each.
#[expect(clippy::too_many_lines, reason = "a table: one arm for each job")]
pub fn commands(job: &Job) -> Vec<String> {
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
        Job::MakeWorkDirectory => vec!["mkdir -m 700 -p \"$WORKDIR\" && cd \"$WORKDIR\"".into()],
        Job::RemoveWorkDirectory => vec!["rm -r \"$WORKDIR\"".into()],
        Job::WriteFile { name, text } => here_document(name, text),
        Job::SaveFile { path, text, .. } | Job::Export { path, text } => here_document(path, text),
        Job::RemoveFile { name } => vec![format!("rm {}", quoted(name))],
        Job::CreateCluster(id) => {
            vec![format!("gcloud container clusters create {}", cluster_flags(id))]
        }
        Job::SetEnforcement { cluster, on } => {
            let mode = if *on { ENFORCE } else { "--binauthz-evaluation-mode=DISABLED" };
            vec![format!("gcloud container clusters update {} {mode}", cluster_flags(cluster))]
        }
        Job::DeleteCluster(id) => vec![format!("gcloud container clusters delete {} --quiet", cluster_flags(id))],
        Job::GetCredentials(id) => vec![
            format!("export KUBECONFIG=\"$WORKDIR/{}\"", names::KUBECONFIG),
            format!("gcloud container clusters get-credentials {}", cluster_flags(id)),
        ],
        Job::PushImage { repository, tag } => push_commands(repository, tag),
        Job::DeleteImage { repository, digest } => {
            vec![format!("gcloud container images delete {repository}@{digest} --force-delete-tags --quiet")]
        }
        Job::Deploy(deploy) => deploy_commands(deploy),
        Job::DeleteWorkload { cluster, kind, namespace, name } => {
            vec![format!("{} delete {} {name} --namespace={namespace}", kubectl(cluster), kind.as_str())]
        }
        Job::ExportPolicy { project, file } => {
            vec![format!("{BINAUTHZ} policy export --project={project} > {}", quoted(file))]
        }
        Job::ImportPolicy { project, text, etag } => {
            let mut lines = here_document(names::POLICY, &with_etag(text, etag.as_deref()));
            lines.push(format!("{BINAUTHZ} policy import {} --project={project}", names::POLICY));
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
        Job::AddKey { attestor, fingerprint } => vec![
            format!("gpg --armor --export {fingerprint} > {}", names::PUBLIC_KEY),
            format!(
                "{BINAUTHZ} attestors public-keys add --attestor={} --pgp-public-key-file={} --project={}",
                attestor.id(),
                names::PUBLIC_KEY,
                attestor.project()
            ),
        ],
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
        Job::ImportKey { .. } => vec!["gpg --import   # the armored key on standard input".into()],
        Job::DeleteKey { fingerprint } => {
            vec![format!("gpg --batch --yes --delete-secret-and-public-key {fingerprint}")]
        }
        Job::ExportKey { fingerprint, file } => vec![format!("gpg --armor --export {fingerprint} > {}", quoted(file))],
        Job::Sign { fingerprint, payload, .. } => {
            let mut lines = here_document(names::PAYLOAD, &String::from_utf8_lossy(payload));
            lines.push(format!(
                "gpg --yes --local-user {fingerprint} --armor --output {} --sign {}",
                names::SIGNATURE,
                names::PAYLOAD
            ));
            lines
        }
        Job::CreateAttestation(new) => vec![attest(new, "")],
        Job::Validate(new) => vec![format!(
            "# asked of the service alone, without creating anything: POST \
             https://binaryauthorization.googleapis.com/v1/{}:validateAttestationOccurrence",
            new.attestor
        )],
        Job::DeleteAttestations(list) => {
            list.iter().map(|a| format!("{CURL} -X DELETE \"{CONTAINER_ANALYSIS}/{}\"", a.name)).collect()
        }
        Job::ResolveDigest { image } => {
            vec![format!("gcloud container images describe {image} --format='get(image_summary.digest)'")]
        }
    }
}

/// The commands that do the same in another store: what only says which state of this one was
/// meant is left out.
pub fn again(job: &Job) -> Vec<String> {
    match job {
        Job::ImportPolicy { project, text, etag: Some(_) } => {
            commands(&Job::ImportPolicy { project: project.clone(), text: text.clone(), etag: None })
        }
        _ => commands(job),
    }
}

/// The image as an OCI layout, byte for byte, so that it has the digest that is signed and deployed.
fn push_commands(repository: &str, tag: &str) -> Vec<String> {
    let Ok(image) = image::build() else {
        return vec![format!("# the image {repository}:{tag} could not be built")];
    };
    let hex = |blob: &image::Blob| blob.digest.to_string().trim_start_matches("sha256:").to_owned();
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [{
        "mediaType": image::Image::MANIFEST_TYPE,
        "digest": image.digest().to_string(),
        "size": image.manifest.bytes.len(),
    }] });
    let mut lines = vec![
        "mkdir -p image/blobs/sha256".to_owned(),
        format!("echo '{}' > image/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#),
        format!("echo '{index}' > image/index.json"),
    ];
    lines.extend(
        [&image.layer, &image.config, &image.manifest]
            .map(|blob| format!("base64 -d > image/blobs/sha256/{} <<< {}", hex(blob), STANDARD.encode(&blob.bytes))),
    );
    lines.push(format!("skopeo copy --insecure-policy oci:image docker://{repository}:{tag}"));
    lines
}

/// kubectl at this cluster, by the name that `get-credentials` gives it.
fn kubectl(id: &ClusterId) -> String {
    format!("kubectl --context=gke_{}_{}_{}", id.project, id.location, id.name)
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
    format!("{} --location={} --project={}", id.name, id.location, id.project)
}

fn deploy_commands(deploy: &Deploy) -> Vec<String> {
    let Deploy { kind, namespace, name, image, service_account, labels, annotations, .. } = deploy;
    let kubectl = kubectl(&deploy.cluster);
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

fn attest(new: &NewAttestation, more: &str) -> String {
    format!(
        "{BINAUTHZ} attestations create --artifact-url={} --attestor={} --attestor-project={} --signature-file={} \
         --public-key-id={} --project={}{more}",
        quoted(new.image.as_str()),
        new.attestor.id(),
        new.attestor.project(),
        names::SIGNATURE,
        quoted(&new.key_id),
        new.project
    )
}

fn here_document(name: &str, text: &str) -> Vec<String> {
    // A quoted `~` would be a name.
    let (home, rest) = name.strip_prefix("~/").map_or(("", name), |rest| ("~/", rest));
    let file = format!("{home}{}", quoted(rest));
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

/// For a POSIX shell, only where it needs it.
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
    use crate::domain::key::{KeySpec, Passphrase};

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
        let commands = commands(&job);
        assert_eq!(
            commands,
            ["gpg --quick-generate-key 'Demo Signing Role <attestor@example.com>' rsa2048 sign never"]
        );
        assert!(!format!("{job:?}").contains("secret words"));
    }
}
