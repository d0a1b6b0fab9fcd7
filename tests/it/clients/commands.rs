//! The commands that fixes, breaking the glass and the guide show: a real shell reads of each what it means,
//! and the real clients do with it what it stands for. Those of the command log: [`super::command_log`].

use std::collections::BTreeSet;
use std::fs;
use std::process::Command as Process;

use countersign::codelab::names::{self, Names};
use countersign::codelab::{STEPS, Step};
use countersign::domain::attestation::{Attestation, Signature};
use countersign::domain::attestor::{KeyMaterial, PublicKey};
use countersign::domain::command::binauthz::{self, Attest};
use countersign::domain::command::cluster::{self, Enforcement};
use countersign::domain::command::file::within;
use countersign::domain::command::gpg::{self, Existing};
use countersign::domain::command::line::{Command, Line, Word};
use countersign::domain::command::{container_analysis, file, registry, service, workload};
use countersign::domain::fix::{FixStep, KnownKey, Signer};
use countersign::domain::image::Digest;
use countersign::domain::key::KeySpec;
use countersign::domain::name::{AttestorName, ClusterId, NoteName, ProjectId};
use countersign::domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, RuleKind};
use countersign::domain::resource::{Deploy, WorkloadKind};
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::gcloud::{Gcloud, Way};
use crate::clients::skopeo::Layout;
use crate::support::clients::require;
use crate::support::lab::{BA, CA, GKE, PROJECT};

/// What the programs of a text for a shell are given, each with its own name first; in no order, as those of a
/// pipe run at once. The programs themselves are not run.
fn given(text: &str) -> Vec<Vec<String>> {
    const PROGRAMS: [&str; 14] = [
        "awk", "base64", "cat", "cp", "curl", "echo", "gcloud", "gpg", "jq", "kubectl", "mkdir", "printf", "rm",
        "skopeo",
    ];
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("work")).unwrap();
    let calls = tempfile::tempdir().unwrap();
    let mut script = String::from("record() { command printf '%s\\0' \"$@\" > \"$(mktemp \"$CALLS/XXXXXXXX\")\"; }\n");
    for program in PROGRAMS {
        script += &format!("{program}() {{ record {program} \"$@\"; }}\n");
    }
    // Characters that nobody can see are spelled out for the real one.
    script += "printf() { case $1 in \\\\*) command printf \"$@\";; *) record printf \"$@\";; esac; }\n";
    script += text;
    let output =
        Process::new("sh").arg("-c").arg(&script).current_dir(dir.path()).env("CALLS", calls.path()).output().unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let call = |entry: std::io::Result<fs::DirEntry>| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect()
    };
    fs::read_dir(calls.path()).unwrap().map(call).collect()
}

/// That a shell reads of the lines what they mean.
fn is_read_as_meant(lines: &[Line]) {
    for line in lines {
        let mut given = given(&line.to_string());
        for meant in line.commands().map(Command::arguments) {
            let is_it = |call: &Vec<String>| {
                call.len() == meant.len()
                    && call.iter().zip(&meant).all(|(word, meant)| meant.as_ref().is_none_or(|meant| meant == word))
            };
            let at = given.iter().position(is_it);
            let at = at.unwrap_or_else(|| panic!("{meant:?} is not among {given:?}\n{line}"));
            given.remove(at);
        }
        // Of the access token.
        given.retain(|call| call.get(..2).is_none_or(|call| call != ["gcloud", "auth"]));
        assert!(given.is_empty(), "{given:?}\n{line}");
    }
}

/// A text with much that shells read something into, and no name of a directory.
fn any_text() -> impl Strategy<Value = String> {
    let char = prop_oneof![
        Just('\n'),
        Just('\''),
        Just('"'),
        Just('$'),
        Just('`'),
        Just('\\'),
        Just(' '),
        Just('!'),
        Just('~'),
        Just('*'),
        Just('#'),
        Just('='),
        Just('&'),
        Just(';'),
        Just('é'),
        Just('\r'),
        Just('\u{1b}'),
        Just('\u{9b}'),
        Just('\u{202e}'),
        prop::char::range('a', 'z'),
    ];
    prop::collection::vec(char, 1..12).prop_map(|chars| chars.into_iter().collect())
}

fn cluster() -> ClusterId {
    ClusterId { project: project(), key: "us-central1-a.lab".parse().unwrap() }
}

fn project() -> ProjectId {
    PROJECT.parse().unwrap()
}

fn rule() -> AdmissionRule {
    AdmissionRule {
        evaluation_mode: EvaluationMode::AlwaysAllow,
        enforcement_mode: EnforcementMode::Enforced,
        require_attestations_by: Vec::new(),
    }
}

fn key(id: &str) -> KnownKey {
    let material = KeyMaterial::Pgp { armor: String::new() };
    KnownKey { key: PublicKey { id: id.into(), comment: String::new(), material }, held: true }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_shell_reads_the_commands_of_fixes_as_they_are_meant(
        (project, id, text) in (any_text(), any_text(), any_text()),
    ) {
        let attestor: AttestorName = format!("projects/{project}/attestors/{id}").parse().unwrap();
        let note: NoteName = format!("projects/{project}/notes/{id}").parse().unwrap();
        let signatures = vec![Signature { public_key_id: text.clone(), bytes: Vec::new() }];
        let attestation = Attestation {
            name: String::new(),
            note: note.clone(),
            kind: String::new(),
            resource_uri: text.clone(),
            payload: Vec::new(),
            signatures,
            jwts: 0,
            create_time: None,
        };
        let (again, held) = (false, Some(vec![text.clone()]));
        let (copied, copy_to) = (attestation.clone(), note.clone());
        let kms = Signer { id: format!("//cloudkms.googleapis.com/v1/{text}"), comment: text.clone() };
        let steps = [
            FixStep::AllowPattern { pattern: text.clone() },
            FixStep::SetRule { kind: RuleKind::Cluster, key: text.clone(), rule: rule() },
            FixStep::AddKey { attestor: attestor.clone(), key: Some(Box::new(key(&text))) },
            FixStep::CreateNote { note: note.clone() },
            FixStep::CreateAttestor { attestor: attestor.clone(), note: note.clone() },
            FixStep::Grant { attestor: attestor.clone(), note, service_account: text.clone() },
            FixStep::CorrectKeyId {
                attestor: attestor.clone(), attestation: Box::new(attestation), signature: 0, key_id: text.clone(),
            },
            FixStep::CopyAttestation {
                attestor: attestor.clone(), attestation: Box::new(copied), signature: 0, note: copy_to,
            },
            FixStep::Attest {
                attestor: attestor.clone(), note: None, image: text.clone(), held: Some(Vec::new()), again, signers: vec![kms],
            },
            FixStep::Attest { attestor, note: None, image: text, held, again, signers: Vec::new() },
        ];
        for step in &steps {
            is_read_as_meant(&step.commands());
        }
    }

    #[test]
    fn a_shell_reads_the_commands_about_workloads_as_they_are_meant(
        (key, text) in (any_text(), any_text()),
        (name, namespace) in ("[a-z]([.-]?[a-z0-9]){0,20}", "[a-z](-?[a-z0-9]){0,20}"),
    ) {
        let of = |kind| Deploy {
            kind,
            namespace: namespace.parse().unwrap(),
            name: name.parse().unwrap(),
            image: format!("gcr.io/p/{namespace}").parse().unwrap(),
            service_account: name.parse().ok(),
            labels: [(key.clone(), text.clone())].into(),
            annotations: [(key.clone(), text.clone())].into(),
        };
        let mut lines = vec![workload::break_glass_on_cloud_run(&key, &text, &text).into()];
        for kind in [WorkloadKind::Pod, WorkloadKind::Deployment] {
            lines.push(workload::remove_break_glass(kind, &key, &text).into());
            lines.push(workload::delete(&cluster(), kind, &key, &text).into());
            lines.push(workload::deploy(&cluster(), &of(kind)));
        }
        is_read_as_meant(&lines);
    }

    #[test]
    fn a_shell_reads_the_commands_about_files_and_keys_as_they_are_meant(
        (name, id, text) in (any_text(), any_text(), any_text()),
    ) {
        let word = || Word::text(format!("f{name}"));
        let spec = KeySpec { name: name.clone(), email: id.clone(), ..KeySpec::default() };
        is_read_as_meant(&[
            file::write(word(), text.as_bytes()),
            file::write(word(), format!("{text}\n").as_bytes()),
            file::remove(word()).into(),
            file::copy(word(), within(&word(), &id)).into(),
            gpg::generate(&spec).into(),
            gpg::export(&id, word()),
            gpg::sign(&id, word(), word(), Existing::Replace).into(),
            service::enable(&[id], Some(&project())).into(),
        ]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_fixes_do_what_they_stand_for() {
    if ["gpg", "curl", "jq"].iter().any(|client| require(client).is_none()) {
        return;
    }
    let Some(real) = Gcloud::start(Way::Proxy).await else { return };
    let attestor: AttestorName = format!("projects/{PROJECT}/attestors/qa").parse().unwrap();
    let note: NoteName = format!("projects/{PROJECT}/notes/qa-note").parse().unwrap();
    let member = "agent@example.com".to_owned();
    for step in [
        FixStep::CreateNote { note: note.clone() },
        FixStep::CreateAttestor { attestor: attestor.clone(), note: note.clone() },
        FixStep::Grant { attestor: attestor.clone(), note: note.clone(), service_account: member.clone() },
    ] {
        run(&real, &step.commands()).await;
    }
    let stored = real.lab.get(&format!("{CA}/v1/{note}")).await;
    assert_eq!(stored["attestation"]["hint"]["humanReadableName"], "qa-note");
    let grants = real.lab.ok(Method::POST, &format!("{CA}/v1/{note}:getIamPolicy"), json!({})).await;
    assert_eq!(grants["bindings"][0]["members"], json!([format!("serviceAccount:{member}")]));

    let fingerprint = make_key(&real).await;
    run(&real, &FixStep::AddKey { attestor: attestor.clone(), key: Some(Box::new(key(&fingerprint))) }.commands())
        .await;
    let stored = real.lab.get(&format!("{BA}/v1/{attestor}")).await;
    assert_eq!(stored["userOwnedGrafeasNote"]["publicKeys"][0]["id"], fingerprint);
    let image = format!("us.gcr.io/{PROJECT}/it@sha256:{}", "0".repeat(64));
    let held = Some(vec![fingerprint.clone()]);
    run(
        &real,
        &FixStep::Attest { attestor, note: None, image: image.clone(), held, again: false, signers: Vec::new() }
            .commands(),
    )
    .await;
    let stored = real.lab.get(&format!("{CA}/v1/projects/{PROJECT}/occurrences")).await;
    assert_eq!(stored["occurrences"][0]["resourceUri"], image);
    assert_eq!(stored["occurrences"][0]["attestation"]["signatures"][0]["publicKeyId"], fingerprint);

    let policy = "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n";
    real.write("policy.yaml", policy);
    let step = FixStep::SetRule { kind: RuleKind::Default, key: String::new(), rule: rule() };
    run(&real, &step.commands()).await;
    let stored = real.lab.get(&format!("{BA}/v1/projects/{PROJECT}/policy")).await;
    assert_eq!(stored["defaultAdmissionRule"]["enforcementMode"], "DRYRUN_AUDIT_LOG_ONLY");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_that_broke_the_glass_is_taken_away() {
    if require("kubectl").is_none() {
        return;
    }
    let Some(real) = Gcloud::start(Way::Proxy).await else { return };
    run(&real, &[cluster::create(&cluster()).into(), cluster::get_credentials(&cluster()).into()]).await;
    for (kind, name) in [(WorkloadKind::Pod, "alone"), (WorkloadKind::Deployment, "many")] {
        let deploy = Deploy {
            kind,
            namespace: "default".parse().unwrap(),
            name: name.parse().unwrap(),
            image: "gcr.io/p/i".parse().unwrap(),
            service_account: None,
            labels: [("image-policy.k8s.io/break-glass".to_owned(), "true".to_owned())].into(),
            annotations: [("justification".to_owned(), "it's urgent".to_owned())].into(),
        };
        run(&real, &[workload::deploy(&cluster(), &deploy)]).await;
        let read = format!("kubectl get {} {name} -o yaml", kind.as_str());
        assert!(real.ok(&read).await.contains("image-policy.k8s.io/break-glass: \"true\""));
        run(&real, &[workload::remove_break_glass(kind, "default", name).into()]).await;
        assert!(!real.ok(&read).await.contains("image-policy.k8s.io/break-glass"));
    }
}

/// Runs the lines in one shell, in which none may fail.
async fn run(real: &Gcloud, lines: &[Line]) {
    let lines: Vec<String> = lines.iter().map(Line::to_string).collect();
    real.ok(&format!("set -e\n{}", lines.join("\n"))).await;
}

/// gpg makes a key and asks nothing.
async fn make_key(real: &Gcloud) -> String {
    let home = real.work().join(".gnupg");
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("gpg.conf"), "batch\nquiet\npinentry-mode loopback\npassphrase correct horse\n").unwrap();
    let list = "gpg --with-colons --list-secret-keys | awk -F: '/^fpr/ {print $10; exit}'";
    let made = format!("chmod 700 .gnupg; gpg --quick-generate-key qa@example.com rsa2048 sign never; {list}");
    real.ok(&made).await.trim().to_owned()
}

/// The names of the codelab in the sandbox's project.
fn names(number: &str, directory: &str) -> Names {
    Names {
        project: PROJECT.to_owned(),
        number: number.to_owned(),
        digest: String::new(),
        fingerprint: String::new(),
        work_directory: directory.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_guide_lead_through_the_codelab() {
    if ["gpg", "curl", "skopeo", "kubectl"].iter().any(|client| require(client).is_none()) {
        return;
    }
    let Some(real) = Gcloud::start(Way::Proxy).await else { return };
    let layout = Layout::of_codelab(real.work().join("image"));
    make_key(&real).await;
    let names = names(&real.lab.project_number().await, &real.work().join("codelab").display().to_string());
    // There is no docker; skopeo pushes an image that is built already.
    let mut script = format!(
        "set -eE\ntrap 'echo \"failed: $BASH_COMMAND\"' ERR\n\
         docker() {{ [ \"$1\" != push ] || skopeo copy -q --insecure-policy oci:{}:latest \"docker://$2\"; }}\n\
         say() {{ echo \"== $1\"; }}\n",
        layout.directory.display()
    );
    for step in STEPS {
        let commands = step.commands_today.iter().filter(|command| !command.ends_with("# unless it exists"));
        let lines: Vec<String> = commands.map(|command| names.fill(command)).collect();
        script += &format!("say {}\n{}\n", step.id, lines.join("\n"));
    }
    real.write("guide.sh", &script);
    let said = real.run("bash guide.sh").await;
    assert_eq!(said.code, 0, "{}\n{}", said.stdout, said.stderr);
    for step in STEPS {
        assert!(said.stdout.contains(&format!("== {}\n", step.id)), "{}", step.id);
    }
    let of = |id: &str| said.stdout.split_once(&format!("== {id}\n")).unwrap().1.split("\n== ").next().unwrap();
    assert!(of("pods").contains("Running") && of("signed-pods").contains("hello-world-signed"), "{}", said.stdout);
    assert!(of("rejection").contains("denied by Binary Authorization default admission rule"), "{}", said.stdout);
    let left = real.lab.get(&format!("{GKE}/v1/projects/{PROJECT}/locations/-/clusters")).await;
    assert_eq!(left, Value::Object(serde_json::Map::new()));
}

/// A command as the guide means it: the project is the one that gcloud is set to, files lie in the working
/// directory, and what is said of errors and questions is nobody's lesson.
fn plain(call: &[String]) -> Vec<String> {
    let mut plain = Vec::new();
    let mut words = call.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--fail-with-body" | "-sS" | "--quiet" | "--yes" | "--no-enable-cloud-apis" => {}
            "--zone" => plain.extend(words.next().map(|zone| format!("--location={zone}"))),
            "-H" if words.clone().next().is_some_and(|header| header.starts_with("Authorization:")) => {
                words.next();
            }
            word if word.starts_with("--project=")
                || word.starts_with("--context=")
                || word == "--namespace=default" => {}
            word => plain.push(word.replace("work/", "")),
        }
    }
    plain.sort();
    plain
}

/// What the generator makes of a step whose command it has too.
fn generated(step: &Step, names: &Names) -> Vec<Line> {
    let project = project();
    let id = ClusterId { project: project.clone(), key: names::cluster() };
    let attestor = AttestorName::new(&project, &names::attestor());
    let note = NoteName::new(&project, &names::note());
    let image = format!("us.gcr.io/{PROJECT}/hello-world");
    let digest: Digest = names.digest.parse().unwrap();
    let signed = format!("{image}@{digest}");
    let word = |text: &str| Word::text(text);
    let deploy = |name: &str, image: &str| {
        let (namespace, name, image) = (names::namespace(), name.parse().unwrap(), image.parse().unwrap());
        let (service_account, labels, annotations) = (None, [].into(), [].into());
        let kind = WorkloadKind::Deployment;
        workload::deploy(&id, &Deploy { kind, namespace, name, image, service_account, labels, annotations })
    };
    let run = || deploy(names::WORKLOAD, &format!("{image}:latest"));
    let line: Line = match step.id {
        "project" => return service::choose_project(&project).into(),
        "services" => {
            let services = ["container", "binaryauthorization", "containeranalysis"];
            service::enable(&services.map(|name| format!("{name}.googleapis.com")), Some(&project)).into()
        }
        "cluster" => cluster::create(&id).into(),
        "credentials" => cluster::get_credentials(&id).into(),
        "run" => run(),
        "enforce" => cluster::set_enforcement(&id, Enforcement::On).into(),
        "deny-all" => binauthz::import_policy(word(names::POLICY), Some(&project)).into(),
        "refused" => {
            let delete = workload::delete(&id, WorkloadKind::Deployment, "default", names::WORKLOAD);
            return vec![delete.into(), run()];
        }
        "note" => container_analysis::create_note(PROJECT, names::NOTE, names::NOTE_DESCRIPTION).into(),
        "attestor" => binauthz::create_attestor(names::ATTESTOR, &note, "", PROJECT).into(),
        "key" => {
            let (name, email) = (names::KEY_NAME.to_owned(), names::KEY_EMAIL.to_owned());
            gpg::generate(&KeySpec { name, email, ..KeySpec::default() }).into()
        }
        "export" => gpg::export(names::KEY_EMAIL, word(names::PUBLIC_KEY)),
        "add-key" => binauthz::add_pgp_key(&attestor, word(names::PUBLIC_KEY)).into(),
        "digest" => registry::resolve(&format!("{image}:latest").parse().unwrap()).into(),
        "payload" => binauthz::signature_payload(&signed, word(names::PAYLOAD)),
        "sign" => gpg::sign(names::KEY_EMAIL, word(names::PAYLOAD), word(names::SIGNATURE), Existing::Ask).into(),
        "attest" => binauthz::attest(Attest {
            image: &signed,
            attestor: &attestor,
            signature: word(names::SIGNATURE),
            key_id: &names.fingerprint,
            payload: None,
            project: Some(&project),
        })
        .into(),
        "updated" => binauthz::import_policy(word(names::UPDATED_POLICY), Some(&project)).into(),
        "run-signed" => deploy(names::SIGNED_WORKLOAD, &signed),
        "clean-cluster" => cluster::delete(&id).into(),
        "clean-image" => registry::delete(&image, &digest).into(),
        "clean-attestor" => binauthz::delete_attestor(&attestor).into(),
        "clean-note" => container_analysis::delete(&note.to_string()).into(),
        // Files, lists and looks, which no work of the workbench has a command for.
        _ => return Vec::new(),
    };
    vec![line]
}

#[test]
fn the_guide_shows_the_commands_that_the_log_does() {
    let names =
        Names { digest: format!("sha256:{}", "0".repeat(64)), fingerprint: "ABCD".into(), ..names("123", "work") };
    let mut compared = BTreeSet::new();
    for step in STEPS {
        let lines = generated(step, &names);
        if lines.is_empty() {
            continue;
        }
        let shown = step.commands_today.iter().flat_map(|command| given(&names.fill(command)));
        let shown: Vec<Vec<String>> = shown.map(|call| plain(&call)).collect();
        for line in lines {
            for command in given(&line.to_string()).iter().map(|call| plain(call)) {
                let of_token = command.iter().any(|word| word == "print-access-token");
                let looks = command.iter().any(|word| word == "describe") && step.id == "project";
                assert!(of_token || looks || shown.contains(&command), "{}: {command:?}\n{shown:#?}", step.id);
                compared.insert(step.id);
            }
        }
    }
    assert_eq!(compared.len(), 23, "{compared:?}");
}
