//! What a site says of all its stations holds at each of them.

use std::path::Path;
use std::process::Output;

use crate::command::{PIN, vigil};

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

struct Station<'a> {
    folder: &'a Path,
    file: &'a Path,
}

impl Station<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut all = arguments.to_vec();
        all.extend(["--site-file", self.file.to_str().unwrap()]);
        vigil(self.folder, PIN, &all)
    }

    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    }

    fn refused(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        assert!(
            !output.status.success() && said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
    }
}

/// The value of a setting, and whether the site's file set it.
fn line<'a>(listed: &'a str, key: &str) -> (&'a str, bool) {
    let line = listed.lines().find(|line| line.split_whitespace().next() == Some(key)).unwrap();
    (line.split_whitespace().nth(1).unwrap(), line.contains("set by this site's file"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_site_locks_holds_at_its_stations_and_what_it_suggests_can_be_changed() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let above = tempfile::tempdir().unwrap();
    let file = above.path().join("site.toml");
    let station = Station { folder: &above.path().join("cache"), file: &file };
    let write = |locked: &str| {
        let text = format!(
            "[locked]\nserver = '{}'\nunits = ['Location/ward-7b']\n{locked}\n[default.settings]\n'stale.charted' = 300\n",
            sim.base()
        );
        std::fs::write(&file, text).unwrap();
    };
    write("settings = { 'alarm.pause' = 90 }");

    // Nobody names a server: the site does, and the units.
    assert!(station.good(&["sync", "--once"]).contains("12"));
    let listed = station.good(&["settings"]);
    assert_eq!(line(&listed, "alarm.pause"), ("90", true));
    assert_eq!(line(&listed, "stale.charted"), ("300", false));
    station.refused(&["settings", "alarm.pause", "60"], "set by this site's file");
    assert_eq!(line(&station.good(&["settings", "stale.charted", "240"]), "stale.charted"), ("240", false));
    // What somebody here has set stands; what the site changes comes with the next start.
    write("settings = { 'alarm.pause' = 120 }");
    let listed = station.good(&["settings"]);
    assert_eq!(
        (line(&listed, "alarm.pause"), line(&listed, "stale.charted")),
        (("120", true), ("240", false))
    );
    let log = station.good(&["log", "--most", "50"]);
    assert!(log.contains("the site file") && log.contains("refused: setting"), "{log}");

    station.refused(&["sync", "--once", "--server", "http://127.0.0.1:9/fhir"], "--server");
    station.refused(&["sync", "--once", "--unit", "Location/ward-7a"], "--unit");
    station.refused(&["sync", "--once", "--whole-server"], "--unit");
    write("settings = { 'alarm.silence' = 1 }");
    station.refused(&["settings"], "alarm.silence");
    // What is no longer locked can be changed.
    write("");
    assert_eq!(line(&station.good(&["settings", "alarm.pause", "60"]), "alarm.pause"), ("60", false));
}
