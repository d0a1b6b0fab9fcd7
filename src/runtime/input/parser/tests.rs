//! Any bytes, in any pieces; and each sequence that a terminal sends.

use crossterm::event::{KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;

/// What the bytes give, cut where the sizes say, and after a pause.
fn read(bytes: &[u8], sizes: &[usize]) -> Output {
    let (mut parser, mut out) = (Parser::default(), Output::default());
    let mut rest = bytes;
    for size in sizes {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        parser.feed(piece, &mut out);
        rest = after;
    }
    parser.feed(rest, &mut out);
    parser.pause(&mut out);
    assert_eq!(parser.pending(), None);
    out
}

fn events(bytes: &[u8]) -> Vec<Event> {
    read(bytes, &[]).events
}

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn typed(text: &str) -> Vec<Event> {
    text.chars().map(|c| pressed(KeyCode::Char(c), KeyModifiers::NONE)).collect()
}

/// Bytes as a hostile terminal may send them: more of what sequences are made of than of the rest.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => any::<u8>().prop_map(|byte| vec![byte]),
        3 => prop::sample::select(b"\x1b[O<;:0123456789MmABu~?\x9b\xc3\xa9".to_vec()).prop_map(|byte| vec![byte]),
        1 => prop::sample::select(vec!["\x1b[200~", "\x1b[201~", "\x1b[<35;5;6M", "\x1b[<0;0;0M", "\x1b[1;5A", "é", "日", "🥙"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_events(bytes in bytes(), sizes in prop::collection::vec(0_usize..9, 0..60)) {
        prop_assert_eq!(read(&bytes, &sizes), read(&bytes, &[]));
    }

    /// Whatever came before, a key that is pressed after a pause is that key.
    #[test]
    fn no_bytes_panic_and_what_follows_a_pause_is_taken(bytes in bytes()) {
        let (mut parser, mut out) = (Parser::default(), Output::default());
        parser.feed(&bytes, &mut out);
        parser.pause(&mut out);
        let mut after = Output::default();
        parser.feed(b"2", &mut after);
        prop_assert_eq!(after.events, typed("2"));
    }

    #[test]
    fn text_comes_as_it_was_typed(text in "[ -~é日🥙]{0,300}") {
        let read = events(text.as_bytes());
        let characters: String = read.iter().filter_map(|event| match event {
            Event::Key(KeyEvent { code: KeyCode::Char(c), .. }) => Some(*c),
            _ => None,
        }).collect();
        prop_assert_eq!(characters, text);
    }
}

#[rstest::rstest]
#[case(b"\x1b", KeyCode::Esc, "")]
#[case(b"\r", KeyCode::Enter, "")]
#[case(b"\t", KeyCode::Tab, "")]
#[case(b"\x7f", KeyCode::Backspace, "")]
#[case(b"\0", KeyCode::Char(' '), "C")]
#[case(b"\n", KeyCode::Char('j'), "C")]
#[case(b"\x1a", KeyCode::Char('z'), "C")]
#[case(b"\x1f", KeyCode::Char('7'), "C")]
#[case(b"Q", KeyCode::Char('Q'), "S")]
#[case(b"\x1bo", KeyCode::Char('o'), "A")]
#[case(b"\x1bO", KeyCode::Char('O'), "AS")]
#[case(b"\x1b[", KeyCode::Char('['), "A")]
#[case("\x1bé".as_bytes(), KeyCode::Char('é'), "A")]
#[case(b"\x1b\r", KeyCode::Enter, "A")]
#[case(b"\x1b[A", KeyCode::Up, "")]
#[case(b"\x1bOA", KeyCode::Up, "")]
#[case(b"\x1b[1;5F", KeyCode::End, "C")]
#[case(b"\x1b[2D", KeyCode::Left, "S")]
#[case(b"\x1b[1;4C", KeyCode::Right, "AS")]
#[case(b"\x1b[Z", KeyCode::BackTab, "S")]
#[case(b"\x1bOP", KeyCode::F(1), "")]
#[case(b"\x1b[1;2S", KeyCode::F(4), "S")]
#[case(b"\x1b[[E", KeyCode::F(5), "")]
#[case(b"\x1b[15~", KeyCode::F(5), "")]
#[case(b"\x1b[24;2~", KeyCode::F(12), "S")]
#[case(b"\x1b[3~", KeyCode::Delete, "")]
#[case(b"\x1b[6;5~", KeyCode::PageDown, "C")]
#[case(b"\x1b[27;5u", KeyCode::Esc, "C")]
#[case(b"\x1b[97;5u", KeyCode::Char('a'), "C")]
#[case(b"\x1b[9;2u", KeyCode::BackTab, "S")]
fn keys(#[case] bytes: &[u8], #[case] code: KeyCode, #[case] held: &str) {
    let named = [('S', KeyModifiers::SHIFT), ('A', KeyModifiers::ALT), ('C', KeyModifiers::CONTROL)];
    let modifiers = named.into_iter().filter(|(name, _)| held.contains(*name)).map(|(_, modifier)| modifier).collect();
    assert_eq!(events(bytes), [pressed(code, modifiers)]);
}

#[test]
fn a_key_that_is_let_go_is_told_apart() {
    let read = events(b"\x1b[97;1:3u\x1b[1;1:2A");
    let kinds: Vec<KeyEventKind> = read.iter().filter_map(Event::as_key_event).map(|key| key.kind).collect();
    assert_eq!(kinds, [KeyEventKind::Release, KeyEventKind::Repeat]);
}

#[test]
fn the_mouse() {
    let mouse = |kind, column, row, modifiers| Event::Mouse(MouseEvent { kind, column, row, modifiers });
    let read = events(b"\x1b[<0;20;10M\x1b[<0;20;10m\x1b[<32;21;10M\x1b[<65;1;1M\x1b[<18;3;4M");
    assert_eq!(
        read,
        [
            mouse(MouseEventKind::Down(MouseButton::Left), 19, 9, KeyModifiers::NONE),
            mouse(MouseEventKind::Up(MouseButton::Left), 19, 9, KeyModifiers::NONE),
            mouse(MouseEventKind::Drag(MouseButton::Left), 20, 9, KeyModifiers::NONE),
            mouse(MouseEventKind::ScrollDown, 0, 0, KeyModifiers::NONE),
            mouse(MouseEventKind::Down(MouseButton::Right), 2, 3, KeyModifiers::CONTROL),
        ]
    );
}

#[test]
fn what_means_nothing_gives_nothing_and_what_is_behind_it_is_taken() {
    let nothing: [&[u8]; 13] = [
        b"\x1b[<35;5;6M",
        b"\x1b[<0;0;0M",
        b"\x1b[<0;99999;1M",
        b"\x1b[<999;1;1M",
        b"\x1b[M !!",
        b"\x1b[M\x20\xff\xff",
        b"\x1b[I",
        b"\x1b[?1;2c",
        b"\x1b[12;40R",
        b"\x1b[201~",
        b"\x1b[999999999999~",
        b"\xc3\x28",
        b"\xff\x80",
    ];
    for bytes in nothing {
        let expected = if bytes == b"\xc3\x28" { "(2" } else { "2" };
        assert_eq!(events(&[bytes, b"2"].concat()), typed(expected), "{bytes:?}");
    }
    let endless = [b"\x1b[".as_slice(), &b"1;".repeat(5000), b"A", b"2"].concat();
    assert_eq!(events(&endless), typed("2"));
}

#[test]
fn a_paste_is_one_event_whatever_it_holds() {
    let text = "a: 1\r\n\x1b[A\x1b[20\x1b[2~ é y\n";
    let read = read(format!("x\x1b[200~{text}\x1b[201~y").as_bytes(), &[3, 5, 1]);
    assert_eq!(read.events, [typed("x"), vec![Event::Paste(text.to_owned())], typed("y")].concat());
    assert_eq!(read.cut, None);
}

#[test]
fn a_paste_without_an_end_is_taken_after_a_pause_and_said() {
    let read = read(b"\x1b[200~a: 1\ny", &[]);
    assert_eq!((read.events, read.cut), (vec![Event::Paste("a: 1\ny".to_owned())], Some(Cut::NoEnd)));
}

/// Lines of a slow connection: as keys they would be commands, an answer among them.
#[test]
fn what_goes_on_after_a_paste_stalled_is_text_and_a_key_that_is_pressed_is_a_key() {
    let pieces = |pieces: &[&[u8]]| {
        let (mut parser, mut out) = (Parser::default(), Output::default());
        parser.feed(b"\x1b[200~a: 1\n", &mut out);
        parser.pause(&mut out);
        out.events.clear();
        for piece in pieces {
            parser.feed(piece, &mut out);
        }
        out.events
    };
    let text = |text: &str| Event::Paste(text.to_owned());
    assert_eq!(pieces(&[b"b: 2\ny\r\x1b[201~q"]), [vec![text("b: 2\ny\r")], typed("q")].concat());
    assert_eq!(pieces(&[b"\x1b[201~", b"qq"]), typed("qq"), "its end alone came late");
    assert_eq!(pieces(&[b"q", b"y\r"]).len(), 3, "a key, and keys after it");
    assert_eq!(pieces(&[b"\x1b[B"]), [pressed(KeyCode::Down, KeyModifiers::NONE)]);
    assert_eq!(pieces(&[b"\x1b"]), [], "whether it is a key is not known yet");
}

#[test]
fn a_paste_that_is_too_long_is_cut_and_its_rest_is_no_key() {
    let whole = "x".repeat(MAX_PASTE);
    let end = std::str::from_utf8(PASTE_END).unwrap();
    let longest = read(format!("\x1b[200~{whole}{end}2").as_bytes(), &[]);
    assert_eq!(longest.cut, None);
    assert_eq!(longest.events, [vec![Event::Paste(whole.clone())], typed("2")].concat());
    // One more, and the text that follows it would be keys, an answer among them.
    let cut = read(format!("\x1b[200~{whole}z\ny\r{end}2").as_bytes(), &[]);
    assert_eq!(cut.cut, Some(Cut::TooLong));
    assert_eq!(cut.events, [vec![Event::Paste(whole)], typed("2")].concat());
}
