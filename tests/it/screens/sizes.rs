//! Every size of a terminal is drawn, and one that is too small says so.

use crate::app::{history, import, policy_tests};
use crate::support::stage::Stage;

#[test]
fn small_terminals_are_told() {
    let mut stage = Stage::full((40, 10));
    let (buffer, _) = stage.draw();
    assert!(crate::support::screen::text(&buffer).contains("is too small: 60x16 is needed"));
}

#[test]
fn no_size_makes_it_panic() {
    for columns in [0, 1, 20, 59, 60, 61, 79, 99, 100, 101, 200] {
        for rows in [0, 1, 15, 16, 17, 24, 60] {
            for keys in ["1 g h h h", "2", "3 s", "?", "2 C-s", "3 S-Tab n"] {
                let mut stage = Stage::full((columns, rows));
                stage.keys(keys);
                stage.draw();
            }
            let size = (columns, rows);
            import::refused(size).draw();
            let mut stage = history::with_history(size);
            stage.keys("2 M-h");
            stage.draw();
            let mut stage = policy_tests::with_tests(size, Some(policy_tests::TESTS));
            stage.keys("M-t");
            stage.draw();
        }
    }
}
