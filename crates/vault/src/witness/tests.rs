//! Whoever holds the key of a station's cache can change any row of its record, and is found out: by the record itself, or by the
//! stations that saw it.
#![allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::collections::BTreeMap;
use std::path::Path;

use clinical::{About, Action, Actor, DAY_MS, Instant, MINUTE_MS, Verb};
use record::{Entry, EntryKind, Known, verify};
use rusqlite::Connection;

use super::hear::Heard;
use crate::entries::checkpoints::seal;
use crate::entries::entry::NewEntry;
use crate::entries::tree::{COLUMNS, Tree, entry};
use crate::error::VaultError;
use crate::keys::key::Key;
use crate::store::vault::Vault;
use crate::upkeep::damage::rebuild;
use crate::upkeep::retention::Retention;

const START: i64 = 1_773_525_600_000;

/// A station, and the minute it lives in.
struct Station {
    _folder: tempfile::TempDir,
    key: Key,
    vault: Vault,
}

impl Station {
    fn new(name: &str) -> Station {
        // In memory where that can be: each entry waits for the disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let (folder, key) = (folder.unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        vault.is_called(name).unwrap();
        Station { _folder: folder, key, vault }
    }

    fn with(name: &str, entries: usize) -> Station {
        let station = Station::new(name);
        station.enter(entries, 0);
        station
    }

    fn path(&self) -> &Path {
        self._folder.path()
    }

    /// Some entries more.
    fn enter(&self, many: usize, minute: i64) {
        for n in 0..many {
            let who = Actor::known("Practitioner/7", "N. Okafor").acting_as(Some("Nurse".into()));
            let at = Instant(START + minute * MINUTE_MS + n as i64);
            let entry = NewEntry::new(EntryKind::Disclosure, at, &who, format!("report {minute} {n} shown"));
            self.vault.audit(entry.of(Some(&"p".into()))).unwrap();
        }
    }

    /// What it says of its own record.
    fn fault(&self) -> Option<String> {
        self.vault.read(|r| r.record_state(Instant(START))).unwrap().fault
    }

    fn complaints(&self) -> Vec<String> {
        let found = self.vault.read(|r| r.record_complaints(Instant(START))).unwrap();
        found.into_iter().map(|complaint| complaint.words).collect()
    }

    fn sql(&self, sql: &'static str) {
        self.vault.write(move |c| Ok(c.execute_batch(sql)?)).unwrap();
    }

    /// Everything is written anew and signed for with the station's own key, as if it had always been so. `seen` keeps who saw it, so
    /// that a proof can be shown to them.
    fn forge(&self, seen: bool, change: impl FnOnce(&mut Vec<Entry>) + Send + 'static) {
        let work = move |connection: &mut Connection| {
            let mut entries: Vec<Entry> = connection
                .prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY seq"))?
                .query_map([], |row| entry(row, 0))?
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect();
            change(&mut entries);
            connection.execute_batch("DELETE FROM entry; DELETE FROM node; DELETE FROM checkpoint")?;
            if !seen {
                connection.execute_batch("DELETE FROM own_witness")?;
            }
            for (n, entry) in entries.iter_mut().enumerate() {
                entry.seq = n as u64 + 1;
                Tree(connection).put(entry)?;
            }
            seal(connection, Instant(START))?;
            Ok(())
        };
        self.vault.write(work).unwrap();
    }
}

/// What a server keeps of words, each in the place of the one before it.
#[derive(Default)]
struct Server {
    words: BTreeMap<String, Heard>,
    writes: i64,
}

impl Server {
    fn hear(&self, station: &Station, now: Instant) {
        station.vault.hear(self.words.values().cloned().collect(), None, now).unwrap();
    }

    /// As the sync does it: others are heard, then is told what is to be told. `is_honest` is the program as it is; another one puts
    /// its words over whatever is there.
    fn round(&mut self, station: &Station, minute: i64, is_honest: bool) {
        let now = Instant(START + minute * MINUTE_MS);
        if is_honest {
            self.hear(station, now);
        }
        station.vault.seal_record(now).unwrap();
        let name = station.vault.read(|r| r.called()).unwrap();
        for word in station.vault.read(|r| r.words_to_send(now)).unwrap() {
            let known = self.words.get(&word.id).cloned().filter(|_| is_honest && !word.is_cosignature);
            if known.is_some_and(|known| station.vault.hear(vec![known], None, now).unwrap() > 0) {
                continue;
            }
            self.writes += 1;
            let heard = Heard {
                is_cosignature: word.is_cosignature,
                station: name.clone(),
                text: word.text.clone(),
                updated: Some(now + self.writes),
            };
            self.words.insert(word.id.clone(), heard);
            station.vault.word_is_kept(&word, now).unwrap();
        }
    }

    /// Everybody in turn.
    fn rounds(&mut self, stations: &[&Station], minutes: impl Iterator<Item = i64>) {
        for minute in minutes {
            for station in stations {
                self.round(station, minute, true);
            }
        }
    }
}

/// Two stations that saw each other, the first with so many entries.
fn seen(entries: usize) -> (Station, Station, Server) {
    let (a, b, mut server) = (Station::with("7B-1", entries), Station::with("7B-2", 3), Server::default());
    server.rounds(&[&a, &b], 0..4);
    (a, b, server)
}

#[test]
fn stations_see_each_others_records_and_say_when() {
    let (a, b, mut server) = seen(100);
    let state = a.vault.read(|r| r.record_state(Instant(START))).unwrap();
    let (at, entries, by) = state.witnessed.clone().unwrap();
    assert_eq!((at, by.as_str()), (Instant(START), "7B-2"));
    assert!(entries >= 100 && entries <= state.entries, "{state:?}");
    assert_eq!((state.fault, state.missing, state.removed, state.complaints), (None, 0, 0, vec![]));
    // It goes on, and every further state is seen to hold the one before.
    for quarter in 1..8 {
        a.enter(70, quarter * 15);
        server.rounds(&[&a, &b], quarter * 15..quarter * 15 + 3);
        let state = a.vault.read(|r| r.record_state(Instant(START))).unwrap();
        let (at, entries, _) = state.witnessed.unwrap();
        assert_eq!(at, Instant(START + quarter * 15 * MINUTE_MS));
        assert_eq!(entries, state.entries);
    }
    assert_eq!((a.complaints(), b.complaints()), (vec![], vec![]));
    assert_eq!(server.words.len(), 4, "one of each, and one of each by the other");
}

#[test]
fn a_record_that_grows_says_once_who_was_seen_and_sends_no_more_than_it_has_to() {
    let (a, b, mut server) = seen(10);
    server.rounds(&[&a, &b], 4..40);
    let writes = server.writes;
    server.rounds(&[&a, &b], 40..600);
    assert_eq!(server.writes, writes, "nothing was entered, and nothing is told");
    let log = b.vault.read(|r| r.log(100)).unwrap();
    let of_a = log.iter().filter(|entry| entry.what.contains("7B-1")).collect::<Vec<_>>();
    assert_eq!(of_a.len(), 1);
    assert_eq!(of_a[0].kind, EntryKind::Station);
}

#[test]
fn a_row_that_was_changed_is_named_whichever_it_is() {
    let changes: [(&str, &str); 9] = [
        ("UPDATE entry SET what = 'nothing' WHERE seq = 7", "entry 7: changed"),
        ("UPDATE entry SET who_id = NULL WHERE seq = 7", "entry 7: changed"),
        ("UPDATE entry SET kind = 'lock' WHERE seq = 7", "entry 7: changed"),
        ("UPDATE entry SET kind = 'nonsense' WHERE seq = 7", "entry 7: unreadable"),
        ("DELETE FROM entry WHERE seq = 7", "entry 7: missing"),
        (
            "UPDATE entry SET seq = -1 WHERE seq = 7; UPDATE entry SET seq = 7 WHERE seq = 9;
             UPDATE entry SET seq = 9 WHERE seq = -1",
            "entry 7: changed",
        ),
        ("DELETE FROM entry WHERE seq >= 7; DELETE FROM node WHERE level = 0 AND at >= 6", "cut"),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND at = 6", "entry 7: changed"),
        ("DELETE FROM entry WHERE seq <= 6", "entry 1: missing"),
    ];
    for (change, wanted) in changes {
        let (a, ..) = seen(20);
        assert_eq!(a.fault(), None);
        a.sql(change);
        let fault = a.fault().unwrap();
        assert!(fault.contains(wanted), "{change}: {fault}");
        assert!(!a.vault.check_record(Instant(START)).unwrap());
        assert_eq!(a.complaints(), ["own record does not verify"]);
        // What people do is recorded all the same.
        a.enter(3, 9);
    }
    let (a, ..) = seen(20);
    a.sql("INSERT INTO entry (seq, kind, at, who, what, station) VALUES (900, 'act', 1, 'x', 'y', '')");
    assert!(a.fault().unwrap().contains("inserted") || a.fault().unwrap().contains("missing"));
}

#[test]
fn a_record_that_was_written_anew_with_the_stations_own_key_convicts_itself_at_the_server() {
    type Change = fn(&mut Vec<Entry>);
    let changes: [(Change, &str); 5] = [
        (|all| all[6].what = "nothing".into(), "own record was rewritten"),
        (|all| drop(all.remove(6)), "own record was"),
        (|all| all.insert(6, all[3].clone()), "own record was rewritten"),
        (|all| all.truncate(6), "own record was cut"),
        (|all| all.clear(), "own record was cut"),
    ];
    for (change, wanted) in changes {
        let (a, b, mut server) = seen(30);
        a.forge(false, change);
        assert_eq!(a.fault(), None, "by itself it is one story");
        a.enter(1, 20);
        let before = server.words.values().map(|word| word.text.clone()).collect::<Vec<_>>();
        server.rounds(&[&a, &b], 20..24);
        assert!(a.complaints()[0].contains(wanted), "{:?}", a.complaints());
        let after = server.words.values().map(|word| word.text.clone()).collect::<Vec<_>>();
        assert!(before.iter().all(|text| after.contains(text)), "nothing is put over what says otherwise");
        let log = a.vault.read(|r| r.log(10)).unwrap();
        assert!(log.iter().any(|entry| entry.what.contains(wanted)), "and it stands in the record");
    }
}

#[test]
fn another_program_with_the_stations_own_key_is_convicted_by_whoever_saw_its_record() {
    type Change = fn(&mut Vec<Entry>);
    let rewrite: Change = |all| all[6].what = "nothing".into();
    let as_long: Change = |all| {
        all[6].what = "nothing".into();
        all.truncate(29);
    };
    let changes: [(Change, bool, &str); 5] = [
        (as_long, false, "record of 7B-1 tells two stories"),
        (rewrite, true, "record of 7B-1 was rewritten"),
        (rewrite, false, "record of 7B-1 is not proven"),
        (|all| all.truncate(6), false, "record of 7B-1 was cut"),
        (|all| all.clear(), false, "record of 7B-1 was cut"),
    ];
    for (n, (change, keeps, wanted)) in changes.into_iter().enumerate() {
        let (a, b, mut server) = seen(30);
        a.forge(keeps, change);
        for quarter in 1..6 {
            a.enter(1, quarter * 15);
            server.round(&a, quarter * 15, false);
            server.round(&b, quarter * 15, true);
        }
        let found = b.complaints();
        assert_eq!(found[0], wanted, "{n}: {found:?}");
        let log = b.vault.read(|r| r.log(10)).unwrap();
        assert!(log.iter().any(|entry| entry.what.starts_with(&found[0])), "{n}: it stands in the record");
        // Nobody signs for it any more.
        let state = a.vault.read(|r| r.record_state(Instant(START))).unwrap();
        let is_new = state.witnessed.is_some_and(|(at, ..)| at > Instant(START + 4 * MINUTE_MS));
        assert!(!is_new, "{n}");
    }
}

#[test]
fn two_stories_for_two_stations_show_as_soon_as_these_hear_of_each_other() {
    let (a, b, c) = (Station::with("7B-1", 30), Station::new("7B-2"), Station::new("7B-3"));
    let (mut one, mut other) = (Server::default(), Server::default());
    one.rounds(&[&a, &b], 0..15);
    // The same station tells the third something else of as many entries.
    a.forge(false, |all| all[6].what = "nothing".into());
    other.round(&a, 20, false);
    other.rounds(&[&c], 20..23);
    assert_eq!((b.complaints(), c.complaints()), (vec![], vec![]));
    // What the third saw comes to the server of the second.
    one.words.extend(other.words.into_iter().filter(|(_, word)| word.is_cosignature));
    one.rounds(&[&b], 24..26);
    assert_eq!(b.complaints(), ["record of 7B-1 tells two stories"]);
}

#[test]
fn a_station_that_was_away_for_days_catches_up_and_nobody_is_accused() {
    let (a, b, mut server) = seen(30);
    let c = Station::new("7B-3");
    let mut minute = 10;
    for day in 0..3 {
        for _ in 0..20 {
            minute += 15;
            a.enter(9, minute);
            server.rounds(&[&a, &c], minute..minute + 2);
        }
        if day == 1 {
            server.rounds(&[&b], minute + 3..minute + 4);
        }
    }
    server.rounds(&[&a, &b, &c], minute + 20..minute + 24);
    minute += 60;
    a.enter(9, minute);
    server.rounds(&[&b, &a, &c], minute..minute + 40);
    for station in [&a, &b, &c] {
        assert_eq!(station.complaints(), Vec::<String>::new());
        assert_eq!(station.fault(), None);
    }
    let judged = "SELECT count(*) FROM seen WHERE judged = 'unproven'";
    let open: i64 = b.vault.read(|r| Ok(r.connection.query_row(judged, [], |row| row.get(0))?)).unwrap();
    assert_eq!(open, 0, "what it had not seen is proven to it");
}

#[test]
fn what_others_say_that_nobody_signed_changes_nothing_and_another_key_is_named() {
    let (a, b, server) = seen(10);
    let mut words: Vec<Heard> = server.words.values().cloned().collect();
    for word in &mut words {
        word.text = word.text.replace("vigil/", "vigil/00");
        word.updated = Some(Instant(START + 900 * MINUTE_MS));
    }
    let log = |station: &Station| station.vault.read(|r| r.log(1000)).unwrap().len();
    let before = log(&b);
    assert_eq!(b.vault.hear(words, None, Instant(START)).unwrap(), 0);
    let nonsense =
        |text: &str| Heard { is_cosignature: false, station: "x".into(), text: text.into(), updated: None };
    let nonsense = ["", "{}", "null", "{\"key\":1}"].map(nonsense).to_vec();
    assert_eq!(b.vault.hear(nonsense, None, Instant(START)).unwrap(), 0);
    assert_eq!(log(&b), before);
    // The station's name for its log, and another key.
    a.sql("UPDATE record_key SET secret = zeroblob(32)");
    a.forge(false, |_| {});
    let mut server = server;
    server.round(&a, 30, false);
    server.round(&b, 31, true);
    assert_eq!(b.complaints(), ["record of 7B-1 is signed by another"]);
}

#[test]
fn what_is_older_than_the_site_keeps_goes_and_the_rest_still_verifies() {
    let (a, b, mut server) = seen(50);
    a.enter(20, 3 * 24 * 60);
    a.vault.set_retention(Retention { numerics: 1, at_home: 1, waves: 1, events: 1 }).unwrap();
    let now = Instant(START + 3 * DAY_MS);
    a.vault.retain(now).unwrap();
    let state = a.vault.read(|r| r.record_state(now)).unwrap();
    assert_eq!((state.fault, state.missing), (None, 0));
    assert!(state.removed >= 50, "{}", state.removed);
    let log = a.vault.read(|r| r.log(100)).unwrap();
    assert_eq!(log[0].kind, EntryKind::Retention);
    assert_eq!(log.last().unwrap().seq, state.removed + 1);
    // At once again there is nothing to do, and no entry about it.
    a.vault.retain(now).unwrap();
    assert_eq!(a.vault.read(|r| r.log(100)).unwrap().len(), log.len());
    server.rounds(&[&a, &b], 3 * 24 * 60..3 * 24 * 60 + 4);
    assert_eq!((a.complaints(), b.complaints()), (vec![], vec![]));
    // More than was said is a gap.
    a.sql("DELETE FROM entry WHERE seq = (SELECT min(seq) FROM entry)");
    let state = a.vault.read(|r| r.record_state(now)).unwrap();
    assert!(state.fault.unwrap().contains("missing"));
}

#[test]
fn a_station_that_is_killed_before_it_signed_has_lost_nothing() {
    let station = Station::with("7B-1", 5);
    // Of the first entry a checkpoint was made, of the others none yet.
    let sealed = "SELECT max(size) FROM checkpoint";
    let sealed = |vault: &Vault| -> i64 {
        vault.read(|r| Ok(r.connection.query_row(sealed, [], |row| row.get(0))?)).unwrap()
    };
    assert_eq!(sealed(&station.vault), 1);
    let Station { _folder: folder, key, vault } = station;
    drop(vault);
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    let state = vault.read(|r| r.record_state(Instant(START))).unwrap();
    assert_eq!((state.entries, state.fault), (5, None));
    let text = vault.read(|r| r.record_text()?.whole()).unwrap();
    assert_eq!(verify(text.as_slice(), &Known::default()).unwrap().entries, 5);
    // Beside an open window it is the same.
    let beside = Vault::open_to_read(folder.path(), key).unwrap();
    assert_eq!(beside.read(|r| r.record_text()?.whole()).unwrap(), text);
    vault.seal_record(Instant(START)).unwrap();
    assert_eq!(sealed(&vault), 5);
    for _ in 0..64 {
        vault.audit(NewEntry::new(EntryKind::Act, Instant(START + 1), "x", "y")).unwrap();
    }
    assert_eq!(sealed(&vault), 69, "so many are signed for by themselves");
    vault.audit(NewEntry::new(EntryKind::Act, Instant(START + 6 * MINUTE_MS), "x", "y")).unwrap();
    assert_eq!(sealed(&vault), 70, "and after so much time");
}

#[test]
fn a_cache_that_begins_anew_takes_its_record_along_where_it_is_whole_and_says_so_where_it_is_not() {
    for is_whole in [true, false] {
        let (a, b, mut server) = seen(20);
        let entries = a.vault.read(|r| r.record_state(Instant(START))).unwrap().entries;
        if !is_whole {
            a.sql("UPDATE entry SET what = 'nothing' WHERE seq = 7");
        }
        let Station { _folder: folder, key, vault } = a;
        drop(vault);
        rebuild(folder.path(), &key, Instant(START + 20 * MINUTE_MS)).unwrap();
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let a = Station { _folder: folder, key, vault };
        let state = a.vault.read(|r| r.record_state(Instant(START))).unwrap();
        assert_eq!(state.fault, None);
        assert_eq!(state.entries, if is_whole { entries + 1 } else { 1 });
        let last = a.vault.read(|r| r.log(1)).unwrap().remove(0).what;
        assert_eq!(last.contains("a record begins anew"), !is_whole, "{last}");
        server.rounds(&[&a, &b], 40..44);
        assert_eq!((a.complaints(), b.complaints()), (vec![], vec![]));
        // Whoever saw the one before says that another took its place.
        let log = b.vault.read(|r| r.log(100)).unwrap();
        let said = log.iter().any(|entry| entry.what.contains("that it kept before"));
        assert_eq!(said, !is_whole);
    }
}

#[test]
fn an_act_that_only_the_journal_had_gets_its_entry_when_the_cache_is_opened() {
    let station = Station::new("7B-1");
    let action = Action {
        id: "a".into(),
        about: About::Episode("e".into()),
        verb: Verb::Take,
        by: Actor::known("Practitioner/7", "N. Okafor").acting_as(Some("Nurse".into())),
        at: Instant(START),
        note: None,
        to: None,
    };
    station.vault.record_action(action, "{}".into()).unwrap();
    // The power failed between the journal and the database.
    station.sql(
        "DELETE FROM action; DELETE FROM outbox; DELETE FROM entry; DELETE FROM node; DELETE FROM checkpoint",
    );
    let Station { _folder: folder, key, vault } = station;
    drop(vault);
    let vault = Vault::open(folder.path(), key).unwrap();
    let log = vault.read(|r| r.log(9)).unwrap();
    assert_eq!(log.len(), 1);
    let entry = &log[0];
    assert_eq!((entry.seq, entry.kind, entry.what.as_str()), (1, EntryKind::Act, "take"));
    assert_eq!((entry.who_id.as_deref(), entry.role.as_deref()), (Some("Practitioner/7"), Some("Nurse")));
    assert_eq!(vault.read(|r| r.record_state(Instant(START))).unwrap().fault, None);
}

#[test]
fn a_cache_whose_key_for_the_record_is_gone_says_so_and_takes_entries_all_the_same() {
    let station = Station::with("7B-1", 3);
    station.sql("DELETE FROM record_key");
    assert_eq!(station.fault(), Some(VaultError::RecordKey.to_string()));
    station.enter(3, 1);
    assert_eq!(station.vault.read(|r| r.log(100)).unwrap().len(), 6);
    assert!(station.key.proof(&[0; 32]).is_ok() && station.path().exists());
}

/// A stream of numbers that a seed repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// `VIGIL_TAMPERINGS` says how many are tried.
#[test]
fn no_tampering_of_the_rows_or_of_everything_goes_unnamed() {
    let many = std::env::var("VIGIL_TAMPERINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    crate::store::schema::leave_memory_as_it_is();
    let mut dice = Dice(18);
    for n in 0..many {
        let (a, b, mut server) = seen(20);
        let (seq, other, way) = (1 + dice.below(20), 1 + dice.below(20), dice.below(5));
        let is_forged = dice.below(2) == 1;
        if is_forged {
            // Past what the witness saw by one, so that the sizes of both stories differ now and then.
            let more = dice.below(3);
            a.forge(dice.below(2) == 1, move |all| {
                match way {
                    0 => all[seq - 1].what.push('!'),
                    1 => drop(all.remove(seq - 1)),
                    2 if seq != other => all.swap(seq - 1, other - 1),
                    3 => all.insert(seq - 1, Entry { what: "forged".into(), ..all[seq].clone() }),
                    _ => all.truncate(seq - 1),
                }
                all.extend(all.last().cloned().into_iter().cycle().take(more));
            });
            for quarter in 1..6 {
                a.enter(1, quarter * 15);
                server.round(&a, quarter * 15, false);
                server.round(&b, quarter * 15, true);
            }
            assert!(!b.complaints().is_empty(), "{n}: way {way} at {seq} with {more} more");
        } else {
            a.vault
                .write(move |c| {
                    let text = match way {
                        0 => format!("UPDATE entry SET what = what || '!' WHERE seq = {seq}"),
                        1 => format!("DELETE FROM entry WHERE seq = {seq}"),
                        2 => format!("UPDATE node SET hash = randomblob(32) WHERE level = 0 AND at = {seq} - 1"),
                        3 => format!("UPDATE entry SET seq = seq + 1000 WHERE seq = {seq}"),
                        _ => format!(
                            "DELETE FROM entry WHERE seq >= {seq}; DELETE FROM node WHERE level = 0 AND at >= {seq} - 1"
                        ),
                    };
                    Ok(c.execute_batch(&text)?)
                })
                .unwrap();
            assert!(a.fault().is_some(), "{n}: way {way} at {seq}");
        }
    }
}
