//! What somebody sets for a unit holds at every station of that unit: told when the server is in reach, by the later one where two did,
//! and not where the site's file says otherwise.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clinical::{Instant, UnitSetting};
use console::view::SettingRow;
use console::{Act, Console, Station};
use fhir::{Client, unit_setting};
use vault::{Key, SITE_LOCKED, Vault};

const PAUSE: &str = "alarm.pause@Ward 7B";

/// A station at the server, with a clock that stands where it is put.
struct At {
    console: Arc<Console>,
    vault: Arc<Vault>,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl At {
    fn new(sim: &ward_sim::WardSim, name: &str, user: &str) -> At {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Arc::new(Vault::open(folder.path(), key).unwrap());
        let station = Station { name: name.into(), user: user.into(), user_id: None };
        let now = Arc::new(AtomicI64::new(1_000_000));
        let clock = now.clone();
        let clock = Arc::new(move || Instant(clock.load(Ordering::Relaxed)));
        let (console, _) = Console::open(vault.clone(), Some(sim.base()), station, clock).unwrap();
        At { console, vault, now, _folder: folder }
    }

    fn set(&self, at: i64, value: &str) {
        self.now.store(at, Ordering::Relaxed);
        self.console.act(Act::SetSite { key: PAUSE.into(), value: value.into() }).unwrap();
    }

    fn row(&self) -> SettingRow {
        let found = self.console.settings_of(Some("Ward 7B")).unwrap();
        found.groups.into_iter().flat_map(|group| group.rows).find(|row| row.key == PAUSE).unwrap()
    }

    /// What holds, who set it and where, and whether the server has it.
    fn holds(&self) -> (String, Option<String>, bool) {
        let row = self.row();
        (row.value, row.set_by, row.waits)
    }

    fn last_entry(&self) -> (String, String) {
        let entry = self.vault.read(|reader| reader.log(1)).unwrap().remove(0);
        (entry.who, entry.what)
    }

    async fn shares(&self) {
        self.console.engine().unwrap().share_settings().await.unwrap();
    }
}

async fn server() -> ward_sim::WardSim {
    ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap()
}

fn by(who: &str) -> Option<String> {
    Some(who.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_for_a_unit_holds_at_its_other_stations_and_is_given_back_there_too() {
    let sim = server().await;
    let (a, b) = (At::new(&sim, "7B-1", "N. Okafor"), At::new(&sim, "7B-2", "S. Varga"));
    a.set(1_000_000, "90");
    assert_eq!(a.holds(), ("90".into(), by("N. Okafor at 7B-1"), true));
    let (seen_a, seen_b) = (a.console.settled(), b.console.settled());
    a.shares().await;
    assert_eq!(a.holds(), ("90".into(), by("N. Okafor at 7B-1"), false));
    assert_eq!(b.holds(), ("120".into(), None, false));
    b.shares().await;
    assert_eq!(b.holds(), ("90".into(), by("N. Okafor at 7B-1"), false));
    assert_eq!(b.last_entry(), ("N. Okafor".into(), "set to 90 at 7B-1".into()));
    // Whoever looks is told, and heard again it is no news.
    assert!(a.console.settled() != seen_a && b.console.settled() != seen_b);
    let seen = b.console.settled();
    b.shares().await;
    assert_eq!(b.console.settled(), seen);

    b.console.act(Act::UnsetSite { key: PAUSE.into() }).unwrap();
    b.shares().await;
    a.shares().await;
    assert_eq!((a.row().value.as_str(), a.row().is_set), ("120", false));
    assert_eq!(a.last_entry(), ("S. Varga".into(), "back to what holds until it is set at 7B-2".into()));
    // A station that comes later has what holds at once.
    b.set(1_000_000, "60");
    b.shares().await;
    let late = At::new(&sim, "7B-3", "A. Mbeki");
    late.shares().await;
    assert_eq!(late.holds(), ("60".into(), by("S. Varga at 7B-2"), false));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_were_set_without_a_network_the_later_holds_everywhere_whoever_tells_first() {
    for a_first in [true, false] {
        let sim = server().await;
        let (a, b) = (At::new(&sim, "7B-1", "N. Okafor"), At::new(&sim, "7B-2", "S. Varga"));
        a.set(2_000_000, "60");
        b.set(1_500_000, "90");
        let order = if a_first { [&a, &b, &a] } else { [&b, &a, &b] };
        for station in order {
            station.shares().await;
        }
        for station in [&a, &b] {
            assert_eq!(station.holds(), ("60".into(), by("N. Okafor at 7B-1"), false), "a first: {a_first}");
        }
        // A clock that is behind does not make a change be lost.
        b.set(1_600_000, "45");
        b.shares().await;
        a.shares().await;
        assert_eq!(a.holds(), ("45".into(), by("S. Varga at 7B-2"), false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_site_file_locks_holds_until_it_no_longer_does_and_what_nobody_may_set_is_not_taken() {
    let sim = server().await;
    let (a, b) = (At::new(&sim, "7B-1", "N. Okafor"), At::new(&sim, "7B-2", "S. Varga"));
    b.vault.set_setting(SITE_LOCKED, "alarm.pause".into()).unwrap();
    a.set(1_000_000, "90");
    a.shares().await;
    b.shares().await;
    assert_eq!((b.row().value.as_str(), b.row().locked), ("120", true));
    b.vault.set_setting(SITE_LOCKED, String::new()).unwrap();
    b.vault.settle_unit_settings(Instant(1_000_000)).unwrap();
    assert_eq!(b.holds(), ("90".into(), by("N. Okafor at 7B-1"), false));

    // What a server says that no station would.
    let client = Client::new(sim.base()).unwrap();
    for (n, (key, value)) in [
        ("alarm.pause@Ward 7B", Some("1")),
        ("alarm.pause", Some("60")),
        ("lock.idle@Ward 7B", Some("5")),
        ("alarm.silence@Ward 7B", None),
        ("station-id", Some("x")),
    ]
    .into_iter()
    .enumerate()
    {
        let (key, value) = (key.to_owned(), value.map(str::to_owned));
        let said =
            UnitSetting { key, value, at: Instant(9_000_000), by: "somebody".into(), station: "?".into() };
        let id = format!("vigil-setting-{n}");
        client.put_new(&format!("Communication/{id}"), &unit_setting(&id, &said)).await.unwrap();
    }
    let before = b.vault.read(|reader| reader.site_settings()).unwrap();
    b.shares().await;
    assert_eq!(b.vault.read(|reader| reader.site_settings()).unwrap(), before);
    assert_eq!(b.holds(), ("90".into(), by("N. Okafor at 7B-1"), false));
    assert_ne!(b.vault.station_id().unwrap().as_deref(), Some("x"));
}
