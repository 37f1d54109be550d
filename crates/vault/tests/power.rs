//! The power fails, and the disk fails: every state a disk may legally be in after a crash is opened and looked through, and
//! every single write on the way of a click fails once.
//!
//! A shim below SQLite records each write and sync. A crash keeps what was synced, and of what was not, any part in sectors of
//! 512 bytes.
#![allow(clippy::unwrap_used, clippy::panic, unsafe_code)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod disk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clinical::{About, Action, Actor, Body, Code, Fact, Instant, Quality, Sample, Source, Verb};
use disk::{Disk, Op};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use vault::{Key, PageCommit, Vault, VaultError, check};

/// Post-crash states that are tried.
const STATES: usize = 1_500;
const PER_PAGE: i64 = 120;

fn action(n: usize) -> Action {
    Action {
        id: format!("0190c0de-0000-7000-8000-{n:012}").into(),
        about: About::Episode(format!("e{}", n % 3).into()),
        verb: Verb::Take,
        by: Actor::named("N. Okafor"),
        at: Instant(n as i64),
        note: None,
        to: None,
    }
}

/// Page `n` of values; its cursor says so.
fn page(n: i64) -> PageCommit {
    let facts = (0..PER_PAGE)
        .map(|k| {
            let t = (n * PER_PAGE + k) * 1000;
            let sample = Sample {
                comparator: None,
                patient: "p".into(),
                device: None,
                code: Code::Loinc("8310-5".into()),
                value: format!("36.{:02}", (n + k) % 100).parse().unwrap(),
                unit: "Cel".into(),
                taken_at: Instant(t),
                quality: Quality::Good,
            };
            Fact {
                source: Source { reference: format!("Observation/{n}-{k}").into(), version: "1".into() },
                updated_at: None,
                body: Body::Samples(vec![sample]),
            }
        })
        .collect();
    PageCommit {
        facts,
        cursors: vec![("page".into(), n.to_string())],
        received: Instant(1),
        unreadable: Vec::new(),
        ..PageCommit::default()
    }
}

/// The files of a folder after a crash.
fn write_out(files: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    for (name, bytes) in files {
        // The index of the log lives in memory and dies with the machine.
        if !name.ends_with("-shm") {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

fn look(folder: &Path, key: &Key, confirmed: &BTreeSet<String>, state: &str) {
    let vault = Vault::open(folder, key.clone()).unwrap_or_else(|e| panic!("{state}: does not open: {e}"));
    let (known, cursor, values) = vault
        .read(|r| {
            let known: BTreeSet<String> =
                r.actions()?.into_iter().map(|seen| seen.action.id.into()).collect();
            let cursor: Option<i64> = r.cursor("page")?.map(|c| c.parse().unwrap());
            let series = r.series_of(&"p".into())?;
            let values = match series.first() {
                Some(series) => r.points(series.id, Instant(i64::MIN), Instant(i64::MAX))?,
                None => Vec::new(),
            };
            Ok((known, cursor, values))
        })
        .unwrap_or_else(|e| panic!("{state}: cannot be read: {e}"));
    let lost: Vec<_> = confirmed.difference(&known).collect();
    assert!(lost.is_empty(), "{state}: confirmed and lost: {lost:?}");
    let pages = cursor.map_or(0, |n| n + 1);
    assert_eq!(
        values.len() as i64,
        pages * PER_PAGE,
        "{state}: the cursor and the values tell different things"
    );
    for (n, p) in values.iter().enumerate() {
        let (n, k) = (n as i64 / PER_PAGE, n as i64 % PER_PAGE);
        assert_eq!((p.t, p.v), ((n * PER_PAGE + k) * 1000, 36.0 + ((n + k) % 100) as f64 / 100.0), "{state}");
    }
    let record = vault.read(|r| r.record_state(Instant(9))).unwrap();
    assert_eq!((record.fault, record.missing), (None, 0), "{state}");
    assert!(record.entries >= confirmed.len() as u64, "{state}: an entry is lost");
    drop(vault);
    let problems = check(folder, key).unwrap();
    assert!(problems.is_empty(), "{state}: {problems:?}");
}

fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// One test: the shim is the whole process's.
#[test]
fn the_power_may_fail_at_any_moment_and_the_disk_at_any_write() {
    vault::leave_memory_as_it_is();
    let disk = Disk::install();
    any_crash_opens_with_everything_that_was_confirmed(disk);
    any_failing_write_is_told_and_costs_nothing(disk);
}

fn any_crash_opens_with_everything_that_was_confirmed(disk: &'static Disk) {
    let folder = scratch();
    let key = Key::random().unwrap();
    disk.record(folder.path());
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    for n in 0..60 {
        vault.commit(page(n)).unwrap();
        for k in 0..2 {
            let action = action(n as usize * 2 + k);
            let id = action.id.to_string();
            vault.record_action(action, "{\"resourceType\":\"Communication\"}".repeat(20)).unwrap();
            disk.mark(id);
        }
        if n % 7 == 0 {
            vault.sent(self::action(n as usize * 2).id.into(), Instant(5)).unwrap();
        }
        if n % 25 == 24 {
            // Closing writes the log back into the database, and a new log begins.
            vault.retain(Instant(0)).unwrap();
        }
    }
    drop(vault);
    let ops = disk.stop();
    let syncs = ops.iter().filter(|op| matches!(op, Op::Sync { .. })).count();
    println!("{} operations, {syncs} of them syncs; {STATES} states after a crash", ops.len());
    assert!(syncs > 100 && ops.len() > 1000, "the shim saw the work");

    let mut random = StdRng::seed_from_u64(7);
    let mut cuts: Vec<usize> = (0..STATES).map(|_| random.random_range(0..=ops.len())).collect();
    cuts.sort_unstable();
    let mut crash = Crash::default();
    let mut done = 0;
    for (n, cut) in cuts.iter().enumerate() {
        crash.advance(&ops[done..*cut]);
        done = *cut;
        let after = scratch();
        write_out(&crash.state(&mut random), after.path());
        look(after.path(), &key, &crash.confirmed, &format!("state {n}, after {cut} operations"));
    }
    assert_eq!(crash.confirmed.len(), 120, "the last state had everything");
}

/// What the disk holds for certain, and what it may hold.
#[derive(Default)]
struct Crash {
    synced: BTreeMap<String, Vec<u8>>,
    pending: BTreeMap<String, Vec<Op>>,
    confirmed: BTreeSet<String>,
}

impl Crash {
    fn advance(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::Mark(id) => {
                    self.confirmed.insert(id.clone());
                }
                Op::Sync { file } => {
                    let image = self.synced.entry(file.clone()).or_default();
                    for op in self.pending.remove(file).unwrap_or_default() {
                        apply(image, &op, |_| true);
                    }
                }
                Op::Delete { file } => {
                    self.pending.remove(file);
                    self.synced.remove(file);
                }
                Op::Write { file, .. } | Op::Truncate { file, .. } => {
                    self.pending.entry(file.clone()).or_default().push(op.clone());
                }
            }
        }
    }

    /// One legal state: of what was not synced, any part.
    fn state(&self, random: &mut StdRng) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.synced.clone();
        for (file, ops) in &self.pending {
            let image = files.entry(file.clone()).or_default();
            // Nothing of it, all of it, or a random part: the first two are the common ones.
            let share = [0.0, 1.0, 0.5, 0.9][random.random_range(0..4)];
            for op in ops {
                if random.random_bool(share) {
                    let torn = random.random_range(0..8) == 0;
                    apply(image, op, |_| !torn || random.random_bool(0.5));
                }
            }
        }
        files
    }
}

fn apply(image: &mut Vec<u8>, op: &Op, mut sector: impl FnMut(usize) -> bool) {
    match op {
        Op::Write { offset, data, .. } => {
            for (n, part) in data.chunks(512).enumerate() {
                if sector(n) {
                    let at = *offset as usize + n * 512;
                    if image.len() < at + part.len() {
                        image.resize(at + part.len(), 0);
                    }
                    image[at..at + part.len()].copy_from_slice(part);
                }
            }
        }
        Op::Truncate { size, .. } => image.resize(*size as usize, 0),
        _ => {}
    }
}

fn any_failing_write_is_told_and_costs_nothing(disk: &'static Disk) {
    let mut tried = 0;
    for full in [true, false] {
        for nth in 1.. {
            let folder = scratch();
            let key = Key::random().unwrap();
            let vault = Vault::open(folder.path(), key.clone()).unwrap();
            vault.commit(page(0)).unwrap();
            vault.record_action(action(0), "{}".into()).unwrap();
            let mut confirmed = BTreeSet::from([action(0).id.to_string()]);
            disk.fail(folder.path(), nth, full);
            let result = vault.record_action(action(1), "{}".into());
            let failed = disk.heal();
            match result {
                Ok(()) => {
                    confirmed.insert(action(1).id.into());
                }
                Err(VaultError::Full | VaultError::Disk(_) | VaultError::Database(_)) => {}
                Err(other) => panic!("write {nth}: {other:?}"),
            }
            // Room was made: the next click works, on the same open cache.
            vault
                .record_action(action(2), "{}".into())
                .unwrap_or_else(|e| panic!("write {nth}, full {full}: the click after it: {e:?}"));
            confirmed.insert(action(2).id.into());
            drop(vault);
            look(folder.path(), &key, &confirmed, &format!("write {nth}, full {full}"));
            tried += 1;
            if !failed {
                assert!(confirmed.contains(action(1).id.as_str()), "nothing failed, so it was recorded");
                break;
            }
        }
    }
    println!("{tried} clicks with a failing write");
    assert!(tried > 6, "several writes stand in the way of a click");
}
