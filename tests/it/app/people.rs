//! Acting as one of the sandbox's people: what the screen shows, and that the services see that person.

use countersign::app::effect::Effect;
use countersign::app::job::Job;
use countersign::app::msg::Msg;
use countersign::app::overlay::Overlay;
use countersign::app::people;
use countersign::app::query::Source;
use countersign::app::shell::report::Report;
use countersign::codelab::image;
use countersign::runtime::backend::Backend;
use countersign::runtime::callers::personas;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::perform;

use crate::support::lab::PROJECT;
use crate::support::stage::Stage;

/// The list of the people.
pub(crate) fn choosing(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.send(Msg::People(people::Msg::Listed(personas())));
    stage.keys("1 U");
    stage
}

/// The attestor asks, and everything is read anew.
pub(crate) fn acting(size: (u16, u16)) -> Stage {
    let mut stage = choosing(size);
    stage.keys("Down Down Down Enter");
    stage.send(Msg::People(people::Msg::ActsAs(Ok("attestor".into()))));
    stage
}

#[test]
fn somebody_is_chosen_and_everything_is_read_anew() {
    let mut stage = choosing((80, 24));
    let effects = stage.keys("Down Down Down Enter");
    assert!(effects.contains(&Effect::People(people::Effect::ActAs("attestor".into()))), "{effects:?}");
    assert_eq!(stage.model.session.people.other_than_owner(), None, "not before the runtime says so");
    let effects = stage.send(Msg::People(people::Msg::ActsAs(Ok("attestor".into()))));
    assert_eq!(stage.model.session.people.other_than_owner().unwrap().name, "attestor");
    let read = |source| effects.iter().any(|e| matches!(e, Effect::Load(_, query) if query.source() == source));
    assert!(read(Source::Policy) && read(Source::Attestors) && read(Source::Projects));
    assert!(stage.model.session.remotes.policy.value().is_none(), "what the owner saw is not shown any more");
    assert!(stage.model.log.script().contains("\neval \"$(countersign sandbox env --as attestor)\"\n"));
    stage.send(Msg::People(people::Msg::ActsAs(Ok("owner".into()))));
    assert_eq!(stage.model.session.people.other_than_owner(), None);
}

#[test]
fn it_is_not_changed_without_a_sandbox_or_in_vain() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 U");
    assert!(stage.model.overlays.is_empty(), "nobody is there yet");
    let mut stage = choosing((80, 24));
    assert!(matches!(stage.model.overlays.last(), Some(Overlay::Picker(_))));
    assert!(
        !stage.keys("Enter").iter().any(|e| matches!(e, Effect::People(people::Effect::ActAs(_)))),
        "the owner asks already"
    );
    stage.send(Msg::People(people::Msg::ActsAs(Err(Report::new("the sandbox is not up")))));
    assert_eq!(stage.model.session.people.now().unwrap().name, "owner");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_services_see_who_asks() {
    let dir = tempfile::tempdir().unwrap();
    let backend = Backend::new(&Files::new(dir.path()));
    assert!(backend.act_as("attestor").is_err(), "nobody is there before the sandbox is up");
    let _sandbox = backend.start_sandbox().await.unwrap();
    let services = ["binaryauthorization.googleapis.com".to_owned(), "containeranalysis.googleapis.com".to_owned()];
    let import = || Job::ImportPolicy {
        project: PROJECT.parse().unwrap(),
        text: "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  \
            enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n"
            .into(),
        etag: None,
    };
    let push = || Job::PushImage {
        to: "us.gcr.io/binauthz-lab/hello-world:latest".parse().unwrap(),
        image: Box::new(image::built()),
    };
    for job in [
        Job::CreateProject { project: PROJECT.parse().unwrap() },
        Job::EnableServices { project: PROJECT.parse().unwrap(), services: services.to_vec() },
        push(),
    ] {
        perform(&backend, job, &|_| {}).await.unwrap();
    }
    backend.act_as("deployer").unwrap();
    let refused = perform(&backend, import(), &|_| {}).await.unwrap_err();
    let said = format!("{refused:?}");
    assert!(said.contains("Permission 'binaryauthorization.policy.update' denied on resource"), "{said}");
    assert!(Report::from(refused).hint.unwrap().contains("roles/binaryauthorization.policyEditor"));
    // The token that the registry gave the owner is not the attestor's.
    backend.act_as("attestor").unwrap();
    let refused = perform(&backend, push(), &|_| {}).await.unwrap_err();
    assert!(format!("{refused:?}").contains("artifactregistry.repositories.uploadArtifacts"), "{refused:?}");
    backend.act_as("policy-creator").unwrap();
    perform(&backend, import(), &|_| {}).await.unwrap();
    assert!(backend.act_as("nobody").is_err());
}
