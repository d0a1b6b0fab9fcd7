//! kubectl's commands, at a cluster that `sandbox env` has written the kubeconfig for.
//!
//! Of the recordings these are not commands of their own, but other servers under the same command, which
//! the sandbox is not: without the schemas of `/openapi` or with those of version 3, without tables or aggregated discovery,
//! without protobuf (415), of the older GKE's words (`is forbidden: image policy webhook backend denied`),
//! with a refusal that is no `Status` or gives no reason. What kubectl of each version does is also in
//! `tests/it/clients/kubectl/versions.rs`.

use super::commands;

commands! {
    kubectl_version: [Ready] "kubectl version";
    kubectl_unreachable: [] "KUBECONFIG=dead.yaml kubectl get ns";
    kubectl_get_ns_cold_aggregated: [Ready] "kubectl get ns";
    kubectl_get_ns: [Ready] "kubectl get ns >first; kubectl get ns";

    kubectl_run: [Ready] "kubectl run hello-world --image gcr.io/binauthz-lab/hello-world";
    kubectl_run_exists: [Ready, Pod] "kubectl run hello-world --image gcr.io/binauthz-lab/hello-world";
    kubectl_run_dry_run_server: [Ready] "kubectl run x --image=gcr.io/binauthz-lab/hello-world --dry-run=server";
    kubectl_run_dry_run_server_denied: [Ready, Denied] "kubectl run x --image=gcr.io/binauthz-lab/hello-world \
        --dry-run=server";
    kubectl_run_denied: [Ready, Denied] "kubectl run hello-denied --image gcr.io/binauthz-lab/hello-world";
    kubectl_run_denied_digest: [Ready, Denied] "kubectl run hello-denied --image $IMAGE";
    kubectl_run_signed: [Ready, Attestor, PgpKey, Attestation, Required] "kubectl run hello-world-signed --image \"$IMAGE\"";
    kubectl_run_unsigned: [Ready, Attestor, PgpKey, Required] "kubectl run hello-world-signed --image \"$IMAGE\"";
    kubectl_logs: [Ready, Pod] "kubectl logs hello-world";

    kubectl_get_pod: [Ready, Pod] "kubectl get pod";
    kubectl_get_pods: [Ready, Pod] "kubectl get pods";
    kubectl_get_pods_all_namespaces: [Ready, Pod] "kubectl get pods -A";
    kubectl_get_pods_after_denied: [Ready, Refusal] "kubectl get pods";
    kubectl_get_pods_watch: [Ready, Pod] "kubectl get pods -w --request-timeout=1s";
    kubectl_get_pod_yaml: [Ready, Pod] "kubectl get pod hello-world -o yaml";
    kubectl_describe_pod: [Ready, Pod] "kubectl describe pod hello-world";
    kubectl_get_events: [Ready, Pod] "kubectl get events";
    kubectl_get_events_after_denied: [Ready, Denied, Deployment] "kubectl get events";
    kubectl_get_event_template: [Ready, Pod] "kubectl get event --template \
        '{{range.items}}{{\"\\033[0;36m\"}}{{.reason}}:{{\"\\033[0m\"}}{{.message}}{{\"\\n\"}}{{end}}'";
    kubectl_get_event_template_after_denied: [Ready, Denied, Deployment] "kubectl get event --template \
        '{{range.items}}{{\"\\033[0;36m\"}}{{.reason}}:{{\"\\033[0m\"}}{{.message}}{{\"\\n\"}}{{end}}'";

    kubectl_create_deployment: [Ready] "kubectl create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_create_deployment_denied: [Ready, Denied] "kubectl create deployment hello \
        --image=gcr.io/binauthz-lab/hello-world";
    kubectl_get_deployments: [Ready, Deployment] "kubectl get deployments";
    kubectl_get_all: [Ready, Pod, Deployment] "kubectl get all";
    kubectl_describe_deployment: [Ready, Deployment] "kubectl describe deployment hello";
    kubectl_create_f_denied: [Ready, Denied] "kubectl create -f pod.yaml";

    kubectl_apply_create: [Ready] "kubectl apply -f dep.yaml";
    kubectl_apply_unchanged: [Ready] "kubectl apply -f dep2.yaml >first; kubectl apply -f dep2.yaml";
    kubectl_apply_change: [Ready] "kubectl apply -f dep.yaml >first; kubectl apply -f dep2.yaml";
    kubectl_apply_server_side: [Ready] "kubectl apply --server-side -f dep2.yaml";
    kubectl_apply_server_side_over: [Ready] "kubectl apply -f dep.yaml >first; kubectl apply --server-side -f dep2.yaml";
    kubectl_apply_validate_false: [Ready] "kubectl apply -f dep.yaml --validate=false";
    kubectl_apply_unknown_kind: [Ready] "kubectl apply -f unk.yaml";
    kubectl_apply_denied: [Ready, Denied] "kubectl apply -f pod.yaml";

    kubectl_delete_f: [Ready] "kubectl apply -f dep.yaml >first; kubectl delete -f dep.yaml";
    kubectl_delete_deployment_all: [Ready, Deployment] "kubectl delete deployment --all";
    kubectl_delete_deployment_all_none: [Ready, Pod] "kubectl delete deployment --all";
    kubectl_delete_pod_all: [Ready, Pod] "kubectl delete pod --all";
    kubectl_delete_pod_all_none: [Ready] "kubectl delete pod --all";
    kubectl_delete_event_all: [Ready, Pod] "kubectl delete event --all";

    kubectl_1_27_create_deployment: [Ready] "$SDK/kubectl.1.27 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_28_create_deployment: [Ready] "$SDK/kubectl.1.28 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_29_create_deployment: [Ready] "$SDK/kubectl.1.29 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_30_create_deployment: [Ready] "$SDK/kubectl.1.30 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_31_create_deployment: [Ready] "$SDK/kubectl.1.31 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_32_create_deployment: [Ready] "$SDK/kubectl.1.32 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_33_create_deployment: [Ready] "$SDK/kubectl.1.33 create deployment hello --image=gcr.io/binauthz-lab/hello-world";
    kubectl_1_27_apply: [Ready] "$SDK/kubectl.1.27 apply -f dep.yaml";
    kubectl_1_28_apply: [Ready] "$SDK/kubectl.1.28 apply -f dep.yaml";
    kubectl_1_29_apply: [Ready] "$SDK/kubectl.1.29 apply -f dep.yaml";
    kubectl_1_30_apply: [Ready] "$SDK/kubectl.1.30 apply -f dep.yaml";
    kubectl_1_31_apply: [Ready] "$SDK/kubectl.1.31 apply -f dep.yaml";
    kubectl_1_32_apply: [Ready] "$SDK/kubectl.1.32 apply -f dep.yaml";
    kubectl_1_33_apply: [Ready] "$SDK/kubectl.1.33 apply -f dep.yaml";
}
