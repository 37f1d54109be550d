//! A cache that an earlier version wrote opens, and every value, stay and action in it reads back as it was.
//!
//! `fixtures/README.md` says which version wrote it and how another is kept.
#![allow(clippy::unwrap_used, clippy::panic)]

mod kept;

use std::path::{Path, PathBuf};

use clinical::{HOUR_MS, Instant, Quality, SECOND_MS};
use kept::words::dump;
use kept::{Overheard, PIN, START, page, temperature, unlock};
use vault::{Access, EntryKind, Key, Pin, Vault};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cache")
}

fn dump_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cache.txt")
}

/// A copy of the kept cache, and its key.
fn copy() -> (tempfile::TempDir, Key) {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(fixture()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let key = unlock(folder.path(), &Overheard::default());
    (folder, key)
}

#[test]
fn a_cache_of_an_earlier_version_reads_back_to_the_last_digit() {
    let (folder, key) = copy();
    assert_eq!(vault::check(folder.path(), &key).unwrap(), [] as [String; 0]);
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    let wanted = std::fs::read_to_string(dump_file()).unwrap();
    assert_same(&dump(&vault), &wanted);
    drop(vault);
    // What this version wrote of it at the end is sound too, and reads the same beside an open window.
    assert_eq!(vault::check(folder.path(), &key).unwrap(), [] as [String; 0]);
    assert_same(&dump(&Vault::open_to_read(folder.path(), key).unwrap()), &wanted);
}

#[test]
fn the_log_of_an_earlier_version_is_taken_into_the_record_as_it_is_and_an_entry_says_so() {
    let (folder, key) = copy();
    let earlier = std::fs::read_to_string(dump_file()).unwrap().matches("\nlog ").count();
    for open in 0..2 {
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let log = vault.read(|r| r.log(1000)).unwrap();
        assert_eq!(log.len(), earlier + 1, "opened {open} times before");
        assert_eq!((log[0].kind, log[0].who.as_str()), (EntryKind::Station, "this station"));
        assert!(log[0].what.contains(&format!("{earlier} entries")), "{}", log[0].what);
        assert!(log[1..].iter().all(|entry| entry.kind == EntryKind::Earlier));
        let state = vault.read(|r| r.record_state(Instant(START))).unwrap();
        assert_eq!((state.entries, state.fault, state.missing), (earlier as u64 + 1, None, 0));
    }
}

#[test]
fn a_cache_of_an_earlier_version_under_a_new_key_reads_the_same() {
    let (folder, key) = copy();
    // What its schema lacks is added by whoever opens it first.
    drop(Vault::open(folder.path(), key).unwrap());
    let pin = Pin::new(PIN.into()).unwrap();
    let access = Access { keyring: &Overheard::default(), pin: Some(&pin) };
    let key = vault::rotate(folder.path(), &access).unwrap();
    let vault = Vault::open(folder.path(), key).unwrap();
    assert_same(&dump(&vault), &std::fs::read_to_string(dump_file()).unwrap());
}

#[test]
fn what_was_not_sent_outlives_damage_to_a_cache_of_an_earlier_version() {
    let (folder, key) = copy();
    let database = folder.path().join("vault.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[4096 * 2..4096 * 6].fill(0xA5);
    std::fs::write(&database, bytes).unwrap();
    let rebuilt = vault::rebuild(folder.path(), &key, Instant(START + 30 * HOUR_MS)).unwrap();
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    let waiting = vault.read(|r| r.waiting()).unwrap();
    for id in ["act-unsent-1", "act-unsent-2", "act-unsent-3", "act-parked"] {
        assert!(waiting.iter().any(|action| action == id), "{id} is lost; {} were saved", rebuilt.saved);
    }
    let bodies = vault::salvaged(&rebuilt.salvage, &key).unwrap();
    assert!(bodies.iter().any(|body| body.contains("Þórdís rang the family")));
}

#[test]
fn a_cache_of_an_earlier_version_takes_corrections_of_what_it_holds_sealed() {
    let (folder, key) = copy();
    let vault = Vault::open(folder.path(), key).unwrap();
    let before = temperatures(&vault);
    // Another version of a value in a sealed chunk, one that came late, and enough that the tail is sealed once more.
    let t = START + 500 * 20 * SECOND_MS;
    let at = before.iter().position(|value| value.0 == t).unwrap();
    let mut facts = vec![temperature("bea", 500, "9", t, "41.25", Quality::Good)];
    facts.push(temperature("bea", 90_001, "1", t + 1, "36.9", Quality::Good));
    let last = before.last().unwrap().0;
    facts.extend(
        (1..=1100).map(|n| temperature("bea", 91_000 + n, "1", last + n * SECOND_MS, "37.5", Quality::Good)),
    );
    vault.commit(page(20 * HOUR_MS, facts)).unwrap();
    let after = temperatures(&vault);
    assert_eq!(after.len(), before.len() + 1 + 1100);
    assert_eq!(after[at], (t, "41.25".into()));
    assert_eq!(after[at + 1], (t + 1, "36.9".into()));
    assert!(after[..at] == before[..at] && after[at + 2..=before.len()] == before[at + 1..]);
}

fn temperatures(vault: &Vault) -> Vec<(i64, String)> {
    vault
        .read(|r| {
            let series = r.series_of(&"bea".into())?.into_iter().find(|s| s.code == "8310-5").unwrap();
            let all = r.decimals(series.id, Instant(i64::MIN), Instant(i64::MAX))?;
            Ok(all.into_iter().map(|(t, value, _)| (t.0, value.to_string())).collect())
        })
        .unwrap()
}

/// Not `assert_eq`: the first line that differs says more than two thousand that do not.
fn assert_same(found: &str, wanted: &str) {
    for (n, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert!(found == wanted, "line {}:\n  reads {found}\n  was   {wanted}", n + 1);
    }
    assert_eq!(found.lines().count(), wanted.lines().count());
}
