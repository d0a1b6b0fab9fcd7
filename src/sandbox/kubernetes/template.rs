//! The pod templates of workloads: what the API server adds to them, and what it refuses.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::failure::FieldError;
use super::names::check_labels;
use super::pod_spec::{self, Use};
use super::selector::selects;

/// Fills in what was left out.
pub(super) fn complete(template: &mut PodTemplateSpec) {
    template.metadata.get_or_insert_default().creation_timestamp = None;
    pod_spec::complete(template.spec.get_or_insert_default());
}

/// The faults of a template and of the selector that must mean its pods; `workload` as in messages.
pub(super) fn check(selector: &LabelSelector, template: &PodTemplateSpec, workload: &str) -> Vec<FieldError> {
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    let terms = selector.match_labels.iter().flatten().count() + selector.match_expressions.iter().flatten().count();
    let mut errors = Vec::new();
    if terms == 0 {
        let detail = format!("empty selector is invalid for {workload}");
        errors.push(FieldError::invalid("spec.selector", selector, &detail));
    } else if !selects(selector, labels) {
        let detail = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid("spec.template.metadata.labels", &labels, detail));
    }
    errors.extend(check_pods(template, "spec.template", Use::Template));
    errors
}

/// The faults of the template at `field` alone.
pub(super) fn check_pods(template: &PodTemplateSpec, field: &str, for_: Use) -> Vec<FieldError> {
    let meta = template.metadata.clone().unwrap_or_default();
    let mut errors = check_labels(&format!("{field}.metadata.labels"), &meta);
    let spec = template.spec.clone().unwrap_or_default();
    errors.extend(pod_spec::check(&spec, &format!("{field}.spec"), for_));
    errors
}

/// The fields that hold a negative number.
pub(super) fn check_numbers(numbers: &[(&str, Option<i32>)]) -> Vec<FieldError> {
    let negative = numbers.iter().filter_map(|(field, number)| Some((field, (*number).filter(|number| *number < 0)?)));
    negative.map(|(field, number)| FieldError::invalid(*field, &number, "must be greater than or equal to 0")).collect()
}
