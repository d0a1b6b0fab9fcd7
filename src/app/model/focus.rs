//! Which pane is shown.

use super::Model;
use crate::shell::tab::Pane;

impl Model {
    /// Shows a pane; what the codelab wants looked at counts as seen from here on.
    pub(crate) fn go(&mut self, pane: Pane) {
        self.nav.go(pane);
        self.mark_pane_seen(pane);
    }
}
