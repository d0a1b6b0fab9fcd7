//! `countersign sandbox …`, the real binary: serving, being killed, and the environment for others.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use countersign::domain::text::is_deceptive;
use countersign::sandbox::{Files, Running};
use serde_json::{Value, json};

/// A data directory and what is run in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn sandbox(&self) -> PathBuf {
        self.0.path().join("sandbox")
    }

    fn proxy(&self, port: u16) -> String {
        let token = Files::new(&self.sandbox()).read_token().unwrap();
        format!("http://countersign:{}@127.0.0.1:{port}", *token.proxy_password())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("countersign"));
        command.arg("sandbox").args(arguments).env("COUNTERSIGN_DATA_DIR", self.0.path());
        for name in ["https_proxy", "HTTPS_PROXY", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS"] {
            command.env_remove(name);
        }
        command
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }
}

/// A sandbox in a process of its own, killed at the end.
struct Server {
    child: Child,
    line: String,
}

impl Server {
    /// When it serves.
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, line }
    }

    #[cfg(unix)]
    fn terminate(&mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request to the sandbox that runs in the directory, from outside of it.
fn request(sandbox: &Path, method: &str, path: &str, body: &Value) -> Value {
    let port = Running::find(sandbox).unwrap().expect("a sandbox is running").port;
    let authority = reqwest::Certificate::from_pem(&std::fs::read(sandbox.join("ca.pem")).unwrap()).unwrap();
    let token = std::fs::read_to_string(sandbox.join("token")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
        let url = format!("https://127.0.0.1:{port}{path}");
        let request = client.request(method.parse().unwrap(), url).bearer_auth(token).json(body);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    })
}

#[cfg(unix)]
#[test]
fn whatever_the_umask_the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" sandbox serve"]).arg(assert_cmd::cargo::cargo_bin!("countersign"));
    command.env("COUNTERSIGN_DATA_DIR", home.0.path());
    let _server = Server::start(command);
    let mut directories = vec![home.sandbox()];
    let mut count = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", entry.path().display());
            count += 1;
            if metadata.is_dir() {
                directories.push(entry.path());
            }
        }
    }
    assert!(count > 12, "{count} files were looked at");
}

/// The owner of `/proc/PID/mem` is root where a process is not dumpable, and else its user.
#[cfg(target_os = "linux")]
#[test]
fn its_memory_is_not_its_users_to_read() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    let home = Home::new();
    let me = std::fs::metadata(home.0.path()).unwrap().uid();
    let mut command = home.command(&["serve"]);
    let mut other = Command::new("cat");
    let user = if me == 0 {
        // Root may read all: somebody else is to run it.
        chown(home.0.path(), Some(65534), Some(65534)).unwrap();
        for command in [&mut command, &mut other] {
            command.uid(65534).gid(65534);
        }
        65534
    } else {
        me
    };
    let server = Server::start(command);
    let of = |pid: u32, file: &str| format!("/proc/{pid}/{file}");
    let owner = |pid| std::fs::metadata(of(pid, "mem")).unwrap().uid();
    assert_ne!(owner(server.child.id()), user);
    assert!(me == 0 || std::fs::File::open(of(server.child.id(), "mem")).is_err());
    let limits = std::fs::read_to_string(of(server.child.id(), "limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    // Of another program it is: what is looked at tells them apart.
    let mut child = other.stdin(Stdio::piped()).spawn().unwrap();
    assert_eq!(owner(child.id()), user);
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn serve_says_one_line_and_stops_when_told() {
    let home = Home::new();
    let mut server = home.serve();
    let running = Running::find(&home.sandbox()).unwrap().unwrap();
    assert_eq!(running.pid, server.child.id());
    let token = home.sandbox().join("token");
    let line = format!("sandbox ready at https://127.0.0.1:{}, token in {}\n", running.port, token.display());
    assert_eq!(server.line, line);
    let (code, _, error) = home.run(&["serve"]);
    assert_eq!(code, 2);
    assert!(error.contains(&format!("already running on port {}", running.port)), "{error}");
    assert_eq!(server.terminate().code(), Some(0));
    assert_eq!(Running::find(&home.sandbox()).unwrap(), None);
    assert!(!home.sandbox().join("sandbox.json").exists());
}

/// The terminal of whoever serves is written to by everybody who reaches the port.
#[cfg(unix)]
#[test]
fn a_request_without_a_token_writes_no_escape_sequence() {
    let home = Home::new();
    let mut child = home.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut server = Server { child, line };
    let port = Running::find(&home.sandbox()).unwrap().unwrap().port;
    let authority = reqwest::Certificate::from_pem(&std::fs::read(home.sandbox().join("ca.pem")).unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let status = runtime.block_on(async {
        let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
        let hostile = "%1b%5d0;UNAUTH%07%0a12:00:00%20200%20forged%c2%9b%e2%80%ae%f3%a0%81%81";
        let url = format!("https://127.0.0.1:{port}/v1/x?filter={hostile}&a{hostile}=b");
        client.get(url).header("user-agent", "\tx").send().await.unwrap().status()
    });
    assert_eq!(status, 401);
    server.terminate();
    let printed: Vec<String> = BufReader::new(stderr).lines().map(Result::unwrap).collect();
    let [line] = &printed[..] else { panic!("{printed:?}") };
    assert!(line.contains(" 401 ") && line.contains("UNAUTH") && !line.chars().any(is_deceptive), "{line:?}");
}

#[test]
fn what_was_answered_survives_a_kill() {
    let home = Home::new();
    for n in 0..5 {
        let server = home.serve();
        let id = format!("project-{n}");
        request(&home.sandbox(), "POST", "/v1/projects", &json!({"projectId": id}));
        // At once: nothing is given time to be written.
        server.kill();
        assert_eq!(Running::find(&home.sandbox()).unwrap(), None);
    }
    let _server = home.serve();
    let list = request(&home.sandbox(), "GET", "/v1/projects", &Value::Null);
    assert_eq!(list["projects"].as_array().unwrap().len(), 5);
}

/// Four clients write without a pause, until there were 500 answers; then the process is killed.
#[test]
fn no_acknowledged_write_is_lost_when_it_is_killed_under_load() {
    const ANSWERS: usize = 500;
    let home = Home::new();
    let server = home.serve();
    let answered = std::sync::Mutex::new(Vec::new());
    let (sandbox, enough) = (home.sandbox(), std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (sandbox, answered, enough) = (&sandbox, &answered, &enough);
            scope.spawn(move || {
                let send = sender(sandbox);
                for n in 0.. {
                    let id = format!("project-{client}-{n}");
                    if !send(&id) {
                        // The process is gone; what was not answered need not be there.
                        return;
                    }
                    let mut answered = answered.lock().unwrap();
                    answered.push(id);
                    if answered.len() >= ANSWERS {
                        enough.store(true, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            });
        }
        while !enough.load(std::sync::atomic::Ordering::Relaxed) {
            std::thread::yield_now();
        }
        server.kill();
    });
    let answered = answered.into_inner().unwrap();
    let _server = home.serve();
    let list = request(&home.sandbox(), "GET", "/v1/projects?pageSize=2000", &Value::Null);
    let kept: std::collections::BTreeSet<&str> =
        list["projects"].as_array().unwrap().iter().filter_map(|project| project["projectId"].as_str()).collect();
    let lost: Vec<&String> = answered.iter().filter(|id| !kept.contains(id.as_str())).collect();
    assert!(answered.len() >= ANSWERS && lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), answered.len());
}

/// Creates projects over one connection; whether that was answered.
fn sender(sandbox: &Path) -> impl Fn(&str) -> bool {
    let port = Running::find(sandbox).unwrap().expect("a sandbox is running").port;
    let authority = reqwest::Certificate::from_pem(&std::fs::read(sandbox.join("ca.pem")).unwrap()).unwrap();
    let token = std::fs::read_to_string(sandbox.join("token")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
    move |id| {
        let url = format!("https://127.0.0.1:{port}/v1/projects");
        let request = client.post(url).bearer_auth(&token).json(&json!({"projectId": id}));
        runtime.block_on(async { request.send().await.is_ok_and(|answer| answer.status().is_success()) })
    }
}

#[test]
fn the_environment_of_a_sandbox_that_runs() {
    let home = Home::new();
    let (code, _, error) = home.run(&["env"]);
    assert_eq!(code, 2);
    assert!(error.contains("no sandbox is running"), "{error}");
    let _server = home.serve();
    let port = Running::find(&home.sandbox()).unwrap().unwrap().port;
    let (code, exports, _) = home.run(&["env"]);
    assert_eq!(code, 0);
    let token = home.sandbox().join("token");
    assert!(exports.contains(&format!("export https_proxy={}\n", home.proxy(port))), "{exports}");
    assert!(exports.contains(&format!("export CLOUDSDK_AUTH_ACCESS_TOKEN_FILE={}\n", token.display())), "{exports}");
    let secret = std::fs::read_to_string(&token).unwrap();
    assert!(!exports.contains(&secret), "the token itself is not printed");
    let (_, overrides, _) = home.run(&["env", "--overrides"]);
    let name = "CLOUDSDK_API_ENDPOINT_OVERRIDES_BINARYAUTHORIZATION";
    assert!(overrides.contains(&format!("export {name}=https://127.0.0.1:{port}/\n")), "{overrides}");
    assert!(!overrides.contains("https_proxy"), "{overrides}");
}

#[test]
fn the_files_for_kubectl_and_docker() {
    let home = Home::new();
    let _server = home.serve();
    let sandbox = home.sandbox();
    request(&sandbox, "POST", "/v1/projects", &json!({"projectId": "binauthz-lab"}));
    let service = "/v1/projects/binauthz-lab/services/container.googleapis.com";
    request(&sandbox, "POST", &format!("{service}:enable"), &json!({}));
    let clusters = "/v1/projects/binauthz-lab/locations/us-central1-a/clusters";
    request(&sandbox, "POST", clusters, &json!({"cluster": {"name": "binauthz-codelab"}}));
    let cluster = request(&sandbox, "GET", &format!("{clusters}/binauthz-codelab"), &Value::Null);
    let dns = cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].as_str().unwrap();
    home.run(&["env"]);
    let read = |path: &str| -> Value { serde_json::from_slice(&std::fs::read(sandbox.join(path)).unwrap()).unwrap() };
    let kubeconfig = read("kubeconfig");
    let name = "gke_binauthz-lab_us-central1-a_binauthz-codelab";
    assert_eq!(kubeconfig["current-context"], name);
    assert_eq!(kubeconfig["clusters"][0]["name"], name);
    assert_eq!(kubeconfig["clusters"][0]["cluster"]["server"], format!("https://{dns}"));
    assert_eq!(kubeconfig["users"][0]["user"]["tokenFile"], json!(sandbox.join("token")));
    let docker = read("docker/config.json");
    let token = std::fs::read_to_string(sandbox.join("token")).unwrap();
    let auth = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("oauth2accesstoken:{token}"));
    assert_eq!(docker["auths"]["gcr.io"]["auth"], auth);
}

#[test]
fn the_environment_of_another_person() {
    let home = Home::new();
    let _server = home.serve();
    let (code, exports, _) = home.run(&["env", "--as", "deployer"]);
    assert_eq!(code, 0);
    let token = home.sandbox().join("people/deployer");
    assert!(exports.contains(&format!("export CLOUDSDK_AUTH_ACCESS_TOKEN_FILE={}\n", token.display())), "{exports}");
    let read = |path: &str| std::fs::read_to_string(home.sandbox().join(path)).unwrap();
    assert!(read("kubeconfig-deployer").contains("people/deployer"));
    let secret = format!("oauth2accesstoken:{}", read("people/deployer"));
    let auth = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
    assert!(read("docker-deployer/config.json").contains(&auth));
    let (code, _, error) = home.run(&["env", "--as", "somebody"]);
    assert_eq!(code, 2);
    assert!(error.contains("policy-creator"), "{error}");
    let (code, people, _) = home.run(&["people"]);
    assert_eq!(code, 0);
    assert!(people.contains("deployer (deployer@example.com): ") && people.contains("roles/container.developer"));
}

#[cfg(unix)]
#[test]
fn a_command_runs_in_the_environment() {
    let home = Home::new();
    let script = "test -f \"$CLOUDSDK_AUTH_ACCESS_TOKEN_FILE\" && echo \"$https_proxy\"; exit 7";
    let (code, output, _) = home.run(&["shell", "--", "sh", "-c", script]);
    assert_eq!(code, 7);
    assert!(output.starts_with("http://countersign:") && output.contains("@127.0.0.1:"), "{output}");
    assert_eq!(Running::find(&home.sandbox()).unwrap(), None, "its own sandbox ended with it");
    let (code, _, error) = home.run(&["shell", "--", "/no/such/program"]);
    assert_eq!(code, 2);
    assert!(error.contains("/no/such/program cannot be run"), "{error}");
    let _server = home.serve();
    let port = Running::find(&home.sandbox()).unwrap().unwrap().port;
    let (code, output, _) = home.run(&["shell", "--", "sh", "-c", "echo $https_proxy"]);
    assert_eq!((code, output), (0, format!("{}\n", home.proxy(port))));
}

#[test]
fn a_reset_forgets_and_does_not_hurry() {
    let home = Home::new();
    assert_eq!(home.run(&["reset"]).0, 0, "there is nothing to forget");
    let server = home.serve();
    request(&home.sandbox(), "POST", "/v1/projects", &json!({"projectId": "binauthz-lab"}));
    let token = std::fs::read_to_string(home.sandbox().join("token")).unwrap();
    let (code, _, error) = home.run(&["reset", "--yes"]);
    assert_eq!(code, 2);
    assert!(error.contains("being served"), "{error}");
    server.kill();
    let (code, _, error) = home.run(&["reset"]);
    assert_eq!(code, 2, "without a terminal nobody can be asked");
    assert!(error.contains("--yes"), "{error}");
    assert_eq!(home.run(&["reset", "--yes"]).0, 0);
    let _server = home.serve();
    assert_eq!(request(&home.sandbox(), "GET", "/v1/projects", &Value::Null), json!({}));
    assert_eq!(std::fs::read_to_string(home.sandbox().join("token")).unwrap(), token);
}
