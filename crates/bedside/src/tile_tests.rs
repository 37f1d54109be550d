//! What a tile shows of one person.

use super::*;
use crate::board::board;
use clinical::{
    About, Action, Actor, Band, Care, Decimal, Device, Episode, Place, PlaceKind, SeenAction, Stay, Verb,
};
use vault::SeriesInfo;

const NOW: Instant = Instant(1_767_225_600_000);

fn value(code: &str, value: &str, unit: &str, age_s: i64, streamed: bool) -> SeriesValue {
    SeriesValue {
        series: SeriesInfo {
            id: 0,
            patient: "p".into(),
            device: streamed.then(|| "d".into()),
            code: code.into(),
            mdc: false,
            unit: unit.into(),
            streamed,
        },
        value: value.parse().unwrap_or(Decimal::whole(0)),
        taken_at: NOW - age_s * 1000,
        artefact: false,
        good: None,
        comparator: None,
        source: "Observation/x".into(),
    }
}

fn ward() -> Ward {
    Ward {
        persons: vec![Person {
            id: "p".into(),
            mrn: "m".into(),
            family: "Adeyemi".into(),
            given: "Ruth".into(),
            birth_date: Some("1955-03-14".into()),
            sex: Sex::Female,
            active: true,
            deceased: false,
            replaced_by: None,
            replaces: Vec::new(),
            contacts: None,
        }],
        places: vec![
            Place { id: "w".into(), name: "Ward 7B".into(), kind: PlaceKind::Ward, part_of: None },
            Place { id: "b".into(), name: "Bed 3".into(), kind: PlaceKind::Bed, part_of: Some("w".into()) },
        ],
        stays: vec![Stay {
            id: "s".into(),
            patient: "p".into(),
            places: vec!["b".into()],
            in_progress: true,
            care: Care::Hospital,
        }],
        values: vec![
            value("8867-4", "118", "/min", 1, true),
            value("59408-5", "84", "%", 1, true),
            value("9279-1", "26", "/min", 4, true),
            value("8480-6", "104", "mm[Hg]", 480, false),
            value("8462-4", "62", "mm[Hg]", 480, false),
            value("8310-5", "101.1", "[degF]", 5160, false),
            value("3151-8", "2", "L/min", 3600, false),
            value("67775-7", "0", "{ACVPU}", 1560, false),
        ],
        ..Ward::default()
    }
}

fn episode(id: &str, priority: Priority, onset_s: i64, measure: Option<Measure>) -> Episode {
    Episode {
        id: id.into(),
        patient: Some("p".into()),
        priority,
        text: "SpO2 84 < 90".into(),
        measure,
        onset: NOW - onset_s * 1000,
        ended: None,
        renewed: None,
    }
}

#[test]
fn the_sick_patient_of_the_design_scores_twelve() {
    let board = board(&ward(), NOW);
    let tile = &board.tiles[0];
    assert_eq!((tile.bed.as_str(), tile.ward.as_str(), tile.age), ("03", "Ward 7B", Some(70)));
    // RR 3, SpO2 3, oxygen 2, systolic 1, pulse 2, alert 0, temperature 38.4 gives 1.
    assert_eq!((tile.news.total, tile.news.band), (Some(12), Some(Band::High)));
    let texts: Vec<&str> = tile.cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(texts, ["118", "84", "26", "104/62", "38.4"]);
    assert_eq!(tile.air.as_deref(), Some("O₂ 2 L"));
}

#[test]
fn an_unowned_high_alarm_lights_its_value_and_a_take_is_shown_with_who() {
    let mut ward = ward();
    ward.episodes = vec![
        episode("low", Priority::Low, 600, None),
        episode("high", Priority::High, 72, Some(Measure::SpO2)),
    ];
    let before = board(&ward, NOW);
    let alarm = before.tiles[0].alarm.as_ref().expect("an alarm");
    assert_eq!((alarm.episode.as_str(), alarm.more, alarm.presence), ("high", 1, Presence::Active));
    assert_eq!(before.tiles[0].cells[1].alarm, Some(Priority::High));
    ward.actions = vec![SeenAction {
        action: Action {
            id: "1".into(),
            about: About::Episode("high".into()),
            verb: Verb::Take,
            by: Actor::named("N. Okafor"),
            at: NOW,
            note: None,
            to: None,
        },
        accepted_at: None,
    }];
    let after = board(&ward, NOW);
    let high = after.queue.iter().find(|i| i.line.episode == "high").expect("still in the queue");
    assert_eq!(high.line.owner.as_ref().map(|o| o.0.name.as_str()), Some("N. Okafor"));
    assert!(high.line.known_here_only);
}

#[test]
fn a_latched_high_alarm_leads_its_tile_before_a_medium_one_that_is_on() {
    let mut ward = ward();
    let over =
        Episode { ended: Some(NOW - 30_000), ..episode("over", Priority::High, 90, Some(Measure::SpO2)) };
    ward.episodes = vec![episode("on", Priority::Medium, 20, Some(Measure::HeartRate)), over];
    let found = board(&ward, NOW);
    let tile = &found.tiles[0];
    let lead = tile.alarm.as_ref().expect("an alarm");
    assert_eq!((lead.episode.as_str(), lead.presence, lead.more), ("over", Presence::Latched, 1));
    assert_eq!(tile.cells[0].alarm, Some(Priority::Medium), "what is on still lights its value");
    assert_eq!(tile.cells[1].alarm, None, "and what is over does not");
    ward.episodes.push(episode("again", Priority::High, 5, Some(Measure::SpO2)));
    let again = board(&ward, NOW);
    assert_eq!(again.tiles[0].alarm.as_ref().expect("an alarm").episode, "again", "on before over");
}

#[test]
fn a_bed_without_fresh_data_says_since_when() {
    let mut ward = ward();
    for value in ward.values.iter_mut().take(3) {
        value.taken_at = NOW - 360_000;
    }
    assert_eq!(board(&ward, NOW).tiles[0].stale_since, Some(NOW - 360_000));
}

#[test]
fn who_went_home_leaves_the_board_and_who_lives_there_stays() {
    let mut ward = ward();
    ward.stays[0].in_progress = false;
    assert!(board(&ward, NOW).tiles.is_empty());
    let device = |active| Device {
        id: "d".into(),
        patient: Some("p".into()),
        name: "Wristband".into(),
        active,
        make: None,
    };
    ward.devices = vec![device(true)];
    assert!(board(&ward, NOW).tiles[0].home, "a device goes on watching");
    ward.devices = vec![device(false)];
    assert!(board(&ward, NOW).tiles.is_empty());
    ward.stays.clear();
    assert!(board(&ward, NOW).tiles[0].home);
}

#[test]
fn whose_stay_was_not_read_yet_is_shown_in_no_bed_and_not_at_home() {
    let mut ward = ward();
    ward.stays.clear();
    ward.stays_unread = true;
    let tile = board(&ward, NOW).tiles[0].clone();
    assert_eq!((tile.place().as_str(), tile.home), ("No bed", false));
    ward.stays_unread = false;
    assert!(board(&ward, NOW).tiles[0].home, "all stays were read, and there is none");
}

#[test]
fn who_has_no_bed_yet_is_on_the_ward_and_not_at_home() {
    let mut ward = ward();
    ward.stays[0].places = vec!["w".into()];
    let tile = board(&ward, NOW).tiles[0].clone();
    assert_eq!((tile.place().as_str(), tile.ward.as_str(), tile.home), ("No bed", "Ward 7B", false));
    assert!(tile.is_scored());
    // Of the place nothing is known, as of one that the server did not give.
    ward.places.clear();
    assert_eq!(board(&ward, NOW).tiles[0].place(), "No bed");
}

#[test]
fn a_ward_bed_named_with_an_h_is_no_home() {
    assert_eq!(place("HDU 3", false), "Bed HDU 3");
    assert_eq!(place("H3", true), "Home H3");
    assert_eq!(place("", false), "No patient named");
}
