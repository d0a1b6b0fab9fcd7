//! The signs on the screen, each one cell wide, and what stands for them where a terminal has only
//! ASCII.

use ratatui::symbols::border;

/// One set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    pub border: border::Set<'static>,
    /// Admitted, passed, done.
    pub admit: &'static str,
    /// Denied, failed.
    pub deny: &'static str,
    pub dry_run: &'static str,
    pub break_glass: &'static str,
    /// Something is not known, so that nothing is decided.
    pub unknown: &'static str,
    pub skipped: &'static str,
    pub note: &'static str,
    pub error: &'static str,
    pub warning: &'static str,
    pub hint: &'static str,
    /// Edited and not saved.
    pub dirty: &'static str,
    pub ellipsis: &'static str,
    pub bullet: &'static str,
    pub separator: &'static str,
    pub arrow: &'static str,
    pub pointer: &'static str,
    pub fold_closed: &'static str,
    pub tree_branch: &'static str,
    pub tree_last: &'static str,
    pub tree_through: &'static str,
    pub vertical: &'static str,
    pub scrollbar_track: &'static str,
    pub scrollbar_thumb: &'static str,
    /// Where a line ends, in views of exact bytes.
    pub newline: &'static str,
    pub tab: &'static str,
    pub checked: &'static str,
    pub unchecked: &'static str,
    /// What a secret's characters are drawn as.
    pub mask: &'static str,
    pub spinner: &'static [&'static str],
}

impl Glyphs {
    /// The signs for terminals with a common font.
    pub const UNICODE: Self = Self {
        border: border::PLAIN,
        admit: "✓",
        deny: "✗",
        dry_run: "≈",
        break_glass: "↯",
        unknown: "?",
        skipped: "–",
        note: "•",
        error: "▲",
        warning: "△",
        hint: "◦",
        dirty: "●",
        ellipsis: "…",
        bullet: "•",
        separator: "·",
        arrow: "→",
        pointer: "›",
        fold_closed: "▸",
        tree_branch: "├─",
        tree_last: "└─",
        tree_through: "│ ",
        vertical: "│",
        scrollbar_track: "│",
        scrollbar_thumb: "┃",
        newline: "⏎",
        tab: "→",
        checked: "■",
        unchecked: "□",
        mask: "•",
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    };

    /// The signs for terminals and fonts that have nothing but ASCII.
    pub const ASCII: Self = Self {
        border: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        admit: "+",
        deny: "x",
        dry_run: "~",
        break_glass: "!",
        unknown: "?",
        skipped: "-",
        note: "*",
        error: "E",
        warning: "W",
        hint: "h",
        dirty: "*",
        ellipsis: "~",
        bullet: "*",
        separator: "-",
        arrow: ">",
        pointer: ">",
        fold_closed: ">",
        tree_branch: "|-",
        tree_last: "`-",
        tree_through: "| ",
        vertical: "|",
        scrollbar_track: "|",
        scrollbar_thumb: "#",
        newline: "$",
        tab: ">",
        checked: "x",
        unchecked: "-",
        mask: "*",
        spinner: &["|", "/", "-", "\\"],
    };

    /// The set for a locale (`LC_ALL`, else `LC_CTYPE`, else `LANG`): ASCII where one is set that has
    /// no Unicode, such as `C`.
    pub fn of_locale(locale: Option<&str>) -> &'static Self {
        let unicode = |locale: &str| locale.is_empty() || locale.to_lowercase().replace('-', "").contains("utf8");
        if locale.is_none_or(unicode) { &Self::UNICODE } else { &Self::ASCII }
    }

    /// What has to stand for a sign of a text: where there is only ASCII, what looks most like it.
    pub fn stand_in(&self, sign: &str) -> Option<&'static str> {
        (self.is_ascii() && !sign.is_ascii()).then(|| ascii(sign))
    }

    /// Whether it is for terminals that have only ASCII.
    pub fn is_ascii(&self) -> bool {
        self.ellipsis.is_ascii()
    }

    /// The spinner's sign after `step` steps.
    pub fn spinner(&self, step: usize) -> &'static str {
        step.checked_rem(self.spinner.len()).and_then(|at| self.spinner.get(at)).copied().unwrap_or("")
    }
}

/// The nearest ASCII of a sign.
fn ascii(sign: &str) -> &'static str {
    match sign {
        "…" => Glyphs::ASCII.ellipsis,
        "·" => Glyphs::ASCII.separator,
        "•" => Glyphs::ASCII.bullet,
        "✓" => Glyphs::ASCII.admit,
        "✗" => Glyphs::ASCII.deny,
        "→" => ">",
        "←" => "<",
        "↑" => "^",
        "↓" => "v",
        "–" | "—" => "-",
        "’" | "‘" => "'",
        "“" | "”" => "\"",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn signs(g: &Glyphs) -> Vec<&'static str> {
        let mut signs = vec![
            g.admit,
            g.deny,
            g.dry_run,
            g.break_glass,
            g.unknown,
            g.skipped,
            g.note,
            g.error,
            g.warning,
            g.hint,
            g.dirty,
            g.ellipsis,
            g.bullet,
            g.separator,
            g.arrow,
            g.pointer,
            g.fold_closed,
            g.vertical,
            g.scrollbar_track,
            g.scrollbar_thumb,
            g.newline,
            g.tab,
            g.checked,
            g.unchecked,
            g.mask,
        ];
        signs.extend(g.spinner);
        signs
    }

    #[test]
    fn signs_are_one_cell_wide() {
        for glyphs in [&Glyphs::UNICODE, &Glyphs::ASCII] {
            assert!(signs(glyphs).iter().all(|sign| sign.width() == 1));
            assert!([glyphs.tree_branch, glyphs.tree_last, glyphs.tree_through].iter().all(|sign| sign.width() == 2));
        }
    }

    #[test]
    fn a_locale_without_unicode_has_ascii() {
        for unicode in [None, Some(""), Some("C.UTF-8"), Some("de_DE.utf8")] {
            assert_eq!(Glyphs::of_locale(unicode), &Glyphs::UNICODE);
        }
        assert_eq!(Glyphs::of_locale(Some("C")), &Glyphs::ASCII);
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        assert!(signs(&Glyphs::ASCII).iter().all(|sign| sign.is_ascii()));
    }
}
