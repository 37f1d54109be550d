//! A station of some units and programmes: it shows who is there and nobody else, and asks a hospital for no more.
#![allow(clippy::unwrap_used, clippy::panic)]

mod hospital;

use clinical::consent::Looker;
use clinical::{Actor, DAY_MS, HOUR_MS, Instant, MINUTE_MS};
use hospital::{BASE, Hospital, Refuses, Station, scope};
use serde_json::json;
use vault::View;

/// Two wards with rooms and beds, one more elsewhere, and people: `a1` to `a3` in ward A, `b1` in ward B, `c1` and `c2` elsewhere,
/// and `h1`, who has no stay.
fn two_wards() -> Hospital {
    let hospital = Hospital::new();
    hospital.place("house", "si", "");
    for ward in ["a", "b", "c"] {
        hospital.place(ward, "wa", "house");
        hospital.place(&format!("{ward}-room"), "ro", ward);
        for bed in 1..=3 {
            let above = if bed == 1 { ward.to_owned() } else { format!("{ward}-room") };
            hospital.place(&format!("{ward}-{bed}"), "bd", &above);
        }
    }
    for id in ["a1", "a2", "a3", "b1", "c1", "c2", "h1"] {
        hospital.patient(id);
        let (ward, bed) = id.split_at(1);
        if ward != "h" {
            hospital.stay(id, &format!("{ward}-{bed}"), "in-progress");
        }
        for (n, ago) in [HOUR_MS, 5 * HOUR_MS, 3 * DAY_MS, 30 * DAY_MS].into_iter().enumerate() {
            hospital.value(id, &format!("v-{id}-{n}"), 70, ago);
        }
        hospital.alarm(id, &format!("alarm-{id}"));
    }
    hospital.pass(MINUTE_MS);
    hospital
}

/// Whether a request names somebody, some place or a list. What stations tell each other of their records and settings is
/// about nobody.
fn names_somebody(asked: &str) -> bool {
    let is_of_records = ["record", "unit-setting"]
        .iter()
        .any(|of| asked.starts_with(&format!("Communication?category=urn%3Avigil%3A{of}%7C&")))
        || asked.starts_with("Communication/vigil-");
    if asked == "metadata" || is_of_records {
        return true;
    }
    let Some((kind, query)) = asked.split_once('?') else {
        return asked.starts_with("Group/")
            || asked.starts_with("List/")
            || asked.starts_with("DetectedIssue/");
    };
    query.split('&').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        let is_named = match name {
            "_id" => matches!(kind, "Patient" | "Location"),
            name => matches!(name, "patient" | "subject" | "location" | "partof"),
        };
        is_named && !value.is_empty()
    })
}

/// No two people in one place, whatever is shown.
fn nobody_shares_a_bed(station: &Station, when: &str) {
    let mut beds: Vec<String> = station.board().into_iter().flat_map(|(_, places)| places).collect();
    let all = beds.len();
    beds.sort();
    beds.dedup();
    assert_eq!(beds.len(), all, "{when}");
}

#[tokio::test]
async fn who_is_of_no_unit_is_not_shown_and_not_asked_for() {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for (units, programmes, people) in [
        (vec!["a"], vec![], vec!["a1", "a2", "a3"]),
        (vec!["a-room"], vec![], vec!["a2", "a3"]),
        (vec!["b-1"], vec![], vec!["b1"]),
        (vec!["a", "b"], vec![], vec!["a1", "a2", "a3", "b1"]),
        (vec!["b"], vec!["Group/g"], vec!["b1", "c1", "h1"]),
        (vec![], vec!["Group/g"], vec!["c1", "h1"]),
        (vec![], vec!["List/l"], vec!["h1"]),
        (vec!["house"], vec![], vec!["a1", "a2", "a3", "b1", "c1", "c2"]),
    ] {
        let hospital = two_wards();
        let member = |id: &str| json!({ "entity": { "reference": format!("Patient/{id}") } });
        let mut gone = member("c2");
        gone["inactive"] = json!(true);
        hospital.put(json!({ "resourceType": "Group", "id": "g", "member": [member("c1"), gone,
            { "entity": { "reference": format!("{BASE}/Patient/h1") } },
            { "entity": { "reference": "https://other.example/Patient/a1" } }] }));
        hospital.put(
            json!({ "resourceType": "List", "id": "l", "entry": [{ "item": { "reference": "Patient/h1" } },
            { "deleted": true, "item": { "reference": "Patient/c1" } }] }),
        );
        let station = Station::of(&hospital, scope(&units, &programmes));
        let progress = station.all().await;
        // One of another server on the list is told of, and nothing else.
        let told = usize::from(programmes.contains(&"Group/g"));
        assert_eq!(progress.problems.len(), told, "{units:?}: {:?}", progress.problems);
        station.round().await;
        station.all().await;
        for asked in hospital.asked() {
            assert!(names_somebody(&asked), "{units:?} {programmes:?}: {asked}");
        }
        assert_eq!(station.people(), owned(&people), "{units:?} {programmes:?}");
        let alarms: Vec<String> = people.iter().map(|id| format!("alarm-{id}")).collect();
        assert_eq!(station.alarms(), alarms);
        let known = station.vault.read(|reader| reader.people()).unwrap();
        assert_eq!(known.iter().map(String::from).collect::<Vec<_>>(), owned(&people), "nobody else is kept");
        for id in people {
            assert_eq!(station.values(id), 4, "{id}");
        }
    }
}

#[tokio::test]
async fn without_a_unit_the_whole_server_is_read_as_ever() {
    let hospital = two_wards();
    let station = Station::of(&hospital, None);
    station.all().await;
    assert_eq!(station.people().len(), 7);
    assert_eq!(station.alarms().len(), 7);
}

#[tokio::test]
async fn whoever_comes_moves_or_goes_is_followed_and_no_bed_ever_holds_two() {
    type Happens = fn(&Hospital);
    type Board = &'static [(&'static str, &'static str)];
    let table: [(&str, Happens, Board); 9] = [
        (
            "in from elsewhere",
            |h| h.stay("c1", "b-2", "in-progress"),
            &[("a1", "a-1"), ("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1"), ("c1", "b-2")],
        ),
        (
            "out to elsewhere",
            |h| h.stay("a1", "c-3", "in-progress"),
            &[("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1")],
        ),
        (
            "between two units of the station",
            |h| h.stay("a1", "b-3", "in-progress"),
            &[("a1", "b-3"), ("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1")],
        ),
        ("discharged", |h| h.stay("a1", "a-1", "finished"), &[("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1")]),
        (
            "the stay was a mistake",
            |h| h.delete("Encounter/stay-a1"),
            &[("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1")],
        ),
        (
            "one goes and one comes into the bed",
            |h| {
                h.stay("c1", "a-1", "in-progress");
                h.stay("a1", "c-1", "in-progress");
            },
            &[("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1"), ("c1", "a-1")],
        ),
        (
            "two change their beds",
            |h| {
                h.stay("a1", "a-2", "in-progress");
                h.stay("a2", "a-1", "in-progress");
            },
            &[("a1", "a-2"), ("a2", "a-1"), ("a3", "a-3"), ("b1", "b-1")],
        ),
        (
            "two records are one person",
            |h| {
                h.put(json!({ "resourceType": "Patient", "id": "a1", "name": [{ "family": "Name a1" }],
                "link": [{ "type": "replaced-by", "other": { "reference": "Patient/c1" } }] }));
                h.put(json!({ "resourceType": "Encounter", "id": "stay-a1", "status": "in-progress", "class": { "code": "IMP" },
                "subject": { "reference": "Patient/c1" }, "location": [{ "location": { "reference": "Location/a-1" } }] }));
                h.delete("Encounter/stay-c1");
            },
            &[("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1"), ("c1", "a-1")],
        ),
        (
            "on leave, and coming back",
            |h| h.stay("a1", "a-1", "onleave"),
            &[("a1", "a-1"), ("a2", "a-2"), ("a3", "a-3"), ("b1", "b-1")],
        ),
    ];
    for (name, happens, wanted) in table {
        let hospital = two_wards();
        let station = Station::of(&hospital, scope(&["a", "b"], &[]));
        station.all().await;
        hospital.pass(MINUTE_MS);
        happens(&hospital);
        station.round().await;
        nobody_shares_a_bed(&station, name);
        let board: Vec<(String, String)> =
            station.board().into_iter().map(|(id, places)| (id, places.join(" "))).collect();
        let wanted: Vec<(String, String)> =
            wanted.iter().map(|(id, bed)| ((*id).to_owned(), (*bed).to_owned())).collect();
        assert_eq!(board, wanted, "{name}");
        for (id, _) in &wanted {
            assert!(station.alarms().contains(&format!("alarm-{id}")), "{name}: the alarm of {id}");
        }
        if name == "two records are one person" {
            assert!(station.alarms().contains(&"alarm-a1".to_owned()), "what stood under the old record");
        }
    }
}

#[tokio::test]
async fn somebody_who_was_just_admitted_is_read_in_full_and_nobody_else_again() {
    let hospital = two_wards();
    let mut station = Station::of(&hospital, scope(&["a"], &[]));
    station.all().await;
    hospital.pass(10 * MINUTE_MS);
    station.begin_again();
    station.round().await;
    let since = |asked: &&String| !asked.contains("_lastUpdated=ge") && asked.contains("patient=");
    hospital.asked();
    station.round().await;
    assert_eq!(hospital.asked().iter().filter(since).count(), 0, "nobody came");

    hospital.stay("c1", "a-1", "in-progress");
    hospital.stay("a1", "a-1", "finished");
    station.round().await;
    assert!(station.alarms().contains(&"alarm-c1".to_owned()), "within one round");
    assert!(station.values("c1") >= 2, "a day of values within one round");
    station.all().await;
    assert_eq!(station.values("c1"), 4, "and the rest behind it");
    for asked in hospital.asked().iter().filter(since) {
        let is_of_leaver = asked.starts_with("Encounter?") && asked.contains("patient=a1");
        let is_a_look = asked.contains("_id=");
        assert!(
            asked.contains("patient=c1") && !asked.contains("a2") || is_of_leaver || is_a_look,
            "{asked}"
        );
    }
    // Who left is not asked for any more.
    station.round().await;
    hospital.asked();
    station.round().await;
    assert!(!hospital.asked().iter().any(|asked| asked.contains("a1,") || asked.contains("=a1")));

    // And is read anew after coming back: what was written meanwhile is there.
    hospital.value("a1", "v-meanwhile", 99, 0);
    hospital.pass(HOUR_MS);
    hospital.stay("a1", "a-3", "in-progress");
    hospital.stay("a3", "a-3", "finished");
    station.round().await;
    station.all().await;
    assert_eq!(station.values("a1"), 5);
}

#[tokio::test]
async fn whatever_a_server_refuses_its_people_are_found_and_it_is_said() {
    let refuses = |parameter| Refuses { parameter, ..Refuses::default() };
    for (name, refuses, is_said) in [
        ("nothing", Refuses::default(), false),
        ("the places below another", refuses("partof"), true),
        ("patient", refuses("patient"), true),
        ("patient of alarms", refuses("DetectedIssue.patient"), true),
        ("_sort", refuses("_sort"), true),
        ("_lastUpdated", refuses("_lastUpdated"), true),
        ("date", refuses("date"), true),
        ("lists", Refuses { lists: true, ..Refuses::default() }, true),
        ("lists, without a word", Refuses { takes_lists_for_words: true, ..Refuses::default() }, true),
    ] {
        let hospital = two_wards();
        hospital.refuse(refuses);
        let station = Station::of(&hospital, scope(&["a", "b"], &[]));
        let mut notes = station.all().await.notes;
        hospital.stay("c1", "b-2", "in-progress");
        hospital.stay("a1", "a-1", "finished");
        hospital.pass(6 * MINUTE_MS);
        hospital.alarm("a2", "alarm-late");
        notes.extend(station.all().await.notes);
        assert_eq!(station.people(), ["a2", "a3", "b1", "c1"], "{name}");
        let alarms = station.alarms();
        for id in ["alarm-a2", "alarm-a3", "alarm-b1", "alarm-c1", "alarm-late"] {
            assert!(alarms.contains(&id.to_owned()), "{name}: {id}");
        }
        assert_eq!(station.values("c1"), 4, "{name}");
        assert_eq!(!notes.is_empty(), is_said, "{name}: {notes:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_say_who_is_there_takes_nobody_from_the_board() {
    let hospital = two_wards();
    let station = Station::of(&hospital, scope(&["a"], &[]));
    station.all().await;
    hospital.refuse(Refuses { stays: true, ..Refuses::default() });
    hospital.alarm("a1", "alarm-late");
    let said = station.all().await.problems;
    assert_eq!(station.people(), ["a1", "a2", "a3"]);
    assert!(station.alarms().contains(&"alarm-late".to_owned()), "their alarms come all the same");
    assert!(said.iter().any(|problem| problem.starts_with("Encounter: ")), "{said:?}");
}

#[tokio::test]
async fn three_hundred_people_of_one_unit_are_all_there_in_addresses_that_a_proxy_takes() {
    let hospital = Hospital::new();
    hospital.place("big", "wa", "");
    for n in 0..300 {
        let id = format!("{n:08}-7a2e-4c1b-9d5f-1f0b6c2d9a77");
        let bed = format!("bed-{id}");
        hospital.place(&bed, "bd", "big");
        hospital.patient(&id);
        hospital.stay(&id, &bed, "in-progress");
        hospital.alarm(&id, &format!("alarm-{n}"));
        hospital.value(&id, &format!("v-{n}"), 70, HOUR_MS);
    }
    hospital.pass(MINUTE_MS);
    let station = Station::of(&hospital, scope(&["big"], &[]));
    station.all().await;
    station.round().await;
    assert_eq!((station.people().len(), station.alarms().len()), (300, 300));
    for asked in hospital.asked() {
        assert!(BASE.len() + 1 + asked.len() <= 1_800, "{}", asked.len());
        assert!(names_somebody(&asked), "{asked}");
    }
    station.round().await;
    let asked = hospital.asked();
    assert!(asked.len() < 120, "{} requests of one round", asked.len());
}

#[tokio::test]
async fn an_empty_unit_is_empty_and_fills() {
    let hospital = two_wards();
    hospital.place("new", "wa", "house");
    hospital.place("new-1", "bd", "new");
    let station = Station::of(&hospital, scope(&["new"], &[]));
    let progress = station.all().await;
    assert_eq!((station.people().len(), progress.problems.len()), (0, 0), "{progress:?}");
    assert!(station.vault.read(sync::alarms_are_read).unwrap(), "there is no alarm, and that is known");
    station.round().await;
    hospital.stay("c1", "new-1", "in-progress");
    station.round().await;
    assert_eq!(station.people(), ["c1"]);
    assert_eq!(station.alarms(), ["alarm-c1"]);
    for asked in hospital.asked() {
        assert!(names_somebody(&asked), "{asked}");
    }
}

#[tokio::test]
async fn a_unit_that_the_server_does_not_know_is_an_error_that_says_what_to_do() {
    let hospital = two_wards();
    for (units, programmes) in [(vec!["ward-9z"], vec![]), (vec![], vec!["Group/none"])] {
        let station = Station::of(&hospital, scope(&units, &programmes));
        let error = station.engine.sync_once().await.unwrap_err().to_string();
        for words in [units.first().or(programmes.first()).unwrap(), "--unit Location/ID", "--whole-server"] {
            assert!(error.contains(words), "{words}: {error}");
        }
    }
    let station = Station::of(&hospital, scope(&["a", "ward-9z"], &[]));
    let said = station.all().await.problems;
    assert_eq!(station.people(), ["a1", "a2", "a3"], "the other is there");
    assert!(said.iter().any(|problem| problem.contains("Location/ward-9z")), "{said:?}");
}

#[tokio::test]
async fn an_alarm_that_was_deleted_goes_and_one_that_is_not_given_stays() {
    let hospital = two_wards();
    let station = Station::of(&hospital, scope(&["a"], &[]));
    station.all().await;
    hospital.delete("DetectedIssue/alarm-a1");
    station.all().await;
    assert_eq!(station.alarms(), ["alarm-a2", "alarm-a3"]);
    hospital.refuse(Refuses { parameter: "DetectedIssue._id", ..Refuses::default() });
    station.all().await;
    assert_eq!(station.alarms(), ["alarm-a2", "alarm-a3"]);
}

#[tokio::test]
async fn whom_a_programme_lets_go_leaves_the_board_and_its_people_are_at_home() {
    let hospital = two_wards();
    let group = |ids: &[&str]| {
        let members: Vec<_> =
            ids.iter().map(|id| json!({ "entity": { "reference": format!("Patient/{id}") } })).collect();
        json!({ "resourceType": "Group", "id": "g", "member": members })
    };
    hospital.put(group(&["h1", "c1"]));
    let station = Station::of(&hospital, scope(&["a"], &["Group/g"]));
    station.all().await;
    assert_eq!(station.people(), ["a1", "a2", "a3", "c1", "h1"]);
    hospital.put(group(&["h1"]));
    hospital.pass(2 * MINUTE_MS);
    station.round().await;
    assert_eq!(station.people(), ["a1", "a2", "a3", "h1"]);
    hospital.delete("Group/g");
    hospital.pass(2 * MINUTE_MS);
    let said = station.all().await.problems;
    assert_eq!(station.people(), ["a1", "a2", "a3", "h1"], "a list that is gone takes nobody along");
    assert!(said.iter().any(|problem| problem.contains("Group/g")), "{said:?}");
}

/// What a station of two wards asks for and gets, at a register of this many people: requests and bytes to the board, and of a minute.
async fn cost(register: usize) -> [usize; 4] {
    let options = ward_sim::Options { register, ..ward_sim::Options::of_two_days() };
    let sim = ward_sim::start(options).await.unwrap();
    sim.pause(true);
    let folder = tempfile::tempdir().unwrap();
    let vault =
        std::sync::Arc::new(vault::Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
    vault.bind(scope(&["ward-7a", "ward-7b"], &["Group/home-programme"]).as_ref()).unwrap();
    let (send, _events) = tokio::sync::mpsc::unbounded_channel();
    let at = sim.now_ms();
    let now = std::sync::Arc::new(move || clinical::Instant(at));
    let engine = sync::Engine::new(fhir::Client::new(sim.base()).unwrap(), vault.clone(), now, send);
    sim.asked();
    let board = engine.sync_first_day().await.unwrap();
    let (mut requests, mut bytes) = (0, 0);
    for _ in 0..15 {
        let round = engine.sync_changes().await.unwrap();
        (requests, bytes) = (requests + round.requests, bytes + round.bytes);
    }
    for asked in sim.asked() {
        let below = asked.split_once("/fhir/").unwrap().1;
        assert!(names_somebody(&below.replace("%2C", ",")), "{asked}");
    }
    let ward = vault.read(|reader| reader.ward()).unwrap();
    assert_eq!(ward.persons.len(), 30);
    let home = console_home(&ward);
    assert_eq!(home, 6, "who is of the programme is at home");
    [board.requests, board.bytes, requests, bytes]
}

/// Who has no stay in a bed.
fn console_home(ward: &vault::Ward) -> usize {
    let in_bed = |id: &clinical::PatientId| {
        ward.stays.iter().any(|stay| stay.patient == *id && stay.in_progress && !stay.places.is_empty())
    };
    ward.persons.iter().filter(|person| !in_bed(&person.id)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_people_elsewhere_cost_a_station_no_more_than_a_thousand() {
    let (few, many) = (cost(1_000).await, cost(100_000).await);
    for (what, (few, many)) in
        ["requests to the board", "bytes to the board", "requests of a minute", "bytes of a minute"]
            .iter()
            .zip(few.into_iter().zip(many))
    {
        assert!(few > 0 && many * 10 <= few * 12, "{what}: {few} and {many}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_by_itself_about_others_is_dropped_and_who_comes_is_there_with_their_alarms() {
    let options = ward_sim::Options { register: 100, ..ward_sim::Options::of_two_days() };
    let sim = ward_sim::start(options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault =
        std::sync::Arc::new(vault::Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
    vault.bind(scope(&["ward-7b"], &[]).as_ref()).unwrap();
    let (send, mut events) = tokio::sync::mpsc::unbounded_channel();
    let now = std::sync::Arc::new(|| clinical::Instant::from(std::time::SystemTime::now()));
    let client = fhir::Client::new(sim.base()).unwrap();
    let engine = sync::Engine::new(client.clone(), vault.clone(), now, send);
    let running = tokio::spawn(engine.clone().run());
    let limit = std::time::Duration::from_secs(60);
    let mut until = async |what: &str, done: &dyn Fn() -> bool| {
        let wait = async {
            while !done() {
                events.recv().await.unwrap();
            }
        };
        tokio::time::timeout(limit, wait).await.unwrap_or_else(|_| panic!("never seen: {what}"));
    };
    let is_live = || engine.link().live;
    until("live", &is_live).await;
    // Values of ward 7A and of those at home come by themselves the whole time.
    until("others", &|| engine.about_others() > 20).await;
    let shows = |id: &str| vault.read(|reader| reader.ward()).unwrap().persons.iter().any(|p| p.id == id);
    let known = || vault.read(|reader| reader.people()).unwrap();
    assert!(known().iter().all(|id| id.as_str().starts_with("ward-p")), "{:?}", known());
    assert!(!shows("register-000007"));

    let alarm = json!({ "resourceType": "DetectedIssue", "id": "alarm-late", "status": "preliminary", "severity": "high",
        "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": "Patient/register-000007" },
        "identifiedPeriod": { "start": fhir::format_instant(clinical::Instant(sim.now_ms())) } });
    client.post("DetectedIssue", &alarm).await.unwrap();
    let mut stay = client.get_json("Encounter/register-000007-stay").await.unwrap();
    stay["status"] = json!("in-progress");
    stay["location"] = json!([{ "location": { "reference": "Location/ward-7b" } }]);
    client.update("Encounter/register-000007-stay", "1", &stay).await.unwrap();
    until("who came", &|| shows("register-000007")).await;
    let has_alarm = || {
        let ward = vault.read(|reader| reader.ward()).unwrap();
        ward.episodes.iter().any(|episode| episode.patient.as_ref().is_some_and(|id| id == "register-000007"))
    };
    until("their alarm", &has_alarm).await;
    running.abort();
}

#[tokio::test]
async fn a_unit_that_is_gone_from_the_server_takes_nobody_and_no_alarm_along() {
    let hospital = two_wards();
    let station = Station::of(&hospital, scope(&["a"], &[]));
    station.all().await;
    hospital.delete("Location/a");
    hospital.pass(10 * MINUTE_MS);
    hospital.alarm("a1", "alarm-late");
    let said = station.all().await.problems;
    assert_eq!(station.people(), ["a1", "a2", "a3"]);
    assert!(station.alarms().contains(&"alarm-late".to_owned()));
    assert!(said.iter().any(|problem| problem.contains("Location/a")), "{said:?}");
}

#[tokio::test]
async fn whose_stay_or_bed_cannot_be_read_any_more_is_still_there_and_that_is_said() {
    let odd = json!([{ "url": "urn:example:odd", "valueBoolean": true }]);
    let stay = |more: (&str, serde_json::Value)| {
        let mut stay = json!({ "resourceType": "Encounter", "id": "stay-a1", "status": "in-progress", "class": { "code": "IMP" },
            "subject": { "reference": "Patient/a1" }, "location": [{ "location": { "reference": "Location/a-1" } }] });
        stay[more.0] = more.1;
        stay
    };
    let bed = |status: &str| {
        json!({ "resourceType": "Location", "id": "a-1", "status": status, "name": "1", "partOf": { "reference": "Location/a" },
            "physicalType": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "bd" }] } })
    };
    for (name, odd) in [
        ("a modifier", stay(("modifierExtension", odd))),
        ("rules of its own", stay(("implicitRules", json!("urn:example:rules")))),
        (
            "a place without a reference",
            stay((
                "location",
                json!([{ "location": { "reference": "Location/a-1" } }, { "status": "active" }]),
            )),
        ),
        ("a bed of an odd status", bed("Active")),
    ] {
        let hospital = two_wards();
        let station = Station::of(&hospital, scope(&["a"], &[]));
        station.all().await;
        hospital.put(odd);
        hospital.pass(10 * MINUTE_MS);
        hospital.alarm("a1", "alarm-late");
        let said = station.all().await.problems;
        assert_eq!(station.people(), ["a1", "a2", "a3"], "{name}");
        assert!(station.alarms().contains(&"alarm-late".to_owned()), "{name}");
        assert!(said.iter().any(|problem| problem.contains("cannot be read")), "{name}: {said:?}");
        let aside = station.vault.read(|reader| reader.quarantine()).unwrap();
        assert_eq!(aside.len(), 1, "{name}: {aside:?}");
        // Who is discharged goes, whatever else cannot be read.
        hospital.stay("a2", "a-2", "finished");
        hospital.stay("a1", "a-1", "in-progress");
        hospital.place("a-1", "bd", "a");
        hospital.pass(10 * MINUTE_MS);
        let said = station.all().await.problems;
        assert_eq!((station.people(), said.len()), (vec!["a1".into(), "a3".into()], 0), "{name}: {said:?}");
        assert_eq!(station.vault.read(|reader| reader.quarantine()).unwrap().len(), 0, "{name}");
    }
}

#[tokio::test]
async fn a_stay_of_every_status_that_goes_on_is_of_the_unit_however_the_server_is_asked() {
    for refuses in [Refuses::default(), Refuses { lists: true, ..Refuses::default() }] {
        for status in ["in-progress", "arrived", "triaged", "onleave", "unknown"] {
            let hospital = two_wards();
            hospital.refuse(refuses);
            hospital.stay("a1", "a-1", status);
            let station = Station::of(&hospital, scope(&["a"], &[]));
            station.all().await;
            assert_eq!(station.people(), ["a1", "a2", "a3"], "{status}");
            assert!(station.alarms().contains(&"alarm-a1".to_owned()), "{status}");
        }
    }
}

/// A consent that refuses everything of somebody.
fn refuses(hospital: &Hospital, patient: &str, kind: &str) {
    let scope = json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] });
    hospital.put(json!({ "resourceType": "Consent", "id": format!("consent-{patient}"), "status": "active", "scope": scope,
        "patient": { "reference": format!("Patient/{patient}") }, "provision": { "type": kind } }));
}

/// Whose consents a station knows, and how many values each leaves to whoever treats.
fn consents(station: &Station) -> Vec<(String, usize)> {
    let looker = Looker::to_treat(&Actor::named("A"), &[]);
    let now = Instant(hospital::START + 10 * DAY_MS);
    station
        .vault
        .read_for(View::NOW, &looker, now, |reader| {
            let known = reader.consents()?.into_iter();
            known.map(|c| Ok((c.patient.to_string(), reader.latest(Some(&c.patient))?.len()))).collect()
        })
        .unwrap()
}

#[tokio::test]
async fn the_consents_of_a_stations_people_are_pulled_replaced_and_deleted_and_no_others() {
    for (units, all) in [(Some(vec!["a"]), vec!["a1", "a2"]), (None, vec!["a1", "a2", "b1"])] {
        let hospital = two_wards();
        for id in ["a1", "a2", "b1"] {
            refuses(&hospital, id, "deny");
        }
        let station = Station::of(&hospital, units.as_ref().and_then(|units| scope(units, &[])));
        let of = |held: usize| all.iter().map(|id| ((*id).to_owned(), held)).collect::<Vec<_>>();
        station.all().await;
        assert_eq!(consents(&station), of(0), "{units:?}");
        // Somebody says otherwise.
        hospital.pass(MINUTE_MS);
        refuses(&hospital, "a1", "permit");
        station.round().await;
        station.all().await;
        assert_eq!(consents(&station)[0], ("a1".to_owned(), 1), "{units:?}");
        assert_eq!(consents(&station)[1..], of(0)[1..], "{units:?}");
        if units.is_none() {
            // Its history is not among what this server in memory has.
            continue;
        }
        hospital.pass(MINUTE_MS);
        hospital.delete("Consent/consent-a2");
        station.all().await;
        assert_eq!(consents(&station), [("a1".to_owned(), 1)], "{units:?}");
    }
}
