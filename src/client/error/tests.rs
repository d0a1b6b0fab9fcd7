use super::*;

fn refused(code: u16, body: &str) -> Error {
    Error {
        method: "GET".to_owned(),
        url: "https://h/p".to_owned(),
        fault: Fault::Status(Box::new(Refusal::read(code, body.as_bytes()))),
    }
}

#[test]
fn google_errors_keep_their_words() {
    let error = refused(
        403,
        r#"{"error": {"code": 403, "status": "PERMISSION_DENIED",
            "message": "Permission 'binaryauthorization.policy.update' denied on resource 'projects/p/policy'."}}"#,
    );
    assert_eq!(
        error.to_string(),
        "GET https://h/p: PERMISSION_DENIED (403): Permission 'binaryauthorization.policy.update' denied on resource \
         'projects/p/policy'."
    );
    assert_eq!(
        error.hint().as_deref(),
        Some("you lack binaryauthorization.policy.update; roles/binaryauthorization.policyEditor has it")
    );
}

#[test]
fn a_disabled_api_is_named() {
    let error = refused(
        403,
        r#"{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "has not been used", "details": [
            {"@type": "type.googleapis.com/google.rpc.Help", "links": []},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
             "domain": "googleapis.com", "metadata": {"service": "binaryauthorization.googleapis.com"}}]}}"#,
    );
    assert_eq!(
        error.hint().as_deref(),
        Some("enable the API: gcloud services enable binaryauthorization.googleapis.com")
    );
}

#[test]
fn registry_errors_are_joined() {
    let error = refused(404, r#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "unknown"}, {"message": "b"}]}"#);
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.reason.as_str(), refusal.message.as_str()), ("MANIFEST_UNKNOWN", "unknown; b"));
    assert!(error.is_not_found());
}

#[test]
fn a_denial_by_admission_is_no_lack_of_rights() {
    let message = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image x denied";
    let status = wire::kubernetes::failure(403, wire::kubernetes::VIOLATES_POLICY, message);
    let error = refused(403, &serde_json::to_string(&status).unwrap());
    assert_eq!(error.refusal().unwrap().message, message);
    assert_eq!(error.refusal().unwrap().reason, "VIOLATES_POLICY");
    assert_eq!(error.hint(), None);
}

#[rstest::rstest]
#[case("denied by a proxy\nmore", "denied by a proxy")]
#[case("", "Forbidden")]
#[case("{}", "{}")]
#[case("[1, 2]", "[1, 2]")]
fn other_bodies_are_shown_as_they_start(#[case] body: &str, #[case] message: &str) {
    assert_eq!(refused(403, body).refusal().unwrap().message, message);
}

#[test]
fn without_a_reason_the_status_is_given() {
    assert_eq!(refused(404, "").to_string(), "GET https://h/p: HTTP 404: Not Found");
}

#[test]
fn the_place_of_bad_json_is_given() {
    let body = b"{\n  \"name\": 7\n}";
    let error = serde_json::from_slice::<wire::binary_authorization::Attestor>(body).unwrap_err();
    let Fault::Unreadable { line, reason, excerpt, .. } = Fault::unreadable(&error, body) else { panic!() };
    assert_eq!((line, excerpt.as_str()), (2, "  \"name\": 7"));
    assert!(reason.contains("expected a string"), "{reason}");
}

#[rstest::rstest]
#[case(401, "log in again")]
#[case(404, "check project and name")]
#[case(409, "load it again")]
#[case(412, "load it again")]
#[case(429, "quota")]
#[case(503, "try again later")]
fn hints_by_status(#[case] code: u16, #[case] hint: &str) {
    assert!(refused(code, "").hint().unwrap().contains(hint), "{code}");
}

#[rstest::rstest]
#[case(
    "permission \"containeranalysis.notes.create\" denied for project \"p\", entity ID \"\"",
    "roles/containeranalysis.notes.editor"
)]
#[case("pods is forbidden: requires one of [\"container.pods.list\"] permission(s).", "roles/container.developer")]
#[case("Permission 'binaryauthorization.attestors.getIamPolicy' denied", "roles/binaryauthorization.attestorsAdmin")]
#[case("see https://console.cloud.google.com/apis/api/binaryauthorization.googleapis.com", "ask the project's owner")]
fn hints_name_the_role(#[case] message: &str, #[case] hint: &str) {
    let body = serde_json::json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": message}});
    let found = refused(403, &body.to_string()).hint().unwrap();
    assert!(found.contains(hint), "{found}");
}

proptest::proptest! {
    #[test]
    fn any_body_gives_a_message(code in 100u16..1000, body in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        let error = Error {
            method: "GET".to_owned(),
            url: "https://h/p".to_owned(),
            fault: Fault::Status(Box::new(Refusal::read(code, &body))),
        };
        assert!(!error.to_string().ends_with(": "));
        error.hint();
    }

    #[test]
    fn any_text_that_is_no_attestor_has_a_place(body in "[\\[\\]{}\":,a-z0-9\n ]{0,200}") {
        if let Err(error) = serde_json::from_slice::<wire::binary_authorization::Attestor>(body.as_bytes()) {
            let fault = Fault::unreadable(&error, body.as_bytes());
            assert!(matches!(fault, Fault::Unreadable { .. }));
        }
    }
}

#[test]
fn what_is_there_and_what_has_changed_are_two_refusals() {
    let google = |code: u16, status: &str| refused(code, &format!(r#"{{"error": {{"status": "{status}"}}}}"#));
    let there = google(409, "ALREADY_EXISTS");
    assert!(there.is_conflict() && there.is_already_there() && !there.is_stale());
    let changed = google(409, "ABORTED");
    assert!(changed.is_conflict() && changed.is_stale() && !changed.is_already_there());
    let precondition = google(412, "FAILED_PRECONDITION");
    assert!(precondition.is_stale() && !precondition.is_conflict() && !precondition.is_already_there());
    let other = google(400, "ALREADY_EXISTS");
    assert!(!other.is_conflict() && !other.is_already_there() && !other.is_stale());
}
