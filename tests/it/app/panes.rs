//! Panes: one of them alone, and a setup that is finished in one line.

use countersign::app::shell::tab::{Pane, Tab};

use crate::support::stage::Stage;

const SIZES: [(u16, u16); 3] = [(60, 16), (80, 24), (120, 40)];

/// The panes of the tab whose frames are on the screen.
fn shown(stage: &mut Stage) -> Vec<Pane> {
    let rows = stage.rows();
    let field = stage.model.field_help().map(|field| field.name);
    let has_frame = |pane: &&Pane| {
        // The frame of the field has its name.
        let title = field.as_deref().filter(|_| **pane == Pane::Field).unwrap_or(pane.title());
        rows.iter().any(|row| row.contains(&format!("┌ {title} ")))
    };
    stage.model.nav.tab.panes().iter().filter(has_frame).copied().collect()
}

#[test]
fn every_pane_can_be_alone_and_the_others_come_back() {
    for (tab, key) in Tab::ALL.into_iter().zip(["1", "2", "3"]) {
        for (number, pane) in tab.panes().iter().enumerate() {
            for size in SIZES {
                for back in ["z", "Esc"] {
                    let mut stage = Stage::full(size);
                    stage.keys(key);
                    stage.keys(&"Tab ".repeat(number));
                    // The draft takes text as soon as it has the focus.
                    if stage.model.nav.editing {
                        stage.keys("Esc");
                    }
                    let before = shown(&mut stage);
                    stage.keys("z");
                    assert_eq!(shown(&mut stage), [*pane], "{pane:?} at {size:?}");
                    stage.row(" z all panes ");
                    stage.keys(back);
                    assert_eq!((shown(&mut stage), stage.model.nav.focus()), (before, *pane), "{pane:?} at {size:?}");
                }
            }
        }
    }
}

#[test]
fn a_pane_that_is_alone_has_its_keys_its_rows_and_the_mouse() {
    let mut stage = Stage::full((80, 24));
    stage.keys("1 Tab Tab z Down");
    assert_eq!(stage.model.nav.selected(Pane::Workloads), 1);
    stage.click("default/hello-world ");
    assert_eq!((stage.model.nav.selected(Pane::Workloads), shown(&mut stage)), (0, vec![Pane::Workloads]));
    // The filter goes first, then the others come back.
    stage.keys("/ p o d Enter Esc");
    assert_eq!(shown(&mut stage), [Pane::Workloads]);
    stage.keys("Tab");
    assert_eq!(shown(&mut stage), [Pane::Events]);
    // Another tab is as it was left, and so is this one.
    stage.keys("3");
    assert_eq!(shown(&mut stage).len(), 2);
    stage.keys("1");
    assert_eq!(shown(&mut stage), [Pane::Events]);
    stage.keys("Esc");
    assert!(shown(&mut stage).len() > 2);
}

#[test]
fn z_is_a_letter_where_text_is_typed() {
    let mut stage = Stage::full((80, 24));
    stage.keys("2 Enter z");
    assert!(stage.model.draft.editor.text().contains('z'));
    assert!(!stage.model.nav.is_enlarged());
}

#[test]
fn a_finished_setup_is_one_line_until_it_is_opened() {
    let one_line = "■ binauthz-codelab · us-central1-a.binauthz-codelab · enforced";
    for keys in ["Enter", "Down", "x", "/", "z"] {
        let mut stage = Stage::full((80, 24));
        stage.keys("1");
        stage.row(one_line);
        stage.keys(keys);
        assert!(!stage.rows().iter().any(|row| row.contains(one_line)), "{keys}");
        stage.row("Enforcement");
        assert!(stage.model.overlays.is_empty(), "{keys}: it is shown, and nothing is done");
    }
    // Who goes elsewhere has it in one line again.
    let mut stage = Stage::full((80, 24));
    stage.keys("1 Down Tab");
    stage.row(one_line);
    // What is not finished shows what is left to do.
    let mut stage = Stage::full((80, 24));
    stage.model.session.project = None;
    stage.keys("1");
    stage.row("Enter chooses one");
}

#[test]
fn a_small_screen_shows_three_rows_of_the_list_that_has_the_focus() {
    for number in 1..4 {
        let mut stage = Stage::full((80, 24));
        stage.keys("1");
        stage.keys(&"Tab ".repeat(number));
        let pane = stage.model.nav.focus();
        let rows = stage.rows();
        let title = format!("┌ {} ", pane.title());
        let top = rows.iter().position(|row| row.contains(&title)).unwrap();
        let height = rows.iter().skip(top).position(|row| row.starts_with('└')).unwrap();
        assert!(height >= 5, "{pane:?}: titles and three rows\n{}", rows.join("\n"));
    }
}
