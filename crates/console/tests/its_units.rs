//! A station of units keeps them, as it keeps its server; a look for anybody on the server stands in the log, whoever is found.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use console::view::{Ask, SoughtBy as By};
use console::{ConsoleError, Open, Opening, Pin, Start, Units};
use ward_sim::{Options, WardSim};

fn start(folder: &Path, units: Units) -> Start {
    Start {
        folder: folder.to_owned(),
        server: None,
        same_server: false,
        units,
        way_in: Default::default(),
        site: Default::default(),
        pin: Some(Pin::new("2580-night".to_owned()).unwrap()),
        user: Some("IT staff".into()),
        user_id: None,
        station: None,
    }
}

fn typed(units: &[&str]) -> Units {
    let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
    Units::typed(&units, &[], false).unwrap()
}

fn open(folder: &Path, units: Units, sim: &WardSim) -> Open {
    let Ok(Opening::Open(open)) = start(folder, units).open(None, Some(sim.base().to_owned())) else {
        panic!("not opened")
    };
    open
}

async fn wards(open: &Open) -> Vec<String> {
    open.console.engine().unwrap().sync_first_day().await.unwrap();
    let board = open.console.board().unwrap();
    let mut wards: Vec<String> = board.tiles.iter().map(|tile| tile.ward.clone()).collect();
    wards.sort();
    wards.dedup();
    wards
}

async fn log(folder: &Path) -> String {
    let log = start(folder, Units::AsKept).ask(Ask::Log { most: 20 }).await.unwrap();
    String::from_utf8(log.bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_keeps_its_units_and_only_who_names_others_changes_them() {
    let sim = ward_sim::start(Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let station = open(folder, typed(&["Location/ward-7b"]), &sim);
    assert_eq!(wards(&station).await, ["Ward 7B"]);
    drop(station);
    // Without a word, and by a command, they are as they were.
    let station = open(folder, Units::AsKept, &sim);
    assert_eq!(wards(&station).await, ["Ward 7B"]);
    drop(station);
    assert_eq!(
        start(folder, Units::AsKept).holds().unwrap().unwrap().units.as_deref(),
        Some("Location/ward-7b")
    );
    let refused =
        start(folder, typed(&["Location/ward-7a"])).ask(Ask::Log { most: 1 }).await.unwrap_err().message;
    assert!(refused.contains("Location/ward-7b") && refused.contains("Nothing was changed"), "{refused}");

    let station = open(folder, typed(&["Location/ward-7a"]), &sim);
    assert_eq!(wards(&station).await, ["Ward 7A"]);
    assert!(station.console.board().unwrap().tiles.iter().all(|tile| !tile.home));
    drop(station);
    let entries = log(folder).await;
    assert!(entries.contains("this station is of Location/ward-7a, before of Location/ward-7b"), "{entries}");

    let station = open(folder, Units::WholeServer, &sim);
    assert_eq!(wards(&station).await, ["", "Ward 7A", "Ward 7B"], "and those at home");
    drop(station);
    assert!(log(folder).await.contains("this station is of the whole server, before of Location/ward-7a"));
    assert_eq!(start(folder, Units::AsKept).holds().unwrap().unwrap().units, None);
    let none = Units::typed(&["7B".to_owned()], &[], false).unwrap_err().message;
    assert!(none.contains("Location/ID"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_looked_for_on_the_server_is_found_and_the_look_stands_in_the_log() {
    let options = Options { register: 10_000, ..Options::of_two_days() };
    let sim = ward_sim::start(options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let station = open(folder.path(), typed(&["Location/ward-7b"]), &sim);
    let console = &station.console;
    wards(&station).await;
    sim.asked();
    let found = console.find_people(By::Number, " R-000007 ").await.unwrap();
    assert_eq!((found.people.len(), found.more), (1, false));
    assert_eq!(
        (found.people[0].patient.as_str(), found.people[0].mrn.as_str()),
        ("register-000007", "R-000007")
    );
    let found = console.find_people(By::Name, "adey").await.unwrap();
    assert_eq!((found.people.len(), found.more), (20, true));
    assert!(found.people.iter().all(|person| person.name.contains("Adeyemi")));
    let born = found.people[0].birth_date.clone().unwrap();
    let found = console.find_people(By::BirthDate, &born).await.unwrap();
    assert!(!found.people.is_empty() && found.people.iter().all(|p| p.birth_date.as_ref() == Some(&born)));
    let found = console.find_people(By::Name, "nobody is called so").await.unwrap();
    assert_eq!((found.people.len(), found.more), (0, false));
    assert_eq!(sim.asked().len(), 4, "one request each");
    for (by, typed) in [
        (By::Name, "a"),
        (By::Name, " , "),
        (By::Number, " "),
        (By::BirthDate, "1955"),
        (By::BirthDate, "14.3.1955"),
    ] {
        let refused = console.find_people(by, typed).await;
        assert!(matches!(refused, Err(ConsoleError::NobodySought)), "{typed}: {refused:?}");
    }
    sim.cut_link(true);
    assert!(console.find_people(By::Name, "Weiss").await.is_err());
    let kept = console.board().unwrap().tiles.len();
    assert_eq!(kept, 12, "nobody who was looked for is on the board");
    drop(station);
    let entries = log(folder.path()).await;
    for words in [
        "by number: R-000007",
        "by name: adey",
        "by birth date: ",
        "by name: nobody is called so",
        "by name: Weiss",
    ] {
        assert!(entries.contains(&format!("looked on the server {words}")), "{words}: {entries}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_shows_somebody_of_another_unit_as_a_board_would_and_keeps_nothing_of_it() {
    let sim = ward_sim::start(Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let station = open(folder.path(), typed(&["Location/ward-7b"]), &sim);
    let console = &station.console;
    wards(&station).await;
    // What a board of the whole server shows of them.
    let other = tempfile::tempdir().unwrap();
    let whole = open(other.path(), Units::WholeServer, &sim);
    wards(&whole).await;
    let board = whole.console.board().unwrap();
    let theirs = board.tiles.iter().find(|tile| tile.ward == "Ward 7A" && tile.alarm.is_some()).unwrap();

    let look = console.look_once(&theirs.patient).await.unwrap();
    assert_eq!(look.unread, Vec::<&str>::new());
    let said = serde_json::to_value(look.tile.as_ref().unwrap()).unwrap();
    assert_eq!((said["ward"].as_str(), said["bed"].as_str()), (Some("Ward 7A"), Some(theirs.bed.as_str())));
    let read = |value: &serde_json::Value| -> Vec<String> {
        let cells = value["cells"].as_array().unwrap();
        cells.iter().map(|cell| cell["slot"].as_str().unwrap().to_owned()).collect()
    };
    let slots: Vec<String> = theirs.cells.iter().map(|cell| cell.slot.code().to_owned()).collect();
    assert_eq!(read(&said), slots);
    let alarms = serde_json::to_value(&look.alarms).unwrap();
    let alarms = alarms.as_array().unwrap();
    let first = theirs.alarm.as_ref().unwrap().episode.as_str();
    assert!(
        alarms.iter().any(|alarm| alarm["episode"] == first) && alarms.iter().all(|a| a["ended"].is_null())
    );

    assert!(console.board().unwrap().tiles.iter().all(|tile| tile.ward == "Ward 7B"), "nothing is kept");
    let gone = console.look_once(&"register-000007".into()).await;
    assert!(matches!(gone, Err(ConsoleError::NobodyThere)), "{gone:?}");
    sim.cut_link(true);
    assert!(console.look_once(&theirs.patient).await.is_err());
    drop(station);
    let entries = log(folder.path()).await;
    assert_eq!(entries.matches("looked at somebody who is not of this station").count(), 3, "{entries}");
    assert!(entries.contains(theirs.patient.as_str()), "whose data were looked at: {entries}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_obeys_the_consent_of_whoever_lies_elsewhere() {
    let sim = ward_sim::start(Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let station = open(folder.path(), typed(&["Location/ward-7b"]), &sim);
    wards(&station).await;
    let look = station.console.look_once(&"home-p6".into()).await.unwrap();
    let said = serde_json::to_value(look.tile.as_ref().unwrap()).unwrap();
    assert!(said["withheld"]["count"].as_u64().is_some_and(|count| count >= 2), "{said:#}");
    assert_eq!(said["withheldSlots"], serde_json::json!(["bp"]));
    let slots: Vec<&str> =
        said["cells"].as_array().unwrap().iter().map(|cell| cell["slot"].as_str().unwrap()).collect();
    assert!(slots.contains(&"hr") && !slots.contains(&"bp"), "{slots:?}");
}
