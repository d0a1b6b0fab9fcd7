use super::*;
use crate::admission::{Evidence, Request, RequestImage};
use crate::attestation::{SignatureFault, Verified, Verify};
use crate::attestor::PublicKey;
use crate::diagnostic::page::{Example, page};
use crate::document::Dialect;
use crate::quick_fix::quick_fixes;
use crate::resource::Image;
use crate::system_policy::SystemPolicy;

struct Nothing;

impl Verify for Nothing {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        unreachable!("no attestation is looked at")
    }
}

fn image() -> Image {
    Image {
        repository: "us.gcr.io/my-project/hello-world".to_owned(),
        digest: format!("sha256:{}", "ab".repeat(32)).parse().unwrap(),
        tags: vec!["v1".to_owned()],
        size: 0,
    }
}

fn cluster() -> Cluster {
    Cluster {
        location: "us-central1-a".to_owned(),
        name: "prod".to_owned(),
        status: "RUNNING".to_owned(),
        enforced: true,
        evaluation_mode: String::new(),
        version: String::new(),
        endpoint: String::new(),
    }
}

fn pod() -> Request {
    let image = RequestImage { image: image().by_digest().unwrap().to_string(), ..RequestImage::default() };
    Request {
        name: "hello-1".to_owned(),
        namespace: "default".to_owned(),
        cluster: Some("us-central1-a.prod".to_owned()),
        images: vec![image],
        ..Request::default()
    }
}

/// A project with an attestor that is right and one without keys, a cluster, an image, and a pod.
fn codes(text: &str) -> Vec<Code> {
    let (clusters, images) = ([cluster()], [image()]);
    let (system, evidence) = (SystemPolicy::of_sandbox(), Evidence::default());
    let attestor = |project: &str, id: &str| format!("projects/{project}/attestors/{id}").parse().unwrap();
    let exists = |keys| AttestorFact::Exists { keys, not_permitted: None };
    let not_permitted = Some("service-1@example.com".to_owned());
    let facts = ProjectFacts {
        project: Some("my-project"),
        own_attestors: Some(
            [(attestor("my-project", "qa"), exists(1)), (attestor("my-project", "new"), exists(0))].into(),
        ),
        other_attestors: [
            (attestor("secret-project", "qa"), AttestorFact::Unreadable),
            (attestor("other-project", "qa"), AttestorFact::Exists { keys: 1, not_permitted }),
        ]
        .into(),
        clusters: Some(&clusters),
        images: Some(&images),
        running: Some(Running { pods: vec![pod()], system: &system, evidence: &evidence, verify: &Nothing }),
    };
    found(text, &facts)
}

fn found(text: &str, facts: &ProjectFacts<'_>) -> Vec<Code> {
    let document = Document::parse(text, Dialect::Gcloud);
    check_project(&document, facts).iter().map(|problem| problem.code).collect()
}

#[test]
fn the_examples_of_the_pages_fire_and_do_not() {
    let mut pages = 0;
    for code in Code::ALL {
        let page = page(*code);
        let (Example::InProject(..), Example::InProject(..)) = (page.wrong, page.right) else { continue };
        assert!(codes(&page.wrong.whole()).contains(code), "{code}: {:?}", codes(&page.wrong.whole()));
        assert!(!codes(&page.right.whole()).contains(code), "{code}");
        assert_eq!(found(&page.wrong.whole(), &ProjectFacts::default()), [], "nothing is known, nothing is said");
        pages += 1;
    }
    assert_eq!(pages, 7);
}

#[test]
fn a_slip_is_told_from_what_there_is() {
    let text =
        "clusterAdmissionRules:\n  us-central1-a.prdo: {requireAttestationsBy: [projects/my-project/attestors/qaa]}\n";
    let clusters = [cluster()];
    let own = [("projects/my-project/attestors/qa".parse().unwrap(), AttestorFact::Missing)].into();
    let facts = ProjectFacts {
        project: Some("my-project"),
        own_attestors: Some(own),
        clusters: Some(&clusters),
        ..ProjectFacts::default()
    };
    let document = Document::parse(text, Dialect::Gcloud);
    let problems = check_project(&document, &facts);
    let said: Vec<(&str, usize, usize)> =
        problems.iter().map(|p| (p.message.as_str(), p.span.start.line, p.span.start.column)).collect();
    assert_eq!(
        said,
        [
            ("the project has no cluster `prdo` in us-central1-a; did you mean `us-central1-a.prod`?", 2, 3),
            (
                "there is no attestor `projects/my-project/attestors/qaa`; did you mean `projects/my-project/attestors/qa`?",
                2,
                48
            ),
        ]
    );
    let fixed = |at: usize| quick_fixes(&document, &problems[at])[0].apply(text);
    assert_eq!(fixed(0), text.replace("prdo", "prod"));
    assert_eq!(fixed(1), text.replace("qaa", "qa"));
    assert_eq!(problems[1].path.to_string(), "clusterAdmissionRules[us-central1-a.prdo].requireAttestationsBy[0]");
}

#[test]
fn memberships_and_other_registries_are_not_judged() {
    let text = "admissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/x@*\n- namePattern: gcr.io/other/x@*\n\
                clusterAdmissionRules:\n  global.member: {evaluationMode: ALWAYS_ALLOW}\n";
    assert_eq!(codes(text), []);
}

#[test]
fn one_rule_is_named_once_for_all_its_pods() {
    let (system, evidence) = (SystemPolicy::of_sandbox(), Evidence::default());
    let running = Running { pods: vec![pod(), pod()], system: &system, evidence: &evidence, verify: &Nothing };
    let facts = ProjectFacts { running: Some(running), ..ProjectFacts::default() };
    let text = "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";
    let problems = check_project(&Document::parse(text, Dialect::Gcloud), &facts);
    let message = problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("\n");
    assert!(
        message.starts_with("this rule would refuse 2 pods that run now: default/hello-1 with us.gcr.io/"),
        "{message}"
    );
}
