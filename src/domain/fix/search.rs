//! The smallest set of steps of a kind that admits the pod.
//!
//! A step only ever admits more, so a set of which no step can be left out has no part that admits. Sets
//! of fewer steps are looked for one size after the other, as far as that ends soon.

use super::step::FixStep;
use super::world::World;

/// Sets that are tried before one is taken that is minimal only in itself.
const MOST_TRIES: usize = 2_000;

/// The smallest set with at least one of `primary` that admits the pod, and of which none can be left
/// out; `helpers` are taken where they are needed. Among sets of a size the one whose steps stand first.
pub(super) fn smallest(world: &World<'_>, primary: &[FixStep], helpers: &[FixStep]) -> Option<Vec<FixStep>> {
    let primary = distinct(primary.iter());
    let all = distinct(primary.iter().copied().chain(helpers));
    if primary.is_empty() || !world.admits(&all) {
        return None;
    }
    let reduced = primary.iter().find_map(|step| reduced(world, step, &all))?;
    let mut search = Search { world, of_kind: primary.len(), all: &all, tries: MOST_TRIES };
    let smaller = (1..reduced.len()).find_map(|size| search.extend(&mut Vec::with_capacity(size), 0, size));
    let mut steps: Vec<FixStep> = smaller.unwrap_or(reduced).into_iter().cloned().collect();
    steps.sort_by_key(FixStep::order);
    Some(steps)
}

fn distinct<'s>(steps: impl Iterator<Item = &'s FixStep>) -> Vec<&'s FixStep> {
    let mut all: Vec<&FixStep> = Vec::new();
    for step in steps {
        if !all.contains(&step) {
            all.push(step);
        }
    }
    all
}

/// What is left when everything but one step was left out that could be, what stands last first; `None`
/// where that step can be left out too.
fn reduced<'s>(world: &World<'_>, kept: &'s FixStep, all: &[&'s FixStep]) -> Option<Vec<&'s FixStep>> {
    let mut steps = all.to_vec();
    for at in (0..steps.len()).rev() {
        if steps.get(at).is_some_and(|step| *step == kept) {
            continue;
        }
        let fewer = without(&steps, at);
        if world.admits(&fewer) {
            steps = fewer;
        }
    }
    let at = steps.iter().position(|step| *step == kept)?;
    (!world.admits(&without(&steps, at))).then_some(steps)
}

fn without<'s>(steps: &[&'s FixStep], at: usize) -> Vec<&'s FixStep> {
    steps.iter().enumerate().filter(|(number, _)| *number != at).map(|(_, step)| *step).collect()
}

struct Search<'w, 's> {
    world: &'w World<'w>,
    /// How many of all are of the kind; they stand first.
    of_kind: usize,
    all: &'w [&'s FixStep],
    tries: usize,
}

impl<'s> Search<'_, 's> {
    /// The first set of this size that begins with `chosen` and fits, in the order of the candidates.
    fn extend(&mut self, chosen: &mut Vec<&'s FixStep>, from: usize, size: usize) -> Option<Vec<&'s FixStep>> {
        if chosen.len() == size {
            self.tries = self.tries.saturating_sub(1);
            return self.world.admits(chosen).then(|| chosen.clone());
        }
        for at in from..self.all.len() {
            let is_of_kind = at < self.of_kind || !chosen.is_empty();
            if self.tries == 0 || !is_of_kind {
                return None;
            }
            chosen.push(self.all.get(at)?);
            let found = self.extend(chosen, at + 1, size);
            chosen.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
