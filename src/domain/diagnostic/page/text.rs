//! Pages on the text itself: YAML, JSON and their traps.

super::example::pages! {
    TooLarge "The text is too large"
        why "Beyond 4 MiB, or half a million values with aliases resolved, reading would block the screen; no known policy is near that."
        source "A limit of this program; the service publishes none."
        wrong Words("A file of more than 4 MiB, or aliases that repeat each other many times.");
        right Words("`gcr.io/my-project/**` in place of thousands of single images.");
    TooDeep "Nested too deep"
        why "A policy has four levels, a platform policy a dozen; more is a slip, or made to harm readers."
        source "A limit of this program."
        wrong Words("64 lists inside each other: `[[[[…`");
        right Policy("# …\nadmissionWhitelistPatterns: [{namePattern: gcr.io/my-project/app@*}]\n");
    Syntax "Not YAML, or not JSON"
        why "Nothing behind this place can be read, so nothing there was checked either."
        source "YAML 1.2 and RFC 8259; gcloud prints `Failed to parse YAML`."
        wrong Policy("description: prod: the cluster\n");
        right Policy("# …\ndescription: 'prod: the cluster'\n");
    Tab "A tab outside of quotes"
        why "Editors show a tab as blanks, and gcloud stops at it: `found character '\\t' that cannot start any token`."
        source "Executed against the YAML reader of gcloud 528."
        wrong Policy("defaultAdmissionRule:\n\tevaluationMode: ALWAYS_DENY\n");
        right Policy("# …\ndescription: \"a\ttab in quotes\"\n");
    ControlCharacter "A character that cannot be seen"
        why "It comes from copying out of terminals or documents, and gcloud refuses the whole file for it."
        source "YAML 1.1, 5.1; executed against the YAML reader of gcloud 528."
        wrong Policy("# …\ndescription: bell\u{7}\n");
        right Policy("# …\ndescription: \"bell\\x07\"\n");
    LineSeparator "A line break that only YAML 1.1 knows"
        why "gcloud ends the line there and other readers do not, so they read different policies."
        source "YAML 1.1, 5.4, and YAML 1.2, 5.4."
        wrong Policy("# …\ndescription: a\u{2028}b\n");
        right Policy("# …\ndescription: \"a\\u2028b\"\n");
    ByteOrderMark "A byte order mark before JSON"
        why "It cannot be seen, and gcloud's JSON reader refuses the file for it."
        source "RFC 8259, 8.1; Python's `json.loads`."
        wrong Json("\u{feff}{\"defaultAdmissionRule\": {\"evaluationMode\": \"ALWAYS_DENY\", \"enforcementMode\": \"ENFORCED_BLOCK_AND_AUDIT_LOG\"}}\n");
        right Json("{\"defaultAdmissionRule\": {\"evaluationMode\": \"ALWAYS_DENY\", \"enforcementMode\": \"ENFORCED_BLOCK_AND_AUDIT_LOG\"}}\n");
    SeveralDocuments "More than one document in the file"
        why "A file is one policy; what stands in the second document would never apply."
        source "Executed against the YAML reader of gcloud 528."
        wrong Policy("description: a\n---\ndescription: b\n");
        right Policy("---\n# one document\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    EmptyDocument "Nothing in the text"
        why "An empty policy is not the same as none: an import would have to replace the policy that is live."
        source "gcloud 528, `policy import`: `Empty Policy provided!`."
        wrong Policy("# to be written\n");
        right Policy("defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n");
    BadAlias "An alias without its anchor"
        why "A plain text cannot begin with `*` in YAML: it is taken for the name of something that stands before."
        source "YAML 1.1, 7.1."
        wrong Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: *.gcr.io/my-project/app\n");
        right Policy("# …\nadmissionWhitelistPatterns:\n- namePattern: gcr.io/my-project/app@*\n");
    BadMerge "A merge key without a map"
        why "`<<` can only copy the entries of a map, so nothing is copied."
        source "yaml.org/type/merge; executed against the YAML reader of gcloud 528."
        wrong Policy("# …\nkubernetesNamespaceAdmissionRules:\n  prod: {<<: strict}\n");
        right Policy("# …\nkubernetesNamespaceAdmissionRules:\n  test: &open {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n  dev: {<<: *open}\n");
    UnsupportedTag "A tag without a meaning"
        why "gcloud's reader makes no object of an unknown tag, and refuses the file."
        source "Executed against the YAML reader of gcloud 528."
        wrong Policy("# …\ndescription: !secret a\n");
        right Policy("# …\ndescription: !!str 2024\n");
    KeyNotText "A key that is no text"
        why "JSON, which is sent to the service, has only texts as keys."
        source "Executed against gcloud 528."
        wrong Policy("# …\n? [a, b]\n: c\n");
        right Policy("# …\n'description': c\n");
    DuplicateKey "The same key twice"
        why "One of the two is ignored without a word, and which one depends on the format of the file."
        source "Executed against gcloud 528: the first counts in YAML, the last in JSON."
        wrong Policy("# …\ndescription: a\ndescription: b\n");
        right Policy("# …\ndescription: b\n");
    LargePolicy "A very large policy"
        why "Nobody can review a megabyte, and the size that the service takes is not published."
        source "The *quotas* page names no limit; one of good sense."
        wrong Words("A file of more than 1 MiB.");
        right Words("`gcr.io/my-project/**` in place of thousands of single images.");
}
