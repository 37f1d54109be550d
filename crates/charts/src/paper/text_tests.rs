//! What a name on paper looks like, whatever script it is written in.

use proptest::prelude::*;
use resvg::usvg::{Group, Node, Text, Tree};
use rustybuzz::Direction;

use super::*;
use crate::paper::page::{Page, WIDTH};

const INK: Ink = Ink::plain(10.0);

/// A name in each script that is printed.
const SCRIPTS: [(&str, &str); 29] = [
    ("Vietnamese", "Nguyễn, Thị Ánh Đặng Phượng"),
    ("Vietnamese, mark by mark", "Nguye\u{302}\u{303}n"),
    ("Latin", "O'Brien, Zoë Łukasz Đặng"),
    ("Greek", "Παπαδόπουλος, Ελένη"),
    ("Cyrillic", "Щербакова, Юлія Ђорђе"),
    ("Arabic", "الحسن, محمد"),
    ("Persian", "گیلانی, پژمان"),
    ("Urdu", "ٹیپو, ڈاکٹر"),
    ("Arabic with vowels", "مُحَمَّد"),
    ("Hebrew", "כהן, שרה"),
    ("Hebrew with points", "שָׁלוֹם"),
    ("Chinese, simplified", "张伟, 刘洋"),
    ("Chinese, traditional", "張偉, 劉陽 龍"),
    ("Japanese", "髙橋, さくら カタカナ"),
    ("Korean", "김, 민준 뷁"),
    ("Korean, letter by letter", "\u{1112}\u{1161}\u{11ab}"),
    ("Devanagari", "शर्मा, प्रिया"),
    ("Thai", "สมชาย, ใจดี"),
    ("Bengali", "চট্টোপাধ্যায়"),
    ("Gurmukhi", "ਸਿੰਘ"),
    ("Gujarati", "પટેલ"),
    ("Tamil", "சுப்பிரமணியன்"),
    ("Telugu", "రెడ్డి"),
    ("Kannada", "ಶ್ರೀನಿವಾಸ"),
    ("Malayalam", "കൃഷ്ണൻ"),
    ("Sinhala", "ශ්‍රී"),
    ("Georgian", "გიორგი"),
    ("Armenian", "Հակոբյան"),
    ("Ethiopic", "ተስፋዬ"),
];

fn texts<'a>(of: &'a Group, found: &mut Vec<&'a Text>) {
    for node in of.children() {
        match node {
            Node::Group(inner) => texts(inner, found),
            Node::Text(text) => found.push(text),
            _ => {}
        }
    }
}

/// Every glyph that is drawn: its number, and where it stands.
fn drawn(tree: &Tree) -> Vec<(u16, f32, String)> {
    let mut found = Vec::new();
    texts(tree.root(), &mut found);
    let spans = found.iter().flat_map(|text| text.layouted());
    let glyphs = spans.flat_map(|span| &span.positioned_glyphs);
    glyphs.map(|glyph| (glyph.id.0, glyph.transform().tx, glyph.text.clone())).collect()
}

/// Where the drawn text of a page begins and ends.
fn extent(tree: &Tree) -> (f32, f32) {
    let mut found = Vec::new();
    texts(tree.root(), &mut found);
    let boxes = found.iter().map(|text| text.abs_bounding_box());
    boxes.fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at.left()), high.max(at.right())))
}

fn page(text: &str, room: f32, ink: Ink) -> Page {
    let mut page = Page::default();
    page.text_within(40.0, 60.0, room, ink, text);
    page
}

#[test]
fn no_name_in_any_script_is_printed_as_boxes() {
    for (script, name) in SCRIPTS {
        for ink in [INK, Ink::bold(10.0)] {
            let page = page(name, 500.0, ink);
            assert_eq!(page.short_lines(), 0, "{script}");
            let glyphs = drawn(&page.shapes().unwrap());
            assert!(!glyphs.is_empty(), "{script}");
            assert!(glyphs.iter().all(|(id, _, text)| *id != 0 && text != "?"), "{script}: {glyphs:?}");
        }
    }
}

#[test]
fn arabic_is_joined_and_runs_from_right_to_left() {
    let name = "محمد";
    let joined = drawn(&page(name, 500.0, INK).shapes().unwrap());
    let alone: Vec<u16> = name
        .chars()
        .map(|letter| drawn(&page(&letter.to_string(), 500.0, INK).shapes().unwrap()))
        .map(|glyphs| glyphs.iter().find(|(.., text)| text.chars().any(char::is_alphabetic)).unwrap().0)
        .collect();
    let letters: Vec<_> = joined.iter().filter(|(.., text)| text.chars().any(char::is_alphabetic)).collect();
    assert_eq!(letters.len(), 4);
    assert!(letters.iter().all(|(id, ..)| !alone.contains(id)), "no letter of it stands alone");
    let mut from_left = letters.clone();
    from_left.sort_by(|a, b| a.1.total_cmp(&b.1));
    let read: String = from_left.iter().map(|(.., text)| text.as_str()).collect();
    assert_eq!(read.chars().rev().collect::<String>(), name, "the first letter stands at the right");
}

/// The line as an eye finds it, from left to right.
fn seen(text: &str) -> String {
    let mut glyphs = drawn(&page(text, 500.0, INK).shapes().unwrap());
    glyphs.retain(|(.., text)| !text.is_empty() && !text.chars().all(is_without_ink));
    glyphs.sort_by(|a, b| a.1.total_cmp(&b.1));
    glyphs.into_iter().map(|(.., text)| text).collect()
}

#[test]
fn numbers_and_latin_beside_a_name_stand_where_they_would_beside_any_other() {
    for (written, wanted) in [
        (format!("{} · MRN 4711", isolated("כהן")), "ןהכ · MRN 4711"),
        // Without a fence the hour would go to the other side of the name.
        (format!("{} 04:10", isolated("כהן")), "ןהכ 04:10"),
        (format!("08 {} 84 < 90", isolated("כהן, שרה")), "08 הרש ,ןהכ 84 < 90"),
        (format!("{} (F)", isolated("כהן")), "ןהכ (F)"),
        (isolated("כהן, Sara"), "Sara ,ןהכ"),
        (isolated("כהן (שרה)"), "(הרש) ןהכ"),
        (isolated("O'Brien"), "O'Brien"),
    ] {
        // Mirrored brackets are told by the letter they stand for.
        let plain = |text: &str| text.replace(['(', ')'], "|");
        assert_eq!(plain(&seen(&written)), plain(wanted), "{written:?}");
    }
}

#[test]
fn what_is_measured_is_what_is_drawn() {
    for (script, name) in SCRIPTS {
        for ink in [INK, Ink::bold(9.5)] {
            let name = format!("{} 12", isolated(name));
            let (left, right) = extent(&page(&name, 500.0, ink).shapes().unwrap());
            let measured = width(&name, ink);
            assert!((right - left - measured).abs() < 0.5, "{script}: {measured}, drawn {}", right - left);
        }
    }
}

#[test]
fn no_letters_lie_over_each_other() {
    for (script, name) in SCRIPTS {
        let name = name.replace(' ', "");
        let shapes = page(&name, 500.0, INK).shapes().unwrap();
        let mut found = Vec::new();
        texts(shapes.root(), &mut found);
        let spans = found.iter().flat_map(|text| text.layouted());
        let ends = spans.flat_map(|span| &span.positioned_glyphs).map(|glyph| {
            let advance = shapes.fontdb().with_face_data(glyph.font, |data, n| {
                let face = rustybuzz::Face::from_slice(data, n).unwrap();
                f32::from(face.glyph_hor_advance(glyph.id).unwrap_or(0))
            });
            let place = glyph.transform();
            place.tx + place.sx * advance.unwrap()
        });
        let end = ends.fold(0.0, f32::max);
        assert!(
            end >= 40.0 + width(&name, INK) - 0.5,
            "{script}: ends at {end}, measured {}",
            width(&name, INK)
        );
    }
}

#[test]
fn a_letter_that_no_typeface_has_is_said_and_never_drawn_as_a_box() {
    for name in ["\u{13080} Smith", "\u{20bb7}野", "A\u{1f600}", "\u{e000}", "bad\u{ffff}"] {
        let page = page(name, 500.0, INK);
        assert_eq!(page.short_lines(), 1, "{name:?}");
        let glyphs = drawn(&page.shapes().unwrap());
        assert!(glyphs.iter().all(|(id, ..)| *id != 0), "{name:?}");
        assert!(glyphs.iter().any(|(.., text)| text == "?"), "{name:?}");
    }
}

#[test]
fn nothing_in_a_name_turns_what_stands_beside_it_around() {
    for bad in ["Smith\u{202e}", "\u{202e}Smith", "a\u{2028}b", "tab\tname", "\u{feff}Smith"] {
        let seen = seen(&format!("{bad} 1234"));
        assert!(seen.ends_with(" 1234"), "{seen:?}");
    }
}

#[test]
fn the_ellipsis_stands_where_the_name_would_go_on() {
    let long = |name: &str| isolated(&format!("{name} ").repeat(20));
    let from_right = long("כהן");
    let cut = fitted(&from_right, INK, 60.0);
    assert!(seen(&format!("{cut} 12")).starts_with('…') && seen(&format!("{cut} 12")).ends_with(" 12"));
    let from_left = fitted(&long("Ελένη"), INK, 60.0);
    assert!(from_left.ends_with('…'), "{from_left}");
}

#[test]
fn what_flows_over_lines_is_whole() {
    let parts: Vec<String> =
        ["since 04:07", "N. Okafor 04:10", "due: charge nurse 04:20", "x"].map(Into::into).into();
    let lines = flowed(&parts, " · ", INK, 150.0);
    assert!(lines.len() > 1 && lines.iter().all(|line| width(line, INK) <= 150.0), "{lines:?}");
    assert_eq!(lines.join(" · "), parts.join(" · "));
    let word = "W".repeat(60);
    assert_eq!(flowed(std::slice::from_ref(&word), " ", INK, 80.0).concat(), word);
}

fn names() -> impl Strategy<Value = String> {
    let part = prop::sample::select(SCRIPTS.map(|(_, name)| name).to_vec());
    let strange = prop_oneof![
        Just("W".repeat(90)),
        Just("\u{13080}".into()),
        Just("12".into()),
        "[a-z]{1,8}",
        ".{0,6}".prop_map(String::from),
    ];
    let each = prop_oneof![part.prop_map(String::from), strange];
    prop::collection::vec(each, 1..6).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_leaves_its_column(name in names(), room in 30.0f32..400.0, bold: bool, fenced: bool) {
        let ink = Ink { bold, ..INK };
        let name = if fenced { isolated(&name) } else { name };
        let fits = fitted(&name, ink, room);
        prop_assert!(width(&fits, ink) <= room);
        let shapes = page(&name, room, ink).shapes().unwrap();
        let (_, right) = extent(&shapes);
        // A glyph without width counts as a point.
        prop_assert!(right <= 40.0 + room + 1.2, "{right} over {}", 40.0 + room);
        prop_assert!(drawn(&shapes).iter().all(|(id, ..)| *id != 0));
        let mut wide = Page::default();
        wide.text(300.0, 60.0, ink, &name);
        prop_assert!(extent(&wide.shapes().unwrap()).1 <= WIDTH - 38.8);
        for line in flowed(&[name], " ", ink, room) {
            prop_assert!(width(&line, ink) <= room || line.graphemes(true).count() == 1);
        }
    }
}

#[test]
fn each_run_has_one_direction() {
    let line = Line::new(&format!("08 {} 84", isolated("כהן (שרה)")), INK);
    let is_hebrew = |piece: &Piece| piece.text.contains(|c| ('א'..='ת').contains(&c));
    let is_first = |piece: &&Piece| is_hebrew(piece);
    assert!(line.pieces.iter().filter(is_first).count() >= 1 && !is_hebrew(&line.pieces[0]));
    assert_eq!(line.pieces.first().map(|p| p.text.as_str()), Some("08 "));
    assert_eq!(line.pieces.last().map(|p| p.text.as_str()), Some(" 84"));
    let hebrew = line.pieces.iter().find(is_first).unwrap();
    assert!(shaped("כהן", hebrew.typeface, Direction::RightToLeft, 10.0).is_some());
}
