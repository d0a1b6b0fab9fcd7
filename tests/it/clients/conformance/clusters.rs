//! Clusters.
//!
//! Of a cluster without a certificate (`gke-get-credentials-noca`) there is no row: those of the sandbox
//! have one.

use super::commands;

commands! {
    clusters_create: [] "gcloud container clusters create binauthz-codelab --zone us-central1-a";
    clusters_create_binauthz: [] "gcloud container clusters create binauthz-codelab --zone us-central1-a \
        --binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE";
    clusters_create_beta_enable_binauthz: [] "gcloud beta container clusters create binauthz-codelab \
        --zone us-central1-a --enable-binauthz";
    clusters_create_exists: [Cluster] "gcloud container clusters create binauthz-codelab --zone us-central1-a";
    clusters_update_binauthz: [Cluster] "gcloud container clusters update binauthz-codelab \
        --binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE --zone us-central1-a";
    clusters_update_binauthz_disabled: [Cluster] "gcloud container clusters update binauthz-codelab \
        --binauthz-evaluation-mode=DISABLED --zone us-central1-a";
    clusters_update_beta_enable_binauthz: [Cluster] "gcloud beta container clusters update binauthz-codelab \
        --enable-binauthz --zone us-central1-a";
    clusters_update_ga_enable_binauthz: [Cluster] "gcloud container clusters update binauthz-codelab \
        --enable-binauthz --zone us-central1-a";
    clusters_describe: [Cluster] "gcloud container clusters describe binauthz-codelab --zone us-central1-a \
        --format='yaml(name,location,status,binaryAuthorization)'";
    clusters_list: [Cluster] "gcloud container clusters list";
    clusters_list_zone: [Cluster] "gcloud container clusters list --zone us-central1-a";
    clusters_get_credentials: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a";
    clusters_get_credentials_notfound: [] "gcloud container clusters get-credentials nope --zone us-central1-a";
    gke_get_credentials_clientcert: [Cluster] "CLOUDSDK_CONTAINER_USE_CLIENT_CERTIFICATE=true \
        gcloud container clusters get-credentials binauthz-codelab --zone us-central1-a";
    gke_get_credentials_clientcert_flag_off: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a; kubectl auth whoami -o name";
    kubectl_clientcert: [Cluster] "CLOUDSDK_CONTAINER_USE_CLIENT_CERTIFICATE=true gcloud container clusters \
        get-credentials binauthz-codelab --zone us-central1-a; env -u CLOUDSDK_AUTH_ACCESS_TOKEN_FILE kubectl get ns -o name";
    gke_get_credentials_iam_token: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a --use-iam-token";
    gke_kubectl_exec_plugin: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a; kubectl get ns -o name";
    gke_kubectl_exec_plugin_run: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a; kubectl run hello-exec --image gcr.io/binauthz-lab/hello-world";
    gke_kubectl_exec_plugin_nocreds: [Cluster] "gcloud container clusters get-credentials binauthz-codelab \
        --zone us-central1-a; unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE; CLOUDSDK_AUTH_DISABLE_CREDENTIALS=1 kubectl get --raw /version";
    clusters_delete: [Cluster] "gcloud container clusters delete binauthz-codelab --zone us-central1-a";
    clusters_delete_notfound: [] "gcloud container clusters delete nope --zone us-central1-a";
    logging_read: [Cluster, Refusal] "gcloud logging read 'protoPayload.serviceName=\"k8s.io\"' --limit 1 \
        --format='yaml(logName,labels,resource,severity,protoPayload.methodName,protoPayload.resourceName,\
        protoPayload.authenticationInfo,protoPayload.response)'";
}
