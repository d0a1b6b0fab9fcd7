//! Deployments: what the API server adds and refuses (kubernetes,
//! `pkg/apis/apps/{v1/defaults,validation}`).

use k8s_openapi::api::apps::v1::{Deployment, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::failure::{Failure, FieldError};
use super::names::{NameForm, check_labels, check_meta};
use super::objects::{Cluster, Object};
use super::resources::ResourceKind;
use super::template;

/// Checks and stores a new Deployment. Its pods are the controllers' business.
pub(super) fn create(cluster: Cluster<'_>, mut deployment: Deployment) -> Result<Deployment, Failure> {
    complete(&mut deployment);
    deployment.metadata.generation = Some(1);
    deployment.status = None;
    let mut errors = check_meta(&deployment.metadata, NameForm::Subdomain);
    errors.extend(check(&deployment));
    refuse_if_any(&deployment, errors)?;
    cluster.create(&mut deployment)?;
    Ok(deployment)
}

/// Checks a changed Deployment against the one that is stored.
pub(super) fn check_update(old: &Deployment, new: &mut Deployment) -> Result<(), Failure> {
    complete(new);
    new.status.clone_from(&old.status);
    let mut errors = check_labels("metadata.labels", &new.metadata);
    errors.extend(check(new));
    let selector = |deployment: &Deployment| deployment.spec.as_ref().map(|spec| spec.selector.clone());
    if selector(old) != selector(new) {
        errors.push(FieldError::invalid("spec.selector", &selector(new), "field is immutable"));
    }
    refuse_if_any(new, errors)?;
    if old.spec != new.spec {
        new.metadata.generation = Some(old.metadata.generation.unwrap_or(1).saturating_add(1));
    }
    Ok(())
}

fn refuse_if_any(deployment: &Deployment, errors: Vec<FieldError>) -> Result<(), Failure> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Failure::invalid(ResourceKind::Deployment.resource(), deployment.name(), errors))
    }
}

fn complete(deployment: &mut Deployment) {
    let spec = deployment.spec.get_or_insert_default();
    spec.replicas.get_or_insert(1);
    spec.revision_history_limit.get_or_insert(10);
    spec.progress_deadline_seconds.get_or_insert(600);
    if spec.min_ready_seconds == Some(0) {
        spec.min_ready_seconds = None;
    }
    complete_strategy(spec.strategy.get_or_insert_default());
    template::complete(&mut spec.template);
}

fn complete_strategy(strategy: &mut DeploymentStrategy) {
    let type_ = strategy.type_.take().filter(|type_| !type_.is_empty()).unwrap_or_else(|| "RollingUpdate".to_owned());
    if type_ == "RollingUpdate" {
        let quarter = || IntOrString::String("25%".to_owned());
        let rolling: &mut RollingUpdateDeployment = strategy.rolling_update.get_or_insert_default();
        rolling.max_surge.get_or_insert_with(quarter);
        rolling.max_unavailable.get_or_insert_with(quarter);
    }
    strategy.type_ = Some(type_);
}

fn check(deployment: &Deployment) -> Vec<FieldError> {
    let spec = deployment.spec.clone().unwrap_or_default();
    let mut errors = Vec::new();
    errors.extend(template::check_numbers(&[
        ("spec.replicas", spec.replicas),
        ("spec.minReadySeconds", spec.min_ready_seconds),
        ("spec.revisionHistoryLimit", spec.revision_history_limit),
        ("spec.progressDeadlineSeconds", spec.progress_deadline_seconds),
    ]));
    errors.extend(template::check(&spec.selector, &spec.template, "deployment"));
    errors.extend(check_strategy(spec.strategy.as_ref()));
    errors
}

fn check_strategy(strategy: Option<&DeploymentStrategy>) -> Vec<FieldError> {
    let strategy = strategy.cloned().unwrap_or_default();
    let type_ = strategy.type_.unwrap_or_default();
    let mut errors = Vec::new();
    match (type_.as_str(), strategy.rolling_update) {
        ("Recreate", None) => {}
        ("Recreate", Some(_)) => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            errors.push(FieldError::forbidden("spec.strategy.rollingUpdate", detail));
        }
        ("RollingUpdate", rolling) => {
            let rolling = rolling.unwrap_or_default();
            let amounts = [("maxSurge", rolling.max_surge), ("maxUnavailable", rolling.max_unavailable)];
            if amounts.iter().all(|(_, amount)| amount.as_ref().is_some_and(is_zero)) {
                let detail = "may not be 0 when `maxSurge` is 0";
                let field = "spec.strategy.rollingUpdate.maxUnavailable";
                errors.push(FieldError::invalid(field, &amounts[1].1, detail));
            }
            for (name, amount) in amounts {
                if !amount.as_ref().is_some_and(is_amount) {
                    let field = format!("spec.strategy.rollingUpdate.{name}");
                    let detail =
                        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%')";
                    errors.push(FieldError::invalid(field, &amount, detail));
                }
            }
        }
        (other, _) => {
            errors.push(FieldError::not_supported("spec.strategy.type", other, &["Recreate", "RollingUpdate"]));
        }
    }
    errors
}

fn is_amount(amount: &IntOrString) -> bool {
    match amount {
        IntOrString::Int(number) => *number >= 0,
        IntOrString::String(text) => {
            text.strip_suffix('%').and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number <= 10_000)
        }
    }
}

fn is_zero(amount: &IntOrString) -> bool {
    matches!(amount, IntOrString::Int(0)) || matches!(amount, IntOrString::String(text) if text == "0%")
}
