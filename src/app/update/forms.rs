//! Submitting the form on top.

use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::Overlay;

/// Takes the form on top; a wrong field keeps it open, with everything that was typed, and work that
/// fails brings it back.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Form(mut form)) = model.overlays.pop() else { return Vec::new() };
    form.clear_errors();
    let Ok(effects) = form.form_mut().take(model) else {
        form.focus_error();
        model.overlays.push(Overlay::Form(form));
        return Vec::new();
    };
    let ticket =
        effects.iter().find_map(|effect| if let Effect::Run(ticket, _) = effect { Some(*ticket) } else { None });
    model.submitted.extend(ticket.map(|ticket| (ticket, form)));
    effects
}
