//! Papers of people whose names are in any script, of any length: nothing is a box, nothing overprints or runs over a margin.

#![allow(clippy::unwrap_used)]

use charts::usvg::{Group, Node, Text, Tree};
use charts::{Page, pdf, sheets};
use clinical::{
    About, Action, Actor, Body, Care, Code, Decimal, Episode, Fact, Instant, MINUTE_MS, Measure, Person,
    Place, PlaceKind, Priority, Quality, SECOND_MS, Sample, SeenAction, Sex, Source, Stay, Verb,
};
use documents::{ChartRequest, Imprint, chart, handover, report_pages, ward_list};
use vault::{Key, PageCommit, SeriesInfo, SeriesValue, Vault, Ward};

const NOW: Instant = Instant(1_767_225_600_000);
const LEFT: f32 = 40.0;
const RIGHT: f32 = 555.0;

/// Family and given name in each script.
const NAMES: [(&str, &str); 12] = [
    ("الحسن", "محمد"),
    ("כהן", "שרה"),
    ("张", "伟"),
    ("張", "偉龍"),
    ("髙橋", "さくら"),
    ("김", "민준"),
    ("शर्मा", "प्रिया"),
    ("สมชาย", "ใจดี"),
    ("Щербакова", "Юлія"),
    ("Παπαδόπουλος", "Ελένη"),
    ("Adeyemi", "Ruth"),
    ("الحسن", "Omar 李"),
];

fn person(n: usize, (family, given): (&str, &str), times: usize) -> Person {
    Person {
        id: format!("p{n}").as_str().into(),
        mrn: format!("MRN-{n:05}"),
        family: [family].repeat(times).join(" "),
        given: [given].repeat(times).join(" "),
        birth_date: Some("1955-03-14".into()),
        sex: Sex::Female,
        active: true,
        deceased: n.is_multiple_of(5),
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    }
}

fn action(n: usize, about: About, verb: Verb, by: &str, note: &str) -> SeenAction {
    let action = Action {
        id: format!("a{n}{}", verb.code()).as_str().into(),
        about,
        verb,
        by: Actor::named(by),
        at: NOW - MINUTE_MS,
        note: (!note.is_empty()).then(|| note.to_owned()),
        to: None,
    };
    SeenAction { action, accepted_at: Some(NOW) }
}

fn value(n: usize, code: &str, value: &str, unit: &str) -> SeriesValue {
    SeriesValue {
        series: SeriesInfo {
            id: 0,
            patient: format!("p{n}").as_str().into(),
            device: None,
            code: code.into(),
            mdc: false,
            unit: unit.into(),
            streamed: false,
        },
        value: value.parse().unwrap(),
        taken_at: NOW - 30 * MINUTE_MS,
        artefact: false,
        good: None,
        comparator: None,
        source: "Observation/x".into(),
    }
}

/// Everybody of [`NAMES`] in beds of two wards, each with values, an alarm that somebody has, and a note.
fn ward(times: usize) -> Ward {
    let mut ward = Ward::default();
    for (n, name) in NAMES.into_iter().enumerate() {
        let id = format!("p{n}");
        let (unit, bed) = (format!("w{}", n % 2), format!("b{n}"));
        ward.persons.push(person(n, name, times));
        let bed_name = if n < 6 { format!("Bed {n}") } else { format!("East wing 7B-0412-{n:02}") };
        ward.places.push(Place {
            id: bed.as_str().into(),
            name: bed_name,
            kind: PlaceKind::Bed,
            part_of: Some(unit.as_str().into()),
        });
        ward.stays.push(Stay {
            id: format!("s{n}").as_str().into(),
            patient: id.as_str().into(),
            places: vec![bed.as_str().into()],
            in_progress: true,
            care: Care::Hospital,
        });
        for (code, number, unit) in [
            ("8867-4", "118", "/min"),
            ("59408-5", "84", "%"),
            ("9279-1", "26", "/min"),
            ("8480-6", "104", "mm[Hg]"),
            ("8462-4", "62", "mm[Hg]"),
            ("8310-5", "38.4", "Cel"),
            ("2339-0", "5.4", "mmol/L"),
        ] {
            ward.values.push(value(n, code, number, unit));
        }
        ward.episodes.push(Episode {
            id: format!("e{n}").as_str().into(),
            patient: Some(id.as_str().into()),
            priority: [Priority::High, Priority::Medium, Priority::Technical][n % 3],
            text: format!("SpO2 84 < 90 {}", [name.0].repeat(times).join(" ")),
            measure: Some(Measure::SpO2),
            onset: NOW - 26 * 60 * MINUTE_MS,
            ended: None,
            renewed: None,
        });
        let who = [name.1].repeat(times).join(" ");
        if n % 4 != 0 {
            ward.actions.push(action(
                n,
                About::Episode(format!("e{n}").as_str().into()),
                Verb::Take,
                &who,
                "",
            ));
        }
        let note = [name.0, "04:10", name.1].repeat(times * 2).join(" ");
        ward.actions.push(action(n, About::Patient(id.as_str().into()), Verb::Annotate, &who, &note));
    }
    for (id, name) in [("w0", "Ward 7B"), ("w1", "قسم الطوارئ East, second floor")] {
        ward.places.push(Place { id: id.into(), name: name.into(), kind: PlaceKind::Ward, part_of: None });
    }
    ward
}

fn imprint() -> Imprint {
    Imprint { station: "محطة 7B-1".into(), user: "ليلى حسن".into(), last_good: Some(NOW) }
}

fn texts<'a>(of: &'a Group, found: &mut Vec<&'a Text>) {
    for node in of.children() {
        match node {
            Node::Group(inner) => texts(inner, found),
            Node::Text(text) => found.push(text),
            _ => {}
        }
    }
}

/// Holds a page against what a paper has to be.
fn check(page: &Tree, what: &str) {
    let mut found = Vec::new();
    texts(page.root(), &mut found);
    assert!(found.len() > 3, "{what}");
    let mut lines: Vec<(f32, f32, f32)> = Vec::new();
    for text in found {
        let spans = text.layouted();
        assert!(
            spans.iter().flat_map(|span| &span.positioned_glyphs).all(|glyph| glyph.id.0 != 0),
            "{what}: a box is printed"
        );
        let at = text.abs_bounding_box();
        assert!(at.left() >= LEFT - 0.5 && at.right() <= RIGHT + 1.2, "{what}: {at:?} is over the margin");
        let baseline = spans[0].positioned_glyphs.first().map_or(0.0, |glyph| {
            let place = text.abs_transform().pre_concat(glyph.transform());
            place.ty
        });
        lines.push(((baseline * 4.0).round(), at.left(), at.right()));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for pair in lines.windows(2).filter(|pair| (pair[0].0 - pair[1].0).abs() < 0.5) {
        // A glyph without width counts as a point.
        assert!(pair[1].1 >= pair[0].2 - 1.2, "{what}: {pair:?} overprint");
    }
}

fn check_all(pages: &[Page], what: &str) {
    for page in pages {
        assert_eq!(page.short_lines(), 0, "{what}");
        check(&page.shapes().unwrap(), what);
    }
    assert!(pdf(pages, "x").unwrap().starts_with(b"%PDF-"), "{what}");
}

#[test]
fn handover_and_ward_list_print_every_script_and_nothing_over_anything() {
    for times in [1, 3, 12] {
        let ward = ward(times);
        let name = |paper: &str| format!("{paper}, names {times} times");
        check_all(&handover(&ward, &ward, NOW, &imprint()), &name("handover"));
        check_all(&ward_list(&ward, NOW, &imprint()), &name("ward list"));
    }
}

fn said(pages: &[Page]) -> String {
    let trees: Vec<Tree> = pages.iter().map(|page| page.shapes().unwrap()).collect();
    let mut found = Vec::new();
    trees.iter().for_each(|tree| texts(tree.root(), &mut found));
    let chunks = found.iter().flat_map(|text| text.chunks()).map(|chunk| chunk.text().to_owned());
    chunks.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_letter_that_paper_has_not_is_said_at_the_foot() {
    let mut ward = ward(1);
    assert!(!said(&ward_list(&ward, NOW, &imprint())).contains("cannot print"));
    ward.persons[0].family = "\u{13080}\u{13081}".into();
    let pages = ward_list(&ward, NOW, &imprint());
    pages.iter().for_each(|page| check(&page.shapes().unwrap(), "hieroglyphs"));
    let words = said(&pages);
    assert!(words.contains("1 line of this page holds letters that this paper cannot print"), "{words}");
    assert!(words.contains("??"));
}

#[test]
fn two_beds_of_one_number_are_told_apart_by_their_wards_on_paper() {
    let mut ward = ward(1);
    let beds = ward.places.iter_mut().filter(|p| p.kind == PlaceKind::Bed);
    beds.enumerate().for_each(|(n, bed)| bed.name = format!("Bed {}", n / 2));
    ward.places.iter_mut().filter(|p| p.id.as_str() == "w1").for_each(|p| p.name = "Ward 8A".into());
    for pages in [ward_list(&ward, NOW, &imprint()), handover(&ward, &ward, NOW, &imprint())] {
        let words = said(&pages);
        for (bed, ward) in (0..6).flat_map(|bed| [(bed, "Ward 7B"), (bed, "Ward 8A")]) {
            assert!(words.contains(&format!("{bed:02} · {ward}")), "{bed} {ward}: {words}");
        }
    }
    // Of one ward the bed is enough.
    ward.stays.iter_mut().for_each(|stay| stay.places = vec!["b0".into()]);
    assert!(!said(&ward_list(&ward, NOW, &imprint())).contains("00 · Ward"));
}

/// A cache in which the first of [`NAMES`] that is asked for lies alone.
fn cache(folder: &std::path::Path, n: usize, times: usize) -> Vault {
    let vault = Vault::open(folder, Key::random().unwrap()).unwrap();
    let ward = ward(times);
    let id = format!("p{n}");
    let mut bodies: Vec<Body> = Vec::new();
    bodies.extend(ward.persons.iter().filter(|p| p.id.as_str() == id).cloned().map(Body::Person));
    bodies.extend(ward.places.iter().cloned().map(Body::Place));
    bodies.extend(ward.stays.iter().filter(|s| s.patient.as_str() == id).cloned().map(Body::Stay));
    bodies.extend(
        ward.episodes
            .iter()
            .filter(|e| e.patient.as_ref().is_some_and(|p| p.as_str() == id))
            .cloned()
            .map(|e| Body::Episode(Episode { onset: NOW - 5 * MINUTE_MS, ..e })),
    );
    bodies.extend(
        ward.actions
            .iter()
            .filter(|s| s.action.id.as_str().starts_with(&format!("a{n}")))
            .map(|seen| Body::Action(seen.action.clone())),
    );
    let samples = (0..40).map(|m| Sample {
        comparator: None,
        patient: id.as_str().into(),
        device: None,
        code: Code::Loinc("8867-4".into()),
        value: Decimal::whole(60 + m % 7),
        unit: "/min".into(),
        taken_at: NOW - m * MINUTE_MS,
        quality: Quality::Good,
    });
    bodies.push(Body::Samples(samples.collect()));
    let facts = bodies.into_iter().enumerate().map(|(n, body)| Fact {
        source: Source { reference: format!("X/{n}").as_str().into(), version: "1".into() },
        updated_at: Some(NOW - SECOND_MS),
        body,
    });
    vault.commit(PageCommit { facts: facts.collect(), received: NOW, ..Default::default() }).unwrap();
    vault
}

#[test]
fn report_and_chart_print_every_script_and_nothing_over_anything() {
    for n in 0..NAMES.len() {
        let times = if n % 2 == 0 { 12 } else { 1 };
        let folder = tempfile::tempdir().unwrap();
        let vault = cache(folder.path(), n, times);
        let request = ChartRequest {
            patient: format!("p{n}").as_str().into(),
            from: None,
            to: None,
            light: true,
            every_sample: false,
        };
        let (pages, figure) = vault
            .read(|reader| {
                let pages = report_pages(reader, &request, NOW, &imprint()).unwrap();
                Ok((pages, chart(reader, &request, 900).unwrap()))
            })
            .unwrap();
        check_all(&pages, &format!("report of {n}"));
        assert!(figure.title[0].contains("MRN-"), "{:?}: the name gives way, the number never", figure.title);
        let svg = figure.svg(900, 300).unwrap();
        assert!(svg.contains(&format!("MRN-{n:05}")), "and it is drawn");
        assert!(figure.pdf(900, 300, "Chart").unwrap().starts_with(b"%PDF-"));
    }
}

/// `VIGIL_LOOK=folder` in front of this test writes what it prints there, to be looked at.
#[test]
fn what_is_printed_can_be_looked_at() {
    let Some(folder) = std::env::var_os("VIGIL_LOOK").map(std::path::PathBuf::from) else { return };
    let write = |name: &str, pages: &[Page]| {
        std::fs::write(folder.join(format!("{name}.pdf")), pdf(pages, name).unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), sheets(pages, 1000).unwrap().png().unwrap())
            .unwrap();
    };
    for times in [1, 3] {
        let ward = ward(times);
        write(&format!("handover-{times}"), &handover(&ward, &ward, NOW, &imprint()));
        write(&format!("list-{times}"), &ward_list(&ward, NOW, &imprint()));
    }
    for n in [0, 4, 11] {
        let data = tempfile::tempdir().unwrap();
        let vault = cache(data.path(), n, 1);
        let request = ChartRequest {
            patient: format!("p{n}").as_str().into(),
            from: None,
            to: None,
            light: true,
            every_sample: false,
        };
        let (pages, figure) = vault
            .read(|reader| {
                let pages = report_pages(reader, &request, NOW, &imprint()).unwrap();
                Ok((pages, chart(reader, &request, 900).unwrap()))
            })
            .unwrap();
        write(&format!("report-{n}"), &pages);
        std::fs::write(folder.join(format!("chart-{n}.png")), figure.png(900, 300).unwrap()).unwrap();
        std::fs::write(folder.join(format!("chart-{n}.svg")), figure.svg(900, 300).unwrap()).unwrap();
        std::fs::write(folder.join(format!("chart-{n}.pdf")), figure.pdf(900, 300, "Chart").unwrap())
            .unwrap();
    }
}
