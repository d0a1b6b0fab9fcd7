//! What views ask for a look by: intent, never a colour.
//!
//! A [`Styles`] is a theme resolved for one depth and one set of glyphs, made once when the program
//! starts or the theme changes. Every verdict, severity and status has a sign and a word beside its
//! colour, so that nothing is told by hue alone.

mod glyphs;

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use crate::theme::{Depth, Role, Theme};
use domain::admission::Outcome;
use domain::admission::trace::Status;
use domain::diagnostic::Severity;

pub use crate::styles::glyphs::Glyphs;

/// Whether keys go to the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    #[default]
    Away,
    Here,
}

impl From<bool> for Focus {
    fn from(held: bool) -> Self {
        if held { Self::Here } else { Self::Away }
    }
}

/// How weighty a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    #[default]
    Info,
    Success,
    Warning,
    Error,
}

/// A sign, a word, and how both look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub glyph: &'static str,
    pub word: &'static str,
    pub style: Style,
}

impl Mark {
    /// `✓ ADMIT`.
    pub fn span(self) -> Span<'static> {
        Span::styled(format!("{} {}", self.glyph, self.word), self.style)
    }

    /// `✓ admit`, for the cells of tables.
    pub fn quiet(self) -> Span<'static> {
        Span::styled(format!("{} {}", self.glyph, self.word.to_lowercase()), self.style)
    }

    /// `✓`, where the word stands beside it.
    pub fn sign(self) -> Span<'static> {
        Span::styled(self.glyph, self.style)
    }
}

/// The looks of one theme at one depth, and the glyphs.
#[derive(Debug, Clone)]
pub struct Styles {
    theme: Theme,
    depth: Depth,
    looks: Vec<Style>,
    pub glyphs: &'static Glyphs,
}

impl Styles {
    /// Resolves every role of `theme` for `depth`.
    pub fn new(theme: Theme, depth: Depth, glyphs: &'static Glyphs) -> Self {
        let looks = Role::ALL.iter().map(|role| theme.style(*role, depth)).collect();
        Self { theme, depth, looks, glyphs }
    }

    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// The look of a role, for what has no method of its own.
    pub fn role(&self, role: Role) -> Style {
        self.looks.get(role.index()).copied().unwrap_or_default()
    }

    /// The ground that everything is painted on.
    pub fn background(&self) -> Style {
        self.role(Role::Background)
    }

    pub fn text(&self) -> Style {
        self.role(Role::Text)
    }

    pub fn dim(&self) -> Style {
        self.role(Role::TextDim)
    }

    pub fn strong(&self) -> Style {
        self.role(Role::TextStrong)
    }

    pub fn pane_border(&self, focus: Focus) -> Style {
        self.role(match focus {
            Focus::Here => Role::PaneBorderFocused,
            Focus::Away => Role::PaneBorder,
        })
    }

    pub fn pane_title(&self, focus: Focus) -> Style {
        self.role(match focus {
            Focus::Here => Role::PaneTitleFocused,
            Focus::Away => Role::PaneTitle,
        })
    }

    /// Painted over the selected row; leaves the row's own colours.
    pub fn selection(&self, focus: Focus) -> Style {
        self.role(match focus {
            Focus::Here => Role::Selection,
            Focus::Away => Role::SelectionInactive,
        })
    }

    pub fn tab(&self, focus: Focus) -> Style {
        self.role(match focus {
            Focus::Here => Role::TabActive,
            Focus::Away => Role::Tab,
        })
    }

    pub fn field(&self, focus: Focus) -> Style {
        self.role(match focus {
            Focus::Here => Role::FormFieldFocused,
            Focus::Away => Role::FormField,
        })
    }

    pub fn key(&self) -> Style {
        self.role(Role::Key)
    }

    pub fn link(&self) -> Style {
        self.role(Role::Link)
    }

    pub fn code(&self) -> Style {
        self.role(Role::Code)
    }

    pub fn busy(&self) -> Style {
        self.role(Role::Busy)
    }

    /// A decision: `✓ ADMIT`, `✗ DENY`, and what lies between.
    pub fn verdict(&self, outcome: Outcome) -> Mark {
        let g = self.glyphs;
        let (glyph, word, role) = match outcome {
            Outcome::Admit => (g.admit, "ADMIT", Role::VerdictAdmit),
            Outcome::Deny => (g.deny, "DENY", Role::VerdictDeny),
            Outcome::AdmitDryRun => (g.dry_run, "DRY RUN", Role::VerdictDryRun),
            Outcome::AdmitBreakGlass => (g.break_glass, "BREAK-GLASS", Role::VerdictBreakGlass),
            Outcome::Undecided => (g.unknown, "UNDECIDED", Role::VerdictUndecided),
        };
        Mark { glyph, word, style: self.role(role) }
    }

    pub fn severity(&self, severity: Severity) -> Mark {
        let g = self.glyphs;
        let (glyph, role) = match severity {
            Severity::Error => (g.error, Role::SeverityError),
            Severity::Warning => (g.warning, Role::SeverityWarning),
            Severity::Hint => (g.hint, Role::SeverityHint),
        };
        Mark { glyph, word: severity.as_str(), style: self.role(role) }
    }

    /// The underline of the text that a diagnostic is about.
    pub fn diagnostic(&self, severity: Severity) -> Style {
        self.role(match severity {
            Severity::Error => Role::DiagnosticError,
            Severity::Warning => Role::DiagnosticWarning,
            Severity::Hint => Role::DiagnosticHint,
        })
    }

    /// How one check of a trace came out.
    pub fn trace(&self, status: Status) -> Mark {
        let g = self.glyphs;
        let (glyph, role) = match status {
            Status::Pass => (g.admit, Role::TracePass),
            Status::Fail => (g.deny, Role::TraceFail),
            Status::Skipped => (g.skipped, Role::TraceSkipped),
            Status::Unknown => (g.unknown, Role::TraceUnknown),
            Status::Note => (g.note, Role::TraceNote),
        };
        Mark { glyph, word: status.word(), style: self.role(role) }
    }

    pub fn notice(&self, tone: Tone) -> Mark {
        let g = self.glyphs;
        let (glyph, word, role) = match tone {
            Tone::Info => (g.note, "note", Role::NoticeInfo),
            Tone::Success => (g.admit, "done", Role::NoticeSuccess),
            Tone::Warning => (g.warning, "warning", Role::NoticeWarning),
            Tone::Error => (g.error, "error", Role::NoticeError),
        };
        Mark { glyph, word, style: self.role(role) }
    }

    /// What a style on the screen is, for the debugging overlay and for snapshots: the role that
    /// looks exactly so on the background, else its parts in the palette's names.
    pub fn describe(&self, style: Style) -> String {
        let seen = self.visible_form(style);
        let plain = |role: &&Role| self.visible_form(self.role(**role)) == seen;
        if let Some(role) = Role::ALL.iter().find(plain) {
            return role.name().to_owned();
        }
        let ground = self.visible_form(Style::new());
        let mut parts = Vec::new();
        for (label, color, usual) in [("", seen.fg, ground.fg), ("on ", seen.bg, ground.bg)] {
            if color != usual {
                parts.push(format!("{label}{}", self.color_name(color.unwrap_or_default())));
            }
        }
        parts.extend(seen.add_modifier.iter_names().map(|(name, _)| name.to_lowercase()));
        parts.join(" ")
    }

    /// A style as it comes out on the background.
    fn visible_form(&self, style: Style) -> Style {
        let mut seen = self.background().patch(style);
        seen.fg = Some(own_color(seen.fg).or(own_color(self.background().fg)).unwrap_or(Color::Reset));
        seen.bg = Some(own_color(seen.bg).or(own_color(self.background().bg)).unwrap_or(Color::Reset));
        seen.underline_color = own_color(seen.underline_color);
        seen.sub_modifier = Modifier::empty();
        seen
    }

    fn color_name(&self, color: Color) -> String {
        self.theme.palette_name(color, self.depth).map_or_else(|| color.to_string(), str::to_owned)
    }
}

impl Default for Styles {
    fn default() -> Self {
        Self::new(Theme::bundled(crate::theme::DEFAULT), Depth::TrueColor, &Glyphs::UNICODE)
    }
}

/// The colour, unless it is the terminal's.
fn own_color(color: Option<Color>) -> Option<Color> {
    color.filter(|color| *color != Color::Reset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_described_by_its_role_or_its_parts() {
        let styles = Styles::default();
        assert_eq!(styles.describe(styles.role(Role::PaneBorder)), "pane.border");
        let selected = styles.role(Role::VerdictDeny).patch(styles.selection(Focus::Here));
        assert_eq!(styles.describe(selected), "red on raised bold");
    }

    #[test]
    fn every_verdict_has_a_sign_and_a_word_of_its_own() {
        let all = [Outcome::Admit, Outcome::Deny, Outcome::AdmitDryRun, Outcome::AdmitBreakGlass, Outcome::Undecided];
        for glyphs in [&Glyphs::UNICODE, &Glyphs::ASCII] {
            let styles = Styles::new(Theme::bundled("dark"), Depth::Mono, glyphs);
            let marks: Vec<_> = all.iter().map(|outcome| styles.verdict(*outcome)).collect();
            for (at, mark) in marks.iter().enumerate() {
                assert!(marks.iter().skip(at + 1).all(|other| other.glyph != mark.glyph && other.word != mark.word));
            }
        }
    }
}
