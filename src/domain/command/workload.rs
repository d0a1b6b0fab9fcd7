//! kubectl: what runs in a cluster; and what Cloud Run has for breaking the glass.

use serde_json::json;

use super::line::{Command, Line, Word};
use crate::break_glass::BREAK_GLASS_LABEL;
use crate::name::{ClusterId, KubernetesName};
use crate::resource::{Deploy, WorkloadId, WorkloadKind};

/// Makes a Deployment or a bare Pod.
pub fn deploy(cluster: &ClusterId, deploy: &Deploy) -> Line {
    match deploy.kind {
        WorkloadKind::Pod => run(cluster, deploy).into(),
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::CronJob
        | WorkloadKind::Job
        | WorkloadKind::ReplicaSet => create_deployment(cluster, deploy),
    }
}

/// Makes the controller of a workload begin at once, where it waits.
pub fn try_at_once(cluster: &ClusterId, id: &WorkloadId) -> Option<Command> {
    let object = id.to_string();
    let command = match id.kind {
        WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => {
            kubectl(cluster).args(&["rollout", "restart", object.as_str()])
        }
        WorkloadKind::CronJob => {
            let name = format!("{}-now", id.name);
            kubectl(cluster).args(&["create", "job", name.as_str()]).flag("--from", object)
        }
        WorkloadKind::Job | WorkloadKind::ReplicaSet | WorkloadKind::Pod => return None,
    };
    Some(command.flag("--namespace", id.namespace.as_str()))
}

/// Deletes a workload.
pub fn delete(cluster: &ClusterId, kind: WorkloadKind, namespace: &str, name: &str) -> Command {
    kubectl(cluster).args(&["delete", kind.as_str(), name]).flag("--namespace", namespace)
}

/// Takes the label away by which a pod broke the glass, in the cluster that kubectl is set to.
pub fn remove_break_glass(kind: WorkloadKind, namespace: &str, name: &str) -> Command {
    match kind {
        WorkloadKind::Pod => {
            let label = format!("{BREAK_GLASS_LABEL}-");
            Command::new("kubectl label pod").arg(name).flag("--namespace", namespace).arg(label)
        }
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::CronJob
        | WorkloadKind::Job
        | WorkloadKind::ReplicaSet => {
            let above = if kind == WorkloadKind::CronJob { "/spec/jobTemplate" } else { "" };
            let label = BREAK_GLASS_LABEL.replace('/', "~1");
            let path = format!("{above}/spec/template/metadata/labels/{label}");
            let patch = format!("[{{\"op\": \"remove\", \"path\": \"{path}\"}}]");
            Command::new("kubectl patch")
                .args(&[kind.as_str(), name])
                .flag("--namespace", namespace)
                .flag("--type", "json")
                .flag("-p", patch)
        }
    }
}

/// Deploys to Cloud Run whatever the policy says.
pub fn break_glass_on_cloud_run(service: &str, image: &str, justification: &str) -> Command {
    Command::new("gcloud run deploy")
        .arg(service)
        .flag("--image", image)
        .flag("--breakglass", Word::phrase(justification))
}

/// kubectl at this cluster, by the name that `get-credentials` gives it.
pub(crate) fn kubectl(id: &ClusterId) -> Command {
    Command::new("kubectl").flag("--context", format!("gke_{}_{}_{}", id.project, id.location(), id.name()))
}

fn run(cluster: &ClusterId, deploy: &Deploy) -> Command {
    let name = deploy.name.as_str();
    // Labels of one's own take the place of the one that `kubectl run` sets.
    let pairs: String = deploy.labels.iter().map(|(key, value)| format!(",{key}={value}")).collect();
    let labels = (!pairs.is_empty()).then(|| format!("run={name}{pairs}"));
    let account = deploy.service_account.as_ref().map(|account| {
        let account = serde_json::Value::from(account.as_str());
        format!("{{\"spec\": {{\"serviceAccountName\": {account}}}}}")
    });
    let run = kubectl(cluster).args(&["run", name]).flag("--image", deploy.image.as_str());
    let run = run.flag("--namespace", deploy.namespace.as_str()).flag_if_some("--labels", labels);
    let annotated = deploy
        .annotations
        .iter()
        .fold(run, |command, (key, value)| command.flag("--annotations", format!("{key}={value}")));
    annotated.flag_if_some("--overrides", account)
}

fn create_deployment(cluster: &ClusterId, deploy: &Deploy) -> Line {
    let Deploy { namespace, name, image, service_account, labels, annotations, .. } = deploy;
    let create = kubectl(cluster).args(&["create", "deployment", name.as_str()]);
    let create = create.flag("--image", image.as_str()).flag("--namespace", namespace.as_str());
    if service_account.is_none() && labels.is_empty() && annotations.is_empty() {
        return create.into();
    }
    // The labels and the service account belong to the pod template, which `create deployment` cannot set:
    // they are patched in before anything is sent.
    let metadata = if annotations.is_empty() {
        json!({"labels": labels})
    } else {
        json!({"labels": labels, "annotations": annotations})
    };
    let account = service_account.as_ref().map(KubernetesName::as_str);
    let spec = account.map_or_else(|| json!({}), |account| json!({"serviceAccountName": account}));
    let template = json!({"spec": {"template": {"metadata": metadata, "spec": spec}}}).to_string();
    let patch = Command::new("kubectl patch --local -f - --type=merge -p").arg(template).args(&["-o", "json"]);
    Line::from(create.args(&["--dry-run=client", "-o", "json"]))
        .pipe(patch)
        .pipe(kubectl(cluster).args(&["create", "-f", "-"]))
}
