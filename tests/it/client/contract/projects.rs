//! Projects and services.

use countersign::client::Secret;

use super::*;

#[tokio::test]
async fn projects_are_made_listed_and_read() {
    let lab = Lab::start().await;
    assert!(lab.client.projects().await.unwrap().is_empty());
    let made = lab.client.create_project(&project(), "Codelab").await.unwrap();
    assert_eq!((made.project_id.as_str(), made.name.as_str()), ("codelab-2018", "Codelab"));
    assert_eq!(lab.client.projects().await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(lab.client.project(&project()).await.unwrap(), made);
    let error = lab.client.create_project(&project(), "Again").await.unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
    assert_eq!(error.refusal().unwrap().reason, "ALREADY_EXISTS");
    assert!(lab.client.project_iam("codelab-2018").await.is_ok());
}

#[tokio::test]
async fn a_project_that_is_not_there_is_said_as_google_says_it() {
    let lab = Lab::start().await;
    let error = lab.client.project(&project()).await.unwrap_err();
    assert_eq!((error.status(), error.refusal().unwrap().reason.as_str()), (Some(403), "PERMISSION_DENIED"));
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn services_are_enabled() {
    let lab = Lab::start().await;
    lab.client.create_project(&project(), "").await.unwrap();
    assert!(lab.client.services(&project()).await.unwrap().is_empty());
    let mut last = None;
    lab.client.enable_services(&project(), &SERVICES, |operation| last = Some(operation.done)).await.unwrap();
    assert_eq!(last, Some(true));
    let enabled = lab.client.services(&project()).await.unwrap();
    for service in SERVICES {
        assert!(enabled.iter().any(|found| found.name.ends_with(&format!("/services/{service}"))), "{service}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_enabled_is_named() {
    let lab = Lab::start().await;
    lab.client.create_project(&project(), "").await.unwrap();
    let error = lab.client.clusters(&project()).await.unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert_eq!(
        error.hint().as_deref(),
        Some("enable the API: gcloud services enable container.googleapis.com"),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_the_token_nothing_is_told() {
    let lab = Lab::with_project().await;
    let connection = Connection::sandbox(lab.sandbox.addr(), lab.sandbox.authority_pem(), Secret::new("guess"));
    let stranger = Client::new(connection);
    let error = stranger.projects().await.unwrap_err();
    assert_eq!((error.status(), error.refusal().unwrap().reason.as_str()), (Some(401), "UNAUTHENTICATED"));
    let error = stranger.repositories("gcr.io").await.unwrap_err();
    assert_eq!((error.status(), error.refusal().unwrap().reason.as_str()), (Some(401), "UNAUTHORIZED"));
}
