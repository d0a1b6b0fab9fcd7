//! The table of the clients' commands in `docs/conformance.md` is that of the rows.
//!
//! `UPDATE=1 cargo test conformance` writes it.

use std::collections::BTreeMap;
use std::path::Path;

use super::{COMMANDS, Command};

const START: &str = "<!-- commands: written by `UPDATE=1 cargo test conformance` from the conformance run -->\n";
const END: &str = "<!-- /commands -->";
const TRACKS: [&str; 3] = ["", "beta ", "alpha "];

/// Where a command's words end and its arguments begin.
const VERBS: [&str; 30] = [
    "export",
    "import",
    "get-iam-policy",
    "set-iam-policy",
    "add-iam-policy-binding",
    "remove-iam-policy-binding",
    "export-system-policy",
    "create",
    "list",
    "describe",
    "update",
    "delete",
    "add",
    "remove",
    "create-signature-payload",
    "sign-and-create",
    "evaluate",
    "evaluate-and-sign",
    "enable",
    "disable",
    "get-credentials",
    "list-tags",
    "set",
    "get-value",
    "config-helper",
    "print-access-token",
    "configure-docker",
    "read",
    "inspect",
    "destroy",
];

/// What a row cannot say by numbers.
const REMARKS: &[(&str, &str)] = &[
    (
        "gcloud auth configure-docker",
        "writes Docker's settings; a Docker daemon knows neither the proxy nor the certificate",
    ),
    (
        "gcloud container binauthz policy import",
        "refused are bad files, and what the service refuses: an attestor that is not there, a stale etag, rules by cluster beside rules by namespace",
    ),
    (
        "gcloud container binauthz policy export",
        "refused without or with a wrong token (401), for somebody without the permission (403), of another project (404)",
    ),
    ("gcloud container binauthz policy evaluate", "exit 2 is also what an image that does not conform ends with"),
    ("gcloud container binauthz attestors public-keys add", "the flag of 2018, `--public-key-file`, is gone"),
    ("gcloud container binauthz attestations create", "the flag of 2018, `--pgp-key-fingerprint`, is gone"),
    (
        "gcloud container binauthz create-signature-payload",
        "gcloud takes no name without a registry, with a tag, or `localhost:PORT/…` without a scheme",
    ),
    ("gcloud container clusters get-credentials", "`--use-iam-token` is for Google's own"),
    ("kubectl get", "refused: nothing at the address, and the plugin of gcloud without an account"),
    ("kubectl run", "refused by the policy, also with `--dry-run=server`, or the name is taken"),
    ("kubectl logs", "the sandbox executes no containers"),
    ("kubectl create deployment", "by 1.27 to 1.33 too; the refusal of its pods is an event"),
    ("kubectl apply", "by 1.27 to 1.33 too; refused are what the policy denies, and kinds that no cluster here has"),
    ("kubectl apply --server-side", "a field of another manager is a conflict, as at a real API server"),
    ("gcloud container images describe", "gcloud asks `localhost:PORT` in plain HTTP; `127.0.0.1:PORT` works"),
    ("gcloud container images list-tags", "gcloud takes no registry with a port"),
    (
        "gcloud artifacts docker images describe",
        "not of `localhost`: gcloud says that it is no image of Artifact Registry",
    ),
    (
        "gcloud container images delete",
        "a tagged image needs `--force-delete-tags`; gcloud takes no registry with a port",
    ),
    ("curl -X GET", "another host is refused, and never reached"),
];

/// The client's last command in a line: its track, and its words without it.
fn words(line: &str) -> (&'static str, String) {
    if let Some((_, kubectl)) = line.rsplit_once("kubectl ").or_else(|| line.strip_prefix("$SDK/")?.split_once(' ')) {
        return ("", of_kubectl(kubectl));
    }
    let client = ["gcloud ", "curl ", "skopeo "].iter().filter_map(|client| line.rfind(client)).max().unwrap();
    let rest = &line[client..];
    if rest.starts_with("curl") {
        let method = rest.split_once("-X ").map_or("GET", |(_, after)| after.split(' ').next().unwrap());
        return ("", format!("curl -X {method}"));
    }
    let track = TRACKS.into_iter().rev().find(|track| rest.contains(&format!(" {track}"))).unwrap_or_default();
    let rest = rest.replacen(track, "", 1);
    let mut words = Vec::new();
    for word in rest.split(' ') {
        words.push(word);
        if VERBS.contains(&word) || word == "copy" {
            break;
        }
    }
    (track, words.join(" "))
}

/// The words of a kubectl command without its arguments.
fn of_kubectl(line: &str) -> String {
    let words = line.split(' ').take_while(|word| !word.starts_with('-'));
    let verb = line.split(' ').next().unwrap();
    let count = if matches!(verb, "create" | "auth" | "describe" | "delete") { 2 } else { 1 };
    let flag = if line.contains("--server-side") { " --server-side" } else { "" };
    format!("kubectl {}{flag}", words.take(count).collect::<Vec<_>>().join(" "))
}

/// The exit code that is expected of a command.
fn code(command: &Command) -> String {
    let directory = super::expected();
    let text = std::fs::read_to_string(directory.join(format!("{}.snap", command.name))).unwrap();
    text.lines().find_map(|line| line.strip_prefix("exit ")).unwrap().to_owned()
}

/// For a track: whether it works, or what gcloud says; and how many tests there are.
fn cell(commands: &[&Command]) -> String {
    if commands.is_empty() {
        return "–".to_owned();
    }
    let (works, refused): (Vec<String>, Vec<String>) =
        commands.iter().map(|command| code(command)).partition(|code| code == "0");
    match (works.len(), refused.len()) {
        (works, 0) => format!("works ({works})"),
        (0, _) if refused.iter().all(|code| code == "2") => "not there (exit 2)".to_owned(),
        (0, refused) => format!("refused ({refused})"),
        (works, refused) => format!("works ({works}), refused ({refused})"),
    }
}

fn table() -> String {
    let mut rows: Vec<String> = Vec::new();
    let mut by: BTreeMap<String, Vec<(&str, &Command)>> = BTreeMap::new();
    for command in COMMANDS.iter().copied().flatten() {
        let (track, words) = words(command.line);
        if !rows.contains(&words) {
            rows.push(words.clone());
        }
        by.entry(words).or_default().push((track, command));
    }
    let mut table = "\n| command | GA | beta | alpha | remark |\n|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let cells = TRACKS.map(|track| {
            let commands: Vec<&Command> =
                by[&row].iter().filter(|(of, _)| *of == track).map(|(_, command)| *command).collect();
            cell(&commands)
        });
        let remark = REMARKS.iter().find(|(of, _)| *of == row).map_or("", |(_, remark)| remark);
        table.push_str(&format!("| `{row}` | {} | {remark} |\n", cells.join(" | ")));
    }
    let unused: Vec<_> = REMARKS.iter().filter(|(of, _)| !by.contains_key(*of)).collect();
    assert!(unused.is_empty(), "remarks of no command: {unused:?}");
    table.push('\n');
    table
}

#[test]
fn the_table_of_the_commands_is_that_of_the_run() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).expect("the table's start");
    let (_, after) = rest.split_once(END).expect("the table's end");
    let fresh = format!("{before}{START}{}{END}{after}", table());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text == fresh, "the table of commands is stale: UPDATE=1 cargo test conformance");
}
