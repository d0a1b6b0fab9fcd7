//! What the API server adds to a pod's specification, and what it refuses
//! (kubernetes, `pkg/apis/core/v1/defaults.go` and `pkg/apis/core/validation`).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, PodSecurityContext, PodSpec};

use domain::image::ImageRef;

use super::failure::FieldError;
use super::names::{NameForm, check_name};

/// Fills in what was left out.
pub(super) fn complete(spec: &mut PodSpec) {
    let text = |value: &str| value.to_owned();
    spec.restart_policy.get_or_insert_with(|| text("Always"));
    spec.dns_policy.get_or_insert_with(|| text("ClusterFirst"));
    spec.scheduler_name.get_or_insert_with(|| text("default-scheduler"));
    spec.termination_grace_period_seconds.get_or_insert(30);
    spec.security_context.get_or_insert_with(PodSecurityContext::default);
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        complete_container(container);
    }
}

fn complete_container(container: &mut Container) {
    container.termination_message_path.get_or_insert_with(|| "/dev/termination-log".to_owned());
    container.termination_message_policy.get_or_insert_with(|| "File".to_owned());
    container.resources.get_or_insert_default();
    if container.image_pull_policy.as_deref().unwrap_or_default().is_empty() {
        let image = container.image.as_deref().unwrap_or_default();
        container.image_pull_policy = Some(pull_policy(image).to_owned());
    }
    for port in container.ports.iter_mut().flatten() {
        port.protocol.get_or_insert_with(|| "TCP".to_owned());
    }
}

/// `Always` for `latest`, said or not; otherwise `IfNotPresent`.
pub(super) fn pull_policy(image: &str) -> &'static str {
    let Ok(image) = image.parse::<ImageRef>() else { return "IfNotPresent" };
    let latest = image.digest().is_none() && matches!(image.tag(), None | Some("latest"));
    if latest { "Always" } else { "IfNotPresent" }
}

/// What a specification may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Pod,
    /// The template of a workload whose pods are restarted always, as a Deployment's.
    Template,
    /// The template of a Job, whose pods come to an end.
    JobTemplate,
}

/// The faults of the specification at `field`.
pub(super) fn check(spec: &PodSpec, field: &str, for_: Use) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    if spec.containers.is_empty() {
        errors.push(FieldError::required(format!("{field}.containers"), ""));
    }
    for (i, container) in spec.containers.iter().enumerate() {
        check_container(container, &format!("{field}.containers[{i}]"), &mut names, &mut errors);
    }
    for (i, container) in spec.init_containers.iter().flatten().enumerate() {
        let at = format!("{field}.initContainers[{i}]");
        check_container(container, &at, &mut names, &mut errors);
        if container.restart_policy.as_deref().is_some_and(|policy| policy != "Always") {
            let policy = container.restart_policy.as_deref().unwrap_or_default();
            errors.push(FieldError::not_supported(format!("{at}.restartPolicy"), policy, &["Always"]));
        }
    }
    if spec.ephemeral_containers.as_ref().is_some_and(|containers| !containers.is_empty()) {
        let detail = "ephemeral containers not allowed in pod template or on creation of a pod";
        errors.push(FieldError::forbidden(format!("{field}.ephemeralContainers"), detail));
    }
    check_restart_policy(spec, field, for_, &mut errors);
    errors
}

fn check_restart_policy(spec: &PodSpec, field: &str, for_: Use, errors: &mut Vec<FieldError>) {
    let supported: &[&str] = match for_ {
        Use::Pod => &["Always", "OnFailure", "Never"],
        Use::Template => &["Always"],
        Use::JobTemplate => &["OnFailure", "Never"],
    };
    let policy = spec.restart_policy.as_deref().unwrap_or_default();
    if for_ == Use::JobTemplate && policy == "Always" {
        let detail = "valid values: \"OnFailure\", \"Never\"";
        errors.push(FieldError::required(format!("{field}.restartPolicy"), detail));
        return;
    }
    if !supported.contains(&policy) {
        errors.push(FieldError::not_supported(format!("{field}.restartPolicy"), policy, supported));
    }
}

fn check_container(container: &Container, field: &str, names: &mut BTreeSet<String>, errors: &mut Vec<FieldError>) {
    let name = format!("{field}.name");
    if container.name.is_empty() {
        errors.push(FieldError::required(name, ""));
    } else if let Some(error) = check_name(&name, &container.name, NameForm::Label) {
        errors.push(error);
    } else if !names.insert(container.name.clone()) {
        errors.push(FieldError::duplicate(name, &container.name));
    }
    errors.extend(check_image(container.image.as_deref(), &format!("{field}.image")));
    let policies = ["Always", "IfNotPresent", "Never"];
    let policy = container.image_pull_policy.as_deref().unwrap_or_default();
    if !policies.contains(&policy) {
        errors.push(FieldError::not_supported(format!("{field}.imagePullPolicy"), policy, &policies));
    }
}

/// The fault of an image's name. Whether it is a reference at all only the node looks at.
pub(super) fn check_image(image: Option<&str>, field: &str) -> Option<FieldError> {
    let image = image.unwrap_or_default();
    if image.is_empty() {
        Some(FieldError::required(field, ""))
    } else if image.trim() != image {
        Some(FieldError::invalid(field, &image, "must not have leading or trailing whitespace"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(containers: &[(&str, &str)]) -> PodSpec {
        let container = |(name, image): &(&str, &str)| Container {
            name: (*name).to_owned(),
            image: Some((*image).to_owned()),
            ..Container::default()
        };
        let mut spec = PodSpec { containers: containers.iter().map(container).collect(), ..PodSpec::default() };
        complete(&mut spec);
        spec
    }

    fn faults(spec: &PodSpec, for_: Use) -> Vec<String> {
        check(spec, "spec", for_).into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
    }

    #[rstest::rstest]
    #[case("gcr.io/p/i", "Always")]
    #[case("gcr.io/p/i:latest", "Always")]
    #[case("gcr.io/p/i:v1", "IfNotPresent")]
    #[case("gcr.io/p/i@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567", "IfNotPresent")]
    fn pull_policies(#[case] image: &str, #[case] policy: &str) {
        assert_eq!(spec(&[("c", image)]).containers[0].image_pull_policy.as_deref(), Some(policy));
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(faults(&spec(&[]), Use::Pod), ["spec.containers: Required value"]);
        assert_eq!(faults(&spec(&[("c", "")]), Use::Pod), ["spec.containers[0].image: Required value"]);
        assert_eq!(
            faults(&spec(&[("c", "i"), ("c", " i")]), Use::Pod),
            [
                "spec.containers[1].name: Duplicate value: \"c\"",
                "spec.containers[1].image: Invalid value: \" i\": must not have leading or trailing whitespace",
            ]
        );
        let mut never = spec(&[("c", "i")]);
        never.restart_policy = Some("Never".to_owned());
        assert_eq!(faults(&never, Use::Pod), [""; 0]);
        assert_eq!(
            faults(&never, Use::Template),
            ["spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""]
        );
    }
}
