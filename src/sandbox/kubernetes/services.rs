//! Services: what the API server adds and refuses. Nothing is reached through one, as nothing runs.

use std::net::Ipv4Addr;

use aws_lc_rs::digest::{SHA256, digest};
use k8s_openapi::api::core::v1::{LoadBalancerStatus, Service, ServiceSpec, ServiceStatus};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::failure::{Failure, FieldError};
use super::kinds::{Editable, refuse_if_any};
use super::names::{NameForm, check_labels, check_meta};
use super::objects::{Cluster, Object};

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

impl Editable for Service {
    fn create(cluster: Cluster<'_>, mut object: Self) -> Result<Self, Failure> {
        let address = address(object.namespace(), object.name());
        complete(object.spec.get_or_insert_default(), address);
        object.status =
            Some(ServiceStatus { load_balancer: Some(LoadBalancerStatus::default()), ..ServiceStatus::default() });
        let mut errors = check_meta(&object.metadata, NameForm::Label);
        errors.extend(check(&object));
        refuse_if_any(&object, errors)?;
        cluster.create(&mut object)?;
        Ok(object)
    }

    fn check_update(_: Cluster<'_>, old: &Self, new: &mut Self) -> Result<(), Failure> {
        let address = address(old.namespace(), old.name());
        complete(new.spec.get_or_insert_default(), address);
        new.status.clone_from(&old.status);
        let mut errors = check_labels("metadata.labels", &new.metadata);
        errors.extend(check(new));
        refuse_if_any(new, errors)
    }
}

fn complete(spec: &mut ServiceSpec, address: Ipv4Addr) {
    let type_ = spec.type_.get_or_insert_with(|| "ClusterIP".to_owned()).clone();
    spec.session_affinity.get_or_insert_with(|| "None".to_owned());
    if type_ != "ExternalName" {
        let address = spec.cluster_ip.get_or_insert_with(|| address.to_string()).clone();
        spec.cluster_ips.get_or_insert_with(|| vec![address]);
        spec.internal_traffic_policy.get_or_insert_with(|| "Cluster".to_owned());
        spec.ip_families.get_or_insert_with(|| vec!["IPv4".to_owned()]);
        spec.ip_family_policy.get_or_insert_with(|| "SingleStack".to_owned());
    }
    for port in spec.ports.iter_mut().flatten() {
        port.protocol.get_or_insert_with(|| "TCP".to_owned());
        // kubectl's protobuf writes a number that is not set as 0.
        port.node_port = port.node_port.filter(|port| *port != 0);
        port.target_port = port.target_port.take().filter(|target| *target != IntOrString::Int(0));
        port.target_port.get_or_insert(IntOrString::Int(port.port));
    }
}

fn check(service: &Service) -> Vec<FieldError> {
    let spec = service.spec.clone().unwrap_or_default();
    let mut errors = Vec::new();
    let type_ = spec.type_.unwrap_or_default();
    if !TYPES.contains(&type_.as_str()) {
        errors.push(FieldError::not_supported("spec.type", &type_, &TYPES));
    }
    let headless = spec.cluster_ip.as_deref() == Some("None");
    let ports = spec.ports.unwrap_or_default();
    if type_ == "ExternalName" {
        if spec.external_name.unwrap_or_default().is_empty() {
            errors.push(FieldError::required("spec.externalName", ""));
        }
    } else if ports.is_empty() && !headless {
        errors.push(FieldError::required("spec.ports", ""));
    }
    for (i, port) in ports.iter().enumerate() {
        if !(1..=65_535).contains(&port.port) {
            let field = format!("spec.ports[{i}].port");
            errors.push(FieldError::invalid(field, &port.port, "must be between 1 and 65535, inclusive"));
        }
        if ports.len() > 1 && port.name.as_deref().unwrap_or_default().is_empty() {
            errors.push(FieldError::required(format!("spec.ports[{i}].name"), ""));
        }
    }
    errors
}

/// An address in the range that Kubernetes Engine gives to Services; the same name has the same one.
fn address(namespace: &str, name: &str) -> Ipv4Addr {
    let hash = digest(&SHA256, format!("{namespace}/{name}").as_bytes());
    let byte = |at: usize| hash.as_ref().get(at).copied().unwrap_or_default();
    Ipv4Addr::new(34, 118, 224 + byte(0) % 16, byte(1).max(2))
}
