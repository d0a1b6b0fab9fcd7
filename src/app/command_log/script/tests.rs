use crate::command_log::state::CommandLog;
use crate::job::{FileTarget, Job, JobOutcome, NewAttestation};
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use crate::work::Failure;
use domain::key::{KeySpec, Passphrase};
use domain::name::ClusterId;
use domain::resource::{Deploy, WorkloadKind};

/// A log in which these jobs were done.
fn log(jobs: Vec<(Job, JobOutcome)>) -> CommandLog {
    let mut log = CommandLog::default();
    for (number, (job, outcome)) in jobs.into_iter().enumerate() {
        let ticket = Ticket(number as u64 + 1);
        log.start(ticket, std::slice::from_ref(&job), jiff::Timestamp::UNIX_EPOCH);
        log.finish_job(ticket, 0, &outcome);
    }
    log
}

fn sign(fingerprint: &str, signature: &str) -> (Job, JobOutcome) {
    let (fingerprint, passphrase) = (fingerprint.to_owned(), Passphrase::new("secret words".into()));
    let outcome = JobOutcome::Signed { message: signature.as_bytes().to_vec(), warnings: Vec::new() };
    (Job::Sign { fingerprint, passphrase, payload: b"{}".to_vec() }, outcome)
}

fn report(path: &str, text: &str) -> Job {
    Job::WriteFile { target: FileTarget::Report { path: path.to_owned() }, text: text.to_owned() }
}

fn attest(signature: &str) -> (Job, JobOutcome) {
    let digest = "0".repeat(64);
    let new = NewAttestation {
        project: "p-123456".parse().unwrap(),
        attestor: "projects/p-123456/attestors/qa".parse().unwrap(),
        note: "projects/p-123456/notes/qa".parse().unwrap(),
        image: format!("gcr.io/p/i@sha256:{digest}").parse().unwrap(),
        payload: b"{}".to_vec(),
        signature: signature.as_bytes().to_vec(),
        key_id: "FPR".into(),
    };
    (Job::CreateAttestation(Box::new(new)), JobOutcome::Done)
}

#[test]
fn a_signature_is_made_anew_where_the_session_made_it_and_given_where_not() {
    let written = Job::in_work_directory("signature.pgp", "ours".into());
    let script = log(vec![sign("FPR", "ours"), (written, JobOutcome::Done), attest("ours")]).script();
    assert!(script.contains("\ncp \"$OWN\"/signature.pgp signature.pgp\n"), "{script}");
    assert!(!script.contains("ours"), "{script}");
    let script = log(vec![sign("FPR", "ours"), attest("theirs"), attest("theirs")]).script();
    assert_eq!(script.matches("printf %s theirs > \"$OWN\"/signature.pgp\n").count(), 1, "{script}");
}

#[test]
fn a_key_of_before_is_looked_for_and_a_new_one_is_a_variable() {
    let script = log(vec![sign("BEFORE", "a"), sign("BEFORE", "b")]).script();
    assert_eq!(script.matches("--list-secret-keys BEFORE").count(), 1, "{script}");
    let job = Job::GenerateKey { key: KeySpec::default(), passphrase: Passphrase::new("secret words".into()) };
    let made = (job, JobOutcome::Generated { fingerprint: "ABCD".into() });
    let script = log(vec![made, sign("ABCD", "a")]).script();
    assert!(script.contains("\nKEY_1=$(gpg --status-fd 1 --quick-generate-key"), "{script}");
    assert!(script.contains("--local-user $KEY_1 "), "{script}");
    assert!(!script.contains("ABCD") && !script.contains("secret words"), "{script}");
}

#[test]
fn kubectl_gets_credentials_where_the_workbench_needs_none() {
    let cluster = ClusterId { project: "p-123456".parse().unwrap(), key: "l.c".parse().unwrap() };
    let deploy = |name: &str| {
        let deploy = Deploy {
            kind: WorkloadKind::Pod,
            namespace: "default".parse().unwrap(),
            name: name.parse().unwrap(),
            image: "i".parse().unwrap(),
            service_account: None,
            labels: [].into(),
            annotations: [].into(),
        };
        (Job::Deploy { cluster: cluster.clone(), deploy }, JobOutcome::Done)
    };
    let credentials = (Job::GetCredentials(cluster.clone()), JobOutcome::Done);
    let gets = |script: &str| script.matches("get-credentials").count();
    assert_eq!(gets(&log(vec![deploy("a"), deploy("b")]).script()), 1);
    assert_eq!(gets(&log(vec![credentials.clone(), deploy("a")]).script()), 1);
    let removed = (Job::RemoveWorkDirectory, JobOutcome::Done);
    assert_eq!(gets(&log(vec![credentials, removed, deploy("a")]).script()), 2);
}

#[test]
fn files_of_the_person_count_from_where_the_script_was_started() {
    let write = |path: &str| (report(path, "x\n"), JobOutcome::Done);
    let script = log(vec![write("a b.json"), write("/tmp/c.json"), write("~/d e.json")]).script();
    for name in ["\"$STARTED\"/'a b.json'", "/tmp/c.json", "~/'d e.json'"] {
        assert!(script.contains(&format!("\nprintf %s 'x\n' > {name}\n")), "{script}");
    }
}

#[test]
fn what_failed_is_a_comment_and_what_is_gone_is_said() {
    let mut log = CommandLog::default();
    let job = Job::in_work_directory("a", "1\n2\n".into());
    log.start(Ticket(1), &[job.clone(), job], jiff::Timestamp::UNIX_EPOCH);
    log.finish_work(Ticket(1), &Err(Failure::Failed(0, Report::new("no\nroom"))));
    let script = log.script();
    assert!(script.contains("\n# Write a (failed: no room)\n# printf %s '1\n# 2\n# ' > a\n"), "{script}");
    assert!(script.contains("\n# Write a (not reached)\n"), "{script}");
    let in_the_way = JobOutcome::InTheWay { path: "a".into(), text: None };
    log.start(Ticket(2), &[report("a", "x")], jiff::Timestamp::UNIX_EPOCH);
    log.finish_job(Ticket(2), 0, &in_the_way);
    assert!(log.script().contains("\n# printf %s x >"), "{}", log.script());
    let many = vec![Job::MakeWorkDirectory { dockerfile: "" }; 600];
    log.start(Ticket(3), &many, jiff::Timestamp::UNIX_EPOCH);
    assert!(log.script().contains("\n# 103 earlier jobs are not in it"), "{}", log.script());
}
