//! One typed character in the draft: key, update, and the whole screen drawn.

use std::sync::Arc;

use countersign::app::Model;
use countersign::app::effect::SavedState;
use countersign::app::model::Deps;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::update::update;
use countersign::ui::styles::Styles;
use countersign::ui::{ViewState, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::Bencher;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::parsing::text;
use crate::verify::Trusting;

fn press(model: &mut Model, code: KeyCode) {
    update(model, Msg::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))), Timestamp::UNIX_EPOCH);
}

/// The Policy Creator's tab with a draft of so many lines, the cursor at the end of the first pattern.
fn model(lines: usize) -> Model {
    let deps = Deps {
        verifier: Arc::new(Trusting),
        manifest: countersign::files::manifest::request,
        manifests: countersign::files::manifest::requests,
        themes: vec!["dark".to_owned()],
    };
    let mut model =
        Model::new(SavedState { tab: 1, ..SavedState::default() }, Some(text(lines)), deps, Timestamp::UNIX_EPOCH);
    for key in [KeyCode::Enter, KeyCode::Down, KeyCode::Down, KeyCode::End] {
        press(&mut model, key);
    }
    model
}

/// The bar is 8 ms for 1,000 lines, from the key to the frame that shows it.
#[divan::bench(args = [100, 1_000, 10_000])]
fn key_to_frame(bencher: Bencher<'_, '_>, lines: usize) {
    let mut model = model(lines);
    let (styles, mut state) = (Styles::default(), ViewState::default());
    let Ok(mut terminal) = Terminal::new(TestBackend::new(120, 40));
    let mut typed = false;
    bencher.bench_local(|| {
        press(&mut model, if typed { KeyCode::Backspace } else { KeyCode::Char('x') });
        typed = !typed;
        terminal.draw(|frame| view(&model, &mut state, &styles, frame)).map(|_| ())
    });
}

/// The same without a change: the cursor goes.
#[divan::bench(args = [100, 1_000, 10_000])]
fn motion_to_frame(bencher: Bencher<'_, '_>, lines: usize) {
    let mut model = model(lines);
    let (styles, mut state) = (Styles::default(), ViewState::default());
    let Ok(mut terminal) = Terminal::new(TestBackend::new(120, 40));
    let mut right = false;
    bencher.bench_local(|| {
        press(&mut model, if right { KeyCode::Right } else { KeyCode::Left });
        right = !right;
        terminal.draw(|frame| view(&model, &mut state, &styles, frame)).map(|_| ())
    });
}
