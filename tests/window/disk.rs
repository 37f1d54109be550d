//! A disk that fails while the station runs: it is said, nothing is claimed that did not happen, and what can go on goes on.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::station::{card, live_at, on_server, open_alert};
use crate::support::{App, Desk, station};
use crate::turn;

/// In a place of its own for mounts, where the station's folder is a disk of forty megabytes.
const SMALL_DISK: &str =
    "[ -n \"$INSIDE\" ] || INSIDE=1 exec unshare --user --map-root-user --mount \"$0\" \"$@\"
mount -t tmpfs -o size=40m none \"$DISK\"";

/// Whether this machine lets a test mount a disk.
fn can_mount(folder: &Path) -> bool {
    let mount = format!("mount -t tmpfs -o size=1m none {}", folder.display());
    let tried =
        Command::new("unshare").args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]).output();
    let can = tried.is_ok_and(|done| done.status.success());
    if !can {
        println!("skipped: this machine lets no test mount a disk");
    }
    can
}

/// Fills what is left of the disk.
fn fill(folder: &Path) {
    let mut file = File::create(folder.join("filled")).unwrap();
    while file.write_all(&[0u8; 4096]).is_ok() {}
}

const OFFLINE: &str = "return document.querySelector('[data-testid=offline-banner]')?.textContent ?? ''";

async fn said(app: &App, began: Instant, what: &str, script: &str) {
    app.until_within(what, script, Duration::from_secs(60)).await;
    println!("{what} after {} ms", began.elapsed().as_millis());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_is_said_no_click_is_lost_in_silence_and_it_goes_on_once_there_is_room() {
    let _turn = turn::beside_others().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let start =
        ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap(), "--user", "N. Okafor"];
    if !can_mount(folder.path()) {
        return;
    }
    let desk = Desk { before: SMALL_DISK, with: vec![("DISK", folder.path().to_owned())], ..Desk::default() };
    let app = live_at(&start, desk).await;
    let id = open_alert(&sim, &app, "full-1").await;

    // As that process sees it.
    let disk = PathBuf::from(format!("/proc/{}/root{}", app.pid(), folder.path().display()));
    fill(&disk);
    let began = Instant::now();
    let is_said = "const text = document.querySelector('[data-testid=offline-banner]')?.textContent ?? '';
        return /OFFLINE/.test(text)";
    said(&app, began, "what stands still", is_said).await;
    println!("{}", app.ask(OFFLINE).await);
    app.shot("disk-full");
    // The alarm is still there, and a click that could not be kept says so.
    app.click(&format!("[data-testid=take-{id}]")).await;
    app.until("the refusal", "return !!document.querySelector('[role=alert]')").await;
    app.shot("disk-full-take");
    app.until("nobody has it", &card(&id, "!/N\\. Okafor/.test(card.textContent)")).await;

    std::fs::remove_file(disk.join("filled")).unwrap();
    let began = Instant::now();
    let back = "return !document.querySelector('[data-testid=offline-banner]')";
    said(&app, began, "online again", back).await;
    app.click(&format!("[data-testid=take-{id}]")).await;
    app.until("it is taken", &card(&id, "/N\\. Okafor/.test(card.textContent)")).await;
    let began = Instant::now();
    while on_server(sim.base(), &id, "take").await != 1 {
        assert!(began.elapsed() < Duration::from_secs(30), "the Take never reached the server");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_that_is_damaged_while_it_runs_is_said_and_what_stands_there_is_no_longer_of_now() {
    let _turn = turn::beside_others().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let start = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let app = live_at(&start, Desk::default()).await;
    let mut damaged = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".db") || name.ends_with(".db-wal") {
            let mut bytes = std::fs::read(&path).unwrap();
            for byte in bytes.iter_mut().skip(64) {
                *byte ^= 0x5a;
            }
            // In place: the program has the file open.
            let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all(&bytes).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0, "the cache lies elsewhere");
    let began = Instant::now();
    let is_said =
        "return !!document.querySelector('[data-testid=late-banner], [data-testid=offline-banner]')";
    said(&app, began, "the damage", is_said).await;
    app.painted().await;
    app.shot("disk-damaged");
    let text = "return [...document.querySelectorAll('[data-testid=late-banner], [data-testid=offline-banner]')].map((e) => e.textContent).join('; ')";
    println!("{}", app.ask(text).await);
    app.kill();
}
