//! The station's own alarms over a real cache: found once, covered by the gateway's, ended, and the same on every station.

use std::sync::Arc;

use clinical::{Episode, EpisodeId, MINUTE_MS};
use serde_json::{Value, json};
use vault::{Key, PageCommit, Vault};

use super::*;
use clinical::Priority;

pub(super) const NOW: i64 = 1_770_000_000_000;

pub(super) struct Ward {
    pub(super) vault: Arc<Vault>,
    pub(super) detector: Detector,
    _folder: tempfile::TempDir,
}

pub(super) fn online() -> Link {
    Link {
        online: true,
        since: Some(Instant(0)),
        cause: None,
        unread: None,
        unreadable: Vec::new(),
        late: None,
        records: Vec::new(),
        read: HasRead::ALL,
    }
}

pub(super) fn at(t: i64) -> String {
    fhir::format_instant(Instant(t))
}

impl Ward {
    pub(super) fn new() -> Ward {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let ward = Ward { vault, detector: Detector::default(), _folder: folder };
        ward.page(&[
            json!({ "resourceType": "Patient", "id": "p", "birthDate": "1955" }),
            json!({ "resourceType": "Location", "id": "w", "name": "Ward 7B" }),
            json!({ "resourceType": "Location", "id": "b", "name": "3", "partOf": { "reference": "Location/w" },
                "physicalType": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "bd" }] } }),
            json!({ "resourceType": "Encounter", "id": "s", "status": "in-progress",
                "subject": { "reference": "Patient/p" }, "location": [{ "location": { "reference": "Location/b" } }] }),
        ]);
        let cursors = vec![("first/Encounter".to_owned(), "done".to_owned())];
        ward.vault.commit(PageCommit { cursors, ..Default::default() }).unwrap();
        ward
    }

    pub(super) fn page(&self, resources: &[Value]) {
        self.page_by(resources, None);
    }

    /// The same where the clocks of station and server are known.
    fn page_by(&self, resources: &[Value], clock: Option<Instant>) {
        let entry: Vec<Value> = resources.iter().map(|r| json!({ "resource": r })).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entry }).to_string();
        let page = fhir::read_page(bundle.as_bytes()).unwrap();
        assert!(page.unreadable.is_empty(), "{:?}", page.unreadable);
        self.vault
            .commit(PageCommit { facts: page.facts, received: Instant(NOW), clock, ..Default::default() })
            .unwrap();
    }

    /// Seconds of one signal from `from` on.
    pub(super) fn seconds(&self, code: &str, from: i64, values: &[i64]) {
        let data = values.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        self.page(&[json!({
            "resourceType": "Observation", "id": format!("o-{code}-{from}"), "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "subject": { "reference": "Patient/p" }, "device": { "reference": "Device/m" }, "effectiveDateTime": at(from),
            "valueSampledData": { "origin": { "value": 0, "code": if code == "59408-5" { "%" } else { "/min" } },
                "period": 1000, "dimensions": 1, "data": data },
        })]);
    }

    /// What changed at a look, as (rule, ended).
    pub(super) fn look(&mut self, now: i64, link: &Link) -> Vec<(String, bool)> {
        let (vault, now) = (self.vault.clone(), Instant(now));
        let mut then = |at| board_then(&vault, at);
        let found = vault
            .read(|reader| {
                let ward = reader.ward()?;
                let board = whole_board(&ward, now);
                Ok(self.detector.look(reader, (&ward, &board), &mut then, "7B-1", link, now))
            })
            .unwrap()
            .unwrap();
        let seen = found.changes.iter().map(|c| (c.rule.clone(), c.episode.ended.is_some())).collect();
        for change in found.changes {
            self.vault.record_episode(change.episode, "{}".into(), now).unwrap();
        }
        self.vault.witness(found.witnessed).unwrap();
        seen
    }

    pub(super) fn own(&self) -> Vec<Episode> {
        let all = self.vault.read(|reader| reader.episodes_since(Instant(0))).unwrap();
        all.into_iter().filter(|e| e.own_rule().is_some()).collect()
    }
}

pub(super) fn began(rule: &str) -> Vec<(String, bool)> {
    vec![(rule.to_owned(), false)]
}

pub(super) fn ended(rule: &str) -> Vec<(String, bool)> {
    vec![(rule.to_owned(), true)]
}

pub(super) fn gateway(onset: i64) -> Value {
    json!({
        "resourceType": "DetectedIssue", "id": "g", "status": "preliminary", "severity": "moderate",
        "code": { "text": "SpO2 87 < 90", "coding": [{ "system": "http://loinc.org", "code": "59408-5" }] },
        "patient": { "reference": "Patient/p" }, "identifiedPeriod": { "start": at(onset) },
    })
}

#[test]
fn a_low_saturation_that_no_gateway_raised_is_one_alarm_and_ends_by_itself() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW - MINUTE_MS, &[96; 30]);
    assert_eq!(ward.look(NOW - 30_000, &online()), []);
    ward.seconds("59408-5", NOW - 30_000, &[87; 30]);
    assert_eq!(ward.look(NOW, &online()), began("spo2-low"));
    assert_eq!(ward.look(NOW + 1000, &online()), [], "once");
    let episode = ward.own().remove(0);
    assert_eq!((episode.onset.0, episode.priority), (NOW - 30_000, Priority::Medium));
    assert_eq!(episode.text, "SpO2 87 < 90");
    ward.seconds("59408-5", NOW, &[95; 20]);
    assert_eq!(ward.look(NOW + 20_000, &online()), ended("spo2-low"));
    assert_eq!(ward.own()[0].ended, Some(Instant(NOW)));
}

#[test]
fn a_second_station_and_a_restarted_one_find_the_same_onset() {
    let ids: Vec<EpisodeId> = [0, 1, 2]
        .into_iter()
        .map(|way| {
            let mut ward = Ward::new();
            ward.seconds("59408-5", NOW - 20 * MINUTE_MS, &[96; 60]);
            if way == 1 {
                // It looked at every part as it came.
                ward.look(NOW - 19 * MINUTE_MS, &online());
            }
            ward.seconds("59408-5", NOW - 19 * MINUTE_MS, &[87; 40]);
            if way == 2 {
                ward.look(NOW - 18 * MINUTE_MS, &online());
                // Started again, and nothing was forgotten or found twice.
                ward.detector = Detector::default();
            }
            ward.seconds("59408-5", NOW - 19 * MINUTE_MS + 40_000, &[86; 1095]);
            ward.look(NOW, &online());
            let own = ward.own();
            assert_eq!(own.len(), 1, "{own:?}");
            own[0].id.clone()
        })
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[0], ids[2]);
}

#[test]
fn what_the_gateway_alarms_for_is_not_shouted_twice() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW - 30_000, &[87; 30]);
    ward.page(&[gateway(NOW - 20_000)]);
    assert_eq!(ward.look(NOW, &online()), []);

    // The gateway is late: the station's own alarm makes room, as long as nobody has it.
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW - 30_000, &[87; 30]);
    assert_eq!(ward.look(NOW, &online()), began("spo2-low"));
    ward.page(&[gateway(NOW - 5_000)]);
    assert_eq!(ward.look(NOW + 2_000, &online()), ended("spo2-low"));
    assert_eq!(ward.look(NOW + 4_000, &online()), []);

    // But a far worse value is a higher alarm, and nothing hides that.
    ward.seconds("59408-5", NOW, &[78; 30]);
    assert_eq!(ward.look(NOW + 30_000, &online()), began("spo2-far-low"));
}

#[test]
fn an_artefact_never_alarms() {
    let mut ward = Ward::new();
    for n in 0..5 {
        ward.page(&[json!({
            "resourceType": "Observation", "id": format!("a{n}"), "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "59408-5" }] },
            "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(NOW - n * 10_000),
            "valueQuantity": { "value": 3, "code": "%" },
        })]);
    }
    assert_eq!(ward.look(NOW, &online()), []);
    assert_eq!(ward.own(), []);
}

#[test]
fn silence_names_its_cause_and_a_lost_link_is_not_thirty_silent_beds() {
    let mut ward = Ward::new();
    let both = |ward: &Ward, from: i64| {
        ward.seconds("8867-4", from, &[80; 60]);
        ward.seconds("59408-5", from, &[96; 60]);
    };
    both(&ward, NOW - MINUTE_MS);
    assert_eq!(ward.look(NOW, &online()), []);
    // The monitor speaks, of the heart alone.
    ward.seconds("8867-4", NOW, &[80; 120]);
    assert_eq!(ward.look(NOW + 2 * MINUTE_MS, &online()), began("no-signal-spo2"));
    assert_eq!(ward.own()[0].text, "SpO2 no signal, sensor");
    ward.seconds("59408-5", NOW + 2 * MINUTE_MS, &[96; 10]);
    assert_eq!(ward.look(NOW + 2 * MINUTE_MS + 10_000, &online()), ended("no-signal-spo2"));
    // Nothing at all comes from it.
    let later = NOW + 5 * MINUTE_MS;
    assert_eq!(ward.look(later, &online()), began("no-data"));
    assert_eq!(ward.own()[1].text, "No data, device");
    both(&ward, later);
    assert_eq!(ward.look(later + MINUTE_MS, &online()), ended("no-data"));
    // The link is gone: one alarm that says why, and none for each bed.
    let gone =
        Link { online: false, since: Some(Instant(later + MINUTE_MS)), cause: Some("dns"), ..online() };
    assert_eq!(ward.look(later + 20 * MINUTE_MS, &gone), began("link"));
    assert_eq!(ward.own()[2].text, "7B-1: no link, dns");
    let back = Link { since: Some(Instant(later + 21 * MINUTE_MS)), ..online() };
    assert_eq!(ward.look(later + 21 * MINUTE_MS, &back), ended("link"));
}

#[test]
fn a_flat_battery_is_technical() {
    let mut ward = Ward::new();
    let battery = |ward: &Ward, t: i64, value: i64| {
        ward.page(&[json!({
            "resourceType": "Observation", "id": format!("b{t}"), "status": "final",
            "code": { "coding": [{ "system": "urn:iso:std:iso:11073:10101", "code": "67996" }] },
            "subject": { "reference": "Patient/p" }, "device": { "reference": "Device/m" }, "effectiveDateTime": at(t),
            "valueQuantity": { "value": value, "code": "%" },
        })]);
    };
    battery(&ward, NOW - 1000, 9);
    assert_eq!(ward.look(NOW, &online()), began("battery"));
    assert_eq!((ward.own()[0].text.as_str(), ward.own()[0].priority), ("Battery 9 %", Priority::Technical));
    battery(&ward, NOW + MINUTE_MS, 80);
    assert_eq!(ward.look(NOW + MINUTE_MS, &online()), ended("battery"));
}

#[test]
fn a_score_that_rose_is_an_alarm_after_some_minutes_and_one_that_was_high_is_none() {
    let mut ward = Ward::new();
    round(&ward, NOW - 30 * MINUTE_MS, 16, 120);
    assert_eq!(ward.look(NOW, &online()), []);
    round(&ward, NOW, 24, 95);
    assert_eq!(ward.look(NOW + MINUTE_MS, &online()), [], "not at once");
    assert_eq!(ward.look(NOW + 7 * MINUTE_MS, &online()), began("news2-medium"));
    assert_eq!((ward.own()[0].text.as_str(), ward.own()[0].priority), ("NEWS2 5", Priority::Medium));
    round(&ward, NOW + 20 * MINUTE_MS, 16, 120);
    assert_eq!(ward.look(NOW + 21 * MINUTE_MS, &online()), ended("news2-medium"));
}

#[test]
fn a_score_that_moves_between_two_raised_bands_is_an_alarm_of_the_lower_one() {
    let mut ward = Ward::new();
    round(&ward, NOW - 30 * MINUTE_MS, 16, 120);
    assert_eq!(ward.look(NOW, &online()), []);
    let mut found = Vec::new();
    for minute in 1..8 {
        // 5 and 8 in turn.
        round(
            &ward,
            NOW + minute * MINUTE_MS,
            if minute % 2 == 0 { 25 } else { 24 },
            if minute % 2 == 0 { 88 } else { 95 },
        );
        found.extend(ward.look(NOW + minute * MINUTE_MS, &online()));
    }
    found.retain(|(rule, _)| rule.starts_with("news2"));
    assert_eq!(found, began("news2-medium"));
}

/// A full set of charted values.
pub(super) fn round(ward: &Ward, t: i64, rr: i64, sbp: i64) {
    {
        let spot = |code: &str, unit: &str, value: Value| {
            json!({
                "resourceType": "Observation", "id": format!("s-{code}-{t}"), "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
                "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(t),
                "valueQuantity": { "value": value, "code": unit },
            })
        };
        ward.page(&[
            spot("9279-1", "/min", json!(rr)),
            spot("59408-5", "%", json!(97)),
            spot("3151-8", "L/min", json!(0)),
            spot("8480-6", "mm[Hg]", json!(sbp)),
            spot("8867-4", "/min", json!(95)),
            spot("8310-5", "Cel", json!(37.2)),
            json!({
                "resourceType": "Observation", "id": format!("c-{t}"), "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": "67775-7" }] },
                "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(t),
                "valueCodeableConcept": { "text": "Alert" },
            }),
        ]);
    }
}

#[test]
fn a_gateways_alarm_that_ended_hides_no_breach_that_goes_on() {
    for (end, wanted) in [(None, 0), (Some(NOW - 5_000), 0), (Some(NOW - 60_000), 2)] {
        let mut ward = Ward::new();
        ward.seconds("59408-5", NOW - 100_000, &[84; 100]);
        let mut period = json!({ "start": at(NOW - 90_000) });
        if let Some(end) = end {
            period["end"] = json!(at(end));
        }
        ward.page(&[json!({
            "resourceType": "DetectedIssue", "id": "g", "status": "final", "severity": "high",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "59408-5" }], "text": "SpO2 84 < 90" },
            "patient": { "reference": "Patient/p" }, "identifiedPeriod": period,
        })]);
        let mut found = ward.look(NOW, &online());
        found.retain(|(rule, _)| rule.starts_with("spo2"));
        assert_eq!(found.len(), wanted, "ended at {end:?}: {found:?}");
    }
}

#[test]
fn what_the_server_does_not_give_is_an_alarm_that_no_other_hides() {
    let mut ward = Ward::new();
    ward.page(&[json!({
        "resourceType": "DetectedIssue", "id": "g", "status": "preliminary", "severity": "low",
        "code": { "coding": [{ "system": "urn:vigil:alarm-kind", "code": "technical" }], "text": "Printer" },
        "identifiedPeriod": { "start": at(NOW - 1_000) },
    })]);
    let unread = Link { unread: Some(("not read whole: alarms".into(), Instant(NOW - 2_000))), ..online() };
    assert_eq!(ward.look(NOW, &unread), began("unread"));
    assert_eq!(
        (ward.own()[0].text.as_str(), ward.own()[0].priority),
        ("7B-1: not read whole: alarms", Priority::Technical)
    );
    assert_eq!(ward.look(NOW + 10_000, &unread), []);
    assert_eq!(ward.look(NOW + 20_000, &online()), ended("unread"));
    let gone = Link { online: false, since: Some(Instant(NOW + 30_000)), cause: Some("dns"), ..online() };
    assert_eq!(ward.look(NOW + 60_000, &gone), began("link"));
}

#[test]
fn each_record_that_somebody_changed_is_an_alarm_of_its_own_for_as_long_as_it_is_said() {
    let mut ward = Ward::new();
    let cut = ("record of 7B-2 was cut".to_owned(), Instant(NOW - 5_000));
    let one = Link { records: vec![cut.clone()], ..online() };
    assert_eq!(ward.look(NOW, &one), began("record"));
    assert_eq!(ward.own()[0].text, "7B-1: record of 7B-2 was cut");
    assert_eq!(ward.own()[0].priority, Priority::Technical);
    let own = ("own record was cut".to_owned(), Instant(NOW - 1_000));
    let both = Link { records: vec![cut, own.clone()], ..online() };
    assert_eq!(ward.look(NOW + 1_000, &both), began("record"), "the first stands for no other");
    assert_eq!(ward.look(NOW + 2_000, &both), []);
    let gone = Link { records: vec![own], online: false, ..online() };
    assert_eq!(ward.look(NOW + 3_000, &gone), [began("link"), ended("record")].concat());
    let open = ward.own().into_iter().filter(|episode| episode.ended.is_none()).count();
    assert_eq!(open, 2, "the other record and the link");
}

#[test]
fn what_does_not_work_on_an_alarms_way_is_an_alarm_while_the_link_is_there_and_while_it_is_not() {
    for online in [true, false] {
        let mut ward = Ward::new();
        let since = Some(Instant(NOW - 1_000));
        let link = Link { online, since, cause: Some("dns"), ..self::online() };
        let late = Link {
            late: Some(("nothing new from this window".into(), Instant(NOW - 10_000))),
            ..link.clone()
        };
        assert_eq!(ward.look(NOW, &late), began("late"));
        assert_eq!(
            (ward.own()[0].text.as_str(), ward.own()[0].priority),
            ("7B-1: nothing new from this window", Priority::Technical)
        );
        assert_eq!(ward.look(NOW + 1_000, &late), []);
        assert_eq!(ward.look(NOW + 2_000, &link), ended("late"));
    }
}

#[test]
fn a_value_from_the_future_switches_no_rule_off() {
    let mut ward = Ward::new();
    ward.seconds("59408-5", NOW - 40_000, &[96; 40]);
    assert_eq!(ward.look(NOW, &online()), []);
    let ahead = json!({
        "resourceType": "Observation", "id": "ahead", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "59408-5" }] },
        "subject": { "reference": "Patient/p" }, "device": { "reference": "Device/m" },
        "effectiveDateTime": at(NOW + 300 * 24 * 60 * MINUTE_MS), "valueQuantity": { "value": 99, "code": "%" },
    });
    ward.page_by(&[ahead], Some(Instant(NOW)));
    ward.seconds("59408-5", NOW, &[87; 40]);
    assert_eq!(ward.look(NOW + 40_000, &online()), began("spo2-low"));
}
