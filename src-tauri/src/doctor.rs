//! `vigil doctor`: what IT staff look at first. The exit code says whether a station would work.

use std::process::ExitCode;

use vault::{KeyStore, OsKeyring, Pin, Vault, Wrap, wraps};

use crate::session::{Start, clock, key};

struct Report {
    failed: bool,
}

impl Report {
    fn ok(&self, what: &str, detail: impl std::fmt::Display) {
        println!("ok    {what:<10} {detail}");
    }

    fn note(&self, what: &str, detail: impl std::fmt::Display) {
        println!("note  {what:<10} {detail}");
    }

    fn fail(&mut self, what: &str, detail: impl std::fmt::Display) {
        self.failed = true;
        println!("FAIL  {what:<10} {detail}");
    }
}

/// Checks server, TLS, clock, keyring, cache and webview.
pub(crate) async fn run(start: &Start) -> ExitCode {
    let mut report = Report { failed: false };
    match &start.server {
        Some(server) => check_server(&mut report, server).await,
        None => report.note("server", "none named (--server URL)"),
    }
    check_keys(&mut report, start);
    check_cache(&mut report, start, start.pin.as_ref());
    match tauri::webview_version() {
        Ok(version) => report.ok("webview", version),
        Err(error) => report.fail("webview", error),
    }
    if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn check_server(report: &mut Report, server: &str) {
    let client = match fhir::Client::new(server) {
        Ok(client) => client,
        Err(error) => return report.fail("server", error),
    };
    match client.check().await {
        Ok((found, date)) => {
            let live = if found.topics.is_empty() { "polling" } else { "live updates" };
            report.ok("server", format!("{}, FHIR {}, {live}", found.name, found.version));
            match client.base().scheme() {
                "https" => report.ok("TLS", "certificate accepted by this system's roots"),
                _ => report.note("TLS", "not used: fit for this machine only, never for a network"),
            }
            match date.map(|date| date.ms_since(clock()()) + 500) {
                Some(offset) if offset.abs() > 60_000 => {
                    report.fail(
                        "clock",
                        format!("{} s away from the server's; set this station's clock", offset / 1000),
                    );
                }
                Some(offset) => {
                    report.ok("clock", format!("within {} ms of the server's", offset.abs().max(500)))
                }
                None => report.note("clock", "the server sends no Date"),
            }
        }
        Err(error) => report.fail("server", error),
    }
}

fn check_keys(report: &mut Report, start: &Start) {
    let kept = match wraps(&start.folder) {
        Ok(kept) => kept,
        Err(error) => return report.fail("keys", error),
    };
    let by_pin = kept.iter().any(|w| matches!(w, Wrap::Pin { .. }));
    match OsKeyring.get("doctor") {
        Ok(_) => report.ok("keyring", "answers"),
        Err(_) if by_pin || start.pin.is_some() => {
            report.note("keyring", "none; the PIN alone keeps the data key")
        }
        Err(error) => report.fail("keyring", format!("{error}; give a PIN (--pin-stdin)")),
    }
}

fn check_cache(report: &mut Report, start: &Start, pin: Option<&Pin>) {
    if !vault::exists(&start.folder) {
        return report.note("cache", "none yet");
    }
    let opened = key(&start.folder, pin).and_then(|key| Vault::open_to_read(&start.folder, key));
    match opened
        .and_then(|vault| vault.read(|reader| Ok((reader.ward()?.persons.len(), reader.waiting()?.len()))))
    {
        Ok((people, waiting)) => report.ok("cache", format!("{people} people, {waiting} actions waiting")),
        Err(error) => report.fail("cache", error),
    }
}
