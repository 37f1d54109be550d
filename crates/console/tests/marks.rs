//! A number that is not what is measured now says so wherever it stands: on the board, as last known, in the past and on paper.
#![allow(clippy::unwrap_used, clippy::panic)]

mod somebody;

use bedside::{Cell, Slot, Tile};
use clinical::{
    About, Action, Actor, Band, Decimal, Episode, HOUR_MS, Instant, MINUTE_MS, Measure, Place, PlaceKind,
    Presence, Priority, SECOND_MS, SeenAction, Verb,
};
use console::board;
use documents::{handover, ward_list};
use vault::{SeriesInfo, SeriesValue, Ward};

/// Far from midnight in every time zone that matters here.
const NOW: Instant = Instant(1_770_000_000_000);

fn value(code: &str, device: &str, number: i64, age_ms: i64) -> SeriesValue {
    let unit = if code == "59408-5" { "%" } else { "/min" };
    let device = (!device.is_empty()).then_some(device);
    let mut value = somebody::value(code, unit, device, number, NOW - age_ms);
    value.series.streamed = device.is_some();
    value
}

fn hr() -> SeriesValue {
    value("8867-4", "monitor", 72, SECOND_MS)
}

fn spo2(number: i64, age_ms: i64) -> SeriesValue {
    value("59408-5", "monitor", number, age_ms)
}

fn artefact(good: Option<(i64, i64)>) -> SeriesValue {
    let good = good.map(|(number, age_ms)| (Decimal::whole(number), NOW - age_ms));
    SeriesValue { artefact: true, good, ..spo2(312, SECOND_MS) }
}

fn episode(id: &str, priority: Priority, measure: Option<Measure>, ended: bool) -> Episode {
    Episode {
        id: id.into(),
        patient: Some("p".into()),
        priority,
        text: "text".into(),
        measure,
        onset: NOW - 30 * MINUTE_MS,
        ended: ended.then_some(NOW - 5 * MINUTE_MS),
        renewed: None,
    }
}

fn sensor_off(ended: bool) -> Episode {
    episode("off", Priority::Technical, None, ended)
}

fn ward(values: Vec<SeriesValue>, episodes: Vec<Episode>) -> Ward {
    Ward {
        persons: vec![somebody::person()],
        places: vec![Place { id: "b".into(), name: "Bed 3".into(), kind: PlaceKind::Bed, part_of: None }],
        stays: vec![somebody::stay("b")],
        values,
        episodes,
        ..Ward::default()
    }
}

fn tile(ward: &Ward, now: Instant) -> Tile {
    board(ward, now).tiles[0].as_ref().clone()
}

fn spo2_cell(ward: &Ward, now: Instant) -> Cell {
    tile(ward, now).cells.into_iter().find(|cell| cell.slot == Slot::SpO2).unwrap()
}

/// All that a paper of the ward says, without its spaces.
fn papers(ward: &Ward, now: Instant) -> [String; 2] {
    let imprint = console::Imprint { station: "7B-1".into(), user: "N. Okafor".into(), last_good: Some(now) };
    let said = |pages: Vec<charts::Page>| format!("{pages:?}");
    [said(handover(ward, ward, now, &imprint)), said(ward_list(ward, now, &imprint))]
}

/// What stands in the value's place, the last good value beside it, and the mark.
type Reads = (&'static str, Option<&'static str>, Option<&'static str>);

/// Values and alarms of somebody, and how the saturation reads now and minutes later.
type Case = (&'static str, Vec<SeriesValue>, Vec<Episode>, Reads, Reads);

#[test]
fn what_is_old_lost_or_cannot_be_looks_so_on_the_board_offline_and_on_paper() {
    let off = || vec![sensor_off(false)];
    let lost: Reads = ("–?–", Some("99"), Some("no signal"));
    let old: Reads = ("99", None, Some("old"));
    let high = || vec![sensor_off(false), episode("hr", Priority::High, Some(Measure::HeartRate), false)];
    let silent = 36 * MINUTE_MS;
    let other = |number, age| SeriesValue {
        series: SeriesInfo { id: 2, code: "2708-6".into(), ..spo2(0, 0).series },
        ..spo2(number, age)
    };
    let cases: Vec<Case> = vec![
        ("as measured", vec![hr(), spo2(99, SECOND_MS)], vec![], ("99", None, None), old),
        ("its sensor is off", vec![hr(), spo2(99, silent)], off(), lost, lost),
        ("off beside a high alarm", vec![hr(), spo2(99, silent)], high(), lost, lost),
        ("silent, and nobody says why", vec![hr(), spo2(99, silent)], vec![], old, old),
        (
            "silent since an alarm that is over",
            vec![hr(), spo2(99, silent)],
            vec![sensor_off(true)],
            old,
            old,
        ),
        ("another sensor is off", vec![hr(), spo2(99, SECOND_MS)], off(), ("99", None, None), old),
        (
            "charted by hand long ago",
            vec![hr(), value("59408-5", "", 99, 7 * HOUR_MS)],
            vec![],
            ("99", None, Some("old")),
            old,
        ),
        (
            "it cannot be",
            vec![hr(), artefact(Some((97, 20_000)))],
            vec![],
            ("–?–", Some("97"), Some("artefact")),
            ("–?–", Some("97"), Some("artefact")),
        ),
        (
            "nothing but what cannot be",
            vec![hr(), artefact(None)],
            vec![],
            ("312", None, Some("artefact")),
            ("312", None, Some("artefact")),
        ),
        (
            "one of two sensors is right",
            vec![hr(), artefact(None), other(98, 2 * SECOND_MS)],
            vec![],
            ("98", None, None),
            ("–?–", Some("98"), Some("artefact")),
        ),
    ];
    for (name, values, episodes, live, offline) in cases {
        let ward = ward(values, episodes);
        // A few minutes later nothing came: the link is lost, or somebody looks at the end of what is known.
        for (when, now, wanted) in [("now", NOW, live), ("offline", NOW + 3 * MINUTE_MS, offline)] {
            let cell = spo2_cell(&ward, now);
            assert_eq!((cell.reads(), cell.beside(), cell.mark()), wanted, "{name}, {when}");
            let shown = serde_json::to_value(console::view::Tile::from(tile(&ward, now))).unwrap();
            let shown =
                shown["cells"].as_array().unwrap().iter().find(|c| c["slot"] == "spo2").unwrap().clone();
            let of = |key: &str| shown[key].as_str().map(str::to_owned);
            let page = (of("reads").unwrap(), of("beside"), of("mark"));
            assert_eq!((page.0.as_str(), page.1.as_deref(), page.2.as_deref()), wanted, "{name}, {when}");
            let beside = wanted.1.map_or_else(String::new, |last| format!(" last {last}"));
            for paper in papers(&ward, now) {
                let value = format!("{}{beside} (", wanted.0);
                assert!(paper.contains(&value), "{name}, {when}: {value} in {paper}");
                assert!(wanted.2.is_none_or(|mark| paper.contains(&format!(" {mark})"))), "{name}, {when}");
            }
        }
    }
}

#[test]
fn a_value_outside_its_limits_stays_marked_when_somebody_said_what_was_done() {
    let mut ward =
        ward(vec![hr(), spo2(84, SECOND_MS)], vec![episode("e", Priority::High, Some(Measure::SpO2), false)]);
    ward.actions = vec![SeenAction {
        action: Action {
            id: "1".into(),
            about: About::Episode("e".into()),
            verb: Verb::Handled,
            by: Actor::named("N. Okafor"),
            at: NOW - 20 * MINUTE_MS,
            note: Some("Expected for patient".into()),
            to: None,
        },
        accepted_at: Some(NOW - 20 * MINUTE_MS),
    }];
    for (minutes, asked) in [(0, false), (15, true)] {
        let mut ward = ward.clone();
        let now = NOW + minutes * MINUTE_MS;
        ward.values.iter_mut().for_each(|value| value.taken_at = now - SECOND_MS);
        let board = board(&ward, now);
        let tile = &board.tiles[0];
        assert_eq!(tile.cells[1].alarm, Some(Priority::High), "it is no normal value");
        let line = tile.alarm.as_ref().unwrap();
        assert_eq!((line.presence, line.asked_again.is_some()), (Presence::Handled, asked));
        assert_eq!(line.verbs().contains(&Verb::Handled), asked, "whoever is asked can answer");
        let words = line.handled_words(&|_| "04:18".into()).unwrap();
        assert!(words.starts_with("handled 04:18 N. Okafor, still on"), "{words}");
        assert_eq!(words.ends_with("asked again 04:18"), asked);
        assert_eq!(board.queue[0].line.handled_words(&|_| "04:18".into()), Some(words));
        let [paper, _] = papers(&ward, now);
        assert!(paper.contains("N. Okafor, still on") && paper.contains("asked again") == asked, "{paper}");
        // An alarm that wants somebody goes before it.
        ward.episodes.push(episode("new", Priority::Low, Some(Measure::HeartRate), false));
        let leads = tile_alarm(&ward, now);
        assert_eq!(leads, ("new".to_owned(), 0));
    }
    ward.episodes[0].ended = Some(NOW);
    assert!(board(&ward, NOW).tiles[0].alarm.is_none(), "over is over");
}

fn tile_alarm(ward: &Ward, now: Instant) -> (String, usize) {
    let line = tile(ward, now).alarm.unwrap();
    (line.episode.to_string(), line.more)
}

#[test]
fn an_incomplete_score_is_calm_nowhere() {
    let ward = ward(vec![hr(), spo2(99, SECOND_MS)], vec![]);
    let tile = tile(&ward, NOW);
    assert_eq!((tile.news.total, tile.news.band), (None, Some(Band::Zero)));
    let shown = serde_json::to_value(console::view::Tile::from(tile)).unwrap();
    assert_eq!((&shown["news"]["colour"], &shown["news"]["shown"]), (&serde_json::Value::Null, &"≥0".into()));
    for paper in papers(&ward, NOW) {
        assert!(paper.contains("NEWS2 at least 0, 5 of 7 missing"), "{paper}");
    }
}
