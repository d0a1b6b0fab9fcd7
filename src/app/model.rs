//! The model: everything that the screen shows and that keys change.

mod boxes;
mod contexts;
mod focus;
mod reads;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::cluster::state::ClusterWatch;
use crate::command_log::state::CommandLog;
use crate::decision::manifest_text::ManifestText;
use crate::decision::state::Decisions;
use crate::decision::tree::Tree;
use crate::draft::file::state::{DraftFile, SavedFile};
use crate::draft::state::Draft;
use crate::effect::SavedState;
use crate::explain::state::Explanation;
use crate::fix::state::FixSearch;
use crate::guide::state::Guide;
use crate::guide::suggestion::CODELAB;
use crate::history::state::History;
use crate::import::refusal::ImportRefusal;
use crate::msg::Viewport;
use crate::overlay::{Body, Overlay};
use crate::policy_test::state::Tests;
use crate::replay::state::ReplayRun;
use crate::review::preview::Preview;
use crate::review::state::ReviewRun;
use crate::saving::state::Saving;
use crate::session::Session;
use crate::shell::field::Field;
use crate::shell::notice::Notices;
use crate::shell::remote::Ticket;
use crate::shell::suggestion::Suggestions;
use crate::shell::tab::{Pane, Tab};
use crate::submission::OpenForm;
use crate::work::Works;
use domain::admission::{Outcome, Request};
use domain::attestation::Verify;
use domain::image::ImageRef;
use domain::name::ClusterKey;
use domain::policy_test::PodFault;

/// Where a list stands: its selected row, counted in the rows that its filter leaves.
#[derive(Debug, Clone, Default)]
pub struct ListState {
    pub selected: usize,
    pub filter: Field,
}

/// Which tab and pane has the focus, and how each list and tree stands.
#[derive(Debug, Default)]
pub struct Navigation {
    pub tab: Tab,
    focus: BTreeMap<Tab, Pane>,
    lists: BTreeMap<Pane, ListState>,
    /// The focused pane's filter takes text.
    pub filtering: bool,
    /// The draft's text takes printable keys.
    pub editing: bool,
    trees: BTreeMap<Pane, Tree>,
    /// The tabs whose focused pane is shown alone.
    enlarged: BTreeSet<Tab>,
    /// The rows of a setup that is finished are shown nevertheless.
    pub setup_open: bool,
    /// What each tree was last shown for: for another decision it starts at what failed.
    decided: BTreeMap<Pane, (Request, Outcome)>,
}

impl Navigation {
    /// The focused pane of the tab that is shown.
    pub fn focus(&self) -> Pane {
        self.focus_of(self.tab)
    }

    pub fn focus_of(&self, tab: Tab) -> Pane {
        self.focus.get(&tab).copied().unwrap_or(tab.first_pane())
    }

    /// Shows the pane's tab and gives the pane the focus; the draft takes text as soon as it has it.
    pub fn go(&mut self, pane: Pane) {
        self.tab = pane.tab();
        self.focus.insert(self.tab, pane);
        self.filtering = false;
        self.setup_open &= pane == Pane::Setup;
        self.editing = pane == Pane::Editor;
    }

    /// Shows a tab as it was left; the text of the draft does not take keys until it is entered.
    pub fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.filtering = false;
        self.editing = false;
    }

    /// Whether the focused pane is shown alone.
    pub fn is_enlarged(&self) -> bool {
        self.enlarged.contains(&self.tab)
    }

    /// Shows the focused pane of the tab alone; false if it was alone already.
    pub fn enlarge(&mut self) -> bool {
        self.enlarged.insert(self.tab)
    }

    /// Shows the other panes again; false if they were shown already.
    pub fn restore(&mut self) -> bool {
        self.enlarged.remove(&self.tab)
    }

    pub fn list(&self, pane: Pane) -> ListState {
        self.lists.get(&pane).cloned().unwrap_or_default()
    }

    pub fn list_ref(&self, pane: Pane) -> Option<&ListState> {
        self.lists.get(&pane)
    }

    pub fn list_mut(&mut self, pane: Pane) -> &mut ListState {
        self.lists.entry(pane).or_default()
    }

    /// How the tree of a decision is unfolded.
    pub fn tree(&self, pane: Pane) -> Tree {
        self.trees.get(&pane).cloned().unwrap_or_default()
    }

    pub fn tree_mut(&mut self, pane: Pane) -> &mut Tree {
        self.trees.entry(pane).or_default()
    }

    /// Notes what the pane's tree is shown for; true where that is new.
    pub fn decides(&mut self, pane: Pane, request: &Request, outcome: Outcome) -> bool {
        let decided = (request.clone(), outcome);
        self.decided.insert(pane, decided.clone()).as_ref() != Some(&decided)
    }

    pub fn selected(&self, pane: Pane) -> usize {
        self.lists.get(&pane).map_or(0, |list| list.selected)
    }
}

/// The pods of a manifest, each with the kind and name of what makes it.
pub type Pods = Result<Vec<(String, Request)>, PodFault>;

/// What the program was started with, and what `update` may call: pure functions only.
#[derive(Clone)]
pub struct Deps {
    /// Verifies signatures for the decisions; remembers what it verified.
    pub verifier: Arc<dyn Verify + Send + Sync>,
    /// Reads the manifests in tests files.
    pub manifest: fn(&str) -> Result<Request, PodFault>,
    /// Reads the pods of a manifest, each with its kind and name.
    pub manifests: fn(&str) -> Pods,
    /// The names of the themes that can be chosen.
    pub themes: Vec<String>,
}

impl fmt::Debug for Deps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deps").field("themes", &self.themes).finish_non_exhaustive()
    }
}

/// Changes only in [`crate::update()`].
#[derive(Debug)]
pub struct Model {
    pub session: Session,
    pub nav: Navigation,
    pub draft: Draft,
    pub decisions: Decisions,
    pub preview: Preview,
    pub review: ReviewRun,
    pub watch: ClusterWatch,
    pub explain: Explanation,
    pub replay: ReplayRun,
    pub fix: FixSearch,
    pub guide: Guide,
    pub saving: Saving,
    pub overlays: Vec<Overlay<Self>>,
    pub works: Works,
    /// The forms that work was started from: what was typed comes back when the work fails.
    pub(super) submitted: BTreeMap<Ticket, OpenForm<Self>>,
    pub log: CommandLog,
    pub notices: Notices,
    pub ui: Ui,
    /// The versions of the chosen project's policy.
    pub history: History,
    pub tests: Tests,
    /// The manifest that was last asked about.
    pub manifest: ManifestText,
    /// An import that was refused, until the policy that is live now has come.
    pub refusal: Option<ImportRefusal>,
    /// What forms suggest.
    pub suggestions: Suggestions,
    pub deps: Deps,
    pub(super) last_ticket: Ticket,
}

/// What belongs to the screen and the process.
#[derive(Debug, Default)]
pub struct Ui {
    pub now: Timestamp,
    pub viewport: Viewport,
    pub theme: String,
    /// Counts the turns of the spinner.
    pub spin: usize,
    pub quitting: bool,
    /// The requests that were sent, as lines, for the API log.
    pub requests: Vec<String>,
    /// What was last written to disk.
    pub saved: SavedState,
}

impl Model {
    pub fn new(saved: SavedState, draft: Option<String>, deps: Deps, now: Timestamp) -> Self {
        let mut session = Session {
            project: saved.project.as_deref().and_then(|id| id.parse().ok()),
            cluster: saved.cluster.as_ref().and_then(|(location, name)| ClusterKey::new(location, name).ok()),
            inventory: saved.inventory.clone(),
            ..Session::default()
        };
        session.image = saved.image.as_deref().and_then(|text| text.parse::<ImageRef>().ok());
        let mut nav = Navigation::default();
        nav.show(Tab::ALL.get(saved.tab).copied().unwrap_or_default());
        let mut draft = Draft::new(draft);
        draft.file =
            saved.file.clone().map(|SavedFile { path, stamp }| DraftFile { path, stamp, text: None, gone: false });
        let saving = Saving::of(draft.editor.revision());
        let theme = saved.theme.clone().filter(|name| deps.themes.contains(name)).unwrap_or_else(|| "dark".to_owned());
        Self {
            session,
            nav,
            draft,
            decisions: Decisions::default(),
            preview: Preview::default(),
            review: ReviewRun::default(),
            watch: ClusterWatch::default(),
            explain: Explanation::default(),
            replay: ReplayRun::default(),
            fix: FixSearch::default(),
            guide: Guide::new(saved.progress.clone()),
            saving,
            overlays: Vec::new(),
            works: Works::default(),
            submitted: BTreeMap::new(),
            log: CommandLog::default(),
            notices: Notices::default(),
            ui: Ui { now, theme, saved, ..Ui::default() },
            history: History::default(),
            tests: Tests::default(),
            manifest: ManifestText::default(),
            refusal: None,
            suggestions: CODELAB,
            deps,
            last_ticket: Ticket::default(),
        }
    }

    pub fn next_ticket(&mut self) -> Ticket {
        self.last_ticket = Ticket(self.last_ticket.0 + 1);
        self.last_ticket
    }

    /// What a restart would find. The etag of the draft's base from before this start stays until its base is known again.
    pub fn to_save(&self) -> SavedState {
        SavedState {
            project: self.session.project.as_ref().map(ToString::to_string),
            cluster: self.session.cluster.as_ref().map(|key| (key.location().to_owned(), key.cluster().to_owned())),
            image: self.session.image.as_ref().map(|image| image.as_str().to_owned()),
            inventory: self.session.inventory.clone(),
            progress: self.guide.progress.clone(),
            theme: Some(self.ui.theme.clone()),
            base: self.draft.base.as_ref().map_or_else(|| self.ui.saved.base.clone(), |base| base.etag.clone()),
            tab: Tab::ALL.iter().position(|tab| *tab == self.nav.tab).unwrap_or_default(),
            file: self.draft.file.as_ref().map(|file| SavedFile { path: file.path.clone(), stamp: file.stamp }),
        }
    }

    /// Whether somebody reads the API log, so that it is worth bringing.
    pub fn shows_api_log(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Reader(reader)) if reader.body == Body::ApiLog)
    }

    /// Whether something is under way that a spinner should tell.
    pub fn is_busy(&self) -> bool {
        self.works.any()
            || self.session.remotes.is_loading()
            || self.preview.is_behind()
            || self.review.ticket.is_some()
            || self.replay.ticket.is_some()
            || self.fix.ticket.is_some()
    }
}
