//! The workbench without a terminal: its model, its updates and its real runtime.

use std::sync::Arc;
use std::time::Duration;

use countersign::app::Model;
use countersign::app::effect::{Effect, SavedState};
use countersign::app::model::Deps;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::overlay::Overlay;
use countersign::app::sign::state::Stage as Page;
use countersign::app::update::{start, update};
use countersign::domain::admission::{Outcome, RequestImage};
use countersign::domain::fix::FixKind;
use countersign::runtime::backend::Backend;
use countersign::runtime::effects::Runner;
use countersign::runtime::files::Files;
use countersign::runtime::verifier::Remembering;
use countersign::sandbox::Sandbox;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::lab::{CLUSTER, Lab, PASSPHRASE, PROJECT, Scene, ZONE};

/// A wait that takes longer is one in vain.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) struct Bench {
    pub(super) lab: Lab,
    pub(super) model: Model,
    runner: Runner,
    messages: UnboundedReceiver<Msg>,
    address: String,
    pub(super) sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

impl Bench {
    pub(super) async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let backend = Backend::new(&Files::new(directory.path()));
        let sandbox = backend.start_sandbox().await.unwrap();
        let lab = Lab::start(backend.clone()).await;
        let (sender, messages) = unbounded_channel();
        let deps = Deps {
            verifier: Arc::new(Remembering::default()),
            manifest: countersign::files::manifest::request,
            manifests: countersign::files::manifest::requests,
            themes: vec!["dark".to_owned()],
        };
        let saved = SavedState {
            project: Some(PROJECT.to_owned()),
            cluster: Some((ZONE.to_owned(), CLUSTER.to_owned())),
            ..SavedState::default()
        };
        let mut bench = Self {
            lab,
            model: Model::new(saved, None, deps, Timestamp::now()),
            runner: Runner::new(backend, sender),
            messages,
            address: sandbox.addr().to_string(),
            sandbox,
            _directory: directory,
        };
        let first = start(&mut bench.model, None);
        bench.carry_out(first);
        bench
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.runner.carry_out(effect);
        }
    }

    pub(super) fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg, Timestamp::now());
        self.carry_out(effects);
    }

    pub(super) fn key(&mut self, code: KeyCode) {
        self.send(Msg::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }

    /// Takes what comes until it is so.
    pub(super) async fn until(&mut self, what: &str, is_so: impl Fn(&Model) -> bool) {
        let end = tokio::time::Instant::now() + LONGEST;
        while !is_so(&self.model) {
            let message = tokio::time::timeout_at(end, self.messages.recv()).await;
            let Ok(Some(message)) = message else {
                let workloads = self.model.session.remotes.workloads.items();
                let rows: Vec<_> =
                    workloads.iter().map(|w| (w.id().to_string(), w.ready.clone(), w.is_whole)).collect();
                panic!("{what}: {:#?}\n{rows:#?}", self.model.overlays)
            };
            self.send(message);
        }
    }

    pub(super) fn is_still(model: &Model) -> bool {
        !model.works.any() && !model.session.remotes.is_loading() && model.fix.ticket.is_none()
    }

    /// The images of the pod that is asked about now.
    pub(super) fn images(&self) -> Vec<RequestImage> {
        self.model.session.images()
    }

    pub(super) fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.key(KeyCode::Char(c)));
    }

    /// As when the connection is made: everything is read.
    pub(super) fn connect(&mut self) {
        let connected = Msg::Connected(Ok(self.address.clone()));
        self.send(connected);
    }

    /// Asks about the pod; what is decided, with its tree.
    pub(super) async fn ask(&mut self, scene: &Scene) -> (Outcome, String) {
        self.model.session.ask(Lab::request(scene));
        let connected = Msg::Connected(Ok(self.address.clone()));
        self.send(connected);
        let known = |outcome: Outcome| outcome != Outcome::Undecided;
        let decided = |model: &Model| model.decisions.now.as_ref().is_some_and(|now| known(now.outcome));
        self.until("it is decided", |model| Self::is_still(model) && decided(model)).await;
        self.decided()
    }

    fn decided(&self) -> (Outcome, String) {
        let now = self.model.decisions.now.as_ref().unwrap();
        (now.outcome, now.trace.to_string())
    }

    /// Assumes what the list of `w` has by this filter, typing `value` where it asks; what is decided then.
    pub(super) fn what_if(&mut self, filter: &str, value: Option<&str>) -> (Outcome, String) {
        self.key(KeyCode::Char('1'));
        self.key(KeyCode::Char('W'));
        self.key(KeyCode::Char('w'));
        self.text(filter);
        self.key(KeyCode::Enter);
        if let Some(value) = value {
            self.text(value);
            self.key(KeyCode::Enter);
        }
        assert!(self.model.overlays.is_empty(), "{:#?}", self.model.overlays);
        self.decided()
    }

    /// Asks about the pod, opens the fixes, and applies what stands at the top until it is admitted;
    /// the kind of the first.
    pub(super) async fn mend(&mut self, scene: &Scene) -> FixKind {
        self.model.session.ask(Lab::request(scene));
        // As when the connection is made: everything is read.
        let connected = Msg::Connected(Ok(self.address.clone()));
        self.send(connected);
        self.until("the refusal is known", |model| {
            Self::is_still(model) && model.decisions.now.as_ref().is_some_and(|now| now.outcome == Outcome::Deny)
        })
        .await;
        self.key(KeyCode::Char('1'));
        self.key(KeyCode::Char('F'));
        self.until("the fixes are known", |model| model.fix.fixes.is_some()).await;
        let first = self.model.fix.fixes.as_ref().and_then(|fixes| fixes.first()).map(|fix| fix.kind).unwrap();
        for _ in 0..40 {
            self.until("it is still", Self::is_still).await;
            if !self.step() {
                return first;
            }
        }
        let now = self.model.decisions.now.as_ref().map(|now| now.trace.to_string());
        panic!("it does not end: {:#?}\n{}", self.model.fix.fixes, now.unwrap_or_default());
    }

    /// Does what the box on top asks for; false where nothing is left to do.
    fn step(&mut self) -> bool {
        let page = match self.model.overlays.last() {
            None => return false,
            Some(Overlay::Wizard(wizard)) => {
                assert_eq!(wizard.error, None);
                Some((wizard.stage, wizard.verdict.clone()))
            }
            Some(Overlay::Fixes(_)) => {
                if self.model.decisions.now.as_ref().is_some_and(|now| now.outcome == Outcome::Admit) {
                    self.key(KeyCode::Esc);
                    return false;
                }
                None
            }
            Some(Overlay::Confirm(_) | Overlay::Form(_)) => None,
            Some(other) => panic!("{other:#?}"),
        };
        if let Some((Page::Verdict, verdict)) = &page {
            assert_eq!(*verdict, Some(Ok(())));
        }
        if matches!(page, Some((Page::Passphrase, _))) {
            for c in PASSPHRASE.chars() {
                self.key(KeyCode::Char(c));
            }
        }
        self.key(KeyCode::Enter);
        true
    }
}
