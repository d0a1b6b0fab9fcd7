//! The rows of each list: how many there are, what a filter finds in them, which one is selected.

use crate::cluster::state::Folds;
use crate::model::Model;
use crate::shell::tab::Pane;
use domain::attestation::Attestation;
use domain::attestor::Attestor;
use domain::event_group::EventGroup;
use domain::event_row::EventRow;
use domain::resource::{ClusterEvent, Image, LocalKey, Note, Workload};

/// The rows of the Setup pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRow {
    Project,
    Services,
    WorkDirectory,
    Cluster,
    Credentials,
    Enforcement,
}

impl SetupRow {
    pub const ALL: [Self; 6] =
        [Self::Project, Self::Services, Self::WorkDirectory, Self::Cluster, Self::Credentials, Self::Enforcement];

    pub fn title(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Services => "APIs",
            Self::WorkDirectory => "Working directory",
            Self::Cluster => "Cluster",
            Self::Credentials => "Credentials",
            Self::Enforcement => "Enforcement",
        }
    }
}

impl Model {
    /// What the filter of a pane looks at, a text for each row.
    fn row_texts(&self, pane: Pane) -> Vec<String> {
        let r = &self.session.remotes;
        match pane {
            Pane::Setup => SetupRow::ALL.iter().map(|row| row.title().to_owned()).collect(),
            Pane::Images => r.images.items().iter().map(image_text).collect(),
            Pane::Workloads => r.workloads.items().iter().map(workload_text).collect(),
            Pane::Events if self.watch.plain => r.events.items().iter().map(event_text).collect(),
            Pane::Events => self.event_rows().iter().map(|row| self.event_row_text(*row)).collect(),
            Pane::Problems => self.draft.problems().iter().map(|d| format!("{} {}", d.code, d.message)).collect(),
            Pane::Attestors => r.attestors.items().iter().map(|a| format!("{} {}", a.name.id(), a.note)).collect(),
            Pane::Notes => r.notes.items().iter().map(|n| format!("{} {}", n.name, n.human_readable_name)).collect(),
            Pane::Attestations => r.attestations.items().iter().map(attestation_text).collect(),
            Pane::Keys => {
                r.keys.items().iter().map(|k| format!("{} {} {}", k.user_id, k.fingerprint, k.algorithm)).collect()
            }
            Pane::Decision | Pane::Preview | Pane::Editor | Pane::Field => Vec::new(),
        }
    }

    /// The numbers of the rows that the pane's filter leaves: those that hold each of its words.
    pub fn shown_rows(&self, pane: Pane) -> Vec<usize> {
        if pane == Pane::Preview {
            return self.preview.shown_items().to_vec();
        }
        let least = self.draft.least;
        let severe = |at: &usize| {
            pane != Pane::Problems || self.draft.problems().get(*at).is_some_and(|problem| problem.severity <= least)
        };
        let filter = self.nav.list_ref(pane).map(|list| list.filter.text().to_lowercase()).unwrap_or_default();
        if pane == Pane::Problems && filter.is_empty() {
            return (0..self.draft.problems().len()).filter(severe).collect();
        }
        let words: Vec<&str> = filter.split_whitespace().collect();
        let texts = self.row_texts(pane);
        let holds = |text: &str| words.iter().all(|word| text.contains(word));
        (0..texts.len())
            .filter(|at| texts.get(*at).is_some_and(|text| holds(&text.to_lowercase())))
            .filter(severe)
            .collect()
    }

    /// The number of the selected row among all rows of the pane.
    pub fn selected_row(&self, pane: Pane) -> Option<usize> {
        let shown = self.shown_rows(pane);
        let at = self.nav.selected(pane).min(shown.len().saturating_sub(1));
        shown.get(at).copied()
    }

    pub fn selected_setup(&self) -> SetupRow {
        self.selected_row(Pane::Setup).and_then(|at| SetupRow::ALL.get(at)).copied().unwrap_or(SetupRow::Project)
    }

    pub fn selected_image(&self) -> Option<&Image> {
        self.session.remotes.images.items().get(self.selected_row(Pane::Images)?)
    }

    pub fn selected_workload(&self) -> Option<&Workload> {
        self.session.remotes.workloads.items().get(self.selected_row(Pane::Workloads)?)
    }

    /// The selected workload, if its pods are refused, or it is not whole.
    pub fn selected_refused(&self) -> Option<&Workload> {
        self.selected_workload().filter(|workload| !workload.images.is_empty() && self.is_refused(workload))
    }

    /// Whether a pod of the workload is refused now, by its status or by what the cluster tells of it.
    pub fn is_refused(&self, workload: &Workload) -> bool {
        if workload.is_whole {
            return false;
        }
        let id = workload.id().to_string();
        let is_of = |group: &EventGroup| {
            let tells = |number: &usize| {
                let event = self.session.remotes.events.items().get(*number);
                event.is_some_and(|event| event.object == id)
            };
            group.is_refused_now()
                && group.namespace == workload.namespace
                && (group.owner == id || group.events.iter().any(tells))
        };
        workload.failure.is_some() || self.watch.groups().iter().any(is_of)
    }

    pub fn selected_event(&self) -> Option<&ClusterEvent> {
        let number = if self.watch.plain {
            self.selected_row(Pane::Events)?
        } else {
            let group = *self.watch.event_rows().groups_of(self.selected_event_row()?).first()?;
            *self.watch.groups().get(group)?.events.first()?
        };
        self.session.remotes.events.items().get(number)
    }

    /// The rows of the events by cause; a filter looks into those that are folded too.
    pub fn event_rows(&self) -> &[EventRow] {
        let is_filtered = self.nav.list_ref(Pane::Events).is_some_and(|list| !list.filter.text().is_empty());
        self.watch.rows(if is_filtered { Folds::Open } else { Folds::AsTheyAre })
    }

    /// The selected row of the events by cause; `None` while they are shown one by one.
    pub fn selected_event_row(&self) -> Option<EventRow> {
        let row = self.selected_row(Pane::Events).filter(|_| !self.watch.plain)?;
        self.event_rows().get(row).copied()
    }

    /// The row, counted in those that the filter leaves, in which an event is told.
    pub fn event_row(&self, number: usize) -> Option<usize> {
        let row = if self.watch.plain { Some(number) } else { self.row_of_event(number) };
        self.shown_rows(Pane::Events).iter().position(|shown| Some(*shown) == row)
    }

    /// The row of an event's group, or of its cause where that is folded.
    fn row_of_event(&self, number: usize) -> Option<usize> {
        let group = self.watch.groups().iter().position(|group| group.events.contains(&number))?;
        let rows = self.event_rows();
        let own = rows.iter().position(|row| matches!(row, EventRow::Group { number, .. } if *number == group));
        let is_cause = |row: &EventRow| {
            matches!(row, EventRow::Cause(_)) && self.watch.event_rows().groups_of(*row).contains(&group)
        };
        own.or_else(|| rows.iter().position(is_cause))
    }

    /// What a filter looks at: a row that stands for others is found by its own words alone.
    fn event_row_text(&self, row: EventRow) -> String {
        let rows = self.watch.event_rows();
        match row {
            EventRow::Incident => rows.incident().row(),
            EventRow::Cause(number) => rows.cause(number).map(|cause| cause.cause.clone()).unwrap_or_default(),
            EventRow::Group { number, .. } => {
                self.watch.groups().get(number).map(|group| self.group_text(group)).unwrap_or_default()
            }
        }
    }

    fn group_text(&self, group: &EventGroup) -> String {
        let events = group.events.iter().filter_map(|number| self.session.remotes.events.items().get(*number));
        let latest = events.clone().next().map(event_text).unwrap_or_default();
        format!("{} {} {} {latest}", group.cause, group.namespace, group.owner)
    }

    pub fn selected_attestor(&self) -> Option<&Attestor> {
        self.session.remotes.attestors.items().get(self.selected_row(Pane::Attestors)?)
    }

    pub fn selected_note(&self) -> Option<&Note> {
        self.session.remotes.notes.items().get(self.selected_row(Pane::Notes)?)
    }

    pub fn selected_attestation(&self) -> Option<&Attestation> {
        self.session.remotes.attestations.items().get(self.selected_row(Pane::Attestations)?)
    }

    pub fn selected_key(&self) -> Option<&LocalKey> {
        self.session.remotes.keys.items().get(self.selected_row(Pane::Keys)?)
    }
}

fn image_text(image: &Image) -> String {
    format!("{} {} {}", image.repository, image.tags.join(" "), image.digest)
}

fn workload_text(workload: &Workload) -> String {
    format!("{} {} {} {}", workload.kind.as_str(), workload.namespace, workload.name, workload.status)
}

fn event_text(event: &ClusterEvent) -> String {
    format!("{} {} {} {}", event.kind, event.reason, event.object, event.message)
}

fn attestation_text(attestation: &Attestation) -> String {
    let keys: Vec<&str> = attestation.signatures.iter().map(|s| s.public_key_id.as_str()).collect();
    format!("{} {}", attestation.resource_uri, keys.join(" "))
}
