//! The roles a theme gives a look to: the one list of them.
//!
//! A role's name is dotted; a theme that says nothing for `pane.border.focused` is asked for
//! `pane.border`, then for `pane`.

/// Declares [`Role`] with the dotted name of each.
macro_rules! roles {
    ($($variant:ident $name:literal,)+) => {
        /// What a piece of the screen is, for its look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role {
            $($variant,)+
        }

        impl Role {
            /// Every role, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The dotted name that theme files use.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

roles! {
    Background "background",
    Text "text",
    TextDim "text.dim",
    TextStrong "text.strong",
    Header "header",
    HeaderApp "header.app",
    HeaderNote "header.note",
    Tab "tab",
    TabActive "tab.active",
    TabNumber "tab.number",
    Footer "footer",
    Key "key",
    KeyLabel "key.label",
    KeyDisabled "key.disabled",
    PaneBorder "pane.border",
    PaneBorderFocused "pane.border.focused",
    PaneTitle "pane.title",
    PaneTitleFocused "pane.title.focused",
    PaneNote "pane.note",
    OverlayBackground "overlay.background",
    OverlayBorder "overlay.border",
    OverlayTitle "overlay.title",
    OverlayShadow "overlay.shadow",
    TableHeader "table.header",
    Selection "selection",
    SelectionInactive "selection.inactive",
    ScrollbarTrack "scrollbar.track",
    ScrollbarThumb "scrollbar.thumb",
    VerdictAdmit "verdict.admit",
    VerdictDeny "verdict.deny",
    VerdictDryRun "verdict.dry-run",
    VerdictBreakGlass "verdict.break-glass",
    VerdictUndecided "verdict.undecided",
    SeverityError "severity.error",
    SeverityWarning "severity.warning",
    SeverityHint "severity.hint",
    DiagnosticError "diagnostic.error",
    DiagnosticWarning "diagnostic.warning",
    DiagnosticHint "diagnostic.hint",
    NoticeInfo "notice.info",
    NoticeSuccess "notice.success",
    NoticeWarning "notice.warning",
    NoticeError "notice.error",
    TracePass "trace.pass",
    TraceFail "trace.fail",
    TraceSkipped "trace.skipped",
    TraceUnknown "trace.unknown",
    TraceNote "trace.note",
    TraceGuide "trace.guide",
    TraceExpected "trace.expected",
    TraceFound "trace.found",
    DiffContext "diff.context",
    DiffAdded "diff.added",
    DiffAddedStrong "diff.added.strong",
    DiffRemoved "diff.removed",
    DiffRemovedStrong "diff.removed.strong",
    DiffHunk "diff.hunk",
    SyntaxKey "syntax.key",
    SyntaxString "syntax.string",
    SyntaxNumber "syntax.number",
    SyntaxComment "syntax.comment",
    SyntaxEnum "syntax.enum",
    SyntaxPunctuation "syntax.punctuation",
    Gutter "gutter",
    GutterCurrent "gutter.current",
    CursorLine "cursor.line",
    SearchMatch "search.match",
    SearchMatchCurrent "search.match.current",
    BadgeSafe "badge.safe",
    BadgeDirty "badge.dirty",
    Link "link",
    Code "code",
    Busy "busy",
    FormLabel "form.label",
    FormLabelFocused "form.label.focused",
    FormField "form.field",
    FormFieldFocused "form.field.focused",
    FormHelp "form.help",
    FormError "form.error",
    Button "button",
    ButtonFocused "button.focused",
    ButtonDanger "button.danger",
    HexOffset "hex.offset",
    HexControl "hex.control",
}

impl Role {
    /// The number of roles.
    pub const COUNT: usize = Self::ALL.len();

    /// Where this role stands in [`Role::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Whether a theme may give a look to `name`: a role, or the beginning of one.
pub(super) fn is_known(name: &str) -> bool {
    Role::ALL
        .iter()
        .any(|role| role.name().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// `a.b.c`, `a.b`, `a`.
pub(super) fn with_parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rsplit_once('.').map(|(parent, _)| parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_indexes_right() {
        for (at, role) in Role::ALL.iter().enumerate() {
            assert_eq!(role.index(), at);
            assert_eq!(Role::ALL.iter().filter(|other| other.name() == role.name()).count(), 1, "{}", role.name());
        }
    }

    #[test]
    fn a_name_falls_back_along_its_dots() {
        assert_eq!(
            with_parents("pane.border.focused").collect::<Vec<_>>(),
            ["pane.border.focused", "pane.border", "pane"]
        );
    }

    #[test]
    fn the_beginning_of_a_role_is_known_and_half_a_word_is_not() {
        assert!(is_known("pane"));
        assert!(is_known("pane.border.focused"));
        assert!(!is_known("pan"));
        assert!(!is_known("pane.border.focused.more"));
    }
}
