//! Every recorded command of kubectl, by every version that is installed: Google's SDK brings 1.27
//! to 1.33, a distribution brings one.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

use super::{Cluster, DENIAL, REPOSITORY};
use crate::support::clients::{kubectl_directory, require};

/// The clients, by their paths. The SDK's `kubectl` chooses among them by the server's version.
fn versions() -> Vec<PathBuf> {
    let Some(kubectl) = require("kubectl") else { return Vec::new() };
    let directory = kubectl_directory().unwrap();
    let beside = (27..=33).map(|minor| directory.join(format!("kubectl.1.{minor}")));
    let mut versions: Vec<PathBuf> = beside.filter(|path| path.is_file()).collect();
    if versions.is_empty() {
        versions.push(PathBuf::from(kubectl.get_program()));
    }
    versions
}

/// One client at one cluster.
struct Client<'c> {
    cluster: &'c Cluster,
    path: PathBuf,
    /// Each client has a namespace of its own.
    namespace: String,
}

/// What a command came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Client<'_> {
    async fn run(&self, line: &str) -> Ran {
        let mut command = std::process::Command::new(&self.path);
        self.cluster.isolate(&mut command);
        command.arg(format!("--namespace={}", self.namespace)).args(words(line));
        command.current_dir(self.cluster.lab.dir.path());
        let Output { status, stdout, stderr } =
            tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    #[track_caller]
    fn says(&self, line: &str, wanted: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let ran = self.run(line).await;
            assert_eq!(
                (ran.code, ran.out.trim()),
                (0, wanted),
                "{caller}: {} {line}: {}",
                self.path.display(),
                ran.err
            );
        }
    }

    #[track_caller]
    fn shows(&self, line: &str, wanted: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let ran = self.run(line).await;
            assert_eq!(ran.code, 0, "{caller}: {} {line}: {}", self.path.display(), ran.err);
            let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(squeezed(&ran.out).contains(wanted), "{caller}: {} {line}: {}", self.path.display(), ran.out);
        }
    }

    #[track_caller]
    fn fails(&self, line: &str, wanted: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let ran = self.run(line).await;
            assert_eq!(ran.code, 1, "{caller}: {} {line}: {}", self.path.display(), ran.out);
            assert!(ran.err.contains(wanted), "{caller}: {} {line}: {}", self.path.display(), ran.err);
        }
    }

    /// The object, as the server has it afterwards.
    async fn object(&self, what: &str) -> Value {
        let ran = self.run(&format!("get {what} -o json --show-managed-fields")).await;
        assert_eq!(ran.code, 0, "{} {what}: {}", self.path.display(), ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    fn write(&self, name: &str, object: &Value) -> String {
        let name = format!("{}-{name}.json", self.namespace);
        fs::write(self.cluster.lab.dir.path().join(&name), object.to_string()).unwrap();
        name
    }

    /// Pods, files, Deployments and events, while everything is let in.
    async fn admitted(&self) {
        let ns = &self.namespace;
        self.says(&format!("create namespace {ns}"), &format!("namespace/{ns} created")).await;
        self.shows("get ns", "kube-system Active").await;
        self.shows("version", "v1.32.4-gke").await;
        self.says(&format!("run hello-world --image {REPOSITORY}"), "pod/hello-world created").await;
        let again = "Error from server (AlreadyExists): pods \"hello-world\" already exists";
        self.fails(&format!("run hello-world --image {REPOSITORY}"), again).await;
        let trial = format!("run x --image={REPOSITORY} --dry-run=server");
        self.says(&trial, "pod/x created (server dry run)").await;
        self.fails("get pod x", "pods \"x\" not found").await;
        self.shows("get pods", "hello-world 1/1 Running 0").await;
        self.shows("get pods -A", &format!("{ns} hello-world 1/1 Running 0")).await;
        assert_eq!(self.object("pod hello-world").await["spec"]["containers"][0]["image"], REPOSITORY);
        let watched = self.run("get pods -w --request-timeout=1s").await;
        assert!(watched.out.contains("hello-world   1/1     Running"), "{watched:?}");
        self.shows("describe pod hello-world", "Started container hello-world").await;
        self.fails("logs hello-world", "has no logs: the sandbox executes no containers").await;
        self.fails("exec hello-world -- ls", "the sandbox executes no containers").await;
        let template = r#"get event --template '{{range.items}}{{"\033[0;36m"}}{{.reason}}:{{"\033[0m"}}{{.message}}{{"\n"}}{{end}}'"#;
        self.shows(template, "\u{1b}[0;36mStarted:\u{1b}[0mStarted container hello-world").await;
        self.shows("get events", "Normal Started pod/hello-world Started container").await;
        self.shows("events", "Normal Started Pod/hello-world Started container").await;

        let create = format!("create deployment hello --image={REPOSITORY} --replicas=2");
        self.says(&create, "deployment.apps/hello created").await;
        self.shows("get deployments", "hello 2/2 2 2").await;
        self.shows("get all", "deployment.apps/hello 2/2 2 2").await;
        self.shows("describe deployment hello", "Normal ScalingReplicaSet").await;
        self.says("scale deployment/hello --replicas=1", "deployment.apps/hello scaled").await;
        self.says("label deployment/hello tier=front", "deployment.apps/hello labeled").await;
        // 1.27 says it wrongly.
        self.shows("annotate deployment/hello why=this", "deployment.apps/hello annotate").await;
        self.says("rollout restart deployment/hello", "deployment.apps/hello restarted").await;
        self.shows("rollout status deployment/hello", "successfully rolled out").await;
        self.says(
            "wait --for=condition=Available deployment/hello --timeout=5s",
            "deployment.apps/hello condition met",
        )
        .await;
        let hello = self.object("deployment hello").await;
        assert_eq!((&hello["spec"]["replicas"], &hello["metadata"]["labels"]["tier"]), (&json!(1), &json!("front")));
        self.shows("delete event --all", "deleted").await;
        self.shows("delete deployment --all", "deployment.apps \"hello\" deleted").await;
        self.shows("delete pod --all", "pod \"hello-world\" deleted").await;
        assert_eq!(self.run("get all -o name").await.out, "");
    }

    /// `apply`, by the client and by the server.
    async fn applied(&self) {
        let web = |image: &str| {
            let labels = json!({ "app": "web2" });
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web2" }, "spec": {
                "replicas": 1, "selector": { "matchLabels": labels }, "template": { "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "c", "image": image }] } } } })
        };
        let tagged = format!("{REPOSITORY}:latest");
        let (dep, dep2) = (self.write("dep", &web(REPOSITORY)), self.write("dep2", &web(&tagged)));
        self.says(&format!("apply -f {dep}"), "deployment.apps/web2 created").await;
        self.says(&format!("apply -f {dep}"), "deployment.apps/web2 unchanged").await;
        self.says(&format!("apply -f {dep2}"), "deployment.apps/web2 configured").await;
        self.says(&format!("diff -f {dep2}"), "").await;
        // The same: the fields go over from the client's way to the server's.
        self.says(&format!("apply --server-side -f {dep2}"), "deployment.apps/web2 serverside-applied").await;
        self.says(&format!("apply --server-side -f {dep}"), "deployment.apps/web2 serverside-applied").await;
        self.says(&format!("set image deployment/web2 c={REPOSITORY}:none"), "deployment.apps/web2 image updated")
            .await;
        self.fails(&format!("apply --server-side -f {dep}"), "conflict with \"kubectl-set\" using apps/v1").await;
        let force = format!("apply --server-side --force-conflicts -f {dep}");
        self.says(&force, "deployment.apps/web2 serverside-applied").await;
        let web2 = self.object("deployment web2").await;
        assert_eq!(web2["spec"]["template"]["spec"]["containers"][0]["image"], REPOSITORY);
        let mut wrong = web(REPOSITORY);
        wrong["spec"]["template"]["spec"]["containers"][0]["imag"] = "x".into();
        let file = self.write("wrong", &wrong);
        let strict = "strict decoding error: unknown field \"spec.template.spec.containers[0].imag\"";
        self.fails(&format!("apply -f {file}"), strict).await;
        let unknown = json!({ "apiVersion": "foo.example.com/v1", "kind": "Foo", "metadata": { "name": "typo" } });
        let file = self.write("unk", &unknown);
        self.fails(&format!("apply -f {file}"), "no matches for kind \"Foo\" in version \"foo.example.com/v1\"").await;
        self.shows(&format!("delete -f {dep}"), "deployment.apps \"web2\" deleted").await;
    }

    /// The other workloads, and who may do what.
    async fn others(&self) {
        self.says(&format!("create job once --image={REPOSITORY}"), "job.batch/once created").await;
        self.says("wait --for=condition=complete job/once --timeout=5s", "job.batch/once condition met").await;
        let cron = format!("create cronjob tick --image={REPOSITORY} --schedule='0 0 30 2 *'");
        self.says(&cron, "cronjob.batch/tick created").await;
        self.says("create job now --from=cronjob/tick", "job.batch/now created").await;
        self.says("create service clusterip web --tcp=80:8080", "service/web created").await;
        self.says("create serviceaccount bot", "serviceaccount/bot created").await;
        self.shows("get jobs,cronjobs,services", "service/web ClusterIP").await;
        self.says("auth can-i create pods", "yes").await;
        let bot = format!("--as=system:serviceaccount:{}:bot", self.namespace);
        self.fails(&format!("get pods {bot}"), "pods is forbidden: User \"system:serviceaccount:").await;
        let asked = self.run(&format!("auth can-i create pods {bot}")).await;
        assert_eq!((asked.code, asked.out.trim()), (1, "no"), "{asked:?}");
        self.shows("auth can-i --list", "*.* [] [] [*]").await;
        self.shows("api-resources", "statefulsets sts apps/v1 true StatefulSet").await;
        self.shows("delete job,cronjob,service --all", "service \"web\" deleted").await;
    }

    /// While nothing is let in.
    async fn denied(&self) {
        let denial = format!("Error from server (VIOLATES_POLICY): {DENIAL}");
        self.fails(&format!("run denied --image {REPOSITORY}"), &denial).await;
        self.fails(&format!("run denied --image {REPOSITORY} --dry-run=server"), &denial).await;
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "denied" },
            "spec": { "containers": [{ "name": "c", "image": REPOSITORY }] } });
        let file = self.write("pod", &pod);
        let said = format!("error when creating \"{file}\": {DENIAL}");
        for command in ["create", "apply", "apply --server-side"] {
            // The last one is a PATCH, about which kubectl says nothing of a file.
            let said = if command.ends_with("side") { DENIAL } else { &said };
            self.fails(&format!("{command} -f {file}"), said).await;
        }
        self.shows("delete event --all", "").await;
        self.says(&format!("create deployment hello --image={REPOSITORY}"), "deployment.apps/hello created").await;
        let template = "get event --template '{{range.items}}{{.reason}}:{{.message}}{{\"\\n\"}}{{end}}'";
        self.shows(template, &format!("FailedCreate:Error creating: {DENIAL}")).await;
        let none = self.run("get pods").await;
        assert_eq!((none.code, none.out.as_str()), (0, ""));
        assert!(none.err.contains("No resources found in"), "{none:?}");
        let ns = &self.namespace;
        self.shows(&format!("delete namespace {ns}"), &format!("namespace \"{ns}\" deleted")).await;
    }
}

/// The words of a line; within single quotes they stand as they are.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn every_installed_kubectl_does_all_that_was_recorded() {
    let versions = versions();
    if versions.is_empty() {
        return;
    }
    let cluster = Cluster::start().await;
    let client = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().replace('.', "-");
        Client { cluster: &cluster, path: path.clone(), namespace: name }
    };
    let clients: Vec<Client<'_>> = versions.iter().map(client).collect();
    let admitted = clients.iter().map(async |client| {
        client.admitted().await;
        client.applied().await;
        client.others().await;
    });
    futures_util::future::join_all(admitted).await;
    cluster.set_policy("ALWAYS_DENY").await;
    futures_util::future::join_all(clients.iter().map(Client::denied)).await;
}
