//! A cache that an earlier version wrote opens, and every value, stay and action in it reads back as it was.
//!
//! `fixtures/README.md` says which version wrote it and how it is written anew.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clinical::{
    About, Action, Actor, Body, Code, Decimal, Device, DeviceId, Dose, Episode, Fact, Flag, HOUR_MS, Instant,
    MINUTE_MS, Measure, PatientId, Person, Place, Priority, Quality, SECOND_MS, Sample, SeenAction, Segment,
    Sex, Source, Stay, Unreadable, Verb,
};
use vault::{Access, Key, KeyStore, PageCommit, Pin, Reader, Retention, SeriesInfo, Vault, VaultError, View};
use zeroize::Zeroizing;

/// Saturday 2026-03-14, 22:00 UTC.
const START: i64 = 1_773_525_600_000;
const PIN: &str = "2580-kept";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cache")
}

fn dump_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cache.txt")
}

/// A keyring that keeps nothing, but remembers what it was given: what writes the fixture needs the key itself.
#[derive(Default)]
struct Overheard(Mutex<Vec<u8>>);

impl KeyStore for Overheard {
    fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Err("no keyring here".into())
    }
    fn set(&self, _: &str, secret: &[u8]) -> Result<(), String> {
        *self.0.lock().unwrap() = secret.to_vec();
        Err("no keyring here".into())
    }
    fn delete(&self, _: &str) -> Result<(), String> {
        Err("no keyring here".into())
    }
}

fn unlock(folder: &Path, keyring: &Overheard) -> Key {
    let pin = Pin::new(PIN.into()).unwrap();
    vault::unlock(folder, &Access { keyring, pin: Some(&pin) }).unwrap()
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

// What everything in a cache reads back as, in words of its own, so that a renamed type changes nothing here.

fn or_dash<T: Display>(value: Option<T>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}

fn list<T>(out: &mut String, title: &str, items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) {
    let mut lines: Vec<String> = items.into_iter().map(line).collect();
    lines.sort();
    writeln!(out, "{title}: {}", lines.len()).unwrap();
    lines.iter().for_each(|line| writeln!(out, "  {line}").unwrap());
}

fn dump(vault: &Vault) -> String {
    let mut out = String::new();
    let at = |minutes: i64| Instant(START + minutes * MINUTE_MS);
    vault.read(|r| station(r, &mut out)).unwrap();
    let views = [
        ("now", View::NOW),
        ("at 02:30", View::at(at(150))),
        ("at 08:00", View::at(at(480))),
        ("as shown 02:30", View::as_shown(at(150))),
        ("as shown 04:30", View::as_shown(at(270))),
        ("as shown 08:00", View::as_shown(at(480))),
    ];
    for (name, view) in views {
        writeln!(out, "\n== {name}").unwrap();
        vault.read_as(view, |r| ward(r, &mut out)).unwrap();
        vault.read_as(view, |r| values(r, &mut out, view == View::NOW)).unwrap();
    }
    out
}

fn station(r: &Reader, out: &mut String) -> Result<(), VaultError> {
    for key in ["server", "retention-days", "alarm-delays", "nothing"] {
        writeln!(out, "setting {key}: {}", or_dash(r.setting(key)?)).unwrap();
    }
    let kept = r.retention()?;
    writeln!(out, "retention: {} {} {}", kept.numerics, kept.waves, kept.events).unwrap();
    for kind in ["Observation", "first/Observation", "Patient", "nothing"] {
        writeln!(out, "cursor {kind}: {}", or_dash(r.cursor(kind)?)).unwrap();
    }
    writeln!(out, "waiting: {}", r.waiting()?.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        .unwrap();
    writeln!(out, "next due: {}", or_dash(r.next_due()?.map(|t| t.0))).unwrap();
    for due in r.due(Instant(START + 40 * HOUR_MS))? {
        writeln!(
            out,
            "due {} {} in {}, tried {}, next {}: {}",
            due.seq, due.key, due.lane, due.tries, due.next_at.0, due.body
        )
        .unwrap();
    }
    for parked in r.parked()? {
        writeln!(out, "parked {}: {}", parked.action, parked.reason).unwrap();
    }
    for item in r.quarantine()? {
        writeln!(out, "quarantine {} {}: {}", item.at.0, item.reference, item.reason).unwrap();
    }
    for entry in r.log(1000)? {
        writeln!(out, "log {} {} {:?} {}", entry.at.0, entry.who, entry.what, or_dash(entry.about)).unwrap();
    }
    Ok(())
}

fn about(about: &About) -> String {
    match about {
        About::Episode(id) => id.to_string(),
        About::Patient(id) => format!("Patient/{id}"),
        About::Unit => String::new(),
    }
}

fn seen(seen: &SeenAction) -> String {
    assert!(seen.action.by.id.is_name_only(), "nothing but the name was ever known");
    let SeenAction { action: a, accepted_at } = seen;
    format!(
        "{} {} {} on {:?} by {}, accepted {}, note {:?}",
        a.at.0,
        a.id,
        a.verb.code(),
        about(&a.about),
        a.by.name,
        or_dash(accepted_at.map(|t| t.0)),
        a.note
    )
}

fn episode(e: &Episode) -> String {
    format!(
        "{} {} of {}: {:?} {:?} {:?}, ended {}",
        e.onset.0,
        e.id,
        e.patient.as_ref().map_or("", PatientId::as_str),
        e.priority,
        e.text,
        e.measure,
        or_dash(e.ended.map(|t| t.0))
    )
}

fn ward(r: &Reader, out: &mut String) -> Result<(), VaultError> {
    let ward = r.ward()?;
    list(out, "persons", &ward.persons, |p| {
        format!(
            "{} mrn {:?} {:?} {:?} born {} {:?} active {}",
            p.id,
            p.mrn,
            p.family,
            p.given,
            or_dash(p.birth_date.as_ref()),
            p.sex,
            p.active
        )
    });
    list(out, "places", &ward.places, |p| {
        format!("{} {:?} bed {} part of {}", p.id, p.name, p.is_bed, or_dash(p.part_of.as_ref()))
    });
    list(out, "stays", &ward.stays, |s| {
        format!("{} {} in {} going on {}", s.id, s.patient, or_dash(s.place.as_ref()), s.in_progress)
    });
    list(out, "devices", &ward.devices, |d| {
        format!("{} on {} {:?} active {}", d.id, or_dash(d.patient.as_ref()), d.name, d.active)
    });
    list(out, "flags", &ward.flags, |f| {
        let until = or_dash(f.until.map(|t| t.0));
        format!("{} {} {} by {:?} from {} until {until}", f.id, f.patient, f.codes.join(" "), f.by, f.since.0)
    });
    list(out, "newest", &ward.values, |v| {
        format!("{} {} {} artefact {} from {}", name(&v.series), v.taken_at.0, v.value, v.artefact, v.source)
    });
    list(out, "episodes", &ward.episodes, episode);
    list(out, "episodes since the start", &r.episodes_since(Instant(START))?, episode);
    list(out, "actions of the board", &ward.actions, seen);
    list(out, "actions", &r.actions()?, seen);
    list(out, "actions unsent", &r.actions_unsent()?, seen);
    list(out, "actions of the unit", &r.actions_of_unit()?, seen);
    list(out, "actions from 03:00", &r.actions_since(Instant(START + 3 * HOUR_MS))?, seen);
    list(out, "site", ward.site.list(), |(key, value, _)| format!("{key} = {value}"));
    for id in ["e-high", "e-medium", "vigil-limit-ari-8867-4", "nothing"] {
        writeln!(out, "episode {id}: {}", r.episode(&id.into())?.as_ref().map_or("-".into(), episode))
            .unwrap();
        writeln!(out, "  first received {}", or_dash(r.first_received(&id.into())?.map(|t| t.0))).unwrap();
        list(out, "  actions on it", &r.actions_on(&id.into())?, seen);
    }
    for patient in PATIENTS.map(PatientId::from) {
        writeln!(out, "{patient} lies in {}", or_dash(r.unit_of(&patient)?)).unwrap();
        list(out, "  doses", r.doses(&patient, Instant(START - HOUR_MS))?, |d| {
            let amount = d.amount.map(|(value, unit)| format!("{value} {unit}"));
            format!("{} {} of {}: {:?} {}", d.at.0, d.id, d.patient, d.what, or_dash(amount))
        });
        list(out, "  written about", &r.actions_about(&patient)?, seen);
    }
    Ok(())
}

const PATIENTS: [&str; 6] = ["ari", "bea", "cem", "cem-old", "dov", "eve"];

fn name(s: &SeriesInfo) -> String {
    let system = if s.mdc { "mdc" } else { "loinc" };
    let device = s.device.as_ref().map_or("", DeviceId::as_str);
    format!("{} {device:?} {system} {} {} streamed {}", s.patient, s.code, s.unit, s.streamed)
}

/// FNV-1a of what reads back, where it is too much to write down a second time.
fn digest(values: &[(Instant, Decimal, bool)]) -> u64 {
    let words = values
        .iter()
        .flat_map(|(t, v, artefact)| [t.0, v.mantissa, i64::from(v.scale), i64::from(*artefact)]);
    words.flat_map(i64::to_le_bytes).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn values(r: &Reader, out: &mut String, in_full: bool) -> Result<(), VaultError> {
    let mut series = Vec::new();
    let mut known = BTreeSet::new();
    for patient in PATIENTS {
        series.extend(r.series_of(&patient.into())?.into_iter().filter(|s| known.insert(s.id)));
    }
    series.sort_by_key(name);
    let (from, to) = (Instant(START - 24 * HOUR_MS), Instant(START + 48 * HOUR_MS));
    for s in &series {
        let all = r.decimals(s.id, Instant(i64::MIN), Instant(i64::MAX))?;
        writeln!(out, "series {}: {} values, {:016x}", name(s), all.len(), digest(&all)).unwrap();
        let points = r.points(s.id, Instant(i64::MIN), Instant(i64::MAX))?;
        assert_eq!(points.len(), all.len());
        assert!(
            all.iter().zip(&points).all(|((t, v, a), p)| (t.0, v.to_f64(), *a) == (p.t, p.v, p.artefact))
        );
        let columns = r.window(s.id, Instant(i64::MIN), Instant(i64::MAX))?.blocks()?.columns()?;
        let good: Vec<(i64, f64)> = points.iter().filter(|p| !p.artefact).map(|p| (p.t, p.v)).collect();
        assert_eq!(columns.times.iter().copied().zip(columns.values).collect::<Vec<_>>(), good);
        assert_eq!(columns.artefacts.len(), points.len() - good.len());
        if in_full {
            write_values(out, &all);
        }
        for minutes in [31, 150, 480] {
            let before = r.before(s.id, Instant(START + minutes * MINUTE_MS))?;
            writeln!(out, "  before +{minutes}: {}", or_dash(before.map(|(t, v)| format!("{} {v}", t.0))))
                .unwrap();
        }
        let shown =
            |span: &Option<vault::Span>| span.map_or("-".into(), |s| format!("{}..{}", s.low, s.high));
        for (from, to, columns) in [
            (from, to, 36),
            (Instant(START), Instant(START + 3 * HOUR_MS), 20),
            (Instant(START), Instant(START + 10 * MINUTE_MS), 15),
        ] {
            let spans = r.min_max(s.id, from, to, columns)?;
            writeln!(out, "  outline {columns}: {}", spans.iter().map(shown).collect::<Vec<_>>().join(" "))
                .unwrap();
        }
    }
    Ok(())
}

/// Values of one even step on one line: its first moment, the step, the values; an artefact has a mark.
fn write_values(out: &mut String, all: &[(Instant, Decimal, bool)]) {
    let step = |n: usize| all.get(n + 1).map(|next| next.0.ms_since(all[n].0));
    let mut n = 0;
    while n < all.len() {
        let every = step(n);
        write!(out, "  {} +{}:", all[n].0.0, or_dash(every)).unwrap();
        let from = n;
        loop {
            let (_, value, artefact) = all[n];
            write!(out, " {value}{}", if artefact { "!" } else { "" }).unwrap();
            n += 1;
            if n >= all.len() || n - from >= 600 || step(n - 1) != every {
                break;
            }
        }
        out.push('\n');
    }
}

// What is in the kept cache.

fn page(received: i64, facts: Vec<Fact>) -> PageCommit {
    PageCommit { facts, received: Instant(START + received), ..PageCommit::default() }
}

fn fact(reference: &str, version: &str, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: version.into() }, updated_at: None, body }
}

fn temperature(patient: &str, n: i64, version: &str, t: i64, value: &str, quality: Quality) -> Fact {
    let code = Code::Loinc("8310-5".into());
    single(patient, None, code, "Cel", &format!("Observation/{patient}-t{n}"), version, t, value, quality)
}

#[allow(clippy::too_many_arguments)]
fn single(
    patient: &str,
    device: Option<&str>,
    code: Code,
    unit: &str,
    reference: &str,
    version: &str,
    t: i64,
    value: &str,
    quality: Quality,
) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: patient.into(),
        device: device.map(Into::into),
        code,
        value: value.parse().unwrap(),
        unit: unit.into(),
        taken_at: Instant(t),
        quality,
    };
    fact(reference, version, Body::Samples(vec![sample]))
}

struct Signal {
    patient: &'static str,
    device: Option<&'static str>,
    code: Code,
    unit: &'static str,
    period_ms: f64,
    scale: u8,
}

impl Signal {
    fn part(&self, reference: &str, version: &str, start: i64, mantissas: Vec<i64>) -> Fact {
        let segment = Segment {
            patient: self.patient.into(),
            device: self.device.map(Into::into),
            code: self.code.clone(),
            unit: self.unit.into(),
            start: Instant(START + start),
            period_ms: self.period_ms,
            scale: self.scale,
            mantissas,
        };
        fact(reference, version, Body::Segments(vec![segment]))
    }
}

/// Numbers without a pattern, the same each time (SplitMix64).
fn noise(n: i64) -> i64 {
    let mut z = (n as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as i64
}

fn jitter(n: i64, width: i64) -> i64 {
    noise(n).rem_euclid(width)
}

fn people() -> Vec<Fact> {
    let person =
        |id: &str, mrn: &str, family: &str, given: &str, born: Option<&str>, sex: Sex, active: bool| Person {
            id: id.into(),
            mrn: mrn.into(),
            family: family.into(),
            given: given.into(),
            birth_date: born.map(Into::into),
            sex,
            active,
            replaced_by: None,
            replaces: Vec::new(),
        };
    let persons = [
        person("ari", "100234", "Þórðarson", "Ari Óskar", Some("1961-02-28"), Sex::Male, true),
        person("bea", "100235", "van der Meer", "Béatrice", Some("1948"), Sex::Female, true),
        person("cem", "100236", "Yıldız", "Cem", Some("1999-12"), Sex::Other, true),
        person("cem-old", "", "Yildiz", "C.", None, Sex::Unknown, true),
        person("dov", "100238", "O'Neill-Ben Ami", "Dov", Some("2024-02-29"), Sex::Male, false),
        person("eve", "100239", "李", "伊芙", Some("1932-07-01"), Sex::Female, true),
    ];
    let place = |id: &str, name: &str, is_bed: bool, part_of: Option<&str>| Place {
        id: id.into(),
        name: name.into(),
        is_bed,
        part_of: part_of.map(Into::into),
    };
    let places = [
        place("w7", "Ward 7B", false, None),
        place("b1", "7B-01", true, Some("w7")),
        place("b2", "7B-02", true, Some("w7")),
        place("b3", "HDU 3", true, Some("w7")),
        place("home", "Home of Eve", false, None),
    ];
    let stay = |id: &str, patient: &str, place: Option<&str>, in_progress: bool| Stay {
        id: id.into(),
        patient: patient.into(),
        place: place.map(Into::into),
        in_progress,
    };
    let stays = [
        stay("s-ari", "ari", Some("b1"), true),
        stay("s-bea", "bea", Some("b2"), true),
        stay("s-cem", "cem-old", Some("b3"), true),
        stay("s-dov", "dov", None, false),
        stay("s-eve", "eve", Some("home"), true),
    ];
    let device = |id: &str, patient: Option<&str>, name: &str, active: bool| Device {
        id: id.into(),
        patient: patient.map(Into::into),
        name: name.into(),
        active,
    };
    let devices = [
        device("mon-1", Some("ari"), "Monitor 1", true),
        device("mon-2", Some("bea"), "Monitor 2", true),
        device("pump-1", None, "Pump in the store", false),
    ];
    let flag = Flag {
        id: "f-scale".into(),
        patient: "bea".into(),
        codes: vec!["urn:vigil:flag|news2-spo2-scale-2".into(), "urn:site|copd".into()],
        by: "Dr. Nkemelu".into(),
        since: Instant(START - 40 * HOUR_MS),
        until: None,
    };
    let old_flag = Flag {
        id: "f-old".into(),
        patient: "cem-old".into(),
        codes: vec!["http://snomed.info/sct|77386006".into()],
        by: String::new(),
        since: Instant(START - 400 * HOUR_MS),
        until: Some(Instant(START + HOUR_MS)),
    };
    let mut facts: Vec<Fact> = Vec::new();
    facts.extend(persons.into_iter().map(|p| fact(&format!("Patient/{}", p.id), "1", Body::Person(p))));
    facts.extend(places.into_iter().map(|p| fact(&format!("Location/{}", p.id), "1", Body::Place(p))));
    facts.extend(stays.into_iter().map(|s| fact(&format!("Encounter/{}", s.id), "1", Body::Stay(s))));
    facts.extend(devices.into_iter().map(|d| fact(&format!("Device/{}", d.id), "1", Body::Device(d))));
    facts.extend([flag, old_flag].into_iter().map(|f| fact(&format!("Flag/{}", f.id), "1", Body::Flag(f))));
    facts
}

fn heart() -> Signal {
    Signal {
        patient: "ari",
        device: Some("mon-1"),
        code: Code::Loinc("8867-4".into()),
        unit: "/min",
        period_ms: 1000.0,
        scale: 0,
    }
}

fn spo2() -> Signal {
    Signal { code: Code::Loinc("59408-5".into()), unit: "%", scale: 1, ..heart() }
}

/// Evenly spaced values of many shapes.
fn signals() -> Vec<Fact> {
    let mut facts = Vec::new();
    // Whole numbers in parts of 15 minutes, with ten minutes of silence after the fourth.
    for n in 0..8i64 {
        let start = n * 15 * MINUTE_MS + if n >= 4 { 10 * MINUTE_MS } else { 0 };
        let beats = (0..900).map(|s| 62 + 9 * ((s + n * 31) / 150 % 4) + jitter(n * 900 + s, 4)).collect();
        facts.push(heart().part(&format!("Observation/hr-{n}"), "1", start, beats));
    }
    for n in 0..2i64 {
        let start = n * HOUR_MS;
        let sats = (0..1800).map(|s| 962 - 40 * i64::from(s % 1400 > 1300) + jitter(s + n * 7, 9)).collect();
        let two = Signal { period_ms: 2000.0, ..spo2() };
        facts.push(two.part(&format!("Observation/sat-{n}"), "1", start, sats));
    }
    // A period that is no whole number of milliseconds, and one below one value a minute.
    let breaths = Signal { code: Code::Loinc("9279-1".into()), period_ms: 2500.4, ..heart() };
    facts.push(breaths.part(
        "Observation/rr-0",
        "1",
        3 * MINUTE_MS,
        (0..500).map(|s| 14 + jitter(s, 5)).collect(),
    ));
    facts.push(breaths.part(
        "Observation/rr-gone",
        "1",
        40 * MINUTE_MS,
        (0..300).map(|s| 99 - s % 3).collect(),
    ));
    let glucose = Signal {
        patient: "eve",
        device: None,
        code: Code::Loinc("15074-8".into()),
        unit: "mmol/L",
        period_ms: 300_000.0,
        scale: 2,
    };
    facts.push(glucose.part(
        "Observation/cgm-0",
        "1",
        -12 * HOUR_MS,
        (0..288).map(|s| 640 + 3 * (s % 40) + jitter(s, 11)).collect(),
    ));
    // Waves: both signs, and one so short that it would be rows were it no wave.
    let ecg = Signal { code: Code::Mdc("131329".into()), unit: "mV", period_ms: 4.0, scale: 3, ..heart() };
    let beat = |s: i64| match s % 200 {
        90..95 => -180,
        95..103 => 1100 - 30 * (s % 5),
        103..108 => -240,
        150..175 => 160,
        _ => jitter(s, 31) - 15,
    };
    facts.push(ecg.part("Observation/ecg-0", "1", 20 * MINUTE_MS, (0..2500).map(beat).collect()));
    facts.push(ecg.part(
        "Observation/ecg-1",
        "1",
        20 * MINUTE_MS + 10 * SECOND_MS,
        (2500..2540).map(beat).collect(),
    ));
    let pleth =
        Signal { code: Code::Mdc("150452".into()), unit: "1", period_ms: 1000.0 / 75.0, scale: 6, ..heart() };
    facts.push(pleth.part(
        "Observation/pleth-0",
        "1",
        20 * MINUTE_MS,
        (0..750).map(|s| 500_000 + (s % 75) * 4_321 + jitter(s, 900)).collect(),
    ));
    // What compresses in no usual way: all the same, and as far apart as numbers can be.
    let still = Signal {
        patient: "bea",
        device: Some("mon-2"),
        code: Code::Loinc("3151-8".into()),
        unit: "L/min",
        period_ms: 10_000.0,
        scale: 1,
    };
    facts.push(still.part("Observation/flow-0", "1", 0, vec![20; 400]));
    let wild = Signal { code: Code::Loinc("vigil-wild".into()), unit: "{wild}", scale: 18, ..still };
    let far = (0..300)
        .map(|s| if s % 50 == 0 { [i64::MAX, i64::MIN][s as usize / 50 % 2] } else { noise(s) })
        .collect();
    facts.push(wild.part("Observation/wild-0", "1", 0, far));
    // Too few for a chunk of their own.
    let few = Signal { code: Code::Loinc("8889-8".into()), unit: "/min", scale: 0, ..still_of(&wild) };
    facts.push(few.part("Observation/pr-0", "1", 5 * MINUTE_MS, (0..40).map(|s| 71 + s % 3).collect()));
    facts
}

fn still_of(signal: &Signal) -> Signal {
    Signal { code: signal.code.clone(), ..*signal }
}

/// Single values, enough that most are sealed, with digits, artefacts and gaps.
fn singles() -> Vec<Fact> {
    let mut facts = Vec::new();
    for n in (0..1500i64).filter(|n| !(700..760).contains(n)) {
        let t = START + n * 20 * SECOND_MS;
        let (value, quality) = match n % 97 {
            50 => ("12.1".to_owned(), Quality::Artefact),
            51 => ("37".to_owned(), Quality::Good),
            _ if n % 2 == 0 => (format!("36.{:02}", 40 + jitter(n, 60)), Quality::Good),
            _ => (format!("37.{}", jitter(n, 10)), Quality::Good),
        };
        facts.push(temperature("bea", n, "1", t, &value, quality));
    }
    for n in 0..30i64 {
        let t = START + n * 15 * MINUTE_MS;
        for (code, value) in [("8480-6", 110 + jitter(n, 40)), ("8462-4", 60 + jitter(n, 25))] {
            let reference = format!("Observation/bp-{n}");
            let (code, value) = (Code::Loinc(code.into()), value.to_string());
            facts.push(single(
                "bea",
                Some("mon-2"),
                code,
                "mm[Hg]",
                &reference,
                "1",
                t,
                &value,
                Quality::Good,
            ));
        }
        facts.push(temperature("cem-old", n, "1", t, &format!("38.{}", n % 10), Quality::Good));
        let code = Code::Mdc("68060".into());
        let value = format!("{}", 80 - n);
        facts.push(single(
            "dov",
            Some("mon-3"),
            code,
            "%",
            &format!("Observation/bat-{n}"),
            "",
            t,
            &value,
            Quality::Good,
        ));
    }
    // Versions that are no numbers.
    facts.push(temperature("eve", 1, "W/\"a7\"", START, "36.60", Quality::Good));
    facts.push(temperature("eve", 1, "W/\"b1\"", START, "36.70", Quality::Good));
    facts
}

fn doses() -> Vec<Fact> {
    let dose = |id: &str, patient: &str, what: &str, amount: Option<(&str, &str)>, at: i64| {
        let dose = Dose {
            id: id.into(),
            patient: patient.into(),
            what: what.into(),
            amount: amount.map(|(value, unit)| (value.parse().unwrap(), unit.into())),
            at: Instant(START + at),
        };
        fact(&format!("MedicationAdministration/{id}"), "1", Body::Dose(dose))
    };
    vec![
        dose("d-1", "ari", "Paracetamol", Some(("1000", "mg")), 10 * MINUTE_MS),
        dose("d-2", "ari", "Noradrenaline", Some(("0.050", "ug/kg/min")), 3 * HOUR_MS),
        dose("d-3", "eve", "Insulin aspart", Some(("4.5", "[IU]")), -HOUR_MS / 2),
        dose("d-4", "cem-old", "Saline \"0.9 %\"", None, 2 * HOUR_MS),
    ]
}

fn alarm(
    id: &str,
    patient: &str,
    priority: Priority,
    text: &str,
    measure: Option<Measure>,
    onset: i64,
    ended: Option<i64>,
) -> Episode {
    Episode {
        id: id.into(),
        patient: (!patient.is_empty()).then(|| patient.into()),
        priority,
        text: text.into(),
        measure,
        onset: Instant(START + onset),
        ended: ended.map(|t| Instant(START + t)),
    }
}

fn act(id: &str, on: &str, verb: Verb, by: &str, at: i64, note: Option<&str>) -> Action {
    Action {
        id: id.into(),
        about: match on.strip_prefix("Patient/") {
            Some(patient) => About::Patient(patient.into()),
            None if on.is_empty() => About::Unit,
            None => About::Episode(on.into()),
        },
        verb,
        by: Actor::named(by),
        at: Instant(START + at),
        note: note.map(Into::into),
        to: None,
    }
}

fn alarms() -> Vec<Fact> {
    let told = |e: Episode| {
        let reference = format!("DetectedIssue/{}", e.id);
        Fact { updated_at: Some(e.onset + 700), ..fact(&reference, "1", Body::Episode(e)) }
    };
    let done = |a: Action| {
        let reference = format!("Communication/{}", a.id);
        Fact { updated_at: Some(a.at + 350), ..fact(&reference, "1", Body::Action(a)) }
    };
    vec![
        told(alarm(
            "e-high",
            "ari",
            Priority::High,
            "SpO2 84 < 90",
            Some(Measure::SpO2),
            20 * MINUTE_MS,
            None,
        )),
        told(alarm(
            "e-medium",
            "bea",
            Priority::Medium,
            "HR 131 > 130",
            Some(Measure::HeartRate),
            30 * MINUTE_MS,
            Some(50 * MINUTE_MS),
        )),
        told(alarm(
            "e-latched",
            "cem-old",
            Priority::High,
            "Asystole",
            None,
            -90 * HOUR_MS,
            Some(-89 * HOUR_MS),
        )),
        told(alarm(
            "e-low",
            "eve",
            Priority::Low,
            "Glucose 3.4 < 3.9",
            Some(Measure::Glucose),
            60 * MINUTE_MS,
            Some(70 * MINUTE_MS),
        )),
        told(alarm("e-tech", "", Priority::Technical, "Leads off", None, 61 * MINUTE_MS, None)),
        told(alarm(
            "e-old",
            "ari",
            Priority::Low,
            "HR 49 < 50",
            Some(Measure::HeartRate),
            -200 * HOUR_MS,
            Some(-199 * HOUR_MS),
        )),
        done(act("act-1", "e-high", Verb::Take, "Nurse Ada", 21 * MINUTE_MS, None)),
        done(act("act-2", "e-high", Verb::Take, "Nurse Ben", 21 * MINUTE_MS + 40, None)),
        done(act("act-3", "e-medium", Verb::AudioPause, "Nurse Ada", 31 * MINUTE_MS, None)),
        done(act(
            "act-4",
            "e-medium",
            Verb::Handled,
            "Nurse Ada",
            32 * MINUTE_MS,
            Some("Artefact: moved the arm"),
        )),
        done(act(
            "act-5",
            "Patient/cem-old",
            Verb::Annotate,
            "Dr. Nkemelu",
            33 * MINUTE_MS,
            Some("walked to the window"),
        )),
        done(act(
            "act-6",
            "Patient/ari",
            Verb::SetLimit,
            "Dr. Nkemelu",
            34 * MINUTE_MS,
            Some("8867-4 HR: 45 to 125"),
        )),
        done(act("act-7", "", Verb::Shift, "Nurse Ada", 35 * MINUTE_MS, Some("leaves"))),
        done(act(
            "act-8",
            "",
            Verb::SavePreset,
            "Dr. Nkemelu",
            36 * MINUTE_MS,
            Some("Athlete; 8867-4 HR: 38 to 130"),
        )),
        done(act("act-9", "e-low", Verb::Escalate, "Vigil", 65 * MINUTE_MS, Some("Physician on call"))),
    ]
}

fn write_cache(folder: &Path) {
    let keyring = Overheard::default();
    let key = unlock(folder, &keyring);
    let vault = Vault::open(folder, key).unwrap();
    vault.commit(page(0, people())).unwrap();
    let mut first = page(3 * HOUR_MS, signals());
    first.cursors = vec![
        ("Observation".into(), "2026-03-15T01:00:00.000Z".into()),
        ("first/Observation".into(), "done".into()),
    ];
    vault.commit(first).unwrap();
    vault.commit(page(3 * HOUR_MS + MINUTE_MS, alarms())).unwrap();
    for (n, part) in singles().chunks(400).enumerate() {
        vault.commit(page(3 * HOUR_MS + (n as i64 + 2) * 20 * MINUTE_MS, part.to_vec())).unwrap();
    }
    vault.commit(page(4 * HOUR_MS, doses())).unwrap();

    // What came late, over what was there: in the silence, across its borders, and between sealed values.
    let mut late = vec![heart().part(
        "Observation/hr-late",
        "1",
        55 * MINUTE_MS,
        (0..1200).map(|s| 100 + s % 5).collect(),
    )];
    let half = Signal { period_ms: 500.0, ..heart() };
    late.push(half.part("Observation/hr-half", "1", 2 * HOUR_MS, (0..256).map(|s| 120 + s % 2).collect()));
    late.extend((0..60).map(|n| {
        temperature(
            "bea",
            5000 + n,
            "1",
            START + n * 190 * SECOND_MS + 5,
            &format!("36.{n:02}5"),
            Quality::Good,
        )
    }));
    vault.commit(page(4 * HOUR_MS + 20 * MINUTE_MS, late)).unwrap();
    // Enough late ones that the tail is sealed across chunks that exist.
    let many = (0..1100).map(|n| {
        temperature(
            "bea",
            6000 + n,
            "1",
            START + n * 7 * SECOND_MS + 11,
            &format!("36.{}", n % 10),
            Quality::Good,
        )
    });
    vault.commit(page(4 * HOUR_MS + 40 * MINUTE_MS, many.collect())).unwrap();

    // Corrections and deletions, in chunks, in sealed chunks and in rows; another word of a person, a stay and an alarm.
    let two = Signal { period_ms: 2000.0, ..spo2() };
    let mut word = vec![
        two.part("Observation/sat-1", "2", HOUR_MS, (0..1700).map(|s| 970 + jitter(s, 6)).collect()),
        fact("Observation/rr-gone", "2", Body::Deleted),
        temperature("bea", 100, "2", START + 2000 * SECOND_MS, "38.88", Quality::Good),
        temperature("bea", 101, "2", START + 9999 * SECOND_MS, "38.99", Quality::Good),
        fact("Observation/bea-t102", "2", Body::Deleted),
        fact("Observation/bp-3", "2", Body::Deleted),
        fact("MedicationAdministration/d-4", "2", Body::Deleted),
    ];
    for f in people() {
        match f.body {
            Body::Person(mut p) if p.id == "cem-old" => {
                p.replaced_by = Some("cem".into());
                word.push(fact("Patient/cem-old", "2", Body::Person(p)));
            }
            Body::Person(mut p) if p.id == "bea" => {
                p.family = "Meer-Okafor".into();
                word.push(fact("Patient/bea", "2", Body::Person(p)));
            }
            Body::Stay(mut s) if s.id == "s-ari" => {
                s.place = Some("b3".into());
                word.push(fact("Encounter/s-ari", "2", Body::Stay(s)));
            }
            _ => {}
        }
    }
    let tech = alarm("e-tech", "", Priority::Medium, "Leads off", None, 61 * MINUTE_MS, Some(5 * HOUR_MS));
    word.push(fact("DetectedIssue/e-tech", "2", Body::Episode(tech)));
    vault.commit(page(5 * HOUR_MS, word)).unwrap();

    let mut broken = page(5 * HOUR_MS + MINUTE_MS, Vec::new());
    broken.unreadable = vec![
        Unreadable {
            reference: "Observation/broken".into(),
            reason: "valueQuantity.value is no number".into(),
            body: "{\"resourceType\":\"Observation\",\"id\":\"broken\"}".into(),
        },
        Unreadable { reference: "Patient/?".into(), reason: "no id".into(), body: "{}".into() },
    ];
    vault.commit(broken).unwrap();

    // What people did here: sent, waiting, tried, refused.
    let say = |id: &str, text: &str| {
        format!("{{\"resourceType\":\"Communication\",\"id\":\"{id}\",\"text\":\"{text}\"}}")
    };
    let record = |a: Action| {
        let body = say(a.id.as_str(), a.note.as_deref().unwrap_or(""));
        vault.record_action(a, body).unwrap();
    };
    record(act("act-sent", "e-high", Verb::Note, "Nurse Ben", 5 * HOUR_MS + 2 * MINUTE_MS, Some("seen")));
    record(act(
        "act-unsent-1",
        "e-high",
        Verb::Handled,
        "Nurse Ben",
        5 * HOUR_MS + 3 * MINUTE_MS,
        Some("Treated"),
    ));
    record(act(
        "act-unsent-2",
        "Patient/cem",
        Verb::Annotate,
        "Nurse Ben",
        5 * HOUR_MS + 4 * MINUTE_MS,
        Some("Þórdís rang the family"),
    ));
    record(act(
        "act-unsent-3",
        "",
        Verb::Shift,
        "Nurse Ben",
        5 * HOUR_MS + 5 * MINUTE_MS,
        Some("takes over"),
    ));
    record(act(
        "act-parked",
        "e-low",
        Verb::HandTo,
        "Nurse Ben",
        5 * HOUR_MS + 6 * MINUTE_MS,
        Some("Nurse Ada"),
    ));
    let own = |ended| {
        alarm(
            "vigil-limit-ari-8867-4",
            "ari",
            Priority::Medium,
            "HR 131 > 125",
            Some(Measure::HeartRate),
            5 * HOUR_MS,
            ended,
        )
    };
    let body = "{\"resourceType\":\"DetectedIssue\"}";
    vault.record_episode(own(None), body.into(), Instant(START + 5 * HOUR_MS + 7 * MINUTE_MS)).unwrap();
    vault
        .record_episode(
            own(Some(5 * HOUR_MS + 9 * MINUTE_MS)),
            body.into(),
            Instant(START + 5 * HOUR_MS + 9 * MINUTE_MS),
        )
        .unwrap();
    vault.sent("act-sent".into(), Instant(START + 5 * HOUR_MS + 2 * MINUTE_MS + 400)).unwrap();
    vault.postpone("act-unsent-1".into(), Instant(START + 6 * HOUR_MS)).unwrap();
    vault.postpone("act-unsent-1".into(), Instant(START + 7 * HOUR_MS)).unwrap();
    vault.park("act-parked".into(), "422: no such practitioner".into()).unwrap();
    let at = Instant(START + 5 * HOUR_MS + 10 * MINUTE_MS);
    vault.audit(at, "Nurse Ben".into(), "exported chart".into(), Some("ari".into())).unwrap();
    for (key, value) in
        [("alarm.pause", "90"), ("limit.heart-rate@Ward 7B", "45 to 125"), ("news2.spot-window", "600")]
    {
        vault.set_site(key.into(), value.into(), "Dr. Nkemelu".into(), at).unwrap();
    }
    vault.set_setting("server", "https://fhir.example.org/r4".into()).unwrap();
    vault.set_retention(Retention { numerics: 21, waves: 2, events: 400 }).unwrap();
    drop(vault);
    age(&folder.join("vault.db"), &keyring.0.lock().unwrap());
}

/// Gives some chunks the shape that older versions wrote: outlines as two columns of `pco`, and sealed values without the times
/// of receipt.
fn age(database: &Path, key: &[u8]) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    let rows = |sql: &str| -> Vec<(i64, Vec<u8>)> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let part = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_le_bytes()[..], bytes].concat();
    let regular = rows("SELECT id, data FROM chunk WHERE outline IS NOT NULL AND id % 2 = 0");
    assert!(regular.len() > 5);
    for (id, data) in regular {
        let mantissas: Vec<i64> = pco::standalone::simple_decompress(&data[5..]).unwrap();
        let low: Vec<i64> = mantissas.chunks(64).map(|part| *part.iter().min().unwrap()).collect();
        let high: Vec<i64> = mantissas.chunks(64).map(|part| *part.iter().max().unwrap()).collect();
        let outline = [low, high]
            .map(|c| part(&pco::standalone::simple_compress(&c, &pco::ChunkConfig::default()).unwrap()))
            .concat();
        connection
            .execute("UPDATE chunk SET outline = ? WHERE id = ?", rusqlite::params![outline, id])
            .unwrap();
    }
    let sealed = rows("SELECT id, data FROM chunk WHERE period_ms IS NULL ORDER BY t0");
    assert!(sealed.len() > 1);
    let (id, mut data) = sealed.into_iter().next().unwrap();
    assert_eq!(data[0], 2);
    let mut end = 1;
    for _ in 0..5 {
        end += 4 + u32::from_le_bytes(data[end..end + 4].try_into().unwrap()) as usize;
    }
    assert!(end < data.len());
    data.truncate(end);
    data[0] = 1;
    connection.execute("UPDATE chunk SET data = ? WHERE id = ?", rusqlite::params![data, id]).unwrap();
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}

/// Writes the kept cache anew: only where a version that caches were really written by is worth keeping too.
#[test]
#[ignore = "writes the fixture anew; VIGIL_WRITE_FIXTURE=1 asks for it"]
fn write_the_fixture() {
    if std::env::var_os("VIGIL_WRITE_FIXTURE").is_none() {
        return;
    }
    let folder = fixture();
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    write_cache(&folder);
    for name in ["lock", "vault.db-shm", "vault.db-wal"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    let (copied, key) = copy();
    let text = dump(&Vault::open(copied.path(), key).unwrap());
    std::fs::write(dump_file(), text).unwrap();
}
