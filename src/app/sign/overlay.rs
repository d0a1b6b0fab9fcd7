//! The signing wizard, as a box.

use crossterm::event::KeyEvent;

use crate::action::Context;
use crate::boxes::BoxState;
use crate::model::Model;
use crate::shell::field::FieldCommand;
use crate::shell::offset::Offset;
use crate::sign::state::{Stage, Wizard};
use domain::attestation::signature_text;

impl BoxState for Wizard {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Wizard]
    }

    fn takes_text(&self) -> bool {
        self.stage == Stage::Passphrase && !self.busy
    }

    fn press(&mut self, key: KeyEvent) {
        self.error = None;
        FieldCommand::of(key).map(|command| self.passphrase.input(command));
    }

    fn paste(&mut self, text: &str) {
        if self.takes_text() {
            self.passphrase.input(FieldCommand::Text(text.to_owned()));
        }
    }

    /// The bytes are signed, or uploaded, by a key on a page that was seen.
    fn question(&self) -> Option<String> {
        let asks = !self.busy && matches!(self.stage, Stage::Signature | Stage::Upload);
        asks.then(|| format!("{:?} {} {}", self.stage, self.image, self.fingerprint))
    }

    fn scroll(&mut self) -> Option<&mut Offset> {
        Some(&mut self.scroll)
    }

    /// The bytes of the page: what is signed, or the signature.
    fn text(&self, _model: &Model) -> Option<String> {
        Some(if self.stage >= Stage::Signature {
            signature_text(&self.message).into_owned()
        } else {
            String::from_utf8_lossy(&self.payload).into_owned()
        })
    }
}
