//! Breaking the glass: the record has it first, then one person sees more of one patient, for a while; what a consent refuses for that
//! too stays withheld.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use charts::Page;
use charts::usvg::{Group, Node};
use clinical::consent::{GlassError, GlassReason};
use clinical::{ActorId, DAY_MS, Instant, MINUTE_MS, PatientId, TimeRange};
use console::view::{AsOf, Ask, Asked, Document, Failure, FileKind as Kind, Stretch};
use console::{
    Act, Away, Console, ConsoleError, Disclosure, FileKind, StaffChange, Station, TrendsRequest, View,
};
use serde_json::{Value, json};
use staffed::{At, BEGIN, STAFF};
use vault::{EntryKind, HELD_ALARM, LogEntry, Vault};

const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// Somebody in a bed with heart rate and an alarm, and a consent.
fn lies(at: &At, id: &str, provision: &Value) {
    let stamp = |ago: i64| fhir::format_instant(Instant(BEGIN - ago));
    at.page(&json!({ "resourceType": "Patient", "id": id, "name": [{ "family": format!("Name {id}") }] }));
    at.page(&json!({
        "resourceType": "Location", "id": format!("bed-{id}"), "name": id, "physicalType": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "bd" }] },
    }));
    at.page(&json!({
        "resourceType": "Encounter", "id": format!("stay-{id}"), "status": "in-progress", "class": { "code": "IMP" },
        "subject": { "reference": format!("Patient/{id}") },
        "location": [{ "location": { "reference": format!("Location/bed-{id}") } }],
    }));
    for n in 0..3 {
        at.page(&json!({
            "resourceType": "Observation", "id": format!("hr-{id}-{n}"), "status": "final",
            "subject": { "reference": format!("Patient/{id}") },
            "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
            "effectiveDateTime": stamp((n + 1) * MINUTE_MS),
            "valueQuantity": { "value": 71, "code": "/min", "system": "http://unitsofmeasure.org" },
        }));
    }
    at.page(&json!({
        "resourceType": "DetectedIssue", "id": format!("alarm-{id}"), "status": "preliminary", "severity": "high",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }], "text": "HR 151 > 130" },
        "patient": { "reference": format!("Patient/{id}") }, "identifiedPeriod": { "start": stamp(MINUTE_MS) },
    }));
    at.page(&json!({
        "resourceType": "Consent", "id": format!("consent-{id}"), "status": "active",
        "scope": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "patient": { "reference": format!("Patient/{id}") }, "provision": provision,
    }));
}

/// Everything is refused, but for this purpose.
fn refused_but_for(purpose: &str) -> Value {
    json!({ "type": "deny", "provision": [{ "type": "permit", "purpose": [{ "system": REASON, "code": purpose }] }] })
}

/// A station of everybody in [`STAFF`], with `p` and `q` who both permit their data for this purpose alone.
fn ward() -> At {
    let at = At::station();
    lies(&at, "p", &refused_but_for("BTG"));
    lies(&at, "q", &refused_but_for("BTG"));
    at
}

fn breaks(patient: &str) -> Act {
    Act::BreakGlass { patient: patient.into(), reason: GlassReason::Emergency, words: "MET call".into() }
}

/// Whether anything of somebody is seen on the board, their page, or by a look at a moment: all or none.
fn is_seen(console: &Console, id: &str) -> bool {
    let patient = PatientId::from(id);
    let board = console.board().unwrap();
    let tile = board.tiles.iter().find(|tile| tile.patient == patient).unwrap();
    let words = &board.queue.iter().find(|item| item.patient.as_ref() == Some(&patient)).unwrap().line.text;
    let seen = words != HELD_ALARM;
    let page = console.patient(&patient).unwrap();
    assert_eq!((tile.withheld.count() == 0, page.withheld.count() == 0), (seen, seen));
    // What is too old stands on no tile, whoever looks.
    assert!(seen || tile.cells.is_empty() && page.tile.cells.is_empty());
    assert_eq!(console.values_at(&patient, Instant(BEGIN)).unwrap().iter().any(|v| v.key == "hr"), seen);
    seen
}

/// The newest entries, the newest first.
fn log(vault: &Vault, most: u32) -> Vec<LogEntry> {
    vault.read(|reader| reader.log(most)).unwrap()
}

fn words(vault: &Vault, most: u32) -> Vec<String> {
    log(vault, most).into_iter().map(|entry| entry.what).collect()
}

/// The glasses that the page is told of.
fn glasses(console: &Console) -> Value {
    serde_json::to_value(console.who()).unwrap()["glasses"].clone()
}

#[test]
fn the_record_has_it_before_one_person_sees_more_of_one_patient() {
    let at = ward();
    at.comes(0);
    assert!(!is_seen(&at.console, "p") && !is_seen(&at.console, "q"));
    at.console.act_in(at.console.sitting(), breaks("p")).unwrap();
    let entry = log(&at.vault, 1).remove(0);
    assert_eq!(
        (entry.kind, entry.what.as_str()),
        (EntryKind::BreakGlass, "broke the glass for 30 min: Emergency treatment: MET call")
    );
    assert_eq!((entry.who.as_str(), entry.who_id.as_deref()), ("S. Varga", Some(STAFF[0].2)));
    assert_eq!((entry.role.as_deref(), entry.patient.as_deref()), (Some("Nurse"), Some("p")));
    assert!(is_seen(&at.console, "p"));
    assert!(!is_seen(&at.console, "q"), "of one patient alone");
    let told = json!([{ "patient": "p", "by": "S. Varga", "reason": "Emergency treatment: MET call", "until": BEGIN + 30 * MINUTE_MS }]);
    assert_eq!(glasses(&at.console), told);
    // What is looked at stands in the record, each kind once, and of nobody else.
    assert!(is_seen(&at.console, "p") && !is_seen(&at.console, "q"));
    let seen_by = "seen by breaking the glass: Emergency treatment: MET call";
    let looked = ["values of a moment", "patient page"].map(|what| format!("looked at {what}, {seen_by}"));
    assert_eq!(words(&at.vault, 3)[..2], looked);
    assert_eq!(words(&at.vault, 3)[2], entry.what);
    let range = TimeRange::last(DAY_MS, Instant(BEGIN));
    let request = TrendsRequest {
        patient: "p".into(),
        range,
        focus: range,
        width: 400,
        height: 60,
        scale: 1.0,
        light: false,
        axes: Vec::new(),
    };
    let trends = at.console.trends(&request).unwrap();
    assert_eq!(
        (trends.panels.iter().find(|panel| panel.key == "hr").unwrap().samples, trends.withheld.count()),
        (3, 0)
    );
    let rows = at.console.flowsheet(&"p".into(), range.from(), range.to(), 3_600_000).unwrap();
    assert!(rows.iter().any(|row| row.key == "hr"));
    assert_eq!(
        words(&at.vault, 2),
        ["flowsheet", "trends"].map(|what| format!("looked at {what}, {seen_by}"))
    );
    // A moment that is over is seen as now.
    at.console.look_back(Some(View::at(Instant(BEGIN - 30_000))));
    assert!(is_seen(&at.console, "p") && !is_seen(&at.console, "q"));
    assert!(log(&at.vault, 4).iter().all(|entry| entry.kind == EntryKind::BreakGlass));
    assert!(log(&at.vault, 4).iter().all(|entry| entry.patient.as_deref() == Some("p")));
}

#[test]
fn where_the_record_cannot_be_written_nothing_more_is_seen() {
    let at = At::of_nobody();
    lies(&at, "p", &refused_but_for("BTG"));
    // A second look at the same cache, by which nothing can be written.
    let look = Arc::new(at.only_to_read());
    let station = Station { name: "7B-1".into(), user: "the desk".into(), user_id: None };
    let (console, _) = Console::open(look, None, station, Arc::new(|| Instant(BEGIN))).unwrap();
    let before = words(&at.vault, 1);
    let refused = console.act(breaks("p")).unwrap_err();
    assert!(matches!(refused, ConsoleError::GlassNotRecorded(_)));
    assert!(refused.to_string().contains("so nothing more is shown"), "{refused}");
    assert!(!is_seen(&console, "p"));
    assert_eq!((glasses(&console), words(&at.vault, 1)), (json!([]), before));
    // The same, with a record.
    at.console.act(breaks("p")).unwrap();
    assert!(is_seen(&at.console, "p"));
    assert!(!is_seen(&console, "p"), "and no other window has it");
}

#[test]
fn it_ends_at_its_time_by_hand_by_a_lock_by_another_person_and_by_a_restart() {
    let at = ward();
    let ended = |at: &At, how: &str| {
        assert!(words(&at.vault, 2).contains(&format!("the broken glass ended {how}")), "{how}");
        let entry = log(&at.vault, 2).into_iter().find(|entry| entry.what.contains("ended")).unwrap();
        assert_eq!(
            (entry.kind, entry.who_id.as_deref(), entry.patient.as_deref()),
            (EntryKind::BreakGlass, Some(STAFF[0].2), Some("p"))
        );
        assert_eq!(glasses(&at.console), json!([]), "{how}");
    };
    let begin = |at: &At| {
        at.comes(0);
        assert!(!is_seen(&at.console, "p"), "nothing of it is left to who comes, the same person included");
        at.console.act(breaks("p")).unwrap();
        assert!(is_seen(&at.console, "p"));
    };
    begin(&at);
    at.console.act(Act::EndGlass { patient: "q".into() }).unwrap();
    assert!(is_seen(&at.console, "p"), "another's");
    at.console.act(Act::EndGlass { patient: "p".into() }).unwrap();
    ended(&at, "by hand");
    assert!(!is_seen(&at.console, "p"));

    begin(&at);
    at.console.touched();
    at.later(30 * MINUTE_MS - 1);
    assert!(is_seen(&at.console, "p"));
    at.later(1);
    assert!(!is_seen(&at.console, "p"), "by the clock, before anything else is done");
    at.console.touched();
    at.console.look_at_the_seat().unwrap();
    ended(&at, "at its time");

    begin(&at);
    at.later(-MINUTE_MS);
    assert!(!is_seen(&at.console, "p"), "a clock that went back tells nothing of how long it was");
    at.console.look_at_the_seat().unwrap();
    at.later(MINUTE_MS);
    assert!(!is_seen(&at.console, "p"), "and it does not begin again");

    begin(&at);
    at.console.lock(Away::Locked).unwrap();
    ended(&at, "with the sitting");

    begin(&at);
    let sitting = at.console.sitting();
    at.comes(1);
    ended(&at, "with the sitting");
    assert!(!is_seen(&at.console, "p"), "the other does not have it");
    for act in [breaks("p"), Act::EndGlass { patient: "p".into() }] {
        assert!(matches!(at.console.act_in(sitting, act), Err(ConsoleError::AnotherSitting)));
    }

    begin(&at);
    at.console
        .act_as(&clinical::Actor::named("IT"), Act::Staff(StaffChange::Remove(ActorId::from(STAFF[0].2))))
        .unwrap();
    ended(&at, "with the sitting");

    let at = ward();
    begin(&at);
    let at = at.restart();
    at.comes(0);
    assert!(!is_seen(&at.console, "p"));
    assert_eq!(glasses(&at.console), json!([]));
}

#[test]
fn the_site_says_for_how_long_and_a_second_time_begins_anew() {
    let at = ward();
    at.comes(1);
    at.console.act(Act::SetSite { key: "consent.glass".into(), value: "5".into() }).unwrap();
    at.console.act(breaks("p")).unwrap();
    at.console.act(breaks("q")).unwrap();
    at.later(4 * MINUTE_MS);
    at.console.act(breaks("p")).unwrap();
    assert_eq!(glasses(&at.console).as_array().unwrap().len(), 2);
    at.later(MINUTE_MS);
    assert!(is_seen(&at.console, "p") && !is_seen(&at.console, "q"));
    at.later(4 * MINUTE_MS);
    assert!(!is_seen(&at.console, "p"));
}

#[test]
fn whoever_does_not_treat_at_the_bed_is_refused_and_the_refusal_is_recorded() {
    for (n, (role, name, id, _)) in STAFF.into_iter().enumerate() {
        let at = At::of(&[n]);
        lies(&at, "p", &refused_but_for("BTG"));
        at.comes(n);
        let may = ["Nurse", "Charge nurse", "Physician"].contains(&role);
        let done = at.console.act(breaks("p"));
        let entry = log(&at.vault, 1).remove(0);
        if may {
            done.unwrap();
            assert_eq!(entry.kind, EntryKind::BreakGlass, "{role}");
        } else {
            assert!(matches!(done, Err(ConsoleError::MayNot(_))), "{role}");
            assert_eq!(
                (entry.kind, entry.what.as_str()),
                (EntryKind::Refusal, "refused: break-glass"),
                "{role}"
            );
            assert_eq!(
                (entry.who.as_str(), entry.who_id.as_deref(), entry.patient.as_deref()),
                (name, Some(id), Some("p"))
            );
        }
        assert_eq!(is_seen(&at.console, "p"), may, "{role}");
    }
}

#[test]
fn what_a_consent_refuses_for_this_too_stays_withheld_and_is_said() {
    let at = At::station();
    lies(&at, "p", &json!({ "type": "deny" }));
    lies(&at, "q", &json!({ "type": "permit" }));
    at.comes(2);
    at.console.act(breaks("p")).unwrap();
    assert!(!is_seen(&at.console, "p"));
    let page = at.console.patient(&"p".into()).unwrap();
    assert_eq!(page.withheld.to_string(), "3 withheld: the patient refused it (3)");
    assert_eq!(glasses(&at.console).as_array().unwrap().len(), 1, "and the glass is broken all the same");
    // There is nothing to break over who withholds nothing, and over nobody.
    let before = words(&at.vault, 1);
    assert!(matches!(at.console.act(breaks("q")), Err(ConsoleError::NothingWithheld)));
    assert!(matches!(at.console.act(breaks("nobody")), Err(ConsoleError::NoPatient)));
    let few = Act::BreakGlass { patient: "p".into(), reason: GlassReason::Other, words: "so what".into() };
    assert!(matches!(at.console.act(few), Err(ConsoleError::Glass(GlassError::FewWords))));
    assert_eq!(words(&at.vault, 1), before);
}

/// The words on some pages.
fn words_of(pages: &[Page]) -> String {
    fn walk(group: &Group, words: &mut Vec<String>) {
        for node in group.children() {
            match node {
                Node::Group(group) => walk(group, words),
                Node::Text(text) => words.extend(text.chunks().iter().map(|chunk| chunk.text().to_owned())),
                _ => {}
            }
        }
    }
    let mut words = Vec::new();
    pages.iter().for_each(|page| walk(page.shapes().unwrap().root(), &mut words));
    words.join(" ")
}

#[test]
fn what_leaves_under_a_broken_glass_says_so_and_a_command_and_a_paper_of_many_have_none_of_it() {
    let at = ward();
    at.comes(0);
    let report = Disclosure::Report {
        patient: "p".into(),
        from: Some(Instant(BEGIN - DAY_MS)),
        to: Some(Instant(BEGIN)),
    };
    let file = |kind| {
        String::from_utf8_lossy(&at.console.export(&report, kind, "Transfer").unwrap().bytes).into_owned()
    };
    assert!(!file(FileKind::Csv).contains("8867-4") && !file(FileKind::Csv).contains("glass"));
    at.console.act(breaks("p")).unwrap();
    let seen_by = "seen by breaking the glass: Emergency treatment: MET call";
    // In the record what was looked at, then what left, for the same purpose.
    let csv = file(FileKind::Csv);
    assert!(csv.contains("8867-4") && csv.lines().last().unwrap().contains(seen_by), "{csv}");
    assert_eq!(
        words(&at.vault, 2),
        [format!("report saved as csv: Transfer; {seen_by}"), format!("looked at report, {seen_by}")]
    );
    let bundle: Value = serde_json::from_str(&file(FileKind::Bundle)).unwrap();
    let said = bundle["entry"].as_array().unwrap().last().unwrap()["resource"]["issue"][0].clone();
    assert_eq!((&said["code"], &said["diagnostics"]), (&json!("informational"), &json!(seen_by)));
    let printed = words_of(&at.console.print(&report, "Transfer").unwrap());
    assert!(printed.contains(seen_by) && printed.contains("HR 151"), "{printed}");
    assert_eq!(log(&at.vault, 1)[0].kind, EntryKind::Disclosure);
    for many in [Disclosure::Handover, Disclosure::WardList] {
        let drawn = words_of(&at.console.pages(&many).unwrap());
        assert!(!drawn.contains("HR 151") && drawn.contains("withheld"), "{many:?}: {drawn}");
    }
    // A command of the same person, beside the window.
    let asked = |ask: Ask| -> Result<Vec<u8>, Failure> {
        let (version, user_id) = (env!("CARGO_PKG_VERSION").to_owned(), Some(STAFF[0].2.to_owned()));
        Ok(at.console.answer(Asked { version, user: STAFF[0].1.into(), user_id, ask })?.bytes)
    };
    let ward = asked(Ask::Ward(AsOf { at: None, as_shown: false })).unwrap();
    let ward: Value = serde_json::from_slice(&ward).unwrap();
    let own = ward.as_array().unwrap().iter().find(|entry| entry["patient_id"] == "p").unwrap();
    assert_eq!((&own["withheld"]["count"], &own["alerts"][0]["text"]), (&json!(1), &json!(HELD_ALARM)));
    let of = Stretch { patient: "p".into(), from: None, to: None };
    let (what, now) = (Document::Report(of), AsOf { at: None, as_shown: false });
    let csv = asked(Ask::File { what, at: now, kind: Kind::Csv, why: "Transfer".into() }).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(!csv.contains("8867-4") && csv.contains("withheld") && !csv.contains("glass"), "{csv}");
    assert_eq!(words(&at.vault, 1), ["report saved as csv on the command line: Transfer"]);
    assert!(is_seen(&at.console, "p") && at.now.load(Ordering::Relaxed) == BEGIN);
}
