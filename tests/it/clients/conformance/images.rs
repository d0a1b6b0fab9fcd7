//! Images, by gcloud and skopeo.

use super::commands;

commands! {
    images_describe_gcr_io_connect_proxy: [Image] "gcloud container images describe \
        gcr.io/binauthz-lab/hello-world:latest --format='get(image_summary.digest)'";
    images_list_tags_gcr_io_connect_proxy: [Image] "gcloud container images list-tags gcr.io/binauthz-lab/hello-world";
    images_delete_gcr_io_connect_proxy: [Image] "gcloud container images delete $PUSHED --force-delete-tags";
    images_delete_gcr_io_connect_proxy_no_force: [Image] "gcloud container images delete $PUSHED";
    artifacts_docker_images_describe_digest: [Image] "gcloud artifacts docker images describe \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world@$DIGEST";
    artifacts_docker_images_describe_tag: [Image] "gcloud artifacts docker images describe \
        us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world:latest --format='value(image_summary.digest)'";
    artifacts_docker_images_describe_gcr: [Image] "gcloud artifacts docker images describe $PUSHED";
    artifacts_docker_images_describe_localhost: [Image] "gcloud artifacts docker images describe \
        localhost:5000/binauthz-lab/hello-world:latest";
    images_describe_localhost_tag: [Image] "gcloud container images describe \
        localhost:$PORT/binauthz-lab/hello-world:latest --format='get(image_summary.digest)'";
    images_describe_127: [ImageHere] "gcloud container images describe \
        127.0.0.1:$PORT/binauthz-lab/hello-world:latest --format='get(image_summary.digest)'";
    images_list_tags_localhost: [Image] "gcloud container images list-tags localhost:$PORT/binauthz-lab/hello-world";
    images_delete_localhost: [Image] "gcloud container images delete localhost:$PORT/binauthz-lab/hello-world@$DIGEST \
        --force-delete-tags";
    connect_proxy_skopeo_push: [] "skopeo copy -q --insecure-policy oci:image:latest \
        docker://gcr.io/binauthz-lab/hello-world:latest";
    connect_proxy_skopeo_inspect: [Image] "skopeo inspect --format '{{.Digest}}' \
        docker://gcr.io/binauthz-lab/hello-world:latest";
}
