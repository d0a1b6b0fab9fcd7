//! Where a refusal was, against what is open: what is open proves nothing about another place.

use super::kind::RefusalKind;
use super::refusal::Refusal;
use crate::name::AttestorName;
use crate::policy::{Policy, RuleKind};

/// What is open, as far as it is; `None`: nothing of the kind is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open<'o> {
    /// The project's id.
    pub project: Option<&'o str>,
    /// Its number, by which some services name it.
    pub number: Option<&'o str>,
    /// The clusters of the project, `LOCATION.NAME`; of a question about one cluster, that one.
    pub clusters: Option<&'o [String]>,
    pub namespace: Option<&'o str>,
    /// The policy that is asked.
    pub policy: Option<&'o Policy>,
}

impl Open<'_> {
    /// Whether something of this project is open: it itself, or an attestor that the policy asks.
    fn has_project(&self, project: &str) -> bool {
        let asked = || self.policy.into_iter().flat_map(Policy::attestors);
        let is_of = |name: &str| name.parse::<AttestorName>().is_ok_and(|name| name.project() == project);
        self.project == Some(project) || self.number == Some(project) || asked().any(is_of)
    }

    /// Whether so much is open that a project can be another one.
    fn is_of_projects(&self) -> bool {
        self.policy.is_some_and(|policy| self.project.is_some() || !policy.attestors().is_empty())
    }
}

/// Where a refusal was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In what is open.
    Here,
    /// The text does not say it: it may be what is open, or another place.
    NotSaid,
    Elsewhere(Elsewhere),
}

/// Another place than what is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What the text is about, for example `cluster us-east4-a.prod`.
    pub about: String,
    /// What is open of that kind.
    pub open: String,
    /// The project that the text is of, or that its attestor is of.
    pub project: Option<String>,
}

impl Elsewhere {
    /// Why nothing is checked, in a sentence.
    pub fn text(&self) -> String {
        format!("This is about {}, and open is {}: nothing can be checked here.", self.about, self.open)
    }
}

impl Place {
    pub fn elsewhere(&self) -> Option<&Elsewhere> {
        match self {
            Self::Elsewhere(elsewhere) => Some(elsewhere),
            Self::Here | Self::NotSaid => None,
        }
    }
}

impl Refusal {
    /// Where it was, against what is open.
    pub fn place(&self, open: &Open<'_>) -> Place {
        let is_said = |text: &&str| !text.is_empty();
        let project = Some(self.subject.project.as_str()).filter(is_said);
        let request = self.request();
        let cluster = request.cluster.as_deref().filter(is_said);
        let elsewhere = |about: String, open: String| {
            Place::Elsewhere(Elsewhere {
                about,
                open,
                project: project.map(str::to_owned).or(self.project_of_attestors()),
            })
        };
        let is_open_project = |said| open.project == Some(said) || open.number == Some(said);
        if let (Some(said), Some(here)) = (project, open.project)
            && !is_open_project(said)
        {
            return elsewhere(format!("project {said}"), format!("project {here}"));
        }
        if let (Some(said), Some(clusters)) = (cluster, open.clusters)
            && !clusters.iter().any(|cluster| cluster == said)
        {
            let of_project = project.map(|project| format!(" of project {project}")).unwrap_or_default();
            return elsewhere(format!("cluster {said}{of_project}"), clusters_open(open, clusters));
        }
        let namespace = Some(request.namespace.as_str()).filter(is_said);
        if let (Some(said), Some(here)) = (namespace, open.namespace)
            && said != here
        {
            return elsewhere(format!("namespace {said}"), format!("namespace {here}"));
        }
        let is_of_cluster = self.kind != RefusalKind::CloudRun;
        match (is_of_cluster, cluster, project) {
            (true, Some(_), _) | (false, _, Some(_)) => Place::Here,
            (true, None, Some(_)) => Place::NotSaid,
            (_, _, None) => match self.project_of_attestors() {
                Some(of) if open.is_of_projects() && !open.has_project(&of) => {
                    let asked = || "a policy that asks none of its attestors".to_owned();
                    let here = open.project.map_or_else(asked, |project| format!("project {project}"));
                    elsewhere(format!("project {of}"), here)
                }
                _ => Place::NotSaid,
            },
        }
    }

    /// Whether it was, for all that is known, where the policy decides: the text says so, or names an attestor or a rule
    /// of what is open.
    pub fn is_tied(&self, open: &Open<'_>) -> bool {
        let names_rule = |policy: &Policy| {
            let said = self.rule.as_ref().filter(|said| said.kind != RuleKind::Default);
            said.is_some_and(|said| {
                policy.all_rules().any(|(kind, key, _)| (kind, key) == (said.kind, said.key.as_str()))
            })
        };
        match self.place(open) {
            Place::Here => true,
            Place::Elsewhere(_) => false,
            Place::NotSaid => {
                let project = Some(self.subject.project.clone()).filter(|project| !project.is_empty());
                let project = project.or_else(|| self.project_of_attestors());
                project.is_some_and(|project| open.has_project(&project)) || open.policy.is_some_and(names_rule)
            }
        }
    }

    /// The project of all its attestors: often that of the policy.
    fn project_of_attestors(&self) -> Option<String> {
        let named = self.findings.iter().filter_map(|finding| finding.attestor.as_ref()?.parse::<AttestorName>().ok());
        let projects: Vec<String> = named.map(|name| name.project().to_owned()).collect();
        let first = projects.first()?;
        projects.iter().all(|project| project == first).then(|| first.clone())
    }
}

/// What is open of clusters, in words.
fn clusters_open(open: &Open<'_>, clusters: &[String]) -> String {
    match (clusters, open.project) {
        ([only], _) => format!("cluster {only}"),
        (_, Some(project)) => format!("project {project}, which has no such cluster"),
        (_, None) => "another cluster".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::message::{RuleSaid, decode};

    const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

    fn refusal(rule: &str) -> Refusal {
        let text = format!(
            "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image \
             gcr.io/real-corp/web@{DIGEST} denied by Binary Authorization {rule}. Image gcr.io/real-corp/web@{DIGEST} \
             denied by attestor projects/real-corp/attestors/prod: No attestations found that were valid and signed by \
             a key trusted by the attestor"
        );
        decode(&text).cases.into_iter().next().unwrap()
    }

    #[test]
    fn a_message_of_a_cluster_that_is_not_open_is_elsewhere() {
        let case = refusal("cluster admission rule for us-east4-a.my-cluster-1");
        let clusters = ["europe-west1.prod-eu".to_owned()];
        let open = Open { project: Some("acme-prod"), clusters: Some(&clusters), ..Open::default() };
        let place = case.place(&open);
        let elsewhere = place.elsewhere().unwrap();
        assert_eq!(
            elsewhere.text(),
            "This is about cluster us-east4-a.my-cluster-1, and open is cluster europe-west1.prod-eu: nothing can be \
             checked here."
        );
        assert_eq!(elsewhere.project.as_deref(), Some("real-corp"));
        let clusters = ["us-east4-a.my-cluster-1".to_owned()];
        assert_eq!(case.place(&Open { clusters: Some(&clusters), ..open }), Place::Here);
    }

    #[test]
    fn another_project_or_namespace_is_elsewhere_too() {
        let mut case = refusal("default admission rule");
        let open = Open { project: Some("acme-prod"), number: Some("4711"), ..Open::default() };
        assert_eq!(case.place(&open), Place::NotSaid);
        case.subject.project = "real-corp".to_owned();
        assert!(case.place(&open).elsewhere().is_some_and(|e| e.about == "project real-corp"));
        case.subject.project = "4711".to_owned();
        assert_eq!(case.place(&open), Place::NotSaid, "no cluster is said");
        case.subject.namespace = "shop".to_owned();
        let open = Open { namespace: Some("pay"), ..open };
        assert!(case.place(&open).elsewhere().is_some_and(|e| e.about == "namespace shop"));
    }

    fn policy(rules: &str) -> Policy {
        use crate::document::{Dialect, Document};
        let rule = "{evaluationMode: REQUIRE_ATTESTATION, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG, \
                    requireAttestationsBy: [projects/signers/attestors/prod]}";
        let text = format!("defaultAdmissionRule: {rule}\n{}", rules.replace("RULE", rule));
        Document::parse(&text, Dialect::Gcloud).policy.unwrap()
    }

    #[test]
    fn attestors_of_a_project_that_nothing_here_is_of_are_elsewhere() {
        let case = refusal("default admission rule");
        let asked = policy("");
        let open = Open { project: Some("acme-prod"), policy: Some(&asked), ..Open::default() };
        assert!(case.place(&open).elsewhere().is_some_and(|e| e.about == "project real-corp"));
        assert!(case.place(&Open { project: None, ..open }).elsewhere().is_some(), "the policy asks others");
        let of_signers = Open { project: Some("real-corp"), ..open };
        assert_eq!((case.place(&of_signers), case.is_tied(&of_signers)), (Place::NotSaid, true));
        let mut case = refusal("default admission rule");
        case.findings[0].attestor = Some("projects/signers/attestors/prod".to_owned());
        assert_eq!((case.place(&open), case.is_tied(&open)), (Place::NotSaid, true));
    }

    #[test]
    fn only_what_is_named_here_ties_a_message_to_what_is_open() {
        let mut case = refusal("cluster admission rule for a.b");
        for finding in &mut case.findings {
            finding.attestor = None;
        }
        case.rule = None;
        let asked = policy("kubernetesNamespaceAdmissionRules: {shop: RULE}");
        let open = Open { project: Some("acme-prod"), policy: Some(&asked), ..Open::default() };
        assert!(!case.is_tied(&open), "it names nothing");
        let of_namespace = |key: &str| Some(RuleSaid { kind: RuleKind::Namespace, key: key.into() });
        case.rule = of_namespace("shop");
        assert!(case.is_tied(&open));
        case.rule = of_namespace("pay");
        assert!(!case.is_tied(&open));
    }

    #[test]
    fn where_nothing_is_open_nothing_is_elsewhere() {
        assert_eq!(refusal("cluster admission rule for a.b").place(&Open::default()), Place::Here);
        assert_eq!(refusal("default admission rule").place(&Open::default()), Place::NotSaid);
    }
}
