//! As whom the sandbox is asked: so that the split of the three roles can be tried.

use crate::Model;
use crate::cluster::watch;
use crate::effect::Effect;
use crate::overlay::{self, Entry};
use crate::people;
use crate::people::state::{People, Persona};
use crate::people::{Choice, Msg};
use crate::query::Source;
use crate::session::Connection;
use crate::shell::notice::Weight;
use crate::shell::report::Report;

/// Takes what is told of the people.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Listed(all) => people_arrived(model, all),
        Msg::ActsAs(result) => person_changed(model, result),
    }
}

/// Takes who there is; the owner asks.
fn people_arrived(model: &mut Model, all: Vec<Persona>) -> Vec<Effect> {
    model.session.people = People::new(all);
    Vec::new()
}

/// A list of the people, with what each is for.
pub(crate) fn pick(model: &mut Model) -> Vec<Effect> {
    let people = &model.session.people;
    if !matches!(model.session.connection, Connection::Sandbox(_)) || people.all().is_empty() {
        model.say(Weight::Warning, "Only the sandbox has people to act as, and it is not up.");
        return Vec::new();
    }
    let now = people.now();
    let entry = |person: &Persona| Entry {
        label: format!("{}{}", person.name, if now == Some(person) { " (now)" } else { "" }),
        detail: person.says.clone(),
        choice: overlay::Choice::People(Choice::ActAs(person.name.clone())),
    };
    let entries = people.all().iter().map(entry).collect();
    model.open_picker("Act as", entries)
}

/// What was picked in the list.
pub(crate) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::ActAs(name) => act_as(model, &name),
    }
}

/// Asks for the change, unless something is under way that somebody else began.
fn act_as(model: &mut Model, name: &str) -> Vec<Effect> {
    if model.session.people.now().is_some_and(|person| person.name == name) {
        return Vec::new();
    }
    if model.works.any() {
        model.say(Weight::Warning, "Work is under way: wait for its end, or cancel it, to act as somebody else.");
        return Vec::new();
    }
    vec![Effect::People(people::Effect::ActAs(name.to_owned()))]
}

/// Somebody else asks: what the services said before is not for that person, and is asked anew.
fn person_changed(model: &mut Model, result: Result<String, Report>) -> Vec<Effect> {
    let name = match result {
        Ok(name) => name,
        Err(report) => {
            model.say(Weight::Error, report.line());
            return Vec::new();
        }
    };
    model.session.people.choose(&name);
    model.log.acts_as(&name, model.ui.now);
    model.session.forget_answers();
    let says = model.session.people.now().map(|person| person.says.clone()).unwrap_or_default();
    model.say(Weight::Info, format!("Acting as {name}: {says}."));
    let mut effects = model.load(Source::ALL);
    effects.extend(watch::restart(model));
    effects
}
