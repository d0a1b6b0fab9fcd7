//! Scripts that hold what strangers wrote: the real shells write those very bytes, and run nothing of them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use countersign::app::command_log::state::CommandLog;
use countersign::app::job::{FileTarget, IfThere, Job, JobOutcome, NewAttestation};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::app::work::Failure;
use countersign::domain::command::file;
use countersign::domain::command::line::{Command as Typed, Line, Word};
use countersign::domain::command::shell::Shell;
use countersign::domain::resource::{Deploy, WorkloadKind};

use crate::support::clients::require;

/// What ends a here-document in bash and dash, which drop NUL bytes; and all else that a shell would read.
fn attacks() -> Vec<Vec<u8>> {
    let end = |word: &str| format!("a\n{word}\ntouch PWNED\n: <<'EOF'\n").into_bytes();
    let mut attacks: Vec<Vec<u8>> = ["EOF", "E\0OF", "EOF\0", "\0EOF", "EOF_", "EOF\r"].map(end).to_vec();
    attacks.extend(
        [
            "$(touch PWNED)",
            "`touch PWNED`",
            "'; touch PWNED; '",
            "\"; touch PWNED; \"",
            "'\"'$(touch PWNED)'\"'",
            "\\'; touch PWNED; \\'",
            "%s$(touch PWNED)%n\\c",
            "a\r\nb\r\n",
            "a\r; touch PWNED\r",
            "\u{1b}]0;x\u{7}\u{1b}[2J",
            "\u{202e}touch\u{2066}\u{e0041}",
            "-n",
            "-----BEGIN PGP MESSAGE-----\n",
            "",
            "\n",
            "\n\n\n",
            "!touch",
            "é\t~",
        ]
        .map(|text| text.as_bytes().to_vec()),
    );
    attacks.push(b"\xff\xfe\0$(touch PWNED)".to_vec());
    attacks.push("$(touch PWNED)'\n".repeat(70_000).into_bytes());
    attacks.push(b"\0".repeat(1 << 20));
    attacks
}

/// The shells that are here; bash is everywhere.
fn shells() -> Vec<&'static str> {
    let shells = ["bash", "dash", "zsh", "sh"].into_iter().filter(|shell| require(shell).is_some());
    shells.collect()
}

/// Runs a text in a shell as a script, in the directory.
fn run(shell: &str, text: &str, directory: &Path) -> Output {
    let script = directory.join("script");
    fs::write(&script, text).unwrap();
    let output = Command::new(shell).arg(&script).current_dir(directory).output().unwrap();
    fs::remove_file(script).unwrap();
    output
}

#[test]
fn a_file_gets_the_very_bytes_in_every_shell() {
    for shell in shells() {
        for bytes in attacks() {
            let dir = tempfile::tempdir().unwrap();
            let line = file::write(Word::text("written"), &bytes).to_string();
            assert!(!line.contains('\0'), "{shell}");
            let output = run(shell, &line, dir.path());
            let shown = String::from_utf8_lossy(bytes.get(..80).unwrap_or(&bytes)).into_owned();
            assert!(output.status.success() && output.stderr.is_empty(), "{shell} {shown:?}: {output:?}");
            assert!(fs::read(dir.path().join("written")).unwrap() == bytes, "{shell} {shown:?}");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{shell} {shown:?}: nothing else was made");
        }
    }
}

#[test]
fn an_argument_is_what_it_means_in_every_shell() {
    for shell in shells() {
        for bytes in attacks() {
            // No argument of a program can hold a NUL; nor a megabyte.
            let Ok(text) = String::from_utf8(bytes.into_iter().take(10_000).collect()) else { continue };
            let dir = tempfile::tempdir().unwrap();
            for word in [Word::text(&text), Word::phrase(&text), Word::text("--a=").followed_by(text.as_str())] {
                let meant = word.argument().unwrap().replace('\0', "\u{fffd}");
                let line = Line::from(Typed::new("printf %s").arg(word)).into_file("told".into()).to_string();
                let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
                assert!(!line.contains(hidden) && !line.contains('\u{202e}'), "{shell} {line:?}");
                let output = run(shell, &line, dir.path());
                assert!(output.status.success() && output.stderr.is_empty(), "{shell} {line:?}: {output:?}");
                assert!(fs::read(dir.path().join("told")).unwrap() == meant.as_bytes(), "{shell} {line:?}");
                assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{shell} {line:?}");
            }
        }
    }
}

/// A session in which a stranger's bytes are wherever bytes of strangers come to lie.
fn session(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let short: String = text.chars().take(1000).collect();
    let mut log = CommandLog::default();
    let digest = "0".repeat(64);
    let new = NewAttestation {
        project: "p-123456".parse().unwrap(),
        attestor: "projects/p-123456/attestors/qa".parse().unwrap(),
        note: "projects/p-123456/notes/qa".parse().unwrap(),
        image: format!("gcr.io/p/i@sha256:{digest}").parse().unwrap(),
        // It is an argument of jq, and has some hundred bytes.
        payload: bytes.iter().copied().take(1000).collect(),
        signature: bytes.to_vec(),
        key_id: short.clone(),
    };
    let report = |path: &str| FileTarget::Report { path: path.to_owned() };
    let deploy = Deploy {
        kind: WorkloadKind::Pod,
        namespace: "default".parse().unwrap(),
        name: "p".parse().unwrap(),
        image: "gcr.io/p/i".parse().unwrap(),
        service_account: None,
        labels: [("a".to_owned(), short.clone())].into(),
        annotations: [("a".to_owned(), short.clone())].into(),
    };
    let cluster = domain_cluster();
    let done = [
        Job::in_work_directory("policy.yaml", text.clone()),
        Job::WriteFile { target: report("report"), text: text.clone() },
        Job::ImportPolicy { project: "p-123456".parse().unwrap(), text: text.clone(), etag: None },
        Job::CreateNote { project: "p-123456".parse().unwrap(), id: "qa".parse().unwrap(), description: short.clone() },
        Job::Deploy { cluster, deploy },
        Job::CreateAttestation(Box::new(new.clone())),
        Job::Validate(Box::new(new)),
    ];
    for (number, job) in (1..).zip(&done) {
        log.start(Ticket(number), std::slice::from_ref(job), jiff::Timestamp::UNIX_EPOCH);
        log.finish_job(Ticket(number), 0, &JobOutcome::Done);
    }
    // What failed is a comment, with what was said of it.
    let target = FileTarget::Draft { path: short.clone(), if_there: IfThere::Keep };
    let failed = Job::WriteFile { target, text };
    log.start(Ticket(99), &[failed], jiff::Timestamp::UNIX_EPOCH);
    log.finish_work(Ticket(99), &Err(Failure::Failed(0, Report::new(short))));
    log.script()
}

fn domain_cluster() -> countersign::domain::name::ClusterId {
    countersign::domain::name::ClusterId {
        project: "p-123456".parse().unwrap(),
        key: "us-central1-a.lab".parse().unwrap(),
    }
}

#[test]
fn the_script_of_a_session_survives_any_content() {
    for bytes in attacks() {
        let dir = tempfile::tempdir().unwrap();
        let (bin, start, work) = (dir.path().join("bin"), dir.path().join("start"), dir.path().join("work"));
        for made in [&bin, &start] {
            fs::create_dir(made).unwrap();
        }
        // Clients that keep the file that they are given, and do nothing.
        let stub = "#!/bin/sh\nfor word; do case $word in\n--signature-file=*) cp \"${word#*=}\" \"$KEPT/signature\";;\n\
                    */policy.yaml) cp \"$word\" \"$KEPT/policy\";;\nesac; done\ncat > /dev/null < /dev/null\n";
        for client in ["gcloud", "kubectl", "curl", "jq"] {
            let path = bin.join(client);
            fs::write(&path, stub).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        }
        let script = session(&bytes);
        let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!script.contains(hidden), "{:?}", script.find(hidden));
        fs::write(dir.path().join("session.sh"), &script).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let kept = dir.path().join("kept");
        fs::create_dir(&kept).unwrap();
        let output = Command::new("bash")
            .arg(dir.path().join("session.sh"))
            .current_dir(&start)
            .env("PATH", path)
            .env("WORKDIR", &work)
            .env("KEPT", &kept)
            .output()
            .unwrap();
        let shown: String = script.chars().take(3000).collect();
        assert!(output.status.success(), "{shown}\n{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let names = |at: &Path| {
            let names = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };
        assert_eq!(names(&start), ["report"], "{shown}");
        assert_eq!(names(&work), ["policy.yaml"], "{shown}");
        for (written, meant) in [
            (work.join("policy.yaml"), text.as_bytes()),
            (start.join("report"), text.as_bytes()),
            (kept.join("policy"), text.as_bytes()),
            (kept.join("signature"), bytes.as_slice()),
        ] {
            assert!(fs::read(&written).unwrap() == meant, "{}\n{shown}", written.display());
        }
    }
}

/// What `sandbox env` prints a path as, whatever the path.
#[test]
fn a_variable_is_what_it_means_in_every_shell() {
    for shell in shells() {
        for bytes in attacks().into_iter().filter(|bytes| !bytes.contains(&0)) {
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let dir = tempfile::tempdir().unwrap();
            let line = format!("{}printf %s \"$A\" > told", Shell::Posix.assignment("A", &text));
            let output = run(shell, &line, dir.path());
            assert!(output.status.success() && output.stderr.is_empty(), "{shell} {line:?}: {output:?}");
            assert!(fs::read(dir.path().join("told")).unwrap() == text.as_bytes(), "{shell} {line:?}");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{shell} {line:?}");
        }
    }
}
