//! An alarm that says more than before on the id it has is a new one to whoever has to come, from the server's page to the queue.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clinical::{Instant, Presence, SECOND_MS, Sound};
use console::{Act, Console, Response, Station};
use serde_json::{Value, json};
use vault::{Key, PageCommit, Vault, View};

const BEGIN: i64 = 1_770_000_000_000;

struct Ward {
    console: Arc<Console>,
    vault: Arc<Vault>,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// What an alarm is at one moment.
#[derive(Clone, Copy)]
struct Said {
    severity: &'static str,
    ended: bool,
}

const fn on(severity: &'static str) -> Said {
    Said { severity, ended: false }
}

const fn over(severity: &'static str) -> Said {
    Said { severity, ended: true }
}

impl Ward {
    fn new() -> Ward {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
        let now = Arc::new(AtomicI64::new(BEGIN));
        let clock = now.clone();
        let clock = Arc::new(move || Instant(clock.load(Ordering::Relaxed)));
        let (console, _) = Console::open(vault.clone(), None, station, clock).unwrap();
        Ward { console, vault, now, _folder: folder }
    }

    /// Ten seconds later.
    fn later(&self) -> Instant {
        Instant(self.now.fetch_add(10 * SECOND_MS, Ordering::Relaxed) + 10 * SECOND_MS)
    }

    fn says(&self, said: Said) {
        let now = self.later();
        let stamp = fhir::format_instant(now);
        let mut period = json!({ "start": fhir::format_instant(Instant(BEGIN)) });
        if said.ended {
            period["end"] = json!(stamp);
        }
        let issue = json!({
            "resourceType": "DetectedIssue", "id": "a", "status": "preliminary", "severity": said.severity,
            "meta": { "lastUpdated": stamp }, "code": { "text": "SpO2 84 < 90" }, "identifiedPeriod": period,
        });
        self.page(&issue);
    }

    fn page(&self, resource: &Value) {
        let bundle =
            json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] });
        let page = fhir::read_page(bundle.to_string().as_bytes()).unwrap();
        let received = self.console.now();
        self.vault.commit(PageCommit { facts: page.facts, received, ..Default::default() }).unwrap();
    }

    fn does(&self, response: Response) {
        self.later();
        for action in self.console.act(Act::alarm("a", response)).unwrap() {
            self.vault.sent(action.id.into(), self.console.now()).unwrap();
        }
    }

    fn stands(&self) -> (Presence, Sound) {
        let queue = self.console.board().unwrap().queue;
        queue.first().map_or((Presence::Closed, Sound::Off), |item| (item.line.presence, item.line.sound))
    }
}

fn handled() -> Response {
    Response::Handled { reason: "Treated".into(), words: String::new() }
}

#[test]
fn what_is_worse_or_back_after_somebody_answered_is_seen_and_heard_as_new() {
    for (name, answer) in [("taken", Response::Take), ("handled", handled())] {
        for (before, between, after, is_new) in [
            (on("low"), None, on("moderate"), true),
            (on("low"), None, on("high"), true),
            (on("moderate"), None, on("high"), true),
            (on("moderate"), Some(over("moderate")), on("moderate"), true),
            (on("high"), Some(over("high")), on("high"), true),
            (on("high"), Some(over("high")), on("moderate"), true),
            // As before, or less.
            (on("moderate"), None, on("moderate"), false),
            (on("high"), None, on("moderate"), false),
        ] {
            let ward = Ward::new();
            ward.says(before);
            ward.does(answer.clone());
            let answered = ward.console.now();
            let stood = ward.stands();
            assert_ne!(stood.0, Presence::Active, "{name}");
            between.into_iter().for_each(|said| ward.says(said));
            ward.says(after);
            let case = format!("{name}: {} then {}", before.severity, after.severity);
            let wanted = if is_new { (Presence::Active, Sound::On) } else { stood };
            assert_eq!(ward.stands(), wanted, "{case}");
            // Whoever looks back sees what was true then.
            ward.console.look_back(Some(View::as_shown(answered)));
            assert_eq!(ward.stands(), stood, "{case}");
            ward.console.look_back(None);
            if is_new {
                ward.does(Response::Take);
                assert_eq!(ward.stands(), (Presence::Owned, Sound::Off), "{case}");
            }
        }
    }
}

#[test]
fn what_was_raised_to_high_and_ended_unseen_stays_however_long_ago_that_was() {
    let ward = Ward::new();
    ward.says(on("moderate"));
    ward.does(Response::Take);
    ward.says(on("high"));
    ward.says(over("high"));
    ward.now.fetch_add(9 * clinical::DAY_MS, Ordering::Relaxed);
    assert_eq!(ward.stands(), (Presence::Latched, Sound::On));
}
