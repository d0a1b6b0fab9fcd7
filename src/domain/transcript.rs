//! A decision as a text to hand on: plain, and Markdown for a ticket. What was assumed is in it, so
//! that nobody takes a *what if* for the truth. Pure; uses the rest of the domain.

use std::fmt::Write as _;

use crate::admission::trace::{Check, Status};
use crate::admission::{Decision, Fact, Generation, Outcome, Platform, Request};
use crate::path::Path;
use crate::text::escape;
use crate::what_if::Assumptions;

/// A decision with what it was made about.
#[derive(Clone, Copy)]
pub struct Transcript<'a> {
    pub decision: &'a Decision,
    /// As it was decided: with what is assumed of it.
    pub request: &'a Request,
    /// The policy in words, for example `the live policy`.
    pub policy: &'a str,
    pub assumed: &'a Assumptions,
}

impl std::fmt::Debug for Transcript<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcript").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Transcript<'_> {
    /// As plain text: what was asked, what came out, every check.
    pub fn plain(&self) -> String {
        // Writing to a string cannot fail, here and below.
        let mut text = format!("{}\n", self.verdict());
        if let Some(assumed) = self.assumed() {
            let _ = writeln!(text, "{assumed}");
        }
        for (name, value) in self.facts() {
            let _ = writeln!(text, "{name}: {}", escape(&value));
        }
        if let Some((heading, words)) = self.words() {
            let _ = writeln!(text, "{heading} {}", escape(&words));
        }
        let _ = write!(text, "\n{}", self.decision.trace);
        text
    }

    /// As Markdown (GitHub's dialect): the checks as a nested list.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n", literal(&self.verdict()));
        if let Some(assumed) = self.assumed() {
            let _ = writeln!(text, "> **{}**\n", literal(&assumed));
        }
        for (name, value) in self.facts() {
            let _ = writeln!(text, "- {name}: {}", literal(&value));
        }
        if let Some((heading, words)) = self.words() {
            let _ = writeln!(text, "\n{heading}\n\n> {}", literal(&words));
        }
        text.push_str("\n### Why\n\n");
        for (depth, check) in self.decision.trace.flat() {
            let _ = writeln!(text, "{:indent$}- {}", "", item(check), indent = depth * 2);
        }
        text
    }

    fn verdict(&self) -> String {
        let sign = match self.decision.outcome.admits() {
            Some(true) => Status::Pass,
            Some(false) => Status::Fail,
            None => Status::Unknown,
        };
        format!("{} {} under {}", sign.glyph(), self.decision.outcome.as_str(), self.policy)
    }

    /// Every assumption in full.
    fn assumed(&self) -> Option<String> {
        let all: Vec<String> = self.assumed.iter().map(ToString::to_string).collect();
        (!all.is_empty()).then(|| format!("Assumed, and not as it is now: {}", all.join(", ")))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let request = self.request;
        let said = |fact, text: &str| match (request.knows(fact), text) {
            (false, _) => "not known".to_owned(),
            (true, "") => "default".to_owned(),
            (true, text) => text.to_owned(),
        };
        let mut facts: Vec<(&'static str, String)> =
            request.images.iter().map(|image| ("image", image.image.clone())).collect();
        if request.platform == Platform::CloudRun {
            facts.push(("platform", "Cloud Run".to_owned()));
        }
        // Cloud Run has none of these.
        if request.platform == Platform::Gke {
            let cluster = request.cluster.as_deref().unwrap_or("not known");
            if request.cluster.is_some() || !request.knows(Fact::Cluster) {
                facts.push(("cluster", cluster.to_owned()));
            }
            facts.push(("namespace", said(Fact::Namespace, &request.namespace)));
            facts.push(("service account", said(Fact::ServiceAccount, &request.service_account)));
            facts.extend(request.service_identity.clone().map(|identity| ("mesh identity", identity)));
        }
        if let Some(open) = self.decision.open_line() {
            facts.push(("not decided", open));
        }
        facts.extend(request.labels.iter().map(|(key, value)| ("label", format!("{key}={value}"))));
        facts.extend(request.annotations.iter().map(|(key, value)| ("annotation", format!("{key}={value}"))));
        facts
    }

    /// The cluster's own words, also where something overrode them.
    fn words(&self) -> Option<(&'static str, String)> {
        let denial = self.decision.denial_text(Generation::Current);
        let heading = match (self.decision.outcome, self.decision.platform) {
            (Outcome::Deny, Platform::Gke) => "The cluster says:",
            (Outcome::Deny, Platform::CloudRun) => "Cloud Run says:",
            _ => "Overridden:",
        };
        (!denial.is_empty()).then_some((heading, denial))
    }
}

fn item(check: &Check) -> String {
    // A dash would begin a list of its own.
    let glyph = match check.status {
        Status::Pass | Status::Fail | Status::Unknown => format!("{} ", check.status.glyph()),
        Status::Skipped | Status::Note => String::new(),
    };
    let words = check.words();
    let mut text = format!("{glyph}**{}** {}", check.status.word(), literal(&words.label));
    if let Some(found) = &words.found {
        let _ = write!(text, ": {}", literal(found));
    }
    if let Some(expected) = &words.expected {
        let _ = write!(text, "; expected {}", literal(expected));
    }
    if let Some(at) = &check.at {
        let _ = write!(text, " ({})", literal(&Path::to_string(at)));
    }
    text
}

/// Nothing of the text is taken for Markdown or HTML, or moves what comes after it.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in escape(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&') {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{CompiledPolicy, Evidence, RequestImage, evaluate};
    use crate::attestation::NothingToVerify;
    use crate::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
    use crate::system_policy::SystemPolicy;
    use crate::what_if::Assumption;

    /// As plain text and as Markdown.
    fn told(assumed: &Assumptions) -> [String; 2] {
        let rule = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
        let policy = CompiledPolicy::new(&Policy::with_default(rule), &SystemPolicy::of_sandbox());
        let image = RequestImage { image: "gcr.io/p/_app_:1".into(), ..RequestImage::default() };
        let request = Request {
            cluster: Some("us-east1.a".into()),
            labels: [("a".to_owned(), "<b>\n".to_owned())].into(),
            images: vec![image],
            ..Request::default()
        };
        let decision = evaluate(&policy, &request, &Evidence::default(), &NothingToVerify);
        let told = Transcript { decision: &decision, request: &request, policy: "the live policy", assumed };
        [told.plain(), told.markdown()]
    }

    #[test]
    fn as_plain_text() {
        let [plain, _] = told(&Assumptions::default());
        insta::assert_snapshot!(plain, @r#"
        ✗ DENY under the live policy
        image: gcr.io/p/_app_:1
        cluster: us-east1.a
        namespace: default
        service account: default
        label: a=<b>\n
        The cluster says: admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request: Image gcr.io/p/_app_:1 denied by Binary Authorization default admission rule. Denied by always_deny admission rule

        ✓ pass    Binary Authorization is enforced here
        · note    rule defaultAdmissionRule: ALWAYS_DENY, ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule]
          · note    the policy has no rules by: service identity, service account `default:default`, namespace `default`, cluster `us-east1.a`
        ✗ fail    image gcr.io/p/_app_:1
          - skipped system policy, as globalPolicyEvaluationMode is not ENABLE
          · note    allowlist: it is empty
          ✗ fail    evaluation mode ALWAYS_DENY  [defaultAdmissionRule.evaluationMode]
        ✗ fail    the rule is enforced: ENFORCED_BLOCK_AND_AUDIT_LOG  [defaultAdmissionRule.enforcementMode]
        · note    break-glass: not asked for
        ✗ fail    the pod is refused
        "#);
    }

    #[test]
    fn as_markdown_with_what_was_assumed() {
        let mut assumed = Assumptions::default();
        assumed.assume(Assumption::Attested("projects/p/attestors/qa".parse().unwrap()));
        assumed.assume(Assumption::DryRun);
        let [_, markdown] = told(&assumed);
        insta::assert_snapshot!(markdown, @r#"
        ## ✗ DENY under the live policy

        > **Assumed, and not as it is now: attested by projects/p/attestors/qa, dry run**

        - image: gcr.io/p/\_app\_:1
        - cluster: us-east1.a
        - namespace: default
        - service account: default
        - label: a=\<b\>\\n

        The cluster says:

        > admission webhook "imagepolicywebhook.image-policy.k8s.io" denied the request: Image gcr.io/p/\_app\_:1 denied by Binary Authorization default admission rule. Denied by always\_deny admission rule

        ### Why

        - ✓ **pass** Binary Authorization is enforced here
        - **note** rule defaultAdmissionRule: ALWAYS\_DENY, ENFORCED\_BLOCK\_AND\_AUDIT\_LOG (defaultAdmissionRule)
          - **note** the policy has no rules by: service identity, service account \`default:default\`, namespace \`default\`, cluster \`us-east1.a\`
        - ✗ **fail** image gcr.io/p/\_app\_:1
          - **skipped** system policy, as globalPolicyEvaluationMode is not ENABLE
          - **note** allowlist: it is empty
          - ✗ **fail** evaluation mode ALWAYS\_DENY (defaultAdmissionRule.evaluationMode)
        - ✗ **fail** the rule is enforced: ENFORCED\_BLOCK\_AND\_AUDIT\_LOG (defaultAdmissionRule.enforcementMode)
        - **note** break-glass: not asked for
        - ✗ **fail** the pod is refused
        "#);
    }
}
