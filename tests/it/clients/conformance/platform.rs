//! Platform policies, their evaluation, and continuous validation.

use super::commands;

commands! {
    beta_platform_policy_create: [] "gcloud beta container binauthz policy create my-policy --platform=gke \
        --policy-file=platform.yaml";
    beta_platform_policy_create_exists: [PlatformPolicy] "gcloud beta container binauthz policy create my-policy \
        --platform=gke --policy-file=platform.yaml";
    beta_platform_policy_describe: [PlatformPolicy] "gcloud beta container binauthz policy describe my-policy \
        --platform=gke";
    beta_platform_policy_describe_fullname: [PlatformPolicy] "gcloud beta container binauthz policy describe \
        projects/binauthz-lab/platforms/gke/policies/my-policy";
    beta_platform_policy_describe_notfound: [] "gcloud beta container binauthz policy describe my-policy \
        --platform=gke";
    beta_platform_policy_list: [PlatformPolicy] "gcloud beta container binauthz policy list gke";
    beta_platform_policy_list_empty: [] "gcloud beta container binauthz policy list gke";
    beta_platform_policy_update: [PlatformPolicy] "gcloud beta container binauthz policy update my-policy \
        --platform=gke --policy-file=platform_changed.yaml";
    beta_platform_policy_delete: [PlatformPolicy] "gcloud beta container binauthz policy delete my-policy \
        --platform=gke";
    policy_evaluate_ga: [PlatformPolicy] "gcloud container binauthz policy evaluate my-policy --platform=gke \
        --image=$IMAGE";
    beta_policy_evaluate_conformant: [PlatformPolicy] "gcloud beta container binauthz policy evaluate my-policy \
        --platform=gke --image=$IMAGE";
    beta_policy_evaluate_non_conformant: [PlatformPolicy] "gcloud beta container binauthz policy evaluate my-policy \
        --platform=gke --image=gcr.io/elsewhere/hello-world@$DIGEST";
    beta_policy_evaluate_error: [FreshnessPolicy] "gcloud beta container binauthz policy evaluate my-policy \
        --platform=gke --image=$IMAGE";
    beta_policy_evaluate_resource: [PlatformPolicy] "gcloud beta container binauthz policy evaluate \
        projects/binauthz-lab/platforms/gke/policies/my-policy --resource=pod.yaml";
    beta_policy_evaluate_two_images: [PlatformPolicy] "gcloud beta container binauthz policy evaluate \
        projects/binauthz-lab/platforms/gke/policies/my-policy --image=$IMAGE --image=nginx";
    alpha_policy_evaluate_and_sign_no_upload: [PlatformPolicy] "gcloud alpha container binauthz policy \
        evaluate-and-sign my-policy --platform=gke --resource=pod.yaml --no-upload --output-file=out.yaml";
    alpha_policy_evaluate_and_sign_upload: [PlatformPolicy, Image] "gcloud alpha container binauthz policy \
        evaluate-and-sign my-policy --platform=gke --image=$PUSHED";
    alpha_continuous_validation_describe: [] "gcloud alpha container binauthz continuous-validation describe";
    alpha_continuous_validation_enable: [] "gcloud alpha container binauthz continuous-validation enable";
    alpha_continuous_validation_disable: [] "gcloud alpha container binauthz continuous-validation enable; \
        gcloud alpha container binauthz continuous-validation disable";
    beta_continuous_validation_describe: [] "gcloud beta container binauthz continuous-validation describe";
}
