//! `vigil doctor`: what IT staff look at first. The exit code says whether a station would work.

use clinical::MINUTE_MS;
use std::process::ExitCode;

use console::{AlarmDelays, SignIn, Start, clock};

use crate::machine::Machine;
use crate::terminal::print;

/// What an alarm may take from the server to the screen, in milliseconds: twice the figure of a full ward.
const DELAY_AT_MOST: u32 = 2_000;

/// Where a proxy may be set that requests go through.
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Gives the version of what draws the window's page, or why it is missing.
pub type Engine = fn() -> Result<String, String>;

struct Report {
    failed: bool,
}

impl Report {
    fn ok(&self, what: &str, detail: impl std::fmt::Display) {
        let _ = print(format_args!("ok    {what:<10} {detail}"));
    }

    fn note(&self, what: &str, detail: impl std::fmt::Display) {
        let _ = print(format_args!("note  {what:<10} {detail}"));
    }

    fn fail(&mut self, what: &str, detail: impl std::fmt::Display) {
        self.failed = true;
        let _ = print(format_args!("FAIL  {what:<10} {detail}"));
    }
}

/// Checks server, TLS, clock, keyring, cache and webview.
pub(crate) async fn run(start: &Start, engine: Engine) -> ExitCode {
    let mut report = Report { failed: false };
    match &start.server {
        Some(server) => check_server(&mut report, start, server).await,
        None => report.note("server", "none named (--server URL)"),
    }
    check_keys(&mut report, start);
    check_cache(&mut report, start);
    for (what, advice) in Machine::here().advice(&start.folder) {
        report.note(what, advice);
    }
    match engine() {
        Ok(version) => report.ok("webview", version),
        Err(error) => report.fail("webview", error),
    }
    if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn check_server(report: &mut Report, start: &Start, server: &str) {
    let client = match start.way_in.client(server, None, clock()) {
        Ok(client) => client,
        Err(error) => return report.fail("server", error),
    };
    for name in PROXIES.iter().filter(|name| std::env::var_os(name).is_some_and(|set| !set.is_empty())) {
        report.note("proxy", format!("{name} of this environment is not obeyed; name one with --proxy"));
    }
    if start.way_in.proxy.is_some() {
        report.ok("proxy", "everything goes through the one that --proxy names");
    }
    match client.check().await {
        Ok((found, date)) => {
            let live = if found.topics.is_empty() { "polling" } else { "live updates" };
            report.ok("server", format!("{}, FHIR {}, {live}", found.name, found.version));
            match client.base().scheme() {
                "https" => report.ok("TLS", "certificate accepted by this system's roots"),
                _ if client.is_in_clear() => {
                    report.note("TLS", "not used: everybody on the way can read along")
                }
                _ => report.note("TLS", "not used: fit for this machine only, never for a network"),
            }
            match date.map(|date| date.ms_since(clock()()) + 500) {
                Some(offset) if offset.abs() > MINUTE_MS => {
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
            check_sign_in(report, start, &client).await;
        }
        Err(error) => report.fail("server", error),
    }
}

/// As whom this station asks, and whether the server gives it anything.
async fn check_sign_in(report: &mut Report, start: &Start, client: &fhir::Client) {
    // What renews a person's sign-in works once, and is not for a look.
    if let (SignIn::Kept, Ok(Some(kept))) = (&start.way_in.sign_in, start.signed_in()) {
        return report.ok("sign-in", format!("as {}, who signed in at {}", kept.who(), kept.issuer));
    }
    let how = client.sign_in();
    match client.probe().await {
        Ok(_) => report.ok("sign-in", how),
        Err(error) => report.fail("sign-in", format!("{how}: {error}")),
    }
}

fn check_keys(report: &mut Report, start: &Start) {
    match start.keys() {
        Ok(keys) => match keys.keyring {
            Ok(()) => report.ok("keyring", "answers"),
            Err(_) if keys.by_pin => report.note("keyring", "none; the PIN alone keeps the data key"),
            Err(error) => report.fail("keyring", format!("{error}; give a PIN (--pin-stdin)")),
        },
        Err(error) => report.fail("keys", error),
    }
}

fn check_cache(report: &mut Report, start: &Start) {
    match start.holds() {
        Ok(None) => report.note("cache", "none yet"),
        Ok(Some(held)) => {
            report.ok("cache", format!("{} people, {} actions waiting", held.people, held.waiting));
            match &held.units {
                Some(units) => report.ok("units", units),
                None => report.note("units", "none: the whole server is read (--unit Location/ID names one)"),
            }
            check_delay(report, &held.delays);
        }
        Err(error) => report.fail("cache", error),
    }
}

/// How long alarms took from the server to the screen, as the window kept it.
fn check_delay(report: &mut Report, delays: &AlarmDelays) {
    match delays.lit_p95() {
        Some(slow) if slow > DELAY_AT_MOST => {
            report.fail("alarms", format!("{delays}; at most {DELAY_AT_MOST} ms are wanted"))
        }
        Some(_) => report.ok("alarms", delays),
        None => report.note("alarms", delays),
    }
}
