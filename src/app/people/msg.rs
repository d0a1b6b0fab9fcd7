//! What is asked of the runtime about the people of the sandbox, and what is told of them.

use crate::people::state::Persona;
use crate::shell::report::Report;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Asks the sandbox as the one of this name from now on; answered by [`Msg::ActsAs`].
    ActAs(String),
}

/// Who there is, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// The people of the sandbox, the owner, who asks at first, before all.
    Listed(Vec<Persona>),
    /// Who asks the sandbox from now on, or why it is not who was chosen.
    ActsAs(Result<String, Report>),
}
