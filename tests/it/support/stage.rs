//! A workbench without a terminal: a model in a known state, and the frame it draws.

use std::sync::Arc;

use countersign::app::Model;
use countersign::app::cluster;
use countersign::app::cluster::state::{Feed, News, WatchSource};
use countersign::app::effect::{Effect, SavedState};
use countersign::app::model::Deps;
use countersign::app::msg::{Mouse, Msg, TerminalEvent};
use countersign::app::query::Work;
use countersign::app::session::Connection;
use countersign::app::shell::remote::{Remote, Ticket};
use countersign::app::shell::report::Report;
use countersign::app::update::update;
use countersign::codelab::{files, names};
use countersign::domain::admission::{Attestations, AttestorEvidence, Evidence, RequestImage};
use countersign::domain::attestation::{self, Attestation, Signature};
use countersign::domain::attestor::{Attestor, KeyMaterial, PublicKey};
use countersign::domain::document::{Dialect, Document};
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::policy::Policy;
use countersign::domain::resource::{
    Cluster, ClusterEvent, Image, LocalKey, Note, Project, WorkDirectory, WorkFile, Workload, WorkloadKind,
};
use countersign::domain::system_policy;
use countersign::ui::styles::Styles;
use countersign::ui::{ViewState, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::verify::Trusting;

pub(crate) const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
pub(crate) const FINGERPRINT: &str = "B23FBE8ABA9BCE4058F6682D0F4C1C1E0B7A9D31";
const AGENT: &str = "service-123456789012@gcp-sa-binaryauthorization.iam.gserviceaccount.com";

/// When everything on these screens happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

/// A model and what it draws.
pub(crate) struct Stage {
    pub(crate) model: Model,
    state: ViewState,
    styles: Styles,
    size: (u16, u16),
}

impl Stage {
    /// Nothing is chosen or read yet.
    pub(crate) fn empty(size: (u16, u16)) -> Self {
        let themes = ["dark", "light", "high-contrast"].map(str::to_owned).to_vec();
        let deps = Deps {
            verifier: Arc::new(Trusting),
            manifest: countersign::files::manifest::request,
            manifests: countersign::files::manifest::requests,
            themes,
        };
        let mut model = Model::new(SavedState::default(), None, deps, now());
        model.session.connection = Connection::Sandbox("127.0.0.1:1".into());
        Self { model, state: ViewState::default(), styles: Styles::default(), size }
    }

    /// Everything was read, and the codelab is well under way.
    pub(crate) fn full(size: (u16, u16)) -> Self {
        let mut stage = Self::empty(size);
        fill(&mut stage.model);
        let effects = stage.send(Msg::Terminal(TerminalEvent::Resumed));
        stage.watched(&effects);
        stage
    }

    /// Answers a watch that was begun: all that there is, and that it is live.
    fn watched(&mut self, effects: &[Effect]) {
        let begun = effects.iter().find_map(|e| {
            if let Effect::Cluster(cluster::Effect::Watch(ticket, Some(_))) = e { Some(*ticket) } else { None }
        });
        let live = |source| News::Feed(source, Feed::Live);
        for news in [
            News::Workloads(workloads()),
            News::Events(events()),
            live(WatchSource::Workloads),
            live(WatchSource::Events),
        ] {
            self.send(Msg::Cluster(cluster::Msg::Watched(begun.unwrap(), Box::new(news))));
        }
    }

    /// Everything is being read for the first time.
    pub(crate) fn loading(size: (u16, u16)) -> Self {
        let mut stage = Self::empty(size);
        stage.model.session.project = Some(names::project());
        let r = &mut stage.model.session.remotes;
        let ticket = Ticket(7);
        r.projects.start(ticket);
        r.services.start(ticket);
        r.clusters.start(ticket);
        r.images.start(ticket);
        r.workloads.start(ticket);
        r.events.start(ticket);
        r.policy.start(ticket);
        r.attestors.start(ticket);
        r.notes.start(ticket);
        r.attestations.start(ticket);
        r.keys.start(ticket);
        r.work.start(ticket);
        stage
    }

    /// The lists were read once, and reading them again failed; two never came.
    pub(crate) fn failed(size: (u16, u16)) -> Self {
        let mut stage = Self::full(size);
        let report =
            || Report::new("GET https://us.gcr.io/v2/_catalog: connection refused").with_hint("r reads it again");
        let r = &mut stage.model.session.remotes;
        fail(&mut r.images, report());
        fail(&mut r.attestors, report());
        r.events.clear();
        fail(&mut r.events, report());
        r.attestations.clear();
        fail(&mut r.attestations, report());
        stage
    }

    /// Tells the model that something happened.
    pub(crate) fn send(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.model, msg, now())
    }

    /// Keys by name, separated by blanks.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let events: Vec<KeyEvent> = keys.split_whitespace().map(key).collect();
        events.into_iter().flat_map(|event| self.send(Msg::Terminal(TerminalEvent::Key(event)))).collect()
    }

    /// Types a text, character by character.
    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Terminal(TerminalEvent::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))));
        }
    }

    /// The frame, and where the cursor is.
    pub(crate) fn draw(&mut self) -> (Buffer, Option<Position>) {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let (model, state, styles) = (&self.model, &mut self.state, &self.styles);
        terminal.draw(|frame| view(model, state, styles, frame)).unwrap();
        let cursor = terminal.backend().cursor_visible().then(|| terminal.get_cursor_position().unwrap());
        (terminal.backend().buffer().clone(), cursor)
    }

    /// What the frame says, row by row, after telling the model its sizes as the event loop does.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        self.draw();
        self.send(Msg::Terminal(TerminalEvent::Viewport(self.state.viewport.clone())));
        countersign::ui::text::rows(&self.draw().0)
    }

    /// The row that holds the text; panics with the screen if none does.
    #[track_caller]
    pub(crate) fn row(&mut self, text: &str) -> String {
        let rows = self.rows();
        let found = rows.iter().find(|row| row.contains(text)).cloned();
        found.unwrap_or_else(|| panic!("no {text:?} on\n{}", rows.join("\n")))
    }

    /// Clicks on the first place that says so.
    #[track_caller]
    pub(crate) fn click(&mut self, text: &str) -> Vec<Effect> {
        let row = self.row(text);
        let y = self.rows().iter().position(|other| *other == row).unwrap();
        let before = row.split(text).next().unwrap();
        let at = Position::new(
            u16::try_from(countersign::app::shell::text::width(before)).unwrap(),
            u16::try_from(y).unwrap(),
        );
        self.send(Msg::Terminal(TerminalEvent::Mouse(Mouse::Click(self.state.target(at)))))
    }

    /// Turns the wheel over the middle of the screen; negative is up.
    pub(crate) fn wheel(&mut self, rows: i16) {
        let target = self.state.target(Position::new(self.size.0 / 2, self.size.1 / 2));
        self.send(Msg::Terminal(TerminalEvent::Mouse(Mouse::Scroll(target, rows))));
    }

    pub(crate) fn styles(&self) -> &Styles {
        &self.styles
    }
}

fn fail<T>(remote: &mut Remote<T>, report: Report) {
    remote.start(Ticket(9));
    assert!(remote.finish(Ticket(9), Err(report), now()));
}

/// A key by its name.
pub(crate) fn key(name: &str) -> KeyEvent {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    match name {
        "Enter" => plain(KeyCode::Enter),
        "Esc" => plain(KeyCode::Esc),
        "Tab" => plain(KeyCode::Tab),
        "S-Tab" => plain(KeyCode::BackTab),
        "Up" => plain(KeyCode::Up),
        "Down" => plain(KeyCode::Down),
        "Left" => plain(KeyCode::Left),
        "Right" => plain(KeyCode::Right),
        "Home" => plain(KeyCode::Home),
        "End" => plain(KeyCode::End),
        "PgUp" => plain(KeyCode::PageUp),
        "PgDn" => plain(KeyCode::PageDown),
        "Space" => plain(KeyCode::Char(' ')),
        "Backspace" => plain(KeyCode::Backspace),
        _ => {
            let control = |code| KeyEvent::new(code, KeyModifiers::CONTROL);
            match name {
                "C-Space" => return control(KeyCode::Char(' ')),
                "C-Home" => return control(KeyCode::Home),
                "C-End" => return control(KeyCode::End),
                _ => {}
            }
            if let Some(c) = name.strip_prefix("C-").and_then(|rest| rest.chars().next()) {
                return KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
            }
            if let Some(c) = name.strip_prefix("M-").and_then(|rest| rest.chars().next()) {
                return KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT);
            }
            if let Some(number) = name.strip_prefix("S-F").and_then(|n| n.parse().ok()) {
                return KeyEvent::new(KeyCode::F(number), KeyModifiers::SHIFT);
            }
            if let Some(number) = name.strip_prefix('F').and_then(|n| n.parse().ok()) {
                return plain(KeyCode::F(number));
            }
            plain(KeyCode::Char(name.chars().next().unwrap()))
        }
    }
}

pub(crate) fn image() -> ImageRef {
    format!("us.gcr.io/binauthz-codelab/hello-world@{DIGEST}").parse().unwrap()
}

fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

fn fill(model: &mut Model) {
    let at = now();
    let session = &mut model.session;
    session.project = Some(names::project());
    session.cluster = Some(names::cluster());
    session.image = Some(image());
    let r = &mut session.remotes;
    let project = Project { id: names::PROJECT.into(), number: "123456789012".into(), name: names::PROJECT.into() };
    r.projects = Remote::ready(vec![project], at);
    r.services = Remote::ready(countersign::domain::resource::SERVICES.map(str::to_owned).to_vec(), at);
    r.clusters = Remote::ready(vec![cluster()], at);
    r.images = Remote::ready(vec![registry_image()], at);
    let mut live = policy(files::DENY_ALL);
    live.etag = Some("\"Mna+BCqXznjH\"".into());
    r.policy = Remote::ready(Box::new(live), at);
    r.system_policy = Remote::ready(Box::new(system_policy::documented_policy("global")), at);
    r.attestors = Remote::ready(vec![attestor()], at);
    r.notes = Remote::ready(vec![note()], at);
    r.attestations = Remote::ready(vec![attestation()], at);
    let found = AttestorEvidence::Found { attestor: attestor(), attestations: Attestations::Read(vec![attestation()]) };
    let evidence = Evidence { attestors: [(attestor().name, found)].into(), ..Evidence::default() };
    r.evidence = Remote::ready(Box::new(evidence), at);
    r.keys = Remote::ready(vec![local_key()], at);
    r.work = Remote::ready(work(), at);
    model.draft.replace(&files::updated_policy(names::PROJECT));
}

fn cluster() -> Cluster {
    Cluster {
        location: names::LOCATION.into(),
        name: names::CLUSTER.into(),
        status: "RUNNING".into(),
        enforced: true,
        evaluation_mode: "PROJECT_SINGLETON_POLICY_ENFORCE".into(),
        version: "1.34.1-gke.1000".into(),
        endpoint: "127.0.0.1:1".into(),
    }
}

fn registry_image() -> Image {
    Image {
        repository: "us.gcr.io/binauthz-codelab/hello-world".into(),
        digest: DIGEST.parse::<Digest>().unwrap(),
        tags: vec!["latest".into()],
        size: 700,
    }
}

/// An image as the only container of a workload has it.
pub(crate) fn running(image: &str) -> RequestImage {
    RequestImage { image: image.to_owned(), container: "hello-world".to_owned(), ..RequestImage::default() }
}

fn workload(kind: WorkloadKind, name: &str, ready: &str, status: &str, failure: Option<&str>) -> Workload {
    Workload {
        kind,
        namespace: "default".into(),
        name: name.into(),
        ready: ready.into(),
        status: status.into(),
        uid: format!("uid-of-{name}"),
        generation: 1,
        is_whole: failure.is_none() && ready.split_once('/').is_some_and(|(ready, wanted)| ready == wanted),
        images: vec![running("us.gcr.io/binauthz-codelab/hello-world:latest")],
        service_account: "default".into(),
        labels: [("app".to_owned(), "hello-world".to_owned())].into(),
        annotations: std::collections::BTreeMap::new(),
        own_labels: std::collections::BTreeMap::new(),
        created: "2026-11-23T08:58:00Z".into(),
        failure: failure.map(str::to_owned),
        controller: String::new(),
    }
}

fn workloads() -> Vec<Workload> {
    let refused = Some("admission webhook denied the request");
    vec![
        workload(WorkloadKind::Deployment, "hello-world", "0/1", "", refused),
        Workload {
            controller: "deployment/hello-world".into(),
            ..workload(WorkloadKind::ReplicaSet, "hello-world-5d8f7c9b44", "0/1", "", refused)
        },
        workload(WorkloadKind::Pod, "web-6f4c8d7b9-x2x7q", "1/1", "Running", None),
        workload(WorkloadKind::Pod, "döner-🥙-1", "0/1", "ImagePullBackOff", None),
    ]
}

fn events() -> Vec<ClusterEvent> {
    let event = |kind: &str, reason: &str, message: &str, object: &str, count| ClusterEvent {
        namespace: "default".into(),
        kind: kind.into(),
        reason: reason.into(),
        message: message.into(),
        object: object.into(),
        count,
        first_seen: "2026-11-23T08:58:03Z".into(),
        last_seen: "2026-11-23T08:59:12Z".into(),
    };
    let denial = "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: \
                  Image us.gcr.io/binauthz-codelab/hello-world:latest denied by Binary Authorization default admission \
                  rule. Denied by always_deny admission rule";
    vec![
        event("Warning", "FailedCreate", denial, "replicaset/hello-world-5d8f7c9b44", 5),
        event(
            "Normal",
            "ScalingReplicaSet",
            "Scaled up replica set hello-world-5d8f7c9b44 to 1",
            "deployment/hello-world",
            1,
        ),
    ]
}

fn attestor() -> Attestor {
    Attestor {
        name: "projects/binauthz-codelab/attestors/my-binauthz-attestor".parse().unwrap(),
        description: String::new(),
        note: "projects/binauthz-codelab/notes/my-attestor-note".parse().unwrap(),
        keys: vec![PublicKey {
            id: FINGERPRINT.into(),
            comment: String::new(),
            material: KeyMaterial::Pgp { armor: "-----BEGIN PGP PUBLIC KEY BLOCK-----".into() },
        }],
        service_account_email: Some(AGENT.into()),
        update_time: Some("2026-11-23T08:50:00Z".into()),
        etag: None,
    }
}

fn note() -> Note {
    Note {
        name: attestor().note,
        human_readable_name: names::NOTE_DESCRIPTION.into(),
        create_time: "2026-11-23T08:49:00Z".into(),
        json: "{\n  \"name\": \"projects/binauthz-codelab/notes/my-attestor-note\",\n  \"kind\": \"ATTESTATION\"\n}"
            .into(),
        viewers: Some(vec![format!("serviceAccount:{AGENT}")]),
    }
}

fn attestation() -> Attestation {
    Attestation {
        name: "projects/binauthz-codelab/occurrences/0b0f4c1e-6d1f-4d6f-9a83-5f6d3ad6a7c1".into(),
        note: attestor().note,
        kind: attestation::ATTESTATION.into(),
        resource_uri: image().as_str().into(),
        payload: attestation::payload(&image(), image().digest().unwrap()),
        signatures: vec![Signature {
            public_key_id: FINGERPRINT.into(),
            bytes: b"-----BEGIN PGP MESSAGE-----".to_vec(),
        }],
        jwts: 0,
        create_time: Some("2026-11-23T08:55:00.123456Z".into()),
    }
}

fn local_key() -> LocalKey {
    LocalKey {
        fingerprint: FINGERPRINT.into(),
        user_id: "Demo Signing Role <attestor@example.com>".into(),
        algorithm: "RSA 2048".into(),
        created: "2026-11-23T08:51:00Z".into(),
        can_sign: true,
        public: String::new(),
        warnings: Vec::new(),
    }
}

fn work() -> Work {
    let file = |name: &str, text: &str| WorkFile { name: name.into(), bytes: text.into() };
    let payload = attestation::payload(&image(), image().digest().unwrap());
    Work {
        signature_fault: None,
        directory: WorkDirectory {
            path: "/home/learner/.local/share/countersign/codelab".into(),
            exists: true,
            files: vec![
                file(names::KUBECONFIG, "us-central1-a_binauthz-codelab"),
                file(names::PAYLOAD, &String::from_utf8(payload).unwrap()),
                file(names::SIGNATURE, "-----BEGIN PGP MESSAGE-----"),
                file(names::POLICY, files::DENY_ALL),
            ],
        },
        signed_by: Some(FINGERPRINT.into()),
    }
}
