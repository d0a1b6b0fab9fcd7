//! The environment in which other programs talk to the sandbox, and the small files that it names.
//!
//! Nothing of the user's own configuration is read or changed: gcloud, kubectl, docker and skopeo get
//! directories of the sandbox's. Which variables do what was recorded with the real programs.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::failure::Failure;
use domain::command::shell::Shell;
use sandbox::people::Person;
use sandbox::{ClusterAddress, Files, Token, cluster_addresses, open_store};

/// How clients find the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the real hosts, through a proxy and with its authority: commands stay as they are.
    Proxy,
    /// gcloud alone, by its endpoint overrides.
    Overrides,
}

/// The variables, in the order in which they are printed.
#[derive(Debug)]
pub(super) struct Environment(Vec<(&'static str, String)>);

/// The registries whose password skopeo and docker are told; others of Artifact Registry work with
/// `skopeo login`.
const REGISTRIES: [&str; 10] = [
    "gcr.io",
    "us.gcr.io",
    "eu.gcr.io",
    "asia.gcr.io",
    "us-docker.pkg.dev",
    "europe-docker.pkg.dev",
    "asia-docker.pkg.dev",
    "us-central1-docker.pkg.dev",
    "us-east1-docker.pkg.dev",
    "europe-west1-docker.pkg.dev",
];

/// The APIs that gcloud's commands for the codelab call.
const OVERRIDES: [&str; 8] = [
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_BINARYAUTHORIZATION",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINERANALYSIS",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING",
    "CLOUDSDK_API_ENDPOINT_OVERRIDES_SERVICEUSAGE",
];

impl Environment {
    /// Writes the files and says the variables, for the sandbox of this directory on this port.
    pub(super) async fn prepare(directory: &Path, port: u16, mode: Mode, person: &Person) -> Result<Self, Failure> {
        let directory = std::path::absolute(directory).map_err(Failure::io("the sandbox's directory"))?;
        let files = Files::new(&directory);
        let clusters = cluster_addresses(&open_store(&files.store())?).await?;
        let failed = Failure::io("the sandbox's token");
        let token = files.read_token().map_err(failed)?;
        // The proxy asks for the same password, whoever it is; what is behind it asks who one is.
        let proxy = format!("http://countersign:{}@127.0.0.1:{port}", *token.proxy_password());
        let token = files.read_token_of(person).map_err(Failure::io("the person's token"))?;
        let kubeconfig = files.write_for_clients(
            &file_name_of(person, "kubeconfig"),
            &kubeconfig(&clusters, &files, person, &proxy).to_string(),
        );
        let kubeconfig = kubeconfig.map_err(Failure::io("the sandbox's kubeconfig"))?;
        follow_port(&files, &file_name_of(person, OF_GCLOUD), port).map_err(Failure::io("gcloud's kubeconfig"))?;
        let docker = files
            .write_for_clients(&format!("{}/config.json", file_name_of(person, "docker")), &docker_config(&token, port))
            .map_err(Failure::io("the sandbox's docker configuration"))?;
        let mut variables = common(&files, person, &directory, &kubeconfig);
        match mode {
            Mode::Proxy => variables.extend(proxied(&files, &proxy, &docker)),
            Mode::Overrides => {
                variables.extend(OVERRIDES.map(|name| (name, format!("https://127.0.0.1:{port}/"))));
            }
        }
        Ok(Self(variables))
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Lines that set them in a shell.
    pub(super) fn lines(&self, shell: Shell) -> String {
        let lines: Vec<String> = self.variables().map(|(name, value)| shell.assignment(name, value)).collect();
        lines.concat()
    }
}

/// Where `get-credentials` writes its entries; nothing but those of this sandbox is in there.
const OF_GCLOUD: &str = "kubeconfig-of-gcloud";

/// Brings the servers that `get-credentials` wrote to the port that the sandbox has now.
fn follow_port(files: &Files, name: &str, port: u16) -> std::io::Result<()> {
    let text = match std::fs::read_to_string(files.directory().join(name)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let moved = with_port(&text, port);
    if moved != text {
        files.write_for_clients(name, &moved)?;
    }
    Ok(())
}

fn with_port(text: &str, port: u16) -> String {
    const FRONT: &str = "https://127.0.0.1:";
    let mut parts = text.split(FRONT);
    let mut moved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        moved.push_str(&format!("{FRONT}{port}{rest}"));
    }
    moved
}

/// The name of a file or directory of this person's; the owner's has the plain one.
fn file_name_of(person: &Person, name: &str) -> String {
    if person.is_owner() { name.to_owned() } else { format!("{name}-{}", person.name) }
}

/// Where gcloud and kubectl keep and find things, and who they are.
fn common(files: &Files, person: &Person, directory: &Path, kubeconfig: &Path) -> Vec<(&'static str, String)> {
    let text = |path: &Path| path.display().to_string();
    // kubectl and gcloud write to the first, and read the sandbox's clusters from the second.
    let separator = if cfg!(windows) { ';' } else { ':' };
    let own = directory.join(file_name_of(person, OF_GCLOUD));
    vec![
        // For prompts and scripts of the user's: who one is here.
        ("COUNTERSIGN_SANDBOX", person.name.to_owned()),
        ("CLOUDSDK_CONFIG", text(&directory.join("gcloud"))),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", text(&files.token_of(person))),
        ("CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", text(&files.certificate())),
        // Where it is set, gcloud's HTTP library heeds it and not the setting above.
        ("REQUESTS_CA_BUNDLE", text(&files.certificate())),
        // Both, or gcloud asks a name server for the metadata server of Compute Engine.
        ("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false".to_owned()),
        ("CLOUDSDK_METRICS_ENVIRONMENT", "local".to_owned()),
        ("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true".to_owned()),
        ("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true".to_owned()),
        ("CLOUDSDK_SURVEY_DISABLE_PROMPTS", "true".to_owned()),
        ("KUBECONFIG", format!("{}{separator}{}", text(&own), text(kubeconfig))),
        ("KUBECACHEDIR", text(&directory.join("kube-cache"))),
    ]
}

/// What leads every client to the sandbox.
fn proxied(files: &Files, proxy: &str, docker: &Path) -> Vec<(&'static str, String)> {
    let certificate = files.certificate().display().to_string();
    let local = "127.0.0.1,localhost";
    let config = docker.parent().unwrap_or(docker);
    vec![
        // Some programs read only the one, some only the other.
        ("https_proxy", proxy.to_owned()),
        ("HTTPS_PROXY", proxy.to_owned()),
        ("no_proxy", local.to_owned()),
        ("NO_PROXY", local.to_owned()),
        ("CURL_CA_BUNDLE", certificate.clone()),
        // Read by the library with which gcloud uploads what `evaluate-and-sign` signed.
        ("HTTPLIB2_CA_CERTS", certificate.clone()),
        ("SSL_CERT_FILE", certificate),
        ("DOCKER_CONFIG", config.display().to_string()),
        ("REGISTRY_AUTH_FILE", docker.display().to_string()),
    ]
}

/// The clusters of the sandbox under the names that `get-credentials` gives them. It needs no plugin
/// and says where the token is; of secrets it holds the password of the proxy alone. JSON, which every reader of YAML takes.
fn kubeconfig(clusters: &[ClusterAddress], files: &Files, person: &Person, proxy: &str) -> Value {
    const USER: &str = "countersign-sandbox";
    let name =
        |cluster: &ClusterAddress| format!("gke_{}_{}_{}", cluster.id.project, cluster.id.location, cluster.id.name);
    let cluster = |cluster: &ClusterAddress| {
        let server = format!("https://{}", cluster.dns_endpoint);
        let authority = files.certificate();
        json!({"name": name(cluster), "cluster": {
            "server": server, "certificate-authority": authority, "proxy-url": proxy,
        }})
    };
    let context =
        |cluster: &ClusterAddress| json!({"name": name(cluster), "context": {"cluster": name(cluster), "user": USER}});
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": clusters.iter().map(cluster).collect::<Vec<_>>(),
        "contexts": clusters.iter().map(context).collect::<Vec<_>>(),
        "users": [{"name": USER, "user": {"tokenFile": files.token_of(person)}}],
        "current-context": clusters.last().map(name).unwrap_or_default(),
    })
}

/// What `docker login` would leave behind.
fn docker_config(token: &Token, port: u16) -> Zeroizing<String> {
    let login = Zeroizing::new(format!("oauth2accesstoken:{}", token.expose()));
    let auth = Zeroizing::new(STANDARD.encode(login.as_bytes()));
    let local = format!("127.0.0.1:{port}");
    let hosts = REGISTRIES.into_iter().chain([local.as_str()]);
    // Neither hosts nor base64 have anything that JSON escapes.
    let entry = |host| format!("\"{host}\": {{\"auth\": \"{}\"}}", *auth);
    let auths: Zeroizing<Vec<String>> = Zeroizing::new(hosts.map(entry).collect());
    let auths = Zeroizing::new(auths.join(", "));
    Zeroizing::new(format!("{{\"auths\": {{{}}}}}\n", *auths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_gcloud_follow_the_port() {
        let text =
            "clusters:\n- cluster:\n    server: https://127.0.0.1:4711\n- cluster: {server: \"https://127.0.0.1:1\"}\n";
        let moved = with_port(text, 8080);
        assert_eq!(moved, text.replace("4711", "8080").replace("1:1\"", "1:8080\""));
        assert_eq!(with_port("server: https://10.0.0.1:1", 8080), "server: https://10.0.0.1:1");
    }
}
