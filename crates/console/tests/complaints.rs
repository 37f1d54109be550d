//! What users of such systems complain of in public trackers, each as a test: none of it may be true of this console.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod somebody;

use clinical::{
    About, Action, Actor, Episode, Instant, MINUTE_MS, Measure, Place, PlaceKind, Presence, Priority,
    SeenAction, Sound, Verb,
};
use console::{Board, Slot, board};
use documents::handover;
use vault::{SeriesValue, Ward};

/// Far from midnight in every time zone that matters here.
const NOW: i64 = 1_770_000_000_000;

fn value(code: &str, v: i64, age_ms: i64) -> SeriesValue {
    let unit = match code {
        "59408-5" => "%",
        "8310-5" => "Cel",
        "8480-6" | "8462-4" => "mm[Hg]",
        _ => "/min",
    };
    let mut value = somebody::value(code, unit, Some("monitor"), v, Instant(NOW - age_ms));
    value.series.streamed = !matches!(code, "8310-5" | "8480-6");
    value
}

fn episode(id: &str, priority: Priority, text: &str, measure: Option<Measure>, age_ms: i64) -> Episode {
    Episode {
        id: id.into(),
        patient: Some("p".into()),
        priority,
        text: text.into(),
        measure,
        onset: Instant(NOW - age_ms),
        ended: None,
        renewed: None,
    }
}

fn action(id: &str, episode: &str, verb: Verb, age_ms: i64, note: Option<&str>) -> SeenAction {
    SeenAction {
        action: Action {
            id: id.into(),
            about: About::Episode(episode.into()),
            verb,
            by: Actor::named("N. Okafor"),
            at: Instant(NOW - age_ms),
            note: note.map(str::to_owned),
            to: None,
        },
        accepted_at: Some(Instant(NOW - age_ms + 50)),
    }
}

fn ward(values: Vec<SeriesValue>, episodes: Vec<Episode>, actions: Vec<SeenAction>) -> Ward {
    let place = |id: &str, name: &str, is_bed, part_of: Option<&str>| Place {
        id: id.into(),
        name: name.into(),
        kind: if is_bed { PlaceKind::Bed } else { PlaceKind::Ward },
        part_of: part_of.map(Into::into),
    };
    Ward {
        persons: vec![somebody::person()],
        places: vec![
            place("w", "Ward 7B", false, None),
            place("b3", "Bed 3", true, Some("w")),
            place("b12", "Bed 12", true, Some("w")),
        ],
        stays: vec![somebody::stay("b3")],
        devices: Vec::new(),
        values,
        episodes,
        actions,
        ..Ward::default()
    }
}

fn at(ward: &Ward, later_ms: i64) -> Board {
    board(ward, Instant(NOW + later_ms))
}

fn sound(board: &Board, episode: &str) -> Sound {
    board.queue.iter().find(|i| i.line.episode == episode).unwrap().line.sound
}

/// cgm-remote-monitor #8231: snoozed alarms that sound with the next reading.
#[test]
fn a_paused_alarm_stays_paused_when_the_next_value_comes() {
    let mut ward = ward(
        vec![value("59408-5", 84, 1000)],
        vec![episode("e", Priority::High, "SpO2 84 < 90", Some(Measure::SpO2), 3 * MINUTE_MS)],
        vec![action("a", "e", Verb::AudioPause, 30_000, None)],
    );
    assert!(matches!(sound(&at(&ward, 0), "e"), Sound::Paused(_)));
    ward.values = vec![value("59408-5", 82, 0)];
    ward.episodes[0].text = "SpO2 82 < 90".into();
    assert!(matches!(sound(&at(&ward, 5000), "e"), Sound::Paused(_)));
}

/// nightguard #39: snoozing HIGH must not hide LOW.
#[test]
fn a_pause_of_one_alarm_hides_no_other() {
    let ward = ward(
        vec![],
        vec![
            episode("high", Priority::Medium, "Glucose 15.1 > 13.9", Some(Measure::Glucose), 5 * MINUTE_MS),
            episode("low", Priority::High, "Glucose 2.9 < 3.0", Some(Measure::Glucose), MINUTE_MS),
        ],
        vec![action("a", "high", Verb::AudioPause, 30_000, None)],
    );
    let board = at(&ward, 0);
    assert!(matches!(sound(&board, "high"), Sound::Paused(_)));
    assert_eq!(sound(&board, "low"), Sound::On);
    let line = board.tiles[0].alarm.as_ref().unwrap();
    assert_eq!(
        (line.episode.as_str(), line.more),
        ("low", 1),
        "the higher one is on the tile, the other is counted"
    );
}

/// xDrip PR 2406: pauses that never end.
#[test]
fn a_pause_ends_by_itself() {
    let ward = ward(
        vec![],
        vec![episode("e", Priority::High, "HR 171 > 130", Some(Measure::HeartRate), 3 * MINUTE_MS)],
        vec![action("a", "e", Verb::AudioPause, 0, None)],
    );
    assert!(matches!(sound(&at(&ward, MINUTE_MS), "e"), Sound::Paused(_)));
    assert_eq!(sound(&at(&ward, 2 * MINUTE_MS + 1), "e"), Sound::On);
}

/// nightscout-clock #63: dead sensor, same number still shown.
#[test]
fn a_number_that_no_longer_comes_is_marked_as_old() {
    let ward = ward(vec![value("8867-4", 72, 5000), value("59408-5", 97, 5000)], vec![], vec![]);
    let live = at(&ward, 0);
    assert!(live.tiles[0].cells.iter().all(|c| !c.stale) && live.tiles[0].stale_since.is_none());
    let dead = at(&ward, 2 * MINUTE_MS);
    assert!(dead.tiles[0].cells.iter().all(|c| c.stale));
    assert_eq!(dead.tiles[0].stale_since, Some(Instant(NOW - 5000)), "and since when");
}

/// care_fe #5806: the previous bed's feed still on screen.
#[test]
fn after_a_move_the_patient_stands_in_the_new_bed_alone() {
    let mut ward = ward(vec![value("8867-4", 72, 1000)], vec![], vec![]);
    assert_eq!(at(&ward, 0).tiles[0].bed, "03");
    ward.stays[0].places = vec!["b12".into()];
    let moved = at(&ward, 0);
    assert_eq!(moved.tiles.iter().map(|t| t.bed.as_str()).collect::<Vec<_>>(), ["12"]);
    ward.stays[0].in_progress = false;
    assert!(at(&ward, 0).tiles.is_empty(), "who was sent home is on no tile");
}

/// care_fe #15812: HR 72 and 155 look the same.
#[test]
fn an_alarming_number_does_not_look_like_a_quiet_one() {
    let quiet = ward(vec![value("8867-4", 72, 1000)], vec![], vec![]);
    let alarming = ward(
        vec![value("8867-4", 155, 1000)],
        vec![episode("e", Priority::Medium, "HR 155 > 130", Some(Measure::HeartRate), MINUTE_MS)],
        vec![],
    );
    let mark = |ward: &Ward| at(ward, 0).tiles[0].cells.iter().find(|c| c.slot == Slot::Hr).unwrap().alarm;
    assert_eq!((mark(&quiet), mark(&alarming)), (None, Some(Priority::Medium)));
}

/// care_fe #7373: a score from entries within 30 minutes.
#[test]
fn a_score_takes_no_value_that_is_too_old_and_says_which_is_missing() {
    let ward = ward(vec![value("8867-4", 72, 31 * MINUTE_MS), value("59408-5", 97, 1000)], vec![], vec![]);
    let news = &at(&ward, 0).tiles[0].news;
    assert_eq!(news.total, None);
    assert!(news.missing.iter().any(|p| p.key() == "pulse"), "{:?}", news.missing);
    let pulse = news.inputs.iter().find(|i| i.parameter.key() == "pulse").unwrap();
    assert!(pulse.points.is_none() && pulse.why.is_some(), "the old value is shown with the reason");
}

/// care_fe #13515: bed number prominent.
#[test]
fn every_tile_and_every_alarm_names_its_bed() {
    let ward = ward(vec![], vec![episode("e", Priority::Low, "Temp 38.6 > 38.5", None, MINUTE_MS)], vec![]);
    let board = at(&ward, 0);
    assert_eq!((board.tiles[0].bed.as_str(), board.queue[0].bed.as_str()), ("03", "03"));
}

/// thingsboard #6047: who acknowledged? grafana #18193: acknowledge with a comment.
#[test]
fn who_took_it_and_what_was_said_stands_beside_it() {
    let ward = ward(
        vec![],
        vec![episode("e", Priority::High, "SpO2 84 < 90", Some(Measure::SpO2), 5 * MINUTE_MS)],
        vec![
            action("1", "e", Verb::Take, 4 * MINUTE_MS, None),
            action("2", "e", Verb::Handled, 2 * MINUTE_MS, Some("Treated: O2 up")),
        ],
    );
    let line = &at(&ward, 0).queue[0].line;
    assert_eq!(
        line.owner.as_ref().map(|(who, since)| (who.name.as_str(), *since)),
        Some(("N. Okafor", Instant(NOW - 4 * MINUTE_MS)))
    );
    assert_eq!(line.presence, Presence::Handled);
}

/// karma #6314: forgotten acknowledged alarms, oldest first.
#[test]
fn an_owned_alarm_that_is_still_on_is_not_forgotten() {
    let ward = ward(
        vec![],
        vec![
            episode("new", Priority::High, "HR 171 > 130", None, 10 * MINUTE_MS),
            episode("old", Priority::High, "SpO2 84 < 90", None, 40 * MINUTE_MS),
        ],
        vec![
            action("1", "new", Verb::Take, 9 * MINUTE_MS, None),
            action("2", "old", Verb::Take, 39 * MINUTE_MS, None),
        ],
    );
    let queue = at(&ward, 0).queue;
    assert_eq!(queue.iter().map(|i| i.line.episode.as_str()).collect::<Vec<_>>(), ["old", "new"]);
    assert!(queue.iter().all(|i| i.line.reminders >= 3), "and its owner is reminded");
}

/// UAVLogViewer #222: lines must not bridge gaps.
#[test]
fn a_line_is_cut_where_nothing_came() {
    let mut outliner = charts::Outliner::new(|t| (t / 1000) as i32, 10_000, (0, 601_000));
    outliner.push(&clinical::Times::Each(&[0, 1000, 2000, 600_000, 601_000]), &[1.0; 5]);
    let runs = outliner.end().runs;
    assert_eq!(runs.iter().map(|r| (r.first, r.last)).collect::<Vec<_>>(), [(0, 2000), (600_000, 601_000)]);
}

/// hmis #21654: handover on one screen. (hospitalrun #155 and vaccine_registry #88, what is offline and what was not sent, are
/// journeys in the real window.)
#[test]
fn the_handover_holds_everybody_and_every_open_alarm() {
    let ward = ward(
        vec![value("8867-4", 118, 1000)],
        vec![episode("e", Priority::High, "SpO2 84 < 90", Some(Measure::SpO2), MINUTE_MS)],
        vec![],
    );
    let imprint =
        console::Imprint { station: "7B-1".into(), user: "N. Okafor".into(), last_good: Some(Instant(NOW)) };
    let bytes = charts::pdf(&handover(&ward, &ward, Instant(NOW), &imprint), "Handover").unwrap();
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 10_000);
}
