//! What is told of the people of the sandbox.

use crate::people::state::Persona;
use crate::shell::report::Report;

/// Who there is, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// The people of the sandbox, the owner, who asks at first, before all.
    Listed(Vec<Persona>),
    /// Who asks the sandbox from now on, or why it is not who was chosen.
    ActsAs(Result<String, Report>),
}
