//! The one gate: what is done and what leaves is in the log, by whom and why; what may not be done is not, and that is in the log
//! too. And the door: a command beside an open window gets what it would get without one, and leaves the same traces.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use clinical::{EpisodeId, Instant, PatientId};
use console::view::{AsOf, Ask, Document, Failure, FileKind as Kind, Setting, Stretch};
use console::{
    Act, ChartRequest, Console, ConsoleError, Disclosure, FileKind, Opening, Pin, Response, Start, Station,
    Units, serve,
};
use serde_json::Value;
use vault::{Key, Vault};

const HOUR_MS: i64 = 3_600_000;

fn now() -> Instant {
    Instant::from(SystemTime::now())
}

async fn ward() -> (tempfile::TempDir, ward_sim::WardSim, Arc<Vault>, Arc<Console>) {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let console = at(&vault, &sim, "N. Okafor").await;
    console.engine().unwrap().sync_first_day().await.unwrap();
    (folder, sim, vault, console)
}

async fn at(vault: &Arc<Vault>, sim: &ward_sim::WardSim, user: &str) -> Arc<Console> {
    let station = Station { name: "7B-1".into(), user: user.into(), user_id: None };
    Console::open(vault.clone(), Some(sim.base()), station, Arc::new(now)).unwrap().0
}

/// Who, what and about whom, of the newest entries.
fn log(vault: &Vault, most: u32) -> Vec<(String, String, Option<String>)> {
    let entries = vault.read(|reader| reader.log(most)).unwrap();
    entries.into_iter().map(|e| (e.who, e.what, e.about)).collect()
}

fn everything(patient: &PatientId) -> [Disclosure; 4] {
    let request =
        ChartRequest { patient: patient.clone(), from: None, to: None, light: true, every_sample: false };
    [
        Disclosure::Report { patient: patient.clone(), from: None, to: None },
        Disclosure::Chart { request, width: 300, height: 200 },
        Disclosure::Handover,
        Disclosure::WardList,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_without_a_reason_and_whatever_left_is_in_the_log() {
    let (_folder, _sim, vault, console) = ward().await;
    let patient = PatientId::from("ward-p12");
    let kinds = [FileKind::Pdf, FileKind::Csv, FileKind::Bundle, FileKind::Png, FileKind::Svg];
    let mut left = 0;
    for what in everything(&patient) {
        let about = matches!(what, Disclosure::Report { .. } | Disclosure::Chart { .. });
        let about = about.then(|| patient.to_string());
        for kind in kinds {
            let before = log(&vault, 1);
            for no_reason in ["", "  ", "\u{7}\n"] {
                assert!(matches!(console.export(&what, kind, no_reason), Err(ConsoleError::NoWhy)));
            }
            assert_eq!(log(&vault, 1), before, "what did not leave is not in the log");
            match console.export(&what, kind, " Ward round ") {
                Ok(made) => {
                    left += 1;
                    assert!(!made.bytes.is_empty());
                    let entry = format!("{} saved as {}: Ward round", what.word(), kind.ending());
                    assert_eq!(log(&vault, 1), [("N. Okafor".into(), entry, about.clone())]);
                }
                Err(ConsoleError::OnlyPages | ConsoleError::OnlyPictures) => {
                    assert_eq!(log(&vault, 1), before)
                }
                Err(other) => panic!("{what:?} as {kind:?}: {other}"),
            }
        }
        if matches!(what, Disclosure::Chart { .. }) {
            continue;
        }
        assert!(matches!(console.print(&what, ""), Err(ConsoleError::NoWhy)));
        assert!(!console.print(&what, "Downtime").unwrap().is_empty());
        let entry = format!("{} to the printer: Downtime", what.word());
        assert_eq!(log(&vault, 1), [("N. Okafor".into(), entry, about)]);
    }
    assert_eq!(left, 3 + 3 + 1 + 1, "report, chart, handover, list");

    // Who is not known here has no report, and nothing says that one left.
    let before = log(&vault, 1);
    let nobody = Disclosure::Report { patient: "nobody".into(), from: None, to: None };
    assert!(matches!(console.export(&nobody, FileKind::Pdf, "Ward round"), Err(ConsoleError::NoPatient)));
    assert_eq!(log(&vault, 1), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_done_is_not_done_and_stands_in_the_log() {
    let (_folder, sim, vault, mine) = ward().await;
    let other = at(&vault, &sim, "A. Lindqvist").await;
    let board = mine.board().unwrap();
    let episode: &EpisodeId = &board.queue[0].line.episode;
    mine.act(Act::alarm(episode.clone(), Response::Take)).unwrap();
    let waiting = mine.waiting().unwrap().len();
    assert!(matches!(other.act(Act::alarm(episode.clone(), Response::Release)), Err(ConsoleError::NotYours)));
    assert_eq!(
        log(&vault, 1),
        [("A. Lindqvist".into(), "refused: release".into(), Some(episode.to_string()))]
    );
    let low = clinical::Limits { low: Some(88.0), ..Default::default() };
    let preset =
        |name: &str| Act::SavePreset { name: name.into(), limits: vec![(clinical::Measure::SpO2, low)] };
    mine.act(preset("COPD")).unwrap();
    other.act(preset("copd")).unwrap_err();
    assert_eq!(log(&vault, 1), [("A. Lindqvist".into(), "refused: save-preset".into(), None)]);
    assert_eq!(mine.act(preset("COPD")).unwrap().len(), 1, "who saved it first changes it");
    assert_eq!(mine.waiting().unwrap().len(), waiting + 2, "nothing refused waits for the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_the_station_is_told_of_every_act() {
    let (_folder, _sim, _vault, console) = ward().await;
    let episode = console.board().unwrap().queue[0].line.episode.clone();
    for act in [
        Act::alarm(episode.clone(), Response::Take),
        Act::alarm(episode, Response::Note("seen".into())),
        Act::Shift { takes_over: true },
        Act::Annotate { patient: "ward-p12".into(), at: now() - HOUR_MS, text: "Repositioned".into() },
        Act::SetSite { key: "alarm.pause".into(), value: "90".into() },
    ] {
        console.act(act.clone()).unwrap();
        // It is there already, or this waits for good.
        console.acted().await;
    }
    let refused = console.act(Act::SetSite { key: "alarm.pause".into(), value: "for ever".into() });
    assert!(matches!(refused, Err(ConsoleError::Setting(_))), "{refused:?}");
}

fn start(folder: &Path, pin: &str, user: Option<&str>) -> Start {
    Start {
        folder: folder.to_owned(),
        server: None,
        same_server: false,
        units: Units::AsKept,
        pin: Some(Pin::new(pin.to_owned()).unwrap()),
        user: user.map(str::to_owned),
        user_id: None,
        station: None,
        way_in: Default::default(),
        site: Default::default(),
    }
}

/// A filled cache under a PIN, closed.
async fn filled(folder: &Path) -> ward_sim::WardSim {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let begin = start(folder, "2580-night", None);
    let Opening::Open(open) = begin.open(None, Some(sim.base().to_owned())).unwrap() else {
        panic!("it is new")
    };
    open.console.engine().unwrap().sync_first_day().await.unwrap();
    sim
}

/// Opens it as a window does, and answers commands.
async fn window(folder: &Path) -> (Arc<Console>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let mut begin = start(folder, "2580-night", Some("N. Okafor"));
    begin.station = Some("7B-1".into());
    let Opening::Open(open) = begin.open(None, None).unwrap() else { panic!("it has a server") };
    let (asked, folder) = (Arc::downgrade(&open.console), folder.to_owned());
    (open.console, tokio::spawn(async move { serve(asked, &folder).await }))
}

fn glucose(patient: &str, targets: &str, zone: Option<&str>) -> Ask {
    let of = Stretch { patient: patient.into(), from: None, to: None };
    Ask::Glucose { of, zone: zone.map(str::to_owned), targets: targets.to_owned(), explain: true }
}

fn insulin(patient: &str, to: Option<i64>) -> Ask {
    let of = Stretch { patient: patient.into(), from: None, to };
    Ask::Insulin { of, zone: Some("Asia/Kolkata".into()), why: "Downtime".into() }
}

fn asks(patient: &str) -> Vec<Ask> {
    let of = Stretch { patient: patient.into(), from: None, to: None };
    let then = AsOf { at: Some(now().0 - 2 * HOUR_MS), as_shown: false };
    let file = |what: Document, at: AsOf, kind: Kind| Ask::File { what, at, kind, why: "Downtime".into() };
    vec![
        Ask::Ward(then),
        Ask::Alerts(then),
        Ask::Flowsheet { of: of.clone(), step_ms: HOUR_MS },
        glucose(patient, "standard", Some("Asia/Kolkata")),
        insulin(patient, then.at),
        file(Document::Report(of.clone()), AsOf::default(), Kind::Csv),
        file(Document::Report(of), AsOf::default(), Kind::Bundle),
        file(Document::WardList, then, Kind::Pdf),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_an_open_window_gets_the_same_and_is_logged_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let _sim = filled(folder.path()).await;
    let command = start(folder.path(), "2580-night", Some("IT staff"));
    let kept = |most: usize, log: &[u8]| -> Vec<(String, String)> {
        let entries: Vec<Value> = serde_json::from_slice(log).unwrap();
        let text = |e: &Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
        entries[..most].iter().map(|e| (text(e, "who"), text(e, "what"))).collect()
    };
    let asks = asks("ward-p12");
    let ask_all = async || {
        let mut answers = Vec::new();
        for ask in asks.clone() {
            let is_pdf = matches!(ask, Ask::File { kind: Kind::Pdf, .. });
            let answer = command.ask(ask).await.unwrap();
            assert!(!answer.bytes.is_empty());
            // A page says which station printed it: here another one.
            answers.push(if is_pdf { Vec::new() } else { answer.bytes });
        }
        let log = command.ask(Ask::Log { most: 9 }).await.unwrap();
        (answers, kept(8, &log.bytes))
    };
    let (alone, logged_alone) = ask_all().await;
    let (console, door) = window(folder.path()).await;
    let (beside, logged_beside) = ask_all().await;
    for (ask, (alone, beside)) in asks.iter().zip(alone.iter().zip(&beside)) {
        assert!(alone == beside, "the window answers something else than the cache: {ask:?}");
    }
    assert_eq!(logged_alone, logged_beside);
    assert!(
        logged_beside.iter().all(|(who, what)| who == "IT staff" && what.contains("on the command line"))
    );
    assert_eq!(
        logged_beside[0].1, "ward-list saved as pdf on the command line: Downtime",
        "what left last, and why"
    );

    // A setting is changed in the window that is open, and told to it.
    while tokio::time::timeout(std::time::Duration::ZERO, console.acted()).await.is_ok() {}
    let set = Ask::Set { key: "alarm.pause".into(), value: "90".into() };
    let listed: Vec<Setting> = serde_json::from_slice(&command.ask(set).await.unwrap().bytes).unwrap();
    assert_eq!(listed.iter().find(|s| s.key == "alarm.pause").unwrap().value, "90");
    console.acted().await;
    let bad = Ask::Set { key: "alarm.pause".into(), value: "86400".into() };
    let refused = command.ask(bad).await.unwrap_err();
    assert!(refused.message.contains("30 to 600 seconds"), "{refused}");

    // The window closes; the cache is asked again.
    drop(console);
    door.abort();
    assert!(door.await.is_err());
    assert!(!command.ask(Ask::Settings).await.unwrap().bytes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_somebodys_glucose_are_printed_once_it_is_in_the_log_who_asked() {
    let folder = tempfile::tempdir().unwrap();
    let _sim = filled(folder.path()).await;
    let command = start(folder.path(), "2580-night", Some("IT staff"));
    let answer = command.ask(glucose("home-p1", "standard", Some("Asia/Kolkata"))).await.unwrap();
    let found: Value = serde_json::from_slice(&answer.bytes).unwrap();
    let part = |key: &str| found[key].as_f64().unwrap();
    let whole = part("below_70_percent") + part("tir_percent") + part("above_180_percent");
    assert!(part("n") > 100.0 && (whole - 100.0).abs() < 1e-9, "{found}");
    assert_eq!((found["step_min"].as_f64(), found["withheld"].is_null()), (Some(5.0), true));
    assert!(
        found["too_little"].as_str().unwrap().contains("of the time has readings"),
        "two days of a fortnight"
    );
    assert!(
        found["explain"].as_array().unwrap().iter().all(|row| !row["source"].as_str().unwrap().is_empty())
    );

    let last = |log: &[u8]| serde_json::from_slice::<Vec<Value>>(log).unwrap()[0].clone();
    let entry = last(&command.ask(Ask::Log { most: 1 }).await.unwrap().bytes);
    assert_eq!(
        (&entry["what"], &entry["about"]),
        (&"glucose shown on the command line".into(), &"home-p1".into())
    );
    let answer = command.ask(insulin("home-p1", None)).await.unwrap();
    let found: Value = serde_json::from_slice(&answer.bytes).unwrap();
    let doses = found["doses"].as_array().unwrap();
    assert!(doses.len() >= 4 && doses.iter().all(|dose| dose["device_name"] == "Insulin pen"), "{found}");
    assert!(
        doses.iter().any(|dose| dose["kind"] == "basal") && doses.iter().any(|dose| dose["kind"] == "bolus")
    );
    let entry = last(&command.ask(Ask::Log { most: 1 }).await.unwrap().bytes);
    assert_eq!(entry["what"], "insulin shown on the command line: Downtime");
    for (ask, words) in [
        (insulin("nobody", None), "not known"),
        (glucose("home-p1", "loose", None), "standard, older, pregnancy, tight"),
        (glucose("home-p1", "tight", Some("Europe/Atlantis")), "no zone"),
        (glucose("nobody", "tight", None), "not known"),
    ] {
        let refused = command.ask(ask).await.unwrap_err();
        assert!(refused.message.contains(words), "{refused}");
    }
}

#[cfg(unix)]
mod socket {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;

    use super::*;

    /// Speaks to a window as another program would: a proof and a question of its own.
    fn speak(folder: &Path, proof: [u8; 32], length: u32, question: &[u8]) -> Option<Value> {
        let mut stream = UnixStream::connect(folder.join("door.sock")).unwrap();
        let mut challenge = [0; 32];
        stream.read_exact(&mut challenge).unwrap();
        assert_ne!(challenge, [0; 32]);
        stream.write_all(&proof).unwrap();
        stream.write_all(&length.to_le_bytes()).unwrap();
        let _ = stream.write_all(question);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let head = answer.get(4..)?;
        let mut values = serde_json::Deserializer::from_slice(head).into_iter::<Value>();
        let value = values.next()?.unwrap();
        assert_eq!(values.byte_offset(), head.len(), "nothing follows a refusal");
        Some(value)
    }

    async fn spoken(folder: &Path, proof: [u8; 32], length: u32, question: Vec<u8>) -> Option<Value> {
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || speak(&folder, proof, length, &question)).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_does_not_hold_the_key_gets_nothing_from_an_open_window() {
        let folder = tempfile::tempdir().unwrap();
        let sim = filled(folder.path()).await;
        // What a program left that was killed does not keep the next window from answering.
        drop(std::os::unix::net::UnixListener::bind(folder.path().join("door.sock")).unwrap());
        let (_console, _door) = window(folder.path()).await;
        let command = start(folder.path(), "2580-night", None);
        command.ask(Ask::Settings).await.unwrap();
        let mode = std::fs::metadata(folder.path().join("door.sock")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner alone");

        let question = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"), "user": "a stranger", "user_id": null,
            "ask": {"ward": {"at": null, "as_shown": false}},
        });
        let question = serde_json::to_vec(&question).unwrap();
        let head = spoken(folder.path(), [7; 32], question.len() as u32, question.clone()).await.unwrap();
        assert!(head["failure"]["message"].as_str().unwrap().contains("does not hold the key"), "{head}");
        assert_eq!(head["length"], 0);
        // Questions that are none, or pretend to be endless, cost one connection.
        assert_eq!(spoken(folder.path(), [7; 32], u32::MAX, question.clone()).await, None);
        assert_eq!(spoken(folder.path(), [7; 32], 4, b"nope".to_vec()).await, None);
        // Some who say nothing do not keep the others waiting.
        let silent: Vec<UnixStream> =
            (0..3).map(|_| UnixStream::connect(folder.path().join("door.sock")).unwrap()).collect();
        let entries = command.ask(Ask::Log { most: 50 }).await.unwrap();
        assert!(!String::from_utf8(entries.bytes).unwrap().contains("a stranger"));
        drop((silent, sim));

        let wrong = start(folder.path(), "0000-night", None).ask(Ask::Settings).await;
        assert!(matches!(wrong, Err(Failure { code: console::view::FailureCode::WrongPin, .. })));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_data_folder_deeper_than_a_socket_may_be_is_asked_all_the_same() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a-folder-of-a-long-name".repeat(6));
        std::fs::create_dir_all(&folder).unwrap();
        let _sim = filled(&folder).await;
        let (_console, door) = window(&folder).await;
        let command = start(&folder, "2580-night", None);
        command.ask(Ask::Ward(AsOf::default())).await.unwrap();
        let entries = command.ask(Ask::Log { most: 1 }).await.unwrap();
        let entries: Vec<Value> = serde_json::from_slice(&entries.bytes).unwrap();
        assert_eq!(entries[0]["what"], "ward-list shown on the command line");
        assert!(!folder.join("door.sock").exists() && !door.is_finished());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_set_up_before_its_station_is_opened_for_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    let staff = start(folder.path(), "2580-night", Some("IT staff"));
    let refused = staff.ask(Ask::Ward(AsOf::default())).await.unwrap_err();
    assert!(refused.message.contains("there is no cache"), "{refused}");
    staff.ask(Ask::Set { key: "alarm.pause".into(), value: "30".into() }).await.unwrap();
    let listed: Vec<Setting> =
        serde_json::from_slice(&staff.ask(Ask::Settings).await.unwrap().bytes).unwrap();
    assert_eq!(listed.iter().find(|s| s.key == "alarm.pause").unwrap().value, "30");
}

#[tokio::test(flavor = "multi_thread")]
async fn upkeep_of_the_cache_is_in_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let _sim = filled(folder.path()).await;
    let staff = start(folder.path(), "2580-night", Some("IT staff"));
    let newest = async || {
        let log = staff.ask(Ask::Log { most: 1 }).await.unwrap();
        let entries: Vec<Value> = serde_json::from_slice(&log.bytes).unwrap();
        format!("{}: {}", entries[0]["who"].as_str().unwrap(), entries[0]["what"].as_str().unwrap())
    };
    staff.rotate_key().unwrap();
    assert_eq!(newest().await, "IT staff: cache written anew under a fresh key");
    let saved = staff.repair().unwrap().saved;
    assert_eq!(newest().await, format!("IT staff: cache begun anew, {saved} unsent actions kept"));
    let (_console, _door) = window(folder.path()).await;
    assert!(staff.rotate_key().is_err() && staff.repair().is_err() && staff.forget().is_err());
}
