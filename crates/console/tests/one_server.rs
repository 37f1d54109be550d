//! A cache is of one server: what was done there is never sent to another, and what another says is never mixed in.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use console::{Act, Opening, Pin, Response, Start, Units};
use ward_sim::{Options, WardSim};

async fn ward() -> WardSim {
    ward_sim::start(Options::default()).await.unwrap()
}

fn start(folder: &Path, server: Option<&str>, same_server: bool) -> Start {
    Start {
        folder: folder.to_owned(),
        server: server.map(str::to_owned),
        same_server,
        units: Units::AsKept,
        pin: Some(Pin::new("2580-night".to_owned()).unwrap()),
        user: Some("IT staff".into()),
        user_id: None,
        station: None,
        way_in: Default::default(),
        site: Default::default(),
    }
}

fn open(folder: &Path, server: Option<&str>, same_server: bool) -> Result<console::Open, String> {
    match start(folder, server, same_server).open(None, server.map(str::to_owned)) {
        Ok(Opening::Open(open)) => Ok(open),
        Ok(_) => Err("not opened".into()),
        Err(failure) => Err(failure.message),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_gets_nothing_that_waits_and_gives_nothing_to_a_cache_that_is_not_its_own() {
    let (own, other) = (ward().await, ward().await);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let station = open(folder, Some(own.base()), false).unwrap();
    station.console.engine().unwrap().sync_first_day().await.unwrap();
    let episode = station.console.board().unwrap().queue[0].line.episode.clone();
    station.console.act(Act::alarm(episode, Response::Take)).unwrap();
    drop(station);

    // By the window and by a command alike.
    for refused in [
        open(folder, Some(other.base()), false).err().unwrap(),
        start(folder, Some(other.base()), false).sync_once().await.unwrap_err().message,
    ] {
        assert!(refused.contains(own.base()) && refused.contains(other.base()), "{refused}");
        for words in ["Nothing was changed", "One action waits", "--data-dir", "--same-server"] {
            assert!(refused.contains(words), "{words}: {refused}");
        }
    }
    let client = fhir::Client::new(other.base()).unwrap();
    let sent = client.get_json("Communication?_sort=-_lastUpdated&_count=1").await.unwrap();
    assert!(!sent.to_string().contains("IT staff"), "nothing came to the other server");

    // Without an address, and under every spelling of the own one, it is the own one.
    let slash = format!("{}/", own.base());
    let spelled = own.base().replacen("http", "HTTP", 1);
    for asked in [None, Some(own.base()), Some(slash.as_str()), Some(spelled.as_str())] {
        let station = open(folder, asked, false).unwrap();
        assert_eq!(station.console.waiting().unwrap().len(), 1, "{asked:?}");
    }
    // Somebody says that it is another name of the same place: once, and it stands in the log.
    let station = open(folder, Some(other.base()), true).unwrap();
    assert_eq!((station.server.as_str(), station.console.waiting().unwrap().len()), (other.base(), 1));
    drop(station);
    assert_eq!(open(folder, None, false).unwrap().server, other.base());
    assert!(open(folder, Some(own.base()), false).is_err());
    let log = start(folder, None, false).ask(console::view::Ask::Log { most: 5 }).await.unwrap();
    let log = String::from_utf8(log.bytes).unwrap();
    assert!(log.contains(&format!("server {} is called {} now", own.base(), other.base())), "{log}");
}

#[tokio::test]
async fn no_password_in_an_address_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let with = |user: &str| format!("http://{user}:secret@127.0.0.1:9/fhir");
    for asked in [Some(with("a")), Some(with("b")), None] {
        let station = open(folder.path(), asked.as_deref(), false).unwrap();
        assert_eq!(station.server, "http://127.0.0.1:9/fhir", "asked with {asked:?}");
        let engine = format!("{:?}", station.console.engine());
        assert!(engine.contains("127.0.0.1:9/fhir") && !engine.contains("secret"), "{engine}");
        let start = format!("{:?}", start(folder.path(), asked.as_deref(), false));
        assert!(!start.contains("secret"), "{start}");
    }
    // One that is no address is said back, and not its password.
    for none in
        ["http://a:secret@127.0.0.1:port/fhir", "ftp://a:secret@127.0.0.1/fhir", "a:secret@127.0.0.1/fhir"]
    {
        let refused = open(folder.path(), Some(none), false).err().unwrap();
        assert!(refused.contains("127.0.0.1") && !refused.contains("secret"), "{refused}");
    }
    let refused = open(folder.path(), Some("http://c:secret@127.0.0.1:8/fhir"), false).err().unwrap();
    assert!(refused.contains("http://127.0.0.1:9/fhir") && !refused.contains("secret"), "{refused}");
    // Nothing that lies on the disk can be read.
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"secret"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_that_begins_anew_is_still_of_its_own_server() {
    let own = ward().await;
    let folder = tempfile::tempdir().unwrap();
    let station = open(folder.path(), Some(own.base()), false).unwrap();
    station.console.engine().unwrap().sync_first_day().await.unwrap();
    let episode = station.console.board().unwrap().queue[0].line.episode.clone();
    station.console.act(Act::alarm(episode, Response::Take)).unwrap();
    drop(station);
    let file = folder.path().join("vault.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len().min(8192);
    bytes[..end].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let _ = std::fs::remove_file(folder.path().join("vault.db-wal"));
    let elsewhere = "http://127.0.0.1:9/fhir";
    let asked = start(folder.path(), Some(elsewhere), false);
    let Ok(Opening::Damaged(damaged, _)) = asked.open(None, Some(elsewhere.into())) else {
        panic!("it is damaged")
    };
    let refused = asked.begin_anew(&damaged).err().unwrap();
    assert!(refused.message.contains(own.base()), "{refused}");
    assert_eq!(open(folder.path(), None, false).unwrap().server, own.base());
}

/// A proxy that everything would go through, and how often it was asked.
fn counting_proxy() -> (String, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<AtomicUsize>::default();
    let counted = asked.clone();
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_would_be_asked_in_clear_is_asked_nothing_until_somebody_allowed_it_for_that_address() {
    let (proxy, asked) = counting_proxy();
    let asked = || asked.load(Ordering::SeqCst);
    let try_it = |folder: &Path, server: &str, allow_http: bool| {
        let mut start = start(folder, Some(server), false);
        start.way_in.proxy = Some(proxy.clone());
        start.way_in.allow_http = allow_http;
        start
    };
    for server in [
        "http://192.0.2.7/fhir",
        "HTTP://192.0.2.7/fhir",
        "http://fhir.example/r4",
        "http://127.0.0.1.example/r4",
        "http://localhost.example/r4",
        "http://user:secret@fhir.example/r4",
        "http://[2001:db8::7]/r4",
        "http://[::ffff:192.0.2.7]/r4",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let by_window = match try_it(folder, server, false).open(None, Some(server.to_owned())) {
            Err(failure) => failure.message,
            Ok(_) => panic!("{server}: opened"),
        };
        let by_command = try_it(folder, server, false).sync_once().await.unwrap_err().message;
        for said in [by_window, by_command] {
            for words in ["by http", "Nothing was asked", "https", "--allow-http"] {
                assert!(said.contains(words), "{server}: {words}: {said}");
            }
            assert!(!said.contains("secret"), "{said}");
        }
        assert_eq!(asked(), 0, "{server}");
    }

    // Once allowed it is so for that address, and the log says who allowed it; for another address it is not.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = "http://192.0.2.7/fhir";
    try_it(folder, server, true).sync_once().await.unwrap_err();
    assert!(asked() > 0, "now it is asked");
    assert!(matches!(try_it(folder, server, false).open(None, None), Ok(Opening::Open(_))), "it is kept");
    let log = try_it(folder, server, false).ask(console::view::Ask::Log { most: 20 }).await.unwrap();
    let log: Vec<serde_json::Value> = serde_json::from_slice(&log.bytes).unwrap();
    let allowed = log.iter().find(|e| e["what"] == "server http://192.0.2.7/fhir is asked in clear, by http");
    assert!(allowed.unwrap().to_string().contains("IT staff"), "{allowed:?}");
    let mut moved = try_it(folder, "http://192.0.2.8/fhir", false);
    moved.same_server = true;
    let refused = match moved.open(None, moved.server.clone()) {
        Err(failure) => failure.message,
        Ok(_) => panic!("another address was opened"),
    };
    assert!(refused.contains("Nothing was asked"), "{refused}");
}
