//! What is left in memory of a private key and its passphrase once a job has used them: nothing.
//!
//! The jobs are done by a process of its own, this test started again, whose memory is read from outside as an attacker
//! would read it. That process is not made private (`runtime::secrecy`), which would keep this one out too.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use countersign::app::job::{Job, JobOutcome};
use countersign::domain::key::{KeyAlgorithm, KeySpec, Passphrase};
use countersign::runtime::backend::Backend;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::perform;
use countersign::signing::generate;
use rstest::rstest;
use sequoia_openpgp::Cert;
use sequoia_openpgp::crypto::mpi;
use sequoia_openpgp::packet::key::SecretKeyMaterial;
use sequoia_openpgp::parse::Parse as _;

const DIRECTORY: &str = "COUNTERSIGN_TEST_SECRETS";
const NAME: &str = "workbench::secrets::the_other_process";

/// No word of it stands in any program.
const PASSPHRASE: &str = "qJ7-vellum-Oxbow-31-thrice";

/// The jobs, where the test is started as the process that does them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_process() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let files = Files::new(Path::new(&directory));
    let backend = Backend::new(&files);
    let told = told();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for line in told.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let (what, rest) = line.split_at(line.iter().position(|byte| *byte == b' ').unwrap());
        match what {
            // What it is to be caught with.
            b"keep" => kept.push(rest[1..].iter().map(|byte| byte ^ 0xff).collect()),
            b"sign" => sign(&backend, std::str::from_utf8(&rest[1..]).unwrap()).await,
            b"generate" => generate_key(&backend, std::str::from_utf8(&rest[1..]).unwrap()).await,
            other => panic!("{other:?}"),
        }
    }
    writeln!(std::io::stdout(), "ready {}", kept.len()).unwrap();
    // Until the other one has looked.
    let _ = File::open("/proc/self/fd/0").unwrap().read(&mut [0]);
    std::hint::black_box(&kept);
}

/// What the test that started this process writes before it waits: by a file and not by `stdin`, which has a buffer that
/// nobody wipes.
fn told() -> Vec<u8> {
    std::fs::read(Path::new(&std::env::var_os(DIRECTORY).unwrap()).join("told")).unwrap()
}

/// The passphrase, which this process has nowhere else: it is told with each byte turned over.
fn passphrase() -> Passphrase {
    let turned = std::fs::read(Path::new(&std::env::var_os(DIRECTORY).unwrap()).join("passphrase")).unwrap();
    let mut text = String::with_capacity(turned.len());
    text.extend(turned.iter().map(|byte| char::from(byte ^ 0x55)));
    Passphrase::new(text)
}

async fn sign(backend: &Backend, fingerprint: &str) {
    let job = Job::Sign { fingerprint: fingerprint.to_owned(), passphrase: passphrase(), payload: b"{}\n".to_vec() };
    let outcome = perform(backend, job, &|_| {}).await.unwrap();
    assert!(matches!(outcome, JobOutcome::Signed { .. }));
}

async fn generate_key(backend: &Backend, algorithm: &str) {
    let algorithm = [KeyAlgorithm::Rsa2048, KeyAlgorithm::Ed25519].into_iter().find(|one| one.to_string() == algorithm);
    let key = KeySpec { algorithm: algorithm.unwrap(), name: "QA".into(), email: "qa@example.com".into() };
    perform(backend, Job::GenerateKey { key, passphrase: passphrase() }, &|_| {}).await.unwrap();
}

/// The process that does the jobs, when it has.
struct Other(Child, #[expect(dead_code, reason = "held open: the process writes to it at its end")] ChildStdout);

impl Other {
    fn start(directory: &Path, told: &[u8]) -> Self {
        std::fs::write(directory.join("told"), told).unwrap();
        let turned: Vec<u8> = PASSPHRASE.bytes().map(|byte| byte ^ 0x55).collect();
        std::fs::write(directory.join("passphrase"), turned).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready ") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the process ended early: {:?}", child.wait());
        }
        Self(child, output.into_inner())
    }

    /// How many of each are in its memory. All of it is read.
    fn copies(&self, needles: &[Vec<u8>]) -> Vec<usize> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.0.id())).unwrap();
        let memory = File::open(format!("/proc/{}/mem", self.0.id())).unwrap();
        let search = Search::new(needles);
        let mut found = vec![0; needles.len()];
        let mut read = 0;
        for line in maps.lines() {
            let mut fields = line.split_whitespace();
            let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
            if !rights.starts_with('r') || line.contains("[v") {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap();
            let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            if memory.read_exact_at(&mut bytes, from).is_ok() {
                read += bytes.len();
                search.count(&bytes, &mut found);
            }
        }
        assert!(read > 4 << 20, "only {read} bytes could be read");
        found
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // What it waits for; a `kill` of a process that is gone is none.
        let _ = self.0.stdin.take().map(|mut end| end.write_all(b"x"));
        let _ = self.0.wait();
    }
}

/// Looks for several byte strings at once.
struct Search<'a>(&'a [Vec<u8>], regex::bytes::Regex);

impl<'a> Search<'a> {
    fn new(needles: &'a [Vec<u8>]) -> Self {
        let exact = |needle: &Vec<u8>| needle.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
        let any = needles.iter().map(exact).collect::<Vec<String>>().join("|");
        Self(needles, regex::bytes::RegexBuilder::new(&any).unicode(false).build().unwrap())
    }

    fn count(&self, bytes: &[u8], found: &mut [usize]) {
        for hit in self.1.find_iter(bytes) {
            let of_it = self.0.iter().zip(found.iter_mut()).filter(|(needle, _)| needle.as_slice() == hit.as_bytes());
            of_it.for_each(|(_, count)| *count += 1);
        }
    }
}

/// A stretch of a number as memory may hold it: as it is written, and as limbs of 4 or 8 bytes with the least byte first,
/// least or greatest limb first.
fn forms(number: &[u8]) -> Vec<Vec<u8>> {
    // From the middle, on the border of a limb, so that a copy that was overwritten in part is found too.
    let middle = number.len() / 2 / 8 * 8;
    let part = number.get(middle..middle + 24).unwrap_or(number).to_vec();
    let limbs = |size: usize| part.chunks(size).flat_map(|limb| limb.iter().rev().copied()).collect::<Vec<u8>>();
    vec![part.clone(), part.iter().rev().copied().collect(), limbs(8), limbs(4)]
}

/// What of the key in a file must not be anywhere, in all its forms.
fn secrets_of(armor: &[u8]) -> Vec<Vec<u8>> {
    let cert = Cert::from_bytes(armor).unwrap();
    let key = cert.primary_key().key().clone().parts_into_secret().unwrap();
    let open = key.decrypt_secret(&PASSPHRASE.into()).unwrap();
    let SecretKeyMaterial::Unencrypted(open) = open.secret() else { panic!("still encrypted") };
    open.map(|secret| match secret {
        mpi::SecretKeyMaterial::RSA { d, p, q, u } => [d, p, q, u].iter().flat_map(|n| forms(n.value())).collect(),
        mpi::SecretKeyMaterial::EdDSA { scalar } => vec![scalar.value().to_vec()],
        other => panic!("{other:?}"),
    })
}

fn only_key(directory: &Path) -> Vec<u8> {
    let mut files = std::fs::read_dir(directory.join("keys")).unwrap();
    std::fs::read(files.next().unwrap().unwrap().path()).unwrap()
}

/// That what is looked for is found, where it is: else nothing of the rest says anything.
#[test]
fn what_is_kept_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let number: Vec<u8> = (1..=128).map(|n: u8| n.wrapping_mul(73)).filter(|byte| *byte != 0xff ^ b'\n').collect();
    let needles = forms(&number);
    let mut told = Vec::new();
    for form in &needles {
        told.extend(b"keep ");
        told.extend(form.iter().map(|byte| byte ^ 0xff));
        told.push(b'\n');
    }
    let other = Other::start(dir.path(), &told);
    for (form, copies) in needles.iter().zip(other.copies(&needles)) {
        assert!(copies >= 1, "{form:?}");
    }
}

#[rstest]
#[case(KeyAlgorithm::Rsa2048)]
#[case(KeyAlgorithm::Ed25519)]
fn nothing_is_left_of_a_key_that_signed(#[case] algorithm: KeyAlgorithm) {
    let dir = tempfile::tempdir().unwrap();
    let key = KeySpec { algorithm, name: "QA".into(), email: "qa@example.com".into() };
    let made = generate(&key, &Passphrase::new(PASSPHRASE.to_owned())).unwrap();
    let keyring = Backend::new(&Files::new(dir.path())).keyring;
    let fingerprint = keyring.store(&made).unwrap().info.fingerprint;
    let told = format!("sign {fingerprint}\nsign {fingerprint}\nsign {fingerprint}\n");
    is_clean(&Other::start(dir.path(), told.as_bytes()), dir.path());
}

#[rstest]
#[case(KeyAlgorithm::Rsa2048)]
#[case(KeyAlgorithm::Ed25519)]
fn nothing_is_left_of_a_key_that_was_made(#[case] algorithm: KeyAlgorithm) {
    let dir = tempfile::tempdir().unwrap();
    is_clean(&Other::start(dir.path(), format!("generate {algorithm}\n").as_bytes()), dir.path());
}

fn is_clean(other: &Other, directory: &Path) {
    let mut needles = secrets_of(&only_key(directory));
    needles.push(PASSPHRASE.as_bytes().to_vec());
    // The test itself has it once, in what it is compiled to.
    let copies = other.copies(&needles);
    let (passphrase, numbers) = copies.split_last().unwrap();
    assert!(numbers.iter().all(|count| *count == 0), "{numbers:?}");
    let mut compiled = [0];
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    Search::new(&[PASSPHRASE.as_bytes().to_vec()]).count(&program, &mut compiled);
    assert_eq!([*passphrase], compiled, "beside what the test is compiled to");
}
