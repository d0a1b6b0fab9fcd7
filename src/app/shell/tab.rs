//! Tabs and their panes.

use domain::role::Role;

/// One tab for each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tab {
    #[default]
    Deployer,
    Policy,
    Attestor,
}

/// One box of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    Setup,
    Images,
    Workloads,
    Events,
    Decision,
    Editor,
    Problems,
    Preview,
    Field,
    Attestors,
    Notes,
    Attestations,
    Keys,
}

impl Tab {
    pub const ALL: [Self; 3] = [Self::Deployer, Self::Policy, Self::Attestor];

    pub fn title(self) -> &'static str {
        self.role().as_str()
    }

    pub fn role(self) -> Role {
        match self {
            Self::Deployer => Role::Deployer,
            Self::Policy => Role::PolicyCreator,
            Self::Attestor => Role::Attestor,
        }
    }

    /// The tab of a role.
    pub fn for_role(role: Role) -> Self {
        match role {
            Role::Deployer => Self::Deployer,
            Role::PolicyCreator => Self::Policy,
            Role::Attestor => Self::Attestor,
        }
    }

    /// The panes in the order of the Tab key.
    pub fn panes(self) -> &'static [Pane] {
        match self {
            Self::Deployer => &[Pane::Setup, Pane::Images, Pane::Workloads, Pane::Events, Pane::Decision],
            Self::Policy => &[Pane::Editor, Pane::Problems, Pane::Preview, Pane::Field],
            Self::Attestor => &[Pane::Attestors, Pane::Notes, Pane::Attestations, Pane::Keys],
        }
    }

    /// The pane that has the focus when the tab is first shown.
    pub fn first_pane(self) -> Pane {
        match self {
            Self::Deployer => Pane::Setup,
            Self::Policy => Pane::Editor,
            Self::Attestor => Pane::Attestors,
        }
    }
}

impl Pane {
    pub const ALL: [Self; 13] = [
        Self::Setup,
        Self::Images,
        Self::Workloads,
        Self::Events,
        Self::Decision,
        Self::Editor,
        Self::Problems,
        Self::Preview,
        Self::Field,
        Self::Attestors,
        Self::Notes,
        Self::Attestations,
        Self::Keys,
    ];

    pub fn tab(self) -> Tab {
        match self {
            Self::Setup | Self::Images | Self::Workloads | Self::Events | Self::Decision => Tab::Deployer,
            Self::Editor | Self::Problems | Self::Preview | Self::Field => Tab::Policy,
            Self::Attestors | Self::Notes | Self::Attestations | Self::Keys => Tab::Attestor,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Setup => "Setup",
            Self::Images => "Images",
            Self::Workloads => "Workloads",
            Self::Events => "Events",
            Self::Decision => "Decision",
            Self::Editor => "Draft",
            Self::Problems => "Problems",
            Self::Preview => "What the draft decides",
            Self::Field => "Field",
            Self::Attestors => "Attestors",
            Self::Notes => "Notes",
            Self::Attestations => "Attestations",
            Self::Keys => "Keys of this machine",
        }
    }

    /// Whether it stands in the right column, which is a second page where the screen is narrow.
    pub fn is_right(self) -> bool {
        matches!(self, Self::Decision | Self::Preview | Self::Field | Self::Attestations | Self::Keys)
    }

    /// Whether it becomes larger when it has the focus: what stands beside it can be read meanwhile in
    /// fewer rows.
    pub fn is_elastic(self) -> bool {
        matches!(self, Self::Preview | Self::Field)
    }

    /// Whether it shows the tree of a decision.
    pub fn is_tree(self) -> bool {
        matches!(self, Self::Decision)
    }

    /// Whether its rows can be filtered.
    pub fn is_list(self) -> bool {
        !(self.is_tree() || matches!(self, Self::Editor | Self::Field))
    }
}
