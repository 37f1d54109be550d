//! Damage, a full disk, another version, a rotation that is killed: an error that says so, and nothing lost.
#![allow(clippy::unwrap_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use clinical::{About, Action, Actor, Body, Fact, Instant, Person, Role, Sex, Source, Verb};
use vault::{
    Access, Key, KeyStore, PageCommit, Pin, Vault, VaultError, check, forget, rebuild, rotate, salvageable,
    salvaged, unlock,
};
use zeroize::Zeroizing;

#[derive(Default)]
struct Memory(Mutex<HashMap<String, Vec<u8>>>);

impl KeyStore for Memory {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), String> {
        self.0.lock().unwrap().insert(name.into(), secret.to_vec());
        Ok(())
    }
    fn delete(&self, name: &str) -> Result<(), String> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

fn action(id: usize) -> Action {
    Action {
        id: format!("0190c0de-0000-7000-8000-{id:012}").into(),
        about: About::Episode(format!("e{}", id % 3).into()),
        verb: Verb::Take,
        by: Actor::named("N. Okafor"),
        at: Instant(5 + id as i64),
        note: None,
        to: None,
    }
}

fn people(vault: &Vault, n: usize) {
    let facts = (0..n)
        .map(|n| Fact {
            source: Source { reference: format!("Patient/p{n}").into(), version: "1".into() },
            updated_at: None,
            body: Body::Person(Person {
                id: format!("p{n}").into(),
                mrn: format!("MRN-{n}"),
                family: format!("Family{n}"),
                given: "Given".repeat(20),
                birth_date: None,
                sex: Sex::Unknown,
                active: true,
                deceased: false,
                replaced_by: None,
                replaces: Vec::new(),
                contacts: None,
            }),
        })
        .collect();
    vault.commit(PageCommit { facts, received: Instant(1), ..PageCommit::default() }).unwrap();
}

fn flip(file: &Path, at: u64) {
    let mut file = fs::OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0u8];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ 0x40]).unwrap();
}

const SERVER: &str = "https://fhir.example.org/r4";

/// A cache of some hundred pages with five actions that wait, closed.
fn filled(folder: &Path, key: &Key) {
    let vault = Vault::open(folder, key.clone()).unwrap();
    people(&vault, 2000);
    vault.set_setting("server", SERVER.into()).unwrap();
    vault.put_member(&"Practitioner/1".into(), "N. Okafor".into(), &Role::from("nurse")).unwrap();
    vault.set_badge(&"Practitioner/1".into(), Some("0042")).unwrap();
    for n in 0..5 {
        vault.record_action(action(n), format!("{{\"n\":{n}}}")).unwrap();
    }
}

#[test]
fn a_flipped_byte_anywhere_is_found_and_costs_no_action() {
    let key = Key::random().unwrap();
    let master = tempfile::tempdir().unwrap();
    filled(master.path(), &key);
    let length = fs::metadata(master.path().join("vault.db")).unwrap().len();
    let mut kept = 0;
    for step in 0..24 {
        let folder = tempfile::tempdir().unwrap();
        for name in ["vault.db", "vault.outbox"] {
            fs::copy(master.path().join(name), folder.path().join(name)).unwrap();
        }
        let file = folder.path().join("vault.db");
        flip(&file, length * step / 24 + 40);
        // Either it does not open, or the look through it finds the page.
        match Vault::open(folder.path(), key.clone()) {
            Err(VaultError::Unreadable(_) | VaultError::Damaged | VaultError::Database(_)) => {}
            Err(other) => panic!("{other:?}"),
            Ok(vault) => {
                drop(vault);
                assert!(!check(folder.path(), &key).unwrap().is_empty(), "a flip in part {step} went unseen");
            }
        }
        assert_eq!(salvageable(folder.path(), &key), 5);
        let opens = check(folder.path(), &key).is_ok();
        let done = rebuild(folder.path(), &key, Instant(1000)).unwrap();
        assert_eq!(done.saved, 5);
        assert_eq!(salvaged(&done.salvage, &key).unwrap().len(), 5);
        assert!(done.aside.exists(), "the damaged file is kept");
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let waiting = vault.read(|r| r.waiting()).unwrap();
        assert_eq!(waiting, (0..5).map(|n| action(n).id.to_string()).collect::<Vec<_>>(), "part {step}");
        let server = vault.read(|r| r.setting("server")).unwrap();
        assert_eq!(server.as_deref(), Some(SERVER), "part {step}: what waits is still for its own server");
        // Who works here is known as before, or the record says that it is not.
        let people = vault.read(|r| r.staff()).unwrap();
        let log = vault.read(|r| r.log(10)).unwrap();
        let is_said = log.iter().any(|entry| entry.what.starts_with("the people of this station could not"));
        assert!(people.iter().any(|one| one.has_badge) != is_said, "part {step}: {people:?}");
        // Where nothing at all can be read it cannot be known.
        let is_of_people = vault.read(|r| r.is_of_people()).unwrap();
        assert!(is_of_people || !opens, "part {step}: nobody sits here unnamed");
        kept += usize::from(!is_said);
        drop(vault);
        assert!(check(folder.path(), &key).unwrap().is_empty());
    }
    // Of people who were lost it stays one until somebody is taken in.
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    assert!(!vault.read(|r| r.is_of_people()).unwrap());
    vault.set_setting("people-lost", "1".into()).unwrap();
    assert!(vault.read(|r| r.is_of_people()).unwrap());
    vault.put_member(&"Practitioner/2".into(), "S. Varga".into(), &Role::from("nurse")).unwrap();
    let left = vault::NewEntry::new(vault::EntryKind::Setting, Instant(0), "IT", "works here no more");
    assert!(vault.change_members(vec![vault::MemberChange::Drop("Practitioner/2".into())], left).unwrap());
    assert!(!vault.read(|r| r.is_of_people()).unwrap());
    assert!(kept > 12, "people went with a page that was none of theirs: {kept} of 24 kept");
}

#[test]
fn a_truncated_file_is_told_and_rebuilt() {
    let key = Key::random().unwrap();
    for part in [0, 1, 5, 9] {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path(), &key);
        let file = folder.path().join("vault.db");
        let length = fs::metadata(&file).unwrap().len();
        fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(length * part / 10).unwrap();
        let opened = Vault::open(folder.path(), key.clone()).and_then(|v| v.read(|r| r.ward()).map(|_| ()));
        let found = check(folder.path(), &key).map(|problems| problems.len()).unwrap_or(1);
        assert!(opened.is_err() || found > 0 || part == 0, "{part}");
        assert_eq!(rebuild(folder.path(), &key, Instant(1000)).unwrap().saved, 5, "{part}");
    }
}

#[test]
fn a_read_of_a_damaged_page_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    filled(folder.path(), &key);
    let file = folder.path().join("vault.db");
    let pages = fs::metadata(&file).unwrap().len() / 4096;
    for page in 30..pages - 5 {
        flip(&file, page * 4096 + 100);
    }
    let error = Vault::open(folder.path(), key).and_then(|v| v.read(|r| r.ward()).map(|_| ())).unwrap_err();
    assert!(matches!(error, VaultError::Damaged | VaultError::Unreadable(_)), "{error:?}");
    assert!(error.to_string().contains("Nothing was deleted"), "{error}");
}

#[test]
fn a_rebuild_refuses_the_cache_of_a_newer_vigil_and_one_that_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    assert!(matches!(rebuild(folder.path(), &key, Instant(1)), Err(VaultError::Busy(_))));
    assert!(matches!(forget(folder.path(), &Memory::default()), Err(VaultError::Busy(_))));
    drop(vault);
}

fn opens(folder: &Path, access: &Access) -> Vault {
    Vault::open(folder, unlock(folder, access).unwrap()).unwrap()
}

#[test]
fn a_rotation_gives_another_key_and_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Memory::default();
    let pin = Pin::new("2580".into()).unwrap();
    for access in [Access { keyring: &keyring, pin: None }, Access { keyring: &keyring, pin: Some(&pin) }] {
        let folder = folder.path().join(if access.pin.is_some() { "pin" } else { "ring" });
        let old = unlock(&folder, &access).unwrap();
        filled(&folder, &old);
        let before = keyring.0.lock().unwrap().len();
        rotate(&folder, &access).unwrap();
        assert_eq!(keyring.0.lock().unwrap().len(), before, "the old entry is gone");
        assert!(!folder.join("vault.db").exists());
        let vault = opens(&folder, &access);
        assert_eq!(vault.read(|r| r.waiting()).unwrap().len(), 5);
        assert_eq!(vault.read(|r| r.ward()).unwrap().persons.len(), 2000);
        assert!(matches!(rotate(&folder, &access), Err(VaultError::Busy(_))), "not under an open window");
        drop(vault);
        assert!(Vault::open(&folder, old).is_err(), "the old key opens nothing");
        rotate(&folder, &access).unwrap();
        assert_eq!(opens(&folder, &access).read(|r| r.ward()).unwrap().persons.len(), 2000);
    }
    let needs_pin = rotate(&folder.path().join("pin"), &Access { keyring: &keyring, pin: None });
    assert!(matches!(needs_pin, Err(VaultError::PinNeeded)), "a PIN wrap is never dropped in passing");
}

#[test]
fn what_a_killed_rotation_left_behind_is_swept_and_the_station_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let pin = Pin::new("2580".into()).unwrap();
    let keyring = Memory::default();
    let access = Access { keyring: &keyring, pin: Some(&pin) };
    let key = unlock(folder.path(), &access).unwrap();
    filled(folder.path(), &key);
    // Killed while the copy was being written: the key file names a pending database.
    let text = fs::read_to_string(folder.path().join("keys.json")).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["pending"] = serde_json::json!({ "file": "vault-1.db", "wraps": [] });
    fs::write(folder.path().join("keys.json"), json.to_string()).unwrap();
    fs::write(folder.path().join("vault-1.db"), b"half").unwrap();
    assert_eq!(opens(folder.path(), &access).read(|r| r.waiting()).unwrap().len(), 5);
    assert!(!folder.path().join("vault-1.db").exists());
    forget(folder.path(), &keyring).unwrap();
    assert!(keyring.0.lock().unwrap().is_empty());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
}

#[test]
fn a_parked_action_is_tried_again_or_handed_over_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    for n in 0..2 {
        vault.record_action(action(n), "{}".into()).unwrap();
    }
    let id = |n: usize| action(n).id.to_string();
    vault.park(id(0), "the server refused the request (422)".into()).unwrap();
    vault.retry_all().unwrap();
    assert_eq!(vault.read(|r| r.parked()).unwrap().len(), 1, "the network coming back changes no refusal");
    vault.unpark(id(0)).unwrap();
    assert_eq!(vault.read(|r| r.due(Instant(1))).unwrap().len(), 2);
    vault.park(id(0), "refused again".into()).unwrap();
    let hand =
        |n: usize| vault.carry_on_by_hand(id(n), "N. Okafor".into(), "phoned the bedside".into(), Instant(9));
    hand(0).unwrap();
    hand(1).unwrap();
    assert_eq!(vault.read(|r| r.waiting()).unwrap(), [id(1)], "only a parked one can be handed over");
    assert_eq!(vault.read(|r| r.actions()).unwrap().len(), 2, "the action itself stays");
}
