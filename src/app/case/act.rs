//! Writing a case: asked for where there is something to write one about.

use crate::case::form::CaseForm;
use crate::effect::Effect;
use crate::model::Model;
use crate::shell::notice::Weight;

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    if model.session.request().is_none() {
        model.say(Weight::Info, "a case is about an image: i chooses one");
        return Vec::new();
    }
    model.open_form(CaseForm::new())
}
