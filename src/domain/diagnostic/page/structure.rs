//! Pages on keys, types and values.

use crate::policy::PolicyKind;

super::example::pages! {
    PlatformPolicy "A platform policy where the project's is asked for"
        why "The two are different resources: `policy import` has no field for check sets, and refuses the file."
        source "gcloud 528, `policy import` and `beta policy create`."
        wrong Asked(PolicyKind::Singleton, "gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: true\n");
        right Asked(PolicyKind::Platform, "gkePolicy:\n  checkSets:\n  - checks:\n    - alwaysDeny: true\n");
    ProjectPolicy "The project's policy where a platform policy is asked for"
        why "`beta policy create` has no field for admission rules, and refuses the file."
        source "gcloud 528, `beta policy create`."
        wrong Asked(PolicyKind::Platform, "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Asked(PolicyKind::Singleton, "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    WrappedPolicy "A policy inside something else"
        why "Terraform, Config Connector and the API's lists each have a form of their own around the policy, and gcloud takes none of them."
        source "gcloud 528: a file is one `Policy` message."
        wrong Policy("policy:\n  defaultAdmissionRule:\n    evaluationMode: ALWAYS_DENY\n    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    OtherTool "A file of another tool"
        why "Kyverno, Gatekeeper, Sigstore and others also speak of policies and images, and none of them means the same."
        source "The other tools' own definitions."
        wrong Policy("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: check-images}\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    Placeholder "A placeholder that was not filled in"
        why "Nothing fills it in on the way to the service, so the name is that of nothing: a rule with it blocks everything, a pattern with it exempts nothing."
        source "gcloud sends the text as it stands."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/${PROJECT_ID}/app@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    PlaceholderWord "A word of the documentation in place of a name"
        why "Examples write PROJECT_ID or CLUSTER_NAME where a name belongs; copied, they name nothing."
        source "Google's documentation, throughout."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/PROJECT_ID/app@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    UnknownKey "A key that a policy does not have"
        why "gcloud imports nothing of a file with an unknown key, so that a misspelt rule is not lost silently."
        source "gcloud 528: `Failed to parse value(s) in protobuf [Policy]`."
        wrong Policy("defaultAdmisionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    SnakeCase "A field's name in snake case"
        why "curl examples for the REST API have names like this and work there; gcloud refuses the same file."
        source "Executed against gcloud 528; proto3's JSON mapping."
        wrong Policy("# …\nadmission_whitelist_patterns: []\n");
        right Policy("# …\nadmissionWhitelistPatterns: []\n");
    WrongType "A value of the wrong type"
        why "gcloud converts nothing: it refuses the file, or stops with a message of Python that does not name the line."
        source "Executed against gcloud 528."
        wrong Policy("defaultAdmissionRule: ALWAYS_DENY\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    BarePattern "A pattern that is not in a map"
        why "gcloud stops with `'str' object has no attribute 'items'`, which says neither where nor why."
        source "Executed against gcloud 528."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- gcr.io/my-project/app@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    ScalarTrap "A text that YAML reads as something else"
        why "In YAML 1.1 `no` is false and `012` is ten: what is imported is not what stands there, or the file is refused."
        source "YAML 1.1, types; executed against gcloud 528."
        wrong Policy("# …\ndescription: no\n");
        right Policy("# …\ndescription: 'no'\n");
    UnquotedTimestamp "A time without quotes"
        why "An export that some tool printed again loses the quotes, and then cannot be imported."
        source "Executed against gcloud 528: `Object of type datetime is not JSON serializable`."
        wrong Policy("# …\nupdateTime: 2024-05-12T05:17:42Z\n");
        right Policy("# …\nupdateTime: '2024-05-12T05:17:42Z'\n");
    BadTimestamp "A time in another form"
        why "The service reads times by RFC 3339 and refuses the whole policy for another text, although it ignores the field."
        source "Protobuf's JSON mapping of `Timestamp` (inferred for this field)."
        wrong Policy("# …\nupdateTime: yesterday\n");
        right Policy("# …\nupdateTime: '2024-05-12T05:17:42Z'\n");
    UnknownValue "A value that the field does not have"
        why "The names of modes are compared exactly; `always_deny` is none of them."
        source "Binary Authorization v1, `resources.proto`; gcloud 528."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: always_deny\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    UnspecifiedValue "A value that means \"not set\""
        why "Such a rule would leave open what it decides."
        source "Binary Authorization v1, `resources.proto`: `Do not use`."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: EVALUATION_MODE_UNSPECIFIED\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    MissingField "A field that must be there"
        why "Without it the service does not know what the rule decides, and refuses the policy."
        source "Binary Authorization v1, `resources.proto`: fields marked REQUIRED."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    NullValue "A key without a value"
        why "Often the value is there but one step too far left, and then belongs to nothing."
        source "Executed against gcloud 528."
        wrong Policy("defaultAdmissionRule:\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    NotAList "A single value where a list belongs"
        why "The file works with gcloud and fails with every other client."
        source "Executed against gcloud 528."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n  namePattern: gcr.io/my-project/app@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    KeyRead "A key that YAML reads as something else"
        why "The rule is imported for another name than the one that stands there, and never applies."
        source "Executed against gcloud 528."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  on: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  'on': {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n");
    NumericValue "A number in place of a name"
        why "`3` is ALWAYS_DENY and `1` is ALWAYS_ALLOW: nobody sees the difference in a review."
        source "Executed against gcloud 528."
        wrong Policy("defaultAdmissionRule:\n  evaluationMode: 3\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
}
