//! A station with people of its own, alarms on its board, and a clock that stands still until it is moved.
#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clinical::{ActorId, Instant};
use console::{Console, Station};
use serde_json::{Value, json};
use vault::{Cost, Key, PageCommit, Pin, Vault};

pub(crate) const BEGIN: i64 = 1_770_000_000_000;
/// Role, name, id and PIN of each; the badge is the PIN and two letters.
pub(crate) const STAFF: [(&str, &str, &str, &str); 8] = [
    ("Nurse", "S. Varga", "Practitioner/1", "480913"),
    ("Charge nurse", "N. Okafor", "Practitioner/2", "771204"),
    ("Physician", "A. Mbeki", "Practitioner/3", "330158"),
    ("Telemetry technician", "T. Ahmadi", "Practitioner/4", "902746"),
    ("Programme nurse", "L. Chen", "Practitioner/5", "615530"),
    ("IT", "I. Sorensen", "Practitioner/6", "248861"),
    ("Auditor", "P. Quist", "Practitioner/7", "139572"),
    ("Nurse", "S. Varga", "Practitioner/8", "557019"),
];

pub(crate) struct At {
    pub console: Arc<Console>,
    pub vault: Arc<Vault>,
    pub now: Arc<AtomicI64>,
    key: Key,
    folder: tempfile::TempDir,
}

impl At {
    /// A station of everybody in [`STAFF`], who have just signed in fully; nobody is here.
    pub(crate) fn station() -> At {
        At::of(&[0, 1, 2, 3, 4, 5, 6, 7])
    }

    /// The same of some of them.
    pub(crate) fn of(staff: &[usize]) -> At {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Arc::new(Vault::open(folder.path(), key.clone()).unwrap());
        for (role, name, id, pin) in staff.iter().map(|n| STAFF[*n]) {
            let who = ActorId::from(id);
            vault.put_member(&who, name.into(), &role.into()).unwrap();
            vault.set_pin(&who, &Pin::typed(pin.into()), Cost::cheap()).unwrap();
            assert!(vault.set_badge(&who, Some(&badge(pin))).unwrap());
            vault.signed_in_fully(&who, Instant(BEGIN)).unwrap();
        }
        At::over(vault, folder, key, BEGIN)
    }

    /// A station without people.
    pub(crate) fn of_nobody() -> At {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Arc::new(Vault::open(folder.path(), key.clone()).unwrap());
        At::over(vault, folder, key, BEGIN)
    }

    fn over(vault: Arc<Vault>, folder: tempfile::TempDir, key: Key, now: i64) -> At {
        let station = Station { name: "7B-1".into(), user: "the desk".into(), user_id: None };
        let now = Arc::new(AtomicI64::new(now));
        let clock = now.clone();
        let clock = Arc::new(move || Instant(clock.load(Ordering::Relaxed)));
        let (console, _) = Console::open(vault.clone(), None, station, clock).unwrap();
        At { console, vault, now, key, folder }
    }

    /// The program ends and is started again.
    pub(crate) fn restart(self) -> At {
        let At { console, vault, now, key, folder } = self;
        drop((console, vault));
        let vault = Arc::new(Vault::open(folder.path(), key.clone()).unwrap());
        At::over(vault, folder, key, now.load(Ordering::Relaxed))
    }

    /// The same cache, opened for a look: nothing can be written by it.
    pub(crate) fn only_to_read(&self) -> Vault {
        Vault::open_to_read(self.folder.path(), self.key.clone()).unwrap()
    }

    pub(crate) fn later(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    /// Somebody of [`STAFF`] holds their badge to the reader.
    pub(crate) fn comes(&self, n: usize) {
        self.console.come_by_badge(&badge(STAFF[n].3)).unwrap();
    }

    /// An alarm that stays on.
    pub(crate) fn alarm(&self, id: &str) {
        let stamp = fhir::format_instant(self.console.now());
        self.page(&json!({
            "resourceType": "DetectedIssue", "id": id, "status": "preliminary", "severity": "moderate",
            "meta": { "lastUpdated": stamp }, "code": { "text": "SpO2 84 < 90" },
            "patient": { "reference": "Patient/p" }, "identifiedPeriod": { "start": stamp },
        }));
    }

    /// A patient in a bed.
    pub(crate) fn patient(&self) {
        self.page(&json!({
            "resourceType": "Patient", "id": "p", "active": true,
            "name": [{ "family": "Zzadeyemi", "given": ["Qqruth"] }],
        }));
    }

    pub(crate) fn page(&self, resource: &Value) {
        let bundle =
            json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] });
        let page = fhir::read_page(bundle.to_string().as_bytes()).unwrap();
        let received = self.console.now();
        self.vault.commit(PageCommit { facts: page.facts, received, ..Default::default() }).unwrap();
    }

    /// Who, what and about what, of the newest entries.
    pub(crate) fn log(&self, most: u32) -> Vec<(String, String, Option<String>)> {
        let entries = self.vault.read(|reader| reader.log(most)).unwrap();
        entries.into_iter().map(|e| (e.who, e.what, e.about)).collect()
    }

    /// Who owns an alarm, by id.
    pub(crate) fn owner(&self, episode: &str) -> Option<String> {
        let queue = self.console.board().unwrap().queue;
        let item = queue.into_iter().find(|item| item.line.episode == episode).unwrap();
        item.line.owner.map(|(who, _)| who.id.to_string())
    }
}

pub(crate) fn badge(pin: &str) -> String {
    format!("{pin}AF")
}
