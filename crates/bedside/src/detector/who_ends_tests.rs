//! Whose an own alarm is: no station that knows less ends, hides or doubles it.

use clinical::{About, Action, Actor, DAY_MS, Episode, HOUR_MS, Instant, MINUTE_MS, Verb};
use fhir::detected_issue;
use serde_json::json;

use super::tests::{NOW, Ward, at, began, ended, gateway, online, round};
use super::{Detector, HasRead, Link};

/// Longer than what came during an outage takes to arrive.
const LATER: i64 = 2 * MINUTE_MS;

fn nothing() -> Vec<(String, bool)> {
    Vec::new()
}

impl Ward {
    /// A station where the site has set something.
    fn set(key: &str, value: &str) -> Ward {
        let ward = Ward::new();
        ward.vault.set_site(key.into(), value.into(), "IT".into(), Instant(1)).unwrap();
        ward
    }

    /// Hears of the own alarms of another station, as they stand now.
    fn hears_of(&self, other: &Ward) {
        let issue = |e: &Episode| detected_issue(e, e.own_rule().unwrap(), None);
        self.page(&other.own().iter().map(issue).collect::<Vec<_>>());
    }

    fn handle(&self, id: &str, at: i64) {
        let action = Action {
            id: format!("handled-{at}").as_str().into(),
            about: About::Episode(id.into()),
            verb: Verb::Handled,
            by: Actor::named("N. Okafor"),
            at: Instant(at),
            note: None,
            to: None,
        };
        self.vault.record_action(action, "{}".into()).unwrap();
    }

    /// A dose at the same time of each day, up to `last`.
    fn daily_doses(&self, last: i64) {
        let dose = |n: i64| {
            json!({
                "resourceType": "MedicationAdministration", "id": format!("d{n}-{last}"), "status": "completed",
                "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(last - n * DAY_MS),
                "medicationCodeableConcept": { "text": "Insulin glargine" },
            })
        };
        self.page(&(0..4).map(dose).collect::<Vec<_>>());
    }

    /// One value that somebody charted.
    fn charted(&self, code: &str, unit: &str, value: i64, t: i64) {
        self.page(&[json!({
            "resourceType": "Observation", "id": format!("c-{code}-{t}"), "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(t),
            "valueQuantity": { "value": value, "code": unit },
        })]);
    }
}

#[test]
fn a_station_with_a_laxer_limit_never_ends_the_alarm_of_one_with_a_stricter() {
    let (mut strict, mut lax) = (Ward::new(), Ward::set("limit.spo2", "88 to -"));
    // Far below both, below the stricter alone, back.
    let mut seconds = |from: i64, value: i64, of_strict: Vec<(String, bool)>| {
        for ward in [&strict, &lax] {
            ward.seconds("59408-5", from, &[value; 40]);
        }
        let found = strict.look(from + 40_000, &online());
        assert_eq!(found, of_strict, "SpO2 {value}");
        lax.hears_of(&strict);
        assert_eq!(lax.look(from + 40_000, &online()), nothing(), "SpO2 {value}: it is the other's");
    };
    seconds(NOW - 40_000, 96, nothing());
    seconds(NOW, 87, began("spo2-low"));
    seconds(NOW + 40_000, 89, nothing());
    seconds(NOW + 80_000, 89, nothing());
    seconds(NOW + 120_000, 95, ended("spo2-low"));
    assert_eq!((strict.own().len(), lax.own().len()), (1, 1), "one alarm, and both know that it is over");
    assert_eq!(lax.own()[0].ended, strict.own()[0].ended);
}

#[test]
fn a_stricter_station_goes_on_where_a_laxer_one_has_ended_its_own_alarm() {
    let (mut strict, mut lax) = (Ward::new(), Ward::set("limit.spo2", "88 to -"));
    for (from, value) in [(NOW - 40_000, 96), (NOW, 87)] {
        for ward in [&strict, &lax] {
            ward.seconds("59408-5", from, &[value; 40]);
        }
    }
    assert_eq!(lax.look(NOW + 40_000, &online()), began("spo2-low"));
    strict.hears_of(&lax);
    assert_eq!(strict.look(NOW + 40_000, &online()), nothing(), "one is enough as long as it is on");
    for ward in [&strict, &lax] {
        ward.seconds("59408-5", NOW + 40_000, &[89; 40]);
    }
    assert_eq!(lax.look(NOW + 80_000, &online()), ended("spo2-low"));
    strict.hears_of(&lax);
    assert_eq!(strict.look(NOW + 80_000, &online()), began("spo2-low"), "it is below 90 all the same");
}

#[test]
fn no_alarm_of_any_rule_is_ended_by_a_station_that_did_not_see_it_begin() {
    let spo2 = |ward: &Ward, t: i64, value| ward.seconds("59408-5", t, &[value; 40]);
    let heart = |ward: &Ward, t: i64| ward.seconds("8867-4", t, &[80; 40]);
    type Values<'a> = Box<dyn Fn(&Ward, i64) + 'a>;
    // The rule; what leads to it, what raises it at a moment, and what is right again.
    let kinds: Vec<(&str, i64, Values, Values)> = vec![
        ("spo2-low", 40_000, Box::new(|w, t| spo2(w, t, 87)), Box::new(|w, t| spo2(w, t, 97))),
        (
            "bp-low",
            1_000,
            Box::new(|w, t| w.charted("8480-6", "mm[Hg]", 84, t)),
            Box::new(|w, t| w.charted("8480-6", "mm[Hg]", 120, t)),
        ),
        ("no-data", LATER, Box::new(heart), Box::new(heart)),
        (
            "no-signal-spo2",
            LATER,
            Box::new(|w, t| {
                spo2(w, t - 30_000, 97);
                heart(w, t + LATER - 40_000);
            }),
            Box::new(|w, t| {
                spo2(w, t, 97);
                heart(w, t);
            }),
        ),
        (
            "missed-dose",
            4 * HOUR_MS,
            Box::new(|w, t| w.daily_doses(t - DAY_MS)),
            Box::new(|w, t| w.daily_doses(t)),
        ),
    ];
    for (rule, wait, wrong, right) in kinds {
        let (mut raiser, mut other) = (Ward::new(), Ward::new());
        let now = NOW + wait;
        raiser.look(NOW - 1, &online());
        other.look(NOW - 1, &online());
        wrong(&raiser, NOW);
        assert_eq!(raiser.look(now, &online()), began(rule));
        // The other one hears of the alarm, and never had the values that it is about.
        other.hears_of(&raiser);
        assert_eq!(other.look(now, &online()), nothing(), "{rule}");
        for ward in [&raiser, &other] {
            right(ward, now + 1_000);
        }
        assert_eq!(other.look(now + 41_000, &online()), nothing(), "{rule}: it did not see it begin");
        raiser.detector = Detector::default();
        assert_eq!(raiser.look(now + 41_000, &online()), ended(rule), "begun anew it knows its own");
    }
}

#[test]
fn whoever_saw_the_same_onset_ends_it_too() {
    let (mut first, mut second) = (Ward::new(), Ward::new());
    for ward in [&first, &second] {
        ward.seconds("59408-5", NOW - 40_000, &[96; 40]);
        ward.seconds("59408-5", NOW, &[87; 40]);
    }
    assert_eq!(first.look(NOW + 40_000, &online()), began("spo2-low"));
    second.hears_of(&first);
    assert_eq!(second.look(NOW + 40_000, &online()), nothing());
    // The first is gone for good, the second was begun anew after it had seen it.
    second.detector = Detector::default();
    second.seconds("59408-5", NOW + 40_000, &[97; 40]);
    assert_eq!(second.look(NOW + 80_000, &online()), ended("spo2-low"));
}

#[test]
fn a_first_sync_raises_nobodys_alarm_and_ends_none() {
    let unread = |read| Link { read, ..online() };
    let nobody = unread(HasRead { board: false, ..HasRead::ALL });
    let mut old = Ward::new();
    old.seconds("59408-5", NOW, &[87; 40]);
    assert_eq!(old.look(NOW + 40_000, &online()), began("spo2-low"));
    let mut fresh = Ward::new();
    fresh.hears_of(&old);
    fresh.seconds("8867-4", NOW, &[180; 40]);
    fresh.seconds("59408-5", NOW + 40_000, &[98; 40]);
    fresh.daily_doses(NOW - DAY_MS - 4 * HOUR_MS);
    for later in [40_000, 80_000, 4 * MINUTE_MS] {
        assert_eq!(fresh.look(NOW + later, &nobody), nothing());
    }
    // Nobody's values are old for the time that the first sync took.
    let read = NOW + 4 * MINUTE_MS + 30_000;
    let silent = |found: &(String, bool)| found.0.starts_with("no-");
    assert!(!fresh.look(read, &online()).iter().any(silent));
    assert!(fresh.look(read + LATER, &online()).iter().any(silent), "and then they are");
    // Doses come last: who has not read them to the last misses none.
    let mut before = Ward::new();
    before.daily_doses(NOW - DAY_MS - 4 * HOUR_MS);
    assert_eq!(before.look(NOW, &unread(HasRead { doses: false, ..HasRead::ALL })), nothing());
    assert_eq!(before.look(NOW + 1_000, &online()), began("missed-dose"));
    // What a station knows of its own way to the server it says at once.
    let gone = Link { online: false, since: Some(Instant(NOW)), cause: Some("dns"), ..nobody };
    assert_eq!(Ward::new().look(NOW + MINUTE_MS, &gone), began("link"));
}

#[test]
fn a_station_that_is_cut_off_or_refused_its_values_ends_and_raises_nothing_by_that() {
    let mut ward = Ward::new();
    ward.seconds("8867-4", NOW - LATER, &[80; 120]);
    ward.seconds("59408-5", NOW - LATER - 30_000, &[97; 30]);
    ward.daily_doses(NOW + HOUR_MS - DAY_MS);
    assert_eq!(ward.look(NOW, &online()), began("no-signal-spo2"));
    let gone = Link { online: false, since: Some(Instant(NOW + 1_000)), cause: Some("dns"), ..online() };
    let refused = Link { read: HasRead { values: false, ..HasRead::ALL }, ..online() };
    assert_eq!(ward.look(NOW + 10 * MINUTE_MS, &gone), began("link"));
    for later in [20 * MINUTE_MS, 6 * HOUR_MS] {
        assert_eq!(
            ward.look(NOW + later, &gone),
            nothing(),
            "not the lead, and no dose that others saw given"
        );
    }
    let back = Link { since: Some(Instant(NOW + 6 * HOUR_MS)), ..refused };
    assert_eq!(ward.look(NOW + 6 * HOUR_MS, &back), ended("link"));
    assert!(!ward.look(NOW + 6 * HOUR_MS + LATER, &back).iter().any(|(rule, _)| rule.starts_with("no-")));
}

#[test]
fn somebody_whose_stay_was_not_read_has_not_left() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW, &[87; 40]);
    assert_eq!(ward.look(NOW + 40_000, &online()), began("spo2-low"));
    ward.page(&[json!({
        "resourceType": "Encounter", "id": "s", "status": "finished", "subject": { "reference": "Patient/p" },
    })]);
    let cut = Link { read: HasRead { people: false, ..HasRead::ALL }, ..online() };
    assert_eq!(ward.look(NOW + 50_000, &cut), nothing(), "the next stay may be on a page that did not come");
    assert_eq!(ward.look(NOW + 60_000, &online()), ended("spo2-low"));
}

#[test]
fn a_breach_goes_on_being_an_alarm_after_the_gateways_that_took_its_place_is_over() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW - 40_000, &[96; 40]);
    ward.seconds("59408-5", NOW, &[87; 40]);
    assert_eq!(ward.look(NOW + 40_000, &online()), began("spo2-low"));
    ward.page(&[gateway(NOW + 30_000)]);
    assert_eq!(ward.look(NOW + 42_000, &online()), ended("spo2-low"), "one is enough");
    ward.seconds("59408-5", NOW + 40_000, &[87; 200]);
    let mut over = gateway(NOW + 30_000);
    over["identifiedPeriod"]["end"] = json!(at(NOW + 100_000));
    ward.page(&[over]);
    assert_eq!(ward.look(NOW + 110_000, &online()), nothing(), "the value may be back a moment later");
    assert_eq!(ward.look(NOW + 170_000, &online()), began("spo2-low"));
    let again = ward.own().into_iter().find(|e| e.ended.is_none()).unwrap();
    assert_eq!(again.onset, Instant(NOW + 100_000), "since nobody says so any more");
    assert_eq!(ward.look(NOW + 172_000, &online()), nothing(), "once");
    ward.seconds("59408-5", NOW + 240_000, &[97; 40]);
    assert_eq!(ward.look(NOW + 280_000, &online()), ended("spo2-low"));
    assert_eq!(ward.look(NOW + 330_000, &online()), nothing());
}

#[test]
fn an_alarm_whose_station_is_gone_is_ended_by_a_person_and_hides_none_that_comes_later() {
    let (mut gone, mut left) = (Ward::new(), Ward::new());
    gone.seconds("59408-5", NOW - HOUR_MS, &[87; 40]);
    assert_eq!(gone.look(NOW - HOUR_MS + 40_000, &online()), began("spo2-low"));
    left.hears_of(&gone);
    round(&left, NOW, 16, 120);
    left.seconds("59408-5", NOW, &[97; 40]);
    assert_eq!(left.look(NOW + 40_000, &online()), nothing(), "nobody who saw it begin saw it end");
    left.handle(left.own()[0].id.as_str(), NOW + MINUTE_MS);
    left.seconds("59408-5", NOW + LATER, &[86; 40]);
    assert_eq!(
        left.look(NOW + LATER + 40_000, &online()),
        began("spo2-low"),
        "another breach is another alarm"
    );
    left.seconds("59408-5", NOW + 4 * MINUTE_MS, &[97; 40]);
    assert_eq!(left.look(NOW + 5 * MINUTE_MS, &online()), ended("spo2-low"));
    let mut later = left.look(NOW + 12 * HOUR_MS, &online());
    later.retain(|(rule, _)| rule == "spo2-low");
    assert_eq!(later, nothing(), "its station may come back within the shift");
    let mut after = left.look(NOW + 12 * HOUR_MS + LATER, &online());
    after.retain(|(rule, _)| rule == "spo2-low");
    assert_eq!(after, ended("spo2-low"));
}

#[test]
fn stations_that_lose_their_links_at_one_moment_are_not_one_alarm() {
    let lost = Link { online: false, since: Some(Instant(NOW)), cause: Some("dns"), ..online() };
    let (mut here, mut there) = (Ward::new(), Ward::new());
    assert_eq!(here.look(NOW + 10_000, &lost), began("link"));
    let mut issue = here.own().remove(0);
    issue.text = "7B-2: no link, dns".into();
    issue.id = "vigil-link-00000000000000000000000000000000".into();
    there.page(&[detected_issue(&issue, "link", None)]);
    assert_eq!(there.look(NOW + 10_000, &online()), nothing(), "this one is online, the other is not");
    assert_eq!(there.look(NOW + 20_000, &lost), began("link"));
    assert_eq!(there.look(NOW + MINUTE_MS, &online()), ended("link"));
    assert_eq!(there.own().iter().filter(|e| e.ended.is_none()).count(), 1);
}

#[test]
fn a_station_knows_an_alarm_for_its_own_until_it_is_over() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW, &[87; 40]);
    assert_eq!(ward.look(NOW + 40_000, &online()), began("spo2-low"));
    let mine = ward.own()[0].id.clone();
    assert!(ward.vault.read(|reader| reader.witnessed()).unwrap().contains(&mine));
    ward.seconds("59408-5", NOW + 40_000, &[97; 40]);
    assert_eq!(ward.look(NOW + 80_000, &online()), ended("spo2-low"));
    assert!(ward.vault.read(|reader| reader.witnessed()).unwrap().is_empty(), "what is over is forgotten");
}
