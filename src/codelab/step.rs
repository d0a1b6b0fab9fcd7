//! What a step of the codelab is.

use super::facts::{CheckResult, Facts};
use domain::role::Role;

/// What *do it for me* and *reset* do, by name; the workbench knows how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    ChooseProject,
    LeaveProject,
    EnableServices,
    DisableServices,
    MakeWorkDirectory,
    RemoveWorkDirectory,
    CreateCluster,
    DeleteCluster,
    GetCredentials,
    PushImage,
    DeleteImage,
    Run,
    RunAgain,
    RunSigned,
    DeleteWorkload,
    DeleteSignedWorkload,
    ShowPods,
    ShowEvents,
    Enforce,
    StopEnforcing,
    WriteDenyAll,
    WriteUpdated,
    ImportDenyAll,
    ImportUpdated,
    ImportAllowAll,
    CreateNote,
    DeleteNote,
    ShowNote,
    CreateAttestor,
    DeleteAttestor,
    ShowAttestors,
    ShowServiceAccount,
    Grant,
    Revoke,
    GenerateKey,
    DeleteKey,
    ExportKey,
    AddKey,
    RemoveKey,
    ShowAttestorKeys,
    ChooseDigest,
    LeaveImage,
    WritePayload,
    ShowPayload,
    Sign,
    ShowFingerprint,
    Attest,
    DeleteAttestations,
    ShowAttestations,
    /// Removes one file of the working directory.
    RemoveFile(&'static str),
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Stable: progress is stored by it.
    pub id: &'static str,
    pub role: Role,
    pub title: &'static str,
    /// Why this is done.
    pub why: &'static str,
    /// The first hint: where to look.
    pub nudge: &'static str,
    /// The second hint: how it works.
    pub explanation: &'static str,
    /// The third hint: the codelab's own commands, and those of today.
    pub commands_2018: &'static [&'static str],
    pub commands_today: &'static [&'static str],
    pub act: Act,
    /// Undoes this step alone; looking at something leaves nothing to undo.
    pub reset: Option<Act>,
    pub check: fn(&Facts<'_>) -> CheckResult,
    /// The failure is the lesson.
    pub refusal: bool,
}
