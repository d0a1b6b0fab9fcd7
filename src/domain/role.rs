//! The three roles of Binary Authorization, as its documentation splits the work. Uses nothing.

/// Who does something; each role has a tab, and each step of the codelab a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Deployer,
    PolicyCreator,
    Attestor,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Deployer, Self::PolicyCreator, Self::Attestor];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployer => "Deployer",
            Self::PolicyCreator => "Policy Creator",
            Self::Attestor => "Attestor",
        }
    }
}
