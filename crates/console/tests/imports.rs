//! Files that are taken in: by whom, beside which alarms, and what a window that holds the cache does.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use clinical::{Body, Fact, Instant, Person, Sex, Source};
use console::view::{Ask, Asked, Failure, Import, Imported};
use console::{Console, Station};
use vault::{Key, PageCommit, Vault};

const ROWS: &str = "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min),Transmitter Time (Long Integer),Transmitter ID
1,2026-02-01T12:00:00,EGV,,,,G6,100,,,,,100,8AM1EY
2,2026-02-01T12:05:00,EGV,,,,G6,101,,,,,400,8AM1EY
";

struct At {
    console: Arc<Console>,
    vault: Arc<Vault>,
    folder: tempfile::TempDir,
}

/// A station that knows one patient; with a server it is one whose window is open.
fn station(server: Option<&str>) -> At {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    for (role, id) in [("Nurse", "Practitioner/1"), ("Auditor", "Practitioner/7"), ("IT", "Practitioner/6")] {
        vault.put_member(&id.into(), role.into(), &role.into()).unwrap();
    }
    let person = Person {
        id: "p".into(),
        mrn: String::new(),
        family: "Adeyemi".into(),
        given: "Ruth".into(),
        birth_date: None,
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    let source = Source { reference: "Patient/p".into(), version: "1".into() };
    let facts = vec![Fact { source, updated_at: None, body: Body::Person(person) }];
    vault.commit(PageCommit { facts, received: Instant(1), ..PageCommit::default() }).unwrap();
    let station = Station { name: "7B-1".into(), user: "the desk".into(), user_id: None };
    let now = Arc::new(|| Instant(1_772_000_000_000));
    let (console, _) = Console::open(vault.clone(), server, station, now).unwrap();
    At { console, vault, folder }
}

impl At {
    fn file(&self, text: &str) -> Import {
        let file = self.folder.path().join("file.csv");
        std::fs::write(&file, text).unwrap();
        Import { file, patient: Some("p".into()), zone: Some("Europe/Berlin".into()), ..Import::default() }
    }

    fn ask(&self, who: &str, ask: Ask) -> Result<Imported, Failure> {
        let asked = Asked {
            version: env!("CARGO_PKG_VERSION").into(),
            user: who.into(),
            user_id: Some(who.into()),
            ask,
        };
        let answer = self.console.answer(asked)?;
        Ok(serde_json::from_slice(&answer.bytes).unwrap())
    }

    fn newest(&self) -> (String, String) {
        let log = self.vault.read(|reader| reader.log(1)).unwrap();
        (log[0].who.clone(), log[0].what.clone())
    }
}

fn take(file: Import, why: &str) -> Ask {
    Ask::Import { file, why: why.into() }
}

#[test]
fn who_may_not_take_data_in_is_refused_and_that_is_in_the_log() {
    let at = station(None);
    for who in ["Practitioner/7", "Practitioner/6"] {
        for ask in [take(at.file(ROWS), "audit"), Ask::ImportPreview(at.file(ROWS))] {
            let refused = at.ask(who, ask).unwrap_err().message;
            assert!(refused.contains("may not take data in from a file"), "{refused}");
            assert_eq!(at.newest().1, "refused: import");
        }
    }
    assert_eq!(at.ask("Practitioner/1", take(at.file(ROWS), "Clinic visit")).unwrap().added, 2);
    let words = "Dexcom Clarity CSV taken in on the command line, 2 values added, 0 here already, 0 rows refused: Clinic visit";
    assert_eq!(at.newest(), ("Nurse".into(), words.into()));
}

#[test]
fn a_station_whose_screens_are_open_takes_no_long_file() {
    let at = station(Some("http://127.0.0.1:9/fhir"));
    assert_eq!(at.ask("Practitioner/1", take(at.file(ROWS), "Clinic visit")).unwrap().added, 2);
    let long = format!("{ROWS}{}", "\n".repeat(5 << 20));
    let refused = at.ask("Practitioner/1", take(at.file(&long), "Clinic visit")).unwrap_err().message;
    assert!(refused.contains("close the window"), "{refused}");
    let alone = station(None);
    assert_eq!(alone.ask("Practitioner/1", take(alone.file(&long), "Clinic visit")).unwrap().added, 2);
}

#[test]
fn what_is_no_file_and_what_is_not_there_is_named() {
    let at = station(None);
    for (path, words) in [(at.folder.path(), "it is no file"), (Path::new("/nowhere/x"), "cannot be read")] {
        let file = Import { file: path.to_owned(), patient: Some("p".into()), ..Import::default() };
        let refused = at.ask("Practitioner/1", take(file, "x")).unwrap_err().message;
        assert!(refused.contains(words) && refused.contains("nothing was taken in"), "{refused}");
    }
}

#[test]
fn a_wrong_zone_is_seen_by_values_that_are_ahead_of_the_clock() {
    let at = station(None);
    let ahead = ROWS.replace("2026-02-01", "2026-03-30");
    let found = at.ask("Practitioner/1", Ask::ImportPreview(at.file(&ahead))).unwrap();
    assert_eq!((found.ahead, found.added), (2, 2));
    assert!(found.notes[0].contains("ahead of this station's clock"), "{:?}", found.notes);
    assert_eq!(
        (found.zone.as_deref(), found.units.as_slice()),
        (Some("Europe/Berlin"), &["mg/dL".to_owned()][..])
    );
    assert_eq!(found.devices, ["Dexcom glucose sensor G6 8AM1EY"]);
}
