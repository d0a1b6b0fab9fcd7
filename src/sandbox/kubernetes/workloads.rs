//! Workloads other than Deployments: what the API server adds and refuses (kubernetes,
//! `pkg/apis/apps` and `pkg/apis/batch`). Their pods are the controllers' business.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetUpdateStrategy, ReplicaSet, RollingUpdateDaemonSet, RollingUpdateStatefulSetStrategy,
    StatefulSet, StatefulSetUpdateStrategy,
};
use k8s_openapi::api::batch::v1::{CronJob, Job, JobSpec};
use k8s_openapi::api::core::v1::ReplicationController;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::failure::{Failure, FieldError};
use super::kinds::{Editable, refuse_if_any};
use super::names::{NameForm, check_labels, check_meta};
use super::objects::{Cluster, Object};
use super::pod_spec::Use;
use super::schedule::Schedule;
use super::template;

/// What the generic handling of a workload needs to know of its kind. The field is always
/// present after [`Workload::complete`].
trait Workload: Object {
    fn complete(&mut self);
    /// The faults of a completed workload's specification.
    fn faults(&self) -> Vec<FieldError>;
    /// The faults of a change.
    fn faults_of_change(&self, new: &Self) -> Vec<FieldError>;
    fn same_spec(&self, other: &Self) -> bool;
    fn keep_status(&mut self, of: Option<&Self>);
}

fn create<T: Workload>(cluster: Cluster<'_>, mut object: T) -> Result<T, Failure> {
    object.complete();
    object.metadata_mut().generation = Some(1);
    object.keep_status(None);
    let mut errors = check_meta(object.metadata(), NameForm::Subdomain);
    errors.extend(object.faults());
    refuse_if_any(&object, errors)?;
    cluster.create(&mut object)?;
    cluster.enqueue(&object, 0, cluster.now)?;
    Ok(object)
}

fn check_update<T: Workload>(cluster: Cluster<'_>, old: &T, new: &mut T) -> Result<(), Failure> {
    new.complete();
    new.keep_status(Some(old));
    let mut errors = check_labels("metadata.labels", new.metadata());
    errors.extend(new.faults());
    errors.extend(old.faults_of_change(new));
    refuse_if_any(new, errors)?;
    if !old.same_spec(new) {
        let generation = old.metadata().generation.unwrap_or(1);
        new.metadata_mut().generation = Some(generation.saturating_add(1));
        // A change makes the controller look at once, whenever its next attempt was due.
        let attempts = cluster.queued(new)?.map_or(0, |(attempts, _)| attempts);
        cluster.enqueue(new, attempts, cluster.now)?;
    }
    Ok(())
}

macro_rules! editable {
    ($($kind:ident),*) => {
        $(impl Editable for $kind {
            fn create(cluster: Cluster<'_>, object: Self) -> Result<Self, Failure> {
                create(cluster, object)
            }

            fn check_update(cluster: Cluster<'_>, old: &Self, new: &mut Self) -> Result<(), Failure> {
                check_update(cluster, old, new)
            }
        })*
    };
}
editable!(ReplicaSet, ReplicationController, StatefulSet, DaemonSet, Job, CronJob);

/// The two that every kind has alike.
macro_rules! common {
    () => {
        fn same_spec(&self, other: &Self) -> bool {
            self.spec == other.spec
        }

        fn keep_status(&mut self, of: Option<&Self>) {
            self.status = of.and_then(|of| of.status.clone());
        }
    };
}

fn immutable<V: PartialEq + serde::Serialize>(field: &str, old: &V, new: &V) -> Option<FieldError> {
    (old != new).then(|| FieldError::invalid(field, new, "field is immutable"))
}

impl Workload for ReplicaSet {
    common!();

    fn complete(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        template::complete(spec.template.get_or_insert_default());
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let numbers = [("spec.replicas", spec.replicas), ("spec.minReadySeconds", spec.min_ready_seconds)];
        let mut errors = template::check_numbers(&numbers);
        errors.extend(template::check(&spec.selector, &spec.template.unwrap_or_default(), "replicaset"));
        errors
    }

    fn faults_of_change(&self, new: &Self) -> Vec<FieldError> {
        let selector = |set: &Self| set.spec.as_ref().map(|spec| spec.selector.clone());
        immutable("spec.selector", &selector(self), &selector(new)).into_iter().collect()
    }
}

impl Workload for ReplicationController {
    common!();

    fn complete(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        let template = spec.template.get_or_insert_default();
        template::complete(template);
        // Unlike the newer kinds it takes the template's labels where it has no selector.
        let labels = template.metadata.as_ref().and_then(|meta| meta.labels.clone());
        if spec.selector.as_ref().is_none_or(BTreeMap::is_empty) {
            spec.selector.clone_from(&labels);
        }
        if self.metadata.labels.is_none() {
            self.metadata.labels = labels;
        }
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let numbers = [("spec.replicas", spec.replicas), ("spec.minReadySeconds", spec.min_ready_seconds)];
        let mut errors = template::check_numbers(&numbers);
        let selector = LabelSelector { match_labels: spec.selector, match_expressions: None };
        errors.extend(template::check(&selector, &spec.template.unwrap_or_default(), "replicationcontroller"));
        errors
    }

    fn faults_of_change(&self, _: &Self) -> Vec<FieldError> {
        Vec::new()
    }
}

impl Workload for StatefulSet {
    common!();

    fn complete(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        spec.revision_history_limit.get_or_insert(10);
        spec.pod_management_policy.get_or_insert_with(|| "OrderedReady".to_owned());
        let strategy: &mut StatefulSetUpdateStrategy = spec.update_strategy.get_or_insert_default();
        if strategy.type_.get_or_insert_with(|| "RollingUpdate".to_owned()) == "RollingUpdate" {
            let rolling: &mut RollingUpdateStatefulSetStrategy = strategy.rolling_update.get_or_insert_default();
            rolling.partition.get_or_insert(0);
        }
        template::complete(&mut spec.template);
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let numbers = [
            ("spec.replicas", spec.replicas),
            ("spec.minReadySeconds", spec.min_ready_seconds),
            ("spec.revisionHistoryLimit", spec.revision_history_limit),
        ];
        let mut errors = template::check_numbers(&numbers);
        let chosen = [
            ("spec.podManagementPolicy", spec.pod_management_policy, ["OrderedReady", "Parallel"]),
            (
                "spec.updateStrategy",
                spec.update_strategy.and_then(|strategy| strategy.type_),
                ["RollingUpdate", "OnDelete"],
            ),
        ];
        errors.extend(chosen.into_iter().filter_map(|(field, value, allowed)| one_of(field, value, &allowed)));
        errors.extend(template::check(&spec.selector, &spec.template, "statefulset"));
        errors
    }

    fn faults_of_change(&self, new: &Self) -> Vec<FieldError> {
        let fixed = |set: &Self| {
            let spec = set.spec.clone().unwrap_or_default();
            (spec.selector, spec.service_name, spec.pod_management_policy, spec.volume_claim_templates)
        };
        let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
             'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are \
             forbidden";
        (fixed(self) != fixed(new)).then(|| FieldError::forbidden("spec", detail)).into_iter().collect()
    }
}

impl Workload for DaemonSet {
    common!();

    fn complete(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.revision_history_limit.get_or_insert(10);
        let strategy: &mut DaemonSetUpdateStrategy = spec.update_strategy.get_or_insert_default();
        if strategy.type_.get_or_insert_with(|| "RollingUpdate".to_owned()) == "RollingUpdate" {
            let rolling: &mut RollingUpdateDaemonSet = strategy.rolling_update.get_or_insert_default();
            rolling.max_surge.get_or_insert(IntOrString::Int(0));
            rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
        }
        template::complete(&mut spec.template);
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let numbers = [
            ("spec.minReadySeconds", spec.min_ready_seconds),
            ("spec.revisionHistoryLimit", spec.revision_history_limit),
        ];
        let mut errors = template::check_numbers(&numbers);
        let strategy = spec.update_strategy.and_then(|strategy| strategy.type_);
        errors.extend(one_of("spec.updateStrategy.type", strategy, &["RollingUpdate", "OnDelete"]));
        errors.extend(template::check(&spec.selector, &spec.template, "daemonset"));
        errors
    }

    fn faults_of_change(&self, new: &Self) -> Vec<FieldError> {
        let selector = |set: &Self| set.spec.as_ref().map(|spec| spec.selector.clone());
        immutable("spec.selector", &selector(self), &selector(new)).into_iter().collect()
    }
}

impl Workload for Job {
    common!();

    fn complete(&mut self) {
        complete_job(self.spec.get_or_insert_default());
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let mut errors = faults_of_job(&spec, "spec");
        if spec.manual_selector != Some(true) && spec.selector.is_some() && self.metadata.uid.is_none() {
            let detail = "`selector` not auto-generated";
            errors.push(FieldError::invalid("spec.selector", &spec.selector, detail));
        }
        errors
    }

    fn faults_of_change(&self, new: &Self) -> Vec<FieldError> {
        let (old, new) = (self.spec.clone().unwrap_or_default(), new.spec.clone().unwrap_or_default());
        let fields = [
            immutable("spec.completions", &old.completions, &new.completions),
            immutable("spec.selector", &old.selector, &new.selector),
            immutable("spec.template", &old.template, &new.template),
        ];
        fields.into_iter().flatten().collect()
    }
}

fn complete_job(spec: &mut JobSpec) {
    if spec.completions.is_none() && spec.parallelism.is_none() {
        spec.completions = Some(1);
    }
    spec.parallelism.get_or_insert(1);
    spec.backoff_limit.get_or_insert(6);
    spec.completion_mode.get_or_insert_with(|| "NonIndexed".to_owned());
    spec.suspend.get_or_insert(false);
    spec.pod_replacement_policy.get_or_insert_with(|| "TerminatingOrFailed".to_owned());
    template::complete(&mut spec.template);
}

fn faults_of_job(spec: &JobSpec, field: &str) -> Vec<FieldError> {
    let names = ["completions", "parallelism", "backoffLimit"].map(|name| format!("{field}.{name}"));
    let [completions, parallelism, limit] = names.each_ref().map(String::as_str);
    let numbers = [(completions, spec.completions), (parallelism, spec.parallelism), (limit, spec.backoff_limit)];
    let mut errors = template::check_numbers(&numbers);
    let mode = format!("{field}.completionMode");
    errors.extend(one_of(&mode, spec.completion_mode.clone(), &["NonIndexed", "Indexed"]));
    errors.extend(template::check_pods(&spec.template, &format!("{field}.template"), Use::JobTemplate));
    errors
}

impl Workload for CronJob {
    common!();

    fn complete(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.concurrency_policy.get_or_insert_with(|| "Allow".to_owned());
        spec.suspend.get_or_insert(false);
        spec.successful_jobs_history_limit.get_or_insert(3);
        spec.failed_jobs_history_limit.get_or_insert(1);
        let job = spec.job_template.spec.get_or_insert_default();
        template::complete(&mut job.template);
    }

    fn faults(&self) -> Vec<FieldError> {
        let spec = self.spec.clone().unwrap_or_default();
        let mut errors = Vec::new();
        if spec.schedule.is_empty() {
            errors.push(FieldError::required("spec.schedule", ""));
        } else if let Err(error) = spec.schedule.parse::<Schedule>() {
            errors.push(FieldError::invalid("spec.schedule", &spec.schedule, &error.to_string()));
        }
        if let Some(zone) = &spec.time_zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            errors.push(FieldError::invalid("spec.timeZone", zone, &format!("unknown time zone {zone}")));
        }
        let policies = ["Allow", "Forbid", "Replace"];
        errors.extend(one_of("spec.concurrencyPolicy", spec.concurrency_policy, &policies));
        errors.extend(faults_of_job(&spec.job_template.spec.unwrap_or_default(), "spec.jobTemplate.spec"));
        errors
    }

    fn faults_of_change(&self, _: &Self) -> Vec<FieldError> {
        Vec::new()
    }
}

fn one_of(field: &str, value: Option<String>, allowed: &[&str]) -> Option<FieldError> {
    let value = value.unwrap_or_default();
    let known = value.is_empty() || allowed.contains(&value.as_str());
    (!known).then(|| FieldError::not_supported(field, &value, allowed))
}
