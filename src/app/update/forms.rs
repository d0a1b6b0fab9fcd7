//! Each form: how it starts, and what it becomes when it is taken.

use crate::decision::manifest;
use crate::draft::file;
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::Overlay;
use crate::shell::form::{Form, FormKind};
use crate::submission::{self, Submission};
use crate::{attestor, cluster, decision, sign};
use crate::{draft, fix, review, what_if};

/// Takes the form on top; a wrong field keeps it open, with everything that was typed, and work that
/// fails brings it back.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = model.overlays.pop() else { return Vec::new() };
    let mut form = *form;
    form.clear_errors();
    match take(model, &form) {
        Ok(effects) => {
            let started =
                effects.iter().find_map(|e| if let Effect::Run(ticket, _) = e { Some(*ticket) } else { None });
            if let Some(ticket) = started {
                model.works.keep(ticket, Box::new(form));
            }
            effects
        }
        Err((field, error)) => {
            form.refuse(field, error);
            model.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
    }
}

fn take(model: &mut Model, form: &Form) -> Submission {
    match form.kind {
        FormKind::Project => cluster::form::take_project(model, form),
        FormKind::Cluster => cluster::form::take_cluster(model, form),
        FormKind::Push => cluster::form::take_push(model, form),
        FormKind::Deploy => cluster::form::take_deploy(model, form),
        FormKind::Simulate => decision::form::take_simulate(model, form),
        FormKind::Manifest => manifest::take(model, form),
        FormKind::Assume(typed) => what_if::act::take(model, typed, form),
        FormKind::Note => attestor::form::take_note(model, form),
        FormKind::Attestor => attestor::form::take_attestor(model, form),
        FormKind::Key => attestor::form::take_key(model, form),
        FormKind::ImportKey => attestor::form::take_import_key(model, form),
        FormKind::TypedImage => {
            model.session.choose(submission::parse("image", &form.value("image"))?);
            Ok(Vec::new())
        }
        FormKind::Explain => crate::explain::act::take(model, form),
        FormKind::SaveFile => file::act::take_save(model, form),
        FormKind::OpenFile => draft::form::take_path(form),
        FormKind::ExportPolicy => draft::form::take_export(model, form),
        FormKind::GoToLine => draft::form::take_line(model, form),
        FormKind::Case => crate::case::act::take(model, form),
        FormKind::Replay => crate::replay::act::take(model, form),
        FormKind::Inventory => Ok(review::act::take_inventory(model, form)),
        FormKind::ExportReview(format) => review::act::take_export(model, form, format),
        FormKind::Session => crate::command_log::export::take(model, form),
        FormKind::SignPassphrase => sign::form::take_sign(model, form),
        FormKind::BreakGlass => fix::act::take_form(model, form),
    }
}
