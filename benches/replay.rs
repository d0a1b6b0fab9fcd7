//! Replays: 100,000 audit log entries of some 3 KB under one policy and under two of the past, on all
//! cores.
//!
//! The peer is the bare JSON parse of the same bytes, on one core.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read;

use countersign::domain::admission::Evidence;
use countersign::domain::policy::{AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, Policy};
use countersign::domain::policy_change::Dated;
use countersign::domain::replay::Replayer;
use countersign::domain::system_policy::SystemPolicy;
use countersign::runtime::exports::Source;
use countersign::runtime::replay::{self as runtime_replay, Progress};
use countersign::signing::openpgp::Verifier;
use divan::Bencher;
use serde::de::IgnoredAny;

/// Entries of a part of the export, and how often it is read.
const PART: usize = 1_000;
const PARTS: usize = 100;

/// One entry as `gcloud logging read --format=json` prints it: a pod that a ReplicaSet makes, a third of
/// them denied.
fn entry(n: usize) -> String {
    let image = format!("us-docker.pkg.dev/team-{:02}/service-{n}/web@sha256:{n:064x}", n % 97);
    let response = if n.is_multiple_of(3) {
        format!(
            r#"{{"kind": "Status", "status": "Failure", "reason": "VIOLATES_POLICY", "code": 400, "message": "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image {image} denied by Binary Authorization default admission rule. Denied by always_deny admission rule"}}"#
        )
    } else {
        r#"{"kind": "Pod", "apiVersion": "v1", "status": {"phase": "Pending", "qosClass": "BestEffort"}}"#.to_owned()
    };
    let mut env = String::new();
    for number in 0..20 {
        let _ = write!(env, r#"{{"name": "SETTING_{number}", "value": "the value of setting {number}"}}, "#);
    }
    format!(
        r#"  {{
    "receiptId": "{n}", "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity", "receiveTimestamp": "2026-05-12T05:37:31.000000Z",
    "labels": {{"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed by ClusterRoleBinding"}},
    "protoPayload": {{
      "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "k8s.io", "methodName": "io.k8s.core.v1.pods.create",
      "authenticationInfo": {{"principalEmail": "system:serviceaccount:kube-system:replicaset-controller"}},
      "resourceName": "core/v1/namespaces/shop-{space}/pods/web-{n}",
      "request": {{"@type": "core.k8s.io/v1.Pod", "apiVersion": "v1", "kind": "Pod",
        "metadata": {{"generateName": "web-{n}-", "labels": {{"app": "web", "team": "team-{space}"}},
          "ownerReferences": [{{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-{space}", "controller": true, "uid": "0b0f4c1e-6d1f-4d6f-9a83-5f6d3ad6a7c1"}}]}},
        "spec": {{"serviceAccountName": "web", "containers": [{{"name": "web", "image": "{image}", "env": [{env}{{"name": "LAST", "value": "one"}}]}}]}}}},
      "response": {response}, "status": {{}}
    }},
    "resource": {{"type": "k8s_cluster", "labels": {{"cluster_name": "c", "location": "us-central1-a", "project_id": "p"}}}},
    "timestamp": "2026-05-12T05:37:31.000000Z"
  }},
"#,
        space = n % 50
    )
}

/// The same part again and again, so that the export takes no memory.
struct Export<'a> {
    part: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Export<'a> {
    fn new(part: &'a [u8]) -> Self {
        Self { part, at: 0, left: PARTS }
    }
}

impl Read for Export<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.part.len() {
            self.at = 0;
            self.left -= 1;
        }
        if self.left == 0 {
            return Ok(0);
        }
        let rest = self.part.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

fn part() -> Vec<u8> {
    (0..PART).map(entry).collect::<String>().into_bytes()
}

fn policy(mode: EvaluationMode) -> Policy {
    let pattern = |n: usize| AdmissionWhitelistPattern {
        name_pattern: format!("us-docker.pkg.dev/team-{:02}/service-{n}/*", n % 97),
    };
    Policy {
        admission_whitelist_patterns: (0..500).map(|n| pattern(n * 2)).collect(),
        ..Policy::with_default(AdmissionRule::always(mode, EnforcementMode::Enforced))
    }
}

/// The bar is ten seconds on two cores.
#[divan::bench(sample_count = 3)]
fn entries(bencher: Bencher<'_, '_>) {
    let part = part();
    let since = |time: &str| time.parse().expect("a time");
    let past = [
        Dated { since: since("2026-05-01T00:00:00Z"), author: None, policy: policy(EvaluationMode::AlwaysDeny) },
        Dated { since: since("2026-05-10T00:00:00Z"), author: None, policy: policy(EvaluationMode::AlwaysAllow) },
    ];
    let system = SystemPolicy::Documented;
    let replayer = Replayer::new(&policy(EvaluationMode::AlwaysDeny), &system, Evidence::default(), &past);
    let verifier = Verifier::default();
    bencher.bench_local(|| {
        let replay = runtime_replay::replay(
            [Source::of("the export", Export::new(&part))],
            &replayer,
            &verifier,
            &Progress::default(),
        );
        let replay = replay.expect("it is read").expect("it is not cancelled");
        assert_eq!(replay.admissions, PART * PARTS);
        replay
    });
}

/// The peer: every entry as JSON, and nothing is made of it.
#[divan::bench(sample_count = 3)]
fn json_peer(bencher: Bencher<'_, '_>) {
    let part = part();
    let entries: Vec<&[u8]> = part.split(|byte| *byte == b'\n').collect();
    let whole: Vec<Vec<u8>> = {
        // The lines of each entry.
        let mut all = Vec::new();
        let mut one: Vec<u8> = Vec::new();
        for line in entries {
            if line == b"  }," {
                one.extend_from_slice(b"  }");
                all.push(std::mem::take(&mut one));
            } else {
                one.extend_from_slice(line);
            }
        }
        all
    };
    assert_eq!(whole.len(), PART);
    bencher.bench_local(|| {
        let parse = |entry: &Vec<u8>| serde_json::from_slice::<IgnoredAny>(black_box(entry)).is_ok();
        (0..PARTS).map(|_| whole.iter().filter(|entry| parse(entry)).count()).sum::<usize>()
    });
}
