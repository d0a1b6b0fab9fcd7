//! Pages on allowlist patterns.

super::example::pages! {
    PatternEmpty "An empty pattern"
        why "No image has an empty name, so it can only be a slip."
        source "Binary Authorization v1, `AdmissionWhitelistPattern`; that it is refused is inferred."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: ''\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    PatternWildcard "A wildcard that is not at the end"
        why "Patterns are starts of names: nothing can be matched behind a wildcard."
        source "The documentation's policy reference; that it is refused is inferred."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/*/app\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    PatternRegistry "A wildcard in the registry"
        why "It would exempt images of registries that nobody here knows."
        source "Binary Authorization v1, `AdmissionWhitelistPattern`: only after `registry/`."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: '*'\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/**\n");
    PatternBracket "A bracket that means nothing"
        why "Only `[@:]*` is known; anything else in brackets is compared as it stands, and no image has brackets."
        source "Binary Authorization v1, `AllowlistPattern`; that others are refused is inferred."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app[0-9]*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app[@:]*\n");
    PatternBlank "White space in a pattern"
        why "No image has it, so the pattern covers nothing."
        source "The grammar of image references; that it is refused is inferred."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: 'gcr.io/my-project/app@* '\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    DuplicatePattern "The same pattern twice"
        why "Whoever deletes one of them later wonders why the images are still exempt."
        source "Seen in exports: the service stores both."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n- namePattern: gcr.io/my-project/app@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    ManyPatterns "More patterns than a person can review"
        why "Each pattern is a hole in the policy, and nobody knows any more why they are there."
        source "The *quotas* page names no limit; one of good sense."
        wrong Words("More than 500 entries in `admissionWhitelistPatterns`.");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/base/**\n");
    OpenRegistry "A whole public registry is exempt"
        why "Anybody on the internet can publish an image there that no rule will ever look at."
        source "The registries' own terms: accounts are open to everybody."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: docker.io/**\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: docker.io/istio/*\n");
    LeakyPrefix "A pattern that covers other projects"
        why "Anybody can create a project with a name that begins like yours."
        source "The documentation's policy reference names this trap."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project**\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/**\n");
    SwallowsAttested "A pattern that takes the project's images from its rule"
        why "The rule looks strict, and every image that is built in the project passes without an attestation."
        source "Binary Authorization v1, `AdmissionWhitelistPattern`: exempt images are not checked."
        wrong Policy("globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/**\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n");
        right Policy("globalPolicyEvaluationMode: ENABLE\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/base/**\ndefaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  requireAttestationsBy:\n  - projects/my-project/attestors/qa\n");
    PatternTooShallow "A pattern that no image can match"
        why "Every image in Artifact Registry lies in a repository of a project; `*` ends at the next `/`."
        source "Artifact Registry's image names; the documentation's policy reference."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: us-docker.pkg.dev/my-project/*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: us-docker.pkg.dev/my-project/base/*\n");
    BareName "A pattern without tag, digest or wildcard"
        why "Pods that write a tag or digest, as they should, are not covered."
        source "The documentation: \"a specific image\"; that nothing is added is inferred."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app[@:]*\n");
    MutableTag "A tag that moves"
        why "Today it is one image and tomorrow another, and the policy exempts both."
        source "OCI distribution: tags can be pushed again."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app:latest\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app:v1.4.2\n");
    StarStopsAtSlash "`*` does not cross a slash"
        why "Some of the images are exempt and others, one level deeper, are not: a surprise that shows only when a pod is refused."
        source "The documentation's policy reference."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: registry.k8s.io/*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: registry.k8s.io/**\n");
    ShadowedPattern "A pattern that another one covers"
        why "It looks narrow, and what is exempt is the wider one's."
        source "Exempt is what any pattern matches."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/base/**\n- namePattern: gcr.io/my-project/base/nginx@*\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/base/**\n- namePattern: gcr.io/my-project/app@*\n");
    UnqualifiedImage "An image without its registry"
        why "`nginx` in a pod is pulled from wherever the node is set up to look, and the pattern exempts it by its short name."
        source "Binary Authorization v1, `AdmissionWhitelistPattern` allows local references."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: nginx\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: docker.io/library/nginx[@:]*\n");
}
