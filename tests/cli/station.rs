//! The command line as IT staff use it: pull once, look, check, rotate, forget; each against the simulated ward.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::command::{PIN, vigil};
use crate::paper::read_pdf;

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = vigil(folder, PIN, arguments);
    assert!(output.status.success(), "vigil {arguments:?}: {}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, arguments)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_is_filled_looked_at_checked_rekeyed_and_forgotten() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let report = json(folder, &["sync", "--once", "--json", "--server", sim.base()]);
    assert_eq!((report["patients"].as_u64(), report["quarantined"].as_u64()), (Some(30), Some(0)));

    let episodes = json(folder, &["alerts", "--json"]);
    let episodes = episodes.as_array().unwrap();
    for episode in episodes {
        for field in [
            "episode_id",
            "patient_id",
            "bed",
            "priority",
            "text",
            "onset",
            "ended",
            "state",
            "owner",
            "sound",
            "actions",
        ] {
            assert!(episode.get(field).is_some(), "{field} is missing: {episode}");
        }
        let one_of = |field: &str, words: &[&str]| words.contains(&episode[field].as_str().unwrap());
        assert!(one_of("priority", &["high", "medium", "low", "technical"]), "{episode}");
        assert!(one_of("state", &["active", "owned", "latched", "handled", "closed"]), "{episode}");
        assert!(one_of("sound", &["on", "paused", "off"]), "{episode}");
    }
    let open = episodes.iter().filter(|e| e["state"] == "active").count();
    assert!(open >= 5 && episodes.len() > 50, "{open} open of {}", episodes.len());
    let acted = episodes.iter().find(|e| e["owner"].is_string()).unwrap();
    assert_eq!(acted["actions"][0]["verb"], "take");
    assert_eq!(acted["actions"][0]["sent_to_server"], true);

    // Three hours ago: today it is known what was; this station showed nothing.
    let then = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(3)).to_string();
    assert_eq!(json(folder, &["ward", "--json", "--at", &then]).as_array().unwrap().len(), 30);
    assert_eq!(json(folder, &["ward", "--json", "--at", &then, "--as-shown"]).as_array().unwrap().len(), 0);
    let ended_later = json(folder, &["alerts", "--json", "--at", &then]);
    assert!(ended_later.as_array().unwrap().len() < episodes.len());

    for (command, words) in [("handover", "I take over"), ("ward", "Ward list")] {
        let file = folder.join(format!("{command}.pdf"));
        let silent = vigil(folder, PIN, &[command, "--pdf", file.to_str().unwrap()]);
        assert!(!silent.status.success() && text(&silent).contains("--why"), "{}", text(&silent));
        assert!(!file.exists(), "paper leaves with a reason");
        good(folder, &[command, "--pdf", file.to_str().unwrap(), "--why", "Downtime drill"]);
        let read = read_pdf(&file);
        assert!(read.contains(words) && read.contains("Adeyemi, Ruth"), "{command}: {read}");
    }

    // Scale 2 by the flag that somebody recorded, and for him alone.
    let board = json(folder, &["ward", "--json"]);
    let on_scale_two: Vec<&Value> =
        board.as_array().unwrap().iter().filter(|p| !p["news2"]["scale_two"].is_null()).collect();
    assert_eq!(on_scale_two.len(), 1);
    assert_eq!(on_scale_two[0]["patient_id"], "ward-p10");
    assert_eq!(on_scale_two[0]["news2"]["scale_two"]["by"], "Dr. M. Iyer");

    // What the site sets is kept; a pause that never ends is refused, and nothing changes.
    assert!(good(folder, &["settings", "alarm.pause", "90"]).contains("90"));
    let refused = vigil(folder, PIN, &["settings", "alarm.pause", "86400"]);
    assert!(!refused.status.success() && text(&refused).contains("30 to 600 seconds"), "{}", text(&refused));
    good(folder, &["settings", "alarm.pause@Ward 7B", "60"]);
    let listed = good(folder, &["settings"]);
    let line = |name: &str| listed.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    assert!(
        line("alarm.pause ").contains(" 90 ") && line("alarm.pause@Ward 7B").contains(" 60 "),
        "{listed}"
    );

    let doctor = vigil(folder, PIN, &["doctor", "--server", sim.base()]);
    assert!(doctor.status.success(), "{}", text(&doctor));
    assert!(text(&doctor).contains("30 people"), "{}", text(&doctor));
    let away = vigil(folder, PIN, &["doctor", "--server", "http://127.0.0.1:9/fhir"]);
    assert!(!away.status.success() && text(&away).contains("could not be reached"), "{}", text(&away));

    good(folder, &["check"]);
    good(folder, &["rotate-key"]);
    assert_eq!(json(folder, &["ward", "--json"]).as_array().unwrap().len(), 30);
    let wrong = vigil(folder, b"0000\n", &["ward", "--json"]);
    assert!(!wrong.status.success() && text(&wrong).contains("PIN"), "{}", text(&wrong));

    // A flipped byte is found, and mended without the server.
    let database = folder.join("vault-1.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    assert!(!vigil(folder, PIN, &["check"]).status.success());
    assert!(good(folder, &["repair"]).contains("0 unsent actions"));
    good(folder, &["check"]);

    good(folder, &["forget", "--yes"]);
    let gone = vigil(folder, PIN, &["ward", "--json"]);
    assert!(!gone.status.success() && text(&gone).contains("no cache"), "{}", text(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn trends_become_files_that_hold_every_sample_and_real_text() {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(folder, &["sync", "--once", "--json", "--server", sim.base()]);
    let patient = json(folder, &["ward", "--json"])[0]["patient_id"].as_str().unwrap().to_owned();
    let file = |name: &str| folder.join(name);
    let chart = |name: &str, more: &[&str]| {
        let out = file(name);
        let mut arguments =
            vec!["chart", "--patient", &patient, "--out", out.to_str().unwrap(), "--why", "Ward round"];
        arguments.extend(more);
        vigil(folder, PIN, &arguments)
    };
    let made = |name: &str, more: &[&str]| {
        let output = chart(name, more);
        assert!(output.status.success(), "{name}: {}", text(&output));
        std::fs::read(file(name)).unwrap()
    };

    let now = jiff::Timestamp::now();
    let ago = |hours: i64| (now - jiff::SignedDuration::from_hours(hours)).to_string();
    let (to, days) = (now.to_string(), ago(14 * 24));
    for from in [ago(1), ago(24), days.clone()] {
        let range = ["--from", &from, "--to", &to, "--width", "900", "--height", "600"];
        let png = made("m4.png", &range);
        let mut every = range.to_vec();
        every.push("--all-samples");
        assert!(png == made("every.png", &every), "since {from}: M4 draws something else than every sample");
        let drawn = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(drawn.dimensions(), (900, 600));
        let green = drawn.pixels().filter(|p| p.0 == [27, 122, 69]).count();
        assert!(green > 300, "the heart rate is drawn: {green} pixels");
    }
    let svg = String::from_utf8(made("day.svg", &[])).unwrap();
    assert!(
        svg.starts_with("<svg")
            && svg.contains(">SpO2</text>")
            && svg.contains("· MRN ")
            && svg.contains("limit 90")
    );
    assert!(made("day.pdf", &["--dark"]).starts_with(b"%PDF-"));
    assert!(read_pdf(&file("day.pdf")).contains("Temp"));
    made("sliver.png", &["--width", "1", "--height", "1"]);
    let fifty_years = made("years.png", &["--from", "1976-01-01T00:00:00Z", "--to", &to, "--width", "600"]);
    assert_eq!(image::load_from_memory(&fifty_years).unwrap().width(), 600);
    made("empty.svg", &["--from", "1999-01-01T00:00:00Z", "--to", "1999-01-02T00:00:00Z"]);
    assert!(std::fs::read_to_string(file("empty.svg")).unwrap().contains("no HR in this range"));

    let refused = |name: &str, more: &[&str], words: &str| {
        let output = chart(name, more);
        assert!(!output.status.success() && text(&output).contains(words), "{name}: {}", text(&output));
        assert!(!file(name).exists(), "{name} was written all the same");
    };
    refused("turned.png", &["--from", &to, "--to", &days], "range is empty");
    refused("soon.png", &["--from", "soon"], "no instant");
    refused("wide.png", &["--width", "0"], "at least one pixel");
    refused("huge.png", &["--width", "90000"], "at most");
    refused("trends.gif", &[], ".png, .svg or .pdf");
    let stranger =
        vigil(folder, PIN, &["chart", "--patient", "nobody", "--out", "x.png", "--why", "Ward round"]);
    assert!(!stranger.status.success() && text(&stranger).contains("patient"), "{}", text(&stranger));

    let hour = ago(1);
    let export = |name: &str, more: &[&str]| {
        let out = file(name);
        let fixed =
            ["export", "--patient", &patient, "--from", &hour, "--to", &to, "--out", out.to_str().unwrap()];
        vigil(folder, PIN, &[&fixed[..], more].concat())
    };
    assert!(!export("silent.csv", &["--why", " "]).status.success() && !file("silent.csv").exists());
    for name in ["values.csv", "values.json"] {
        let output = export(name, &["--why", "Referral to cardiology"]);
        assert!(output.status.success(), "{}", text(&output));
    }
    let csv = std::fs::read_to_string(file("values.csv")).unwrap();
    let rows = csv.lines().count() - 1;
    assert!(rows > 3000 && csv.contains(",http://loinc.org,8867-4,HR,"), "{rows} rows");
    let bundle = std::fs::read(file("values.json")).unwrap();
    // What was exported is FHIR that this console itself can read.
    let page = fhir::read_page(&bundle).unwrap();
    assert_eq!((page.resources, page.unreadable.len()), (rows, 0));
    let sheet = json(
        folder,
        &["flowsheet", "--json", "--every", "15", "--patient", &patient, "--from", &hour, "--to", &to],
    );
    let heart = sheet.as_array().unwrap().iter().find(|row| row["key"] == "hr").unwrap();
    let cells = heart["cells"].as_array().unwrap();
    assert!((4..=5).contains(&cells.len()), "{} quarters", cells.len());
    let counted: u64 = cells.iter().map(|c| c["n"].as_u64().unwrap()).sum();
    let drawn = csv.lines().filter(|l| l.contains(",8867-4,") && l.ends_with("false")).count();
    assert_eq!(counted as usize, drawn, "each value is in one step");
    assert!(
        cells
            .iter()
            .all(|c| c["low"].as_f64() <= c["median"].as_f64() && c["median"].as_f64() <= c["high"].as_f64())
    );

    let report = file("report.pdf");
    good(
        folder,
        &["report", "--patient", &patient, "--pdf", report.to_str().unwrap(), "--why", "Ward round"],
    );
    // What left the station is in its log, with why; what was refused is not.
    let log = json(folder, &["log", "--json", "--most", "4"]);
    let what: Vec<&str> = log.as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
    assert_eq!(
        what,
        [
            "report saved as pdf on the command line: Ward round",
            "flowsheet shown on the command line",
            "report saved as json on the command line: Referral to cardiology",
            "report saved as csv on the command line: Referral to cardiology"
        ]
    );
    let who = log[0]["who"].as_str().unwrap();
    assert!(log[0]["about"] == patient.as_str() && who.starts_with("the command line"), "{log}");
    let read = read_pdf(&report);
    for words in [
        "MRN",
        "NEWS2",
        "Trends",
        "median",
        "Alarms",
        "Doses",
        "Reviewed by",
        "page 1 of",
        "printed from cache at",
    ] {
        assert!(read.contains(words), "{words} is missing: {read}");
    }
    let kept = Path::new("target/e2e");
    std::fs::create_dir_all(kept).unwrap();
    std::fs::copy(&report, kept.join("report.pdf")).unwrap();
    std::fs::copy(file("m4.png"), kept.join("chart.png")).unwrap();
    let pages =
        Command::new("pdftoppm").args(["-r", "50", "-png"]).arg(&report).arg(file("page")).output().unwrap();
    assert!(pages.status.success());
    let in_hue = |page: &Path| {
        let drawn = image::open(page).unwrap().to_rgb8();
        drawn.pixels().any(|p| p.0[1] > p.0[0].saturating_add(40))
    };
    let mut pages = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| {
        let name = p.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("page-") && name.ends_with(".png")
    });
    assert!(pages.any(|page| in_hue(&page)), "the heart rate is on paper, in its hue");

    // The glucose of somebody at home on paper; without a reason nothing is written.
    let glucose = file("glucose.pdf");
    let ask = ["glucose", "--patient", "home-p3", "--pdf", glucose.to_str().unwrap()];
    assert!(!vigil(folder, PIN, &ask).status.success() && !glucose.exists());
    good(folder, &[&ask[..], &["--why", "Diabetes clinic"]].concat());
    let read = read_pdf(&glucose);
    for words in [
        "Time in range",
        "In range 3.9–10.0 mmol/L",
        "more than 70 %",
        "Profile by time of day",
        "95 %",
        "Days",
        "GMI",
    ] {
        assert!(read.contains(words), "{words} is missing: {read}");
    }
    let log = json(folder, &["log", "--json", "--most", "1"]);
    assert_eq!(log[0]["what"], "glucose saved as pdf on the command line: Diabetes clinic");
    std::fs::copy(&glucose, kept.join("glucose.pdf")).unwrap();
}

#[test]
fn a_hospitals_build_carries_no_simulated_people() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_vigil")).unwrap();
    let somebody_of_the_demo = b"Adeyemi";
    let held = program.windows(somebody_of_the_demo.len()).any(|bytes| bytes == somebody_of_the_demo);
    assert_eq!(held, cfg!(feature = "demo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_server_costs_no_cache_and_gets_nothing_of_it() {
    let start = || ward_sim::start(ward_sim::Options::of_two_days());
    let (own, other) = (start().await.unwrap(), start().await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(folder, &["sync", "--once", "--json", "--server", own.base()]);
    let refused = vigil(folder, PIN, &["sync", "--once", "--server", other.base()]);
    let said = text(&refused);
    assert!(!refused.status.success() && said.contains("Nothing was changed"), "{said}");
    assert!(said.contains(own.base()) && said.contains("--same-server"), "{said}");
    json(folder, &["sync", "--once", "--json", "--server", &format!("{}/", own.base())]);
    json(folder, &["sync", "--once", "--json", "--server", other.base(), "--same-server"]);
    json(folder, &["sync", "--once", "--json", "--server", other.base()]);
    let ledger = json(folder, &["ledger", "--json"]);
    assert!(ledger["channels"].is_array() && ledger["gaps"].is_array(), "{ledger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_written_record_is_verified_by_anybody_and_its_first_bad_entry_is_named() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["sync", "--once", "--server", sim.base()]);
    for _ in 0..3 {
        good(folder, &["ward"]);
    }
    let file = folder.join("record.jsonl");
    let place = file.to_str().unwrap();
    let silent = vigil(folder, PIN, &["audit", "export", place]);
    assert!(!silent.status.success() && text(&silent).contains("--why") && !file.exists());
    good(folder, &["audit", "export", place, "--why", "yearly audit"]);
    let listed = json(folder, &["audit", "--json", "--most", "9"]);
    assert_eq!(listed[0]["what"], "record saved as jsonl on the command line: yearly audit");
    assert_eq!((&listed[0]["kind"], &listed[0]["seq"]), (&Value::from("disclosure"), &Value::from(4)));

    // Another machine, with nothing but the file.
    let elsewhere = tempfile::tempdir().unwrap();
    let verify = |file: &Path| vigil(elsewhere.path(), PIN, &["audit", "verify", file.to_str().unwrap()]);
    let said = verify(&file);
    assert!(said.status.success() && text(&said).contains("3 entries"), "{}", text(&said));
    assert!(std::fs::read_dir(elsewhere.path()).unwrap().next().is_none(), "nothing is opened for it");
    let whole = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("{\"entry\":")).unwrap();
    let without = |n: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != first + n).map(|(_, line)| *line);
        kept.collect::<Vec<_>>().join("\n") + "\n"
    };
    let cases = [
        (whole.replacen("\"what\":\"ward-list shown", "\"what\":\"ward-list  shown", 1), "entry 1: changed"),
        (without(1), "entry 2: missing"),
        (without(2), "entry 3: cut"),
        (whole[..whole.len() - 5].to_owned(), "entry 3: form"),
        ("nothing of the kind\n".to_owned(), "entry 1: form"),
    ];
    for (tampered, wanted) in cases {
        std::fs::write(&file, tampered).unwrap();
        let said = verify(&file);
        assert!(!said.status.success() && text(&said).contains(wanted), "{wanted}: {}", text(&said));
    }
    assert!(!verify(&folder.join("nowhere")).status.success());
}

#[test]
fn it_takes_people_in_gives_them_what_lets_them_in_and_what_they_may_follows_their_role() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let typing =
        |typed: &str, arguments: &[&str]| vigil(folder, &[PIN, typed.as_bytes(), b"\n"].concat(), arguments);
    let add = |id: &str, name: &str, role: &str| {
        let done = vigil(folder, PIN, &["people", "add", id, "--name", name, "--role", role]);
        assert!(done.status.success(), "{}", text(&done));
    };
    add("Practitioner/1", "N. Okafor", "charge nurse");
    add("Practitioner/2", "P. Quist", "Auditor");
    assert!(typing("480913", &["people", "pin", "Practitioner/1"]).status.success());
    assert!(typing("04A2B9C1", &["people", "badge", "Practitioner/1"]).status.success());
    for (typed, asked, wanted) in [
        ("12345", ["pin", "Practitioner/2"], "6 to 12 digits"),
        ("123456", ["pin", "Practitioner/2"], "in a row"),
        ("04A2B9C1", ["badge", "Practitioner/2"], "somebody else's"),
        ("480913", ["pin", "Practitioner/3"], "nobody of this station"),
    ] {
        let refused = typing(typed, &["people", asked[0], asked[1]]);
        assert!(!refused.status.success() && text(&refused).contains(wanted), "{}", text(&refused));
    }
    let refused = vigil(folder, PIN, &["people", "add", "Practitioner/4", "--name", "X", "--role", "Porter"]);
    assert!(text(&refused).contains("Telemetry technician"), "{}", text(&refused));

    let people = json(folder, &["people", "list", "--json"]);
    let told: Vec<(&str, &str, bool, bool)> = people
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let is = |key: &str| one[key].as_bool().unwrap();
            (one["id"].as_str().unwrap(), one["role"].as_str().unwrap(), is("has_pin"), is("has_badge"))
        })
        .collect();
    assert_eq!(
        told,
        [("Practitioner/1", "Charge nurse", true, true), ("Practitioner/2", "Auditor", false, false)]
    );
    assert!(people[0]["why_not"].is_null() && people[0]["full_sign_in"].is_string());
    assert!(people[1]["why_not"].as_str().unwrap().contains("did not sign in fully"));
    let listed = good(folder, &["people", "list"]);
    assert!(listed.contains("PIN, badge") && !listed.contains("480913") && !listed.contains("04A2B9C1"));

    assert!(people[0]["pin_is_given"].as_bool().unwrap(), "until they choose their own");
    good(folder, &["people", "unlock", "Practitioner/1"]);
    good(folder, &["people", "pin", "Practitioner/1", "--none"]);
    let people = json(folder, &["people", "list", "--json"]);
    assert!(!people[0]["has_pin"].as_bool().unwrap() && people[0]["has_badge"].as_bool().unwrap());

    // Whoever is of the station acts in the role they have there.
    let as_auditor =
        |arguments: &[&str]| vigil(folder, PIN, &[arguments, &["--user-id", "Practitioner/2"]].concat());
    let refused = as_auditor(&["settings", "alarm.pause", "90"]);
    assert!(text(&refused).contains("Auditor may not change settings"), "{}", text(&refused));
    let refused = as_auditor(&["people", "remove", "Practitioner/1"]);
    assert!(text(&refused).contains("Auditor may not manage people"), "{}", text(&refused));
    let log: Value = serde_json::from_slice(&as_auditor(&["log", "--json"]).stdout).unwrap();
    let said: Vec<(&str, &str)> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["who"].as_str().unwrap(), entry["what"].as_str().unwrap()))
        .collect();
    for wanted in [("P. Quist", "refused: people"), ("P. Quist", "refused: setting")] {
        assert!(said.contains(&wanted), "{wanted:?}: {said:?}");
    }
    assert!(said.iter().any(|(_, what)| *what == "N. Okafor works here as Charge nurse"), "{said:?}");
    good(folder, &["people", "remove", "Practitioner/2"]);
    assert_eq!(json(folder, &["people", "list", "--json"]).as_array().unwrap().len(), 1);
}
