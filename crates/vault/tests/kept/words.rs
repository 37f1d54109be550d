//! What everything in a cache reads back as, in words of its own, so that a renamed type changes nothing here.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use clinical::{
    About, Decimal, DeviceId, Episode, HOUR_MS, Instant, MINUTE_MS, Marks, PatientId, SeenAction,
};
use vault::{Reader, SeriesInfo, Vault, VaultError, View};

use super::START;

fn or_dash<T: Display>(value: Option<T>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}

fn list<T>(out: &mut String, title: &str, items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) {
    let mut lines: Vec<String> = items.into_iter().map(line).collect();
    lines.sort();
    writeln!(out, "{title}: {}", lines.len()).unwrap();
    lines.iter().for_each(|line| writeln!(out, "  {line}").unwrap());
}

pub(crate) fn dump(vault: &Vault) -> String {
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
    // That the log of before became a record is said by whoever opens it, and was not written then.
    let later = |what: &str| what.starts_with("the record begins");
    for entry in r.log(1000)?.into_iter().filter(|entry| !later(&entry.what)) {
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
        format!(
            "{} {:?} bed {} part of {}",
            p.id,
            p.name,
            p.kind == clinical::PlaceKind::Bed,
            or_dash(p.part_of.as_ref())
        )
    });
    list(out, "stays", &ward.stays, |s| {
        format!("{} {} in {} going on {}", s.id, s.patient, or_dash(s.places.first()), s.in_progress)
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
    // A setting that came later has its default, and was not there to be kept.
    let mut site = ward.site.list();
    site.retain(|(key, ..)| !SINCE.contains(&key.as_str()));
    list(out, "site", site, |(key, value, _)| format!("{key} = {value}"));
    for id in ["e-high", "e-medium", "vigil-limit-ari-8867-4", "nothing"] {
        writeln!(out, "episode {id}: {}", r.episode(&id.into())?.as_ref().map_or("-".into(), episode))
            .unwrap();
        writeln!(out, "  first received {}", or_dash(r.first_received(&id.into())?.map(|t| t.0))).unwrap();
        list(out, "  actions on it", &r.actions_on(&id.into())?, seen);
    }
    for patient in PATIENTS.map(PatientId::from) {
        writeln!(out, "{patient} lies in {}", or_dash(r.unit_of(&patient)?)).unwrap();
        list(out, "  doses", r.doses(&patient, Instant(START - HOUR_MS))?, |d| {
            let amount = d.amount.map(|amount| format!("{} {}", amount.value, amount.unit));
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
fn digest(values: &[(Instant, Decimal, Marks)]) -> u64 {
    let words = values
        .iter()
        .flat_map(|(t, v, marks)| [t.0, v.mantissa, i64::from(v.scale), i64::from(marks.is_artefact())]);
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
            all.iter()
                .zip(&points)
                .all(|((t, v, a), p)| (t.0, v.to_f64(), a.is_artefact()) == (p.t, p.v, p.artefact))
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
fn write_values(out: &mut String, all: &[(Instant, Decimal, Marks)]) {
    let step = |n: usize| all.get(n + 1).map(|next| next.0.ms_since(all[n].0));
    let mut n = 0;
    while n < all.len() {
        let every = step(n);
        write!(out, "  {} +{}:", all[n].0.0, or_dash(every)).unwrap();
        let from = n;
        loop {
            let (_, value, marks) = all[n];
            write!(out, " {value}{}", if marks.is_artefact() { "!" } else { "" }).unwrap();
            n += 1;
            if n >= all.len() || n - from >= 600 || step(n - 1) != every {
                break;
            }
        }
        out.push('\n');
    }
}

/// Settings that came after the cache was kept.
const SINCE: [&str; 7] = [
    "alarm.ask-again",
    "unit.glucose",
    "keep.after-discharge",
    "people.lease",
    "lock.idle",
    "consent.groups",
    "consent.glass",
];
