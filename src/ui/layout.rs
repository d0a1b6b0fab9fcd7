//! Where everything stands, as values: no drawing.

use ratatui::layout::Rect;

use app::shell::tab::{Pane, Tab};

/// The width from which on the right column stands beside the left one; below it is a second page.
pub(super) const TWO_COLUMNS: u16 = 100;

/// The parts of the screen, top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    pub tabs: Rect,
    pub header: Rect,
    /// What is assumed; without rows where nothing is.
    pub marks: Rect,
    pub body: Rect,
    pub guide: Rect,
    pub footer: Rect,
}

/// Splits the screen; the guide takes `guide` rows above the footer, what is assumed `marks` rows
/// below the header.
pub(super) fn screen(area: Rect, guide: u16, marks: u16) -> Screen {
    let row = |y: u16, height: u16| Rect { x: area.x, y, width: area.width, height };
    let footer = area.bottom().saturating_sub(1);
    let guide_top = footer.saturating_sub(guide);
    let body = area.y + 2 + marks;
    Screen {
        tabs: row(area.y, 1),
        header: row(area.y + 1, 1),
        marks: row(area.y + 2, marks),
        body: row(body, guide_top.saturating_sub(body)),
        guide: row(guide_top, guide),
        footer: row(footer, 1),
    }
}

/// How tall a pane wants to be: at least, and what it takes of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wish {
    rows: u16,
    grow: u16,
}

/// A pane that has no room shows its title and one row.
const SMALLEST: u16 = 3;

/// What of the panes of a tab is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrangement {
    pub focus: Pane,
    /// The focused pane has the whole body.
    pub enlarged: bool,
    /// The pane that is shown in one row.
    pub folded: Option<Pane>,
}

/// The rows of a list that has the focus: its frame, its titles, and three of its own.
const USABLE: u16 = 6;

fn wish(pane: Pane, arrangement: Arrangement) -> Wish {
    if arrangement.folded == Some(pane) {
        return Wish { rows: SMALLEST, grow: 0 };
    }
    let (rows, grow) = match pane {
        Pane::Setup => (8, 0),
        Pane::Problems => (5, 1),
        Pane::Editor => (8, 6),
        Pane::Images | Pane::Notes => (4, 1),
        Pane::Workloads | Pane::Events | Pane::Attestations | Pane::Keys | Pane::Attestors => (5, 2),
        Pane::Decision => (8, 1),
        Pane::Preview => (8, 2),
        Pane::Field => (6, 1),
    };
    let rows = if pane == arrangement.focus { USABLE.max(rows) } else { rows };
    Wish { rows, grow }
}

/// The panes that are shown and their places. Where the screen is narrow only the focused pane's
/// column is; where it is low, panes without the focus shrink, then go.
pub(super) fn panes(tab: Tab, arrangement: Arrangement, body: Rect) -> Vec<(Pane, Rect)> {
    let focus = arrangement.focus;
    if arrangement.enlarged {
        return vec![(focus, body)];
    }
    let of_side =
        |right: bool| -> Vec<Pane> { tab.panes().iter().copied().filter(|p| p.is_right() == right).collect() };
    if body.width < TWO_COLUMNS {
        return column(&of_side(focus.is_right()), arrangement, body);
    }
    let left = Rect { width: body.width * 55 / 100, ..body };
    let right = Rect { x: left.right(), width: body.width - left.width, ..body };
    let mut places = column(&of_side(false), arrangement, left);
    places.extend(column(&of_side(true), arrangement, right));
    places
}

fn column(panes: &[Pane], arrangement: Arrangement, area: Rect) -> Vec<(Pane, Rect)> {
    let focus = arrangement.focus;
    let held = panes.contains(&focus);
    let main = if held { focus } else { panes.first().copied().unwrap_or(focus) };
    let mut heights: Vec<(Pane, u16)> = panes.iter().map(|pane| (*pane, wish(*pane, arrangement).rows)).collect();
    shrink(&mut heights, main, area.height);
    grow(&mut heights, area.height, arrangement);
    let mut y = area.y;
    let mut places = Vec::new();
    for (pane, height) in heights {
        let height = height.min(area.bottom().saturating_sub(y));
        if height >= SMALLEST {
            places.push((pane, Rect { y, height, ..area }));
            y += height;
        }
    }
    places
}

fn total(heights: &[(Pane, u16)]) -> u16 {
    heights.iter().map(|(_, height)| height).sum()
}

/// Takes rows from the panes without the focus, the last ones first; then takes those away.
fn shrink(heights: &mut Vec<(Pane, u16)>, main: Pane, room: u16) {
    for smallest in [SMALLEST, 0] {
        for at in (0..heights.len()).rev() {
            let excess = total(heights).saturating_sub(room);
            if let Some((_, height)) = heights.get_mut(at).filter(|(pane, _)| excess > 0 && *pane != main) {
                let kept = height.saturating_sub(excess).max(smallest.min(*height));
                *height = if kept < SMALLEST { 0 } else { kept };
            }
        }
    }
    heights.retain(|(_, height)| *height > 0);
}

/// Shares what is left over.
fn grow(heights: &mut [(Pane, u16)], room: u16, arrangement: Arrangement) {
    let left = room.saturating_sub(total(heights));
    let is_elastic = |pane: Pane| pane == arrangement.focus && pane.is_elastic();
    let share = |pane: Pane| wish(pane, arrangement).grow * if is_elastic(pane) { 4 } else { 1 };
    let shares: u16 = heights.iter().map(|(pane, _)| share(*pane)).sum();
    if shares == 0 {
        if let Some((_, height)) = heights.last_mut() {
            *height += left;
        }
        return;
    }
    let mut given = 0;
    for (pane, height) in heights.iter_mut() {
        let more = left * share(*pane) / shares;
        *height += more;
        given += more;
    }
    let greediest = heights.iter_mut().max_by_key(|(pane, _)| share(*pane));
    if let Some((_, height)) = greediest {
        *height += left - given;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn all(focus: Pane) -> Arrangement {
        Arrangement { focus, enlarged: false, folded: None }
    }

    fn shown(tab: Tab, focus: Pane, width: u16, height: u16) -> Vec<(Pane, u16)> {
        let body = Rect::new(0, 0, width, height);
        panes(tab, all(focus), body).into_iter().map(|(pane, area)| (pane, area.height)).collect()
    }

    #[test]
    fn a_wide_screen_shows_every_pane() {
        let panes: Vec<Pane> = shown(Tab::Deployer, Pane::Setup, 120, 36).into_iter().map(|(pane, _)| pane).collect();
        assert_eq!(panes, Tab::Deployer.panes());
    }

    #[test]
    fn a_narrow_screen_shows_the_focused_column() {
        let left = shown(Tab::Policy, Pane::Editor, 80, 20);
        assert_eq!(left.iter().map(|(pane, _)| *pane).collect::<Vec<_>>(), [Pane::Editor, Pane::Problems]);
        let right = shown(Tab::Policy, Pane::Preview, 80, 20);
        assert_eq!(right, [(Pane::Preview, 14), (Pane::Field, 6)]);
    }

    #[test]
    fn every_row_is_used_and_the_focus_is_always_shown() {
        for tab in Tab::ALL {
            for focus in tab.panes() {
                for height in 3..60 {
                    let places = shown(tab, *focus, 80, height);
                    assert!(places.iter().any(|(pane, _)| pane == focus), "{focus:?} at {height}");
                    assert_eq!(places.iter().map(|(_, h)| h).sum::<u16>(), height, "{focus:?} at {height}");
                }
            }
        }
    }

    #[test]
    fn an_enlarged_pane_is_alone_at_any_size() {
        for pane in Pane::ALL {
            for (width, height) in [(60, 13), (80, 21), (200, 60)] {
                let body = Rect::new(0, 3, width, height);
                let arrangement = Arrangement { enlarged: true, ..all(pane) };
                assert_eq!(panes(pane.tab(), arrangement, body), [(pane, body)]);
            }
        }
    }

    /// The rows of 80x24 between the header and the footer.
    #[test]
    fn on_a_small_screen_the_list_with_the_focus_shows_three_rows_of_its_own() {
        for folded in [None, Some(Pane::Setup)] {
            for focus in Tab::Deployer.panes().iter().copied().filter(|pane| Some(*pane) != folded) {
                let body = Rect::new(0, 2, 80, 21);
                let arrangement = Arrangement { folded, ..all(focus) };
                let places = panes(Tab::Deployer, arrangement, body);
                let own = places.iter().find(|(pane, _)| *pane == focus).unwrap().1.height;
                assert!(own >= USABLE, "{focus:?}: {own}");
                let others = Tab::Deployer.panes().iter().filter(|pane| pane.is_right() == focus.is_right());
                assert_eq!(places.len(), others.count(), "{focus:?}: every pane of the column has its place");
            }
        }
    }
}
