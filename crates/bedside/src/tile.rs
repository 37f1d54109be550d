//! One bed, or one person at home: who, the newest values, the score and the alarm that leads.

use std::collections::HashMap;

use clinical::{
    Acuity, DeviceKind, Instant, Measure, PatientId, Person, Place, PlaceId, Presence, Priority, Sex, Site,
};
use vault::{SeriesValue, Ward};

use crate::alarm::{AlarmLine, line, states};
use crate::cells::{Cell, Slot, cells};
use crate::newest_value::newest;
use crate::score::{NewsBadge, Scored, badge, oxygen, scored};

/// A bed, or a person at home.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Bed as shown: `12`, or `H3` at home.
    pub bed: String,
    /// Ward as shown; empty at home.
    pub ward: String,
    /// Whether the person is at home.
    pub home: bool,
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
    /// Medical record number.
    pub mrn: String,
    /// Birth date as sent.
    pub birth_date: Option<String>,
    /// Whole years.
    pub age: Option<u16>,
    /// Administrative gender.
    pub sex: Sex,
    /// `Air`, `O₂ 2 L`, or nothing where it is not known.
    pub air: Option<String>,
    /// The score.
    pub news: NewsBadge,
    /// The values.
    pub cells: Vec<Cell>,
    /// The worst live alarm.
    pub alarm: Option<AlarmLine>,
    /// Since when nothing has come that speaks of now.
    pub stale_since: Option<Instant>,
    /// Per cent, of the battery that was told of last.
    pub battery: Option<u8>,
    /// Devices in use.
    pub devices: Vec<TileDevice>,
    /// Where it stands on the board.
    pub acuity: Acuity,
}

impl Tile {
    /// Where the person lies, in words: `Bed 12`, `Home H3`.
    pub fn place(&self) -> String {
        place(&self.bed, self.home)
    }

    /// Whether glucose is what counts: of somebody who wears a sensor at home. On a ward it is one value of many.
    pub fn leads_with_glucose(&self) -> bool {
        self.home && self.cells.iter().any(|cell| cell.slot == Slot::Glucose)
    }

    /// Whether waves can be there: at home nobody wears leads.
    pub fn has_waves(&self) -> bool {
        !self.home
    }

    /// Whether NEWS2 is worked out: it is made for people in a hospital's care.
    pub fn is_scored(&self) -> bool {
        !self.home
    }
}

/// Where somebody lies, in words; a ward has beds named `HDU 3`, so that no home is told by a letter.
pub fn place(bed: &str, home: bool) -> String {
    match (bed, home) {
        ("", _) => "No patient named".to_owned(),
        (bed, true) => format!("Home {bed}"),
        (bed, false) => format!("Bed {bed}"),
    }
}

/// A device in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileDevice {
    /// As shown.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether the battery of the tile is its own.
    pub has_battery: bool,
}

/// Everybody on the board, worst first.
pub(crate) fn tiles(ward: &Ward, now: Instant) -> Vec<Tile> {
    let mut values: HashMap<&PatientId, Vec<&SeriesValue>> = HashMap::new();
    for value in &ward.values {
        values.entry(&value.series.patient).or_default().push(value);
    }
    let mut alarms: HashMap<&PatientId, Vec<(AlarmLine, Option<Measure>)>> = HashMap::new();
    for (episode, state) in states(ward, now).into_iter().filter(|(_, s)| s.presence.is_live()) {
        if let Some(patient) = &episode.patient {
            alarms.entry(patient).or_default().push((line(episode, state), episode.measure));
        }
    }
    let places: HashMap<&PlaceId, &Place> = ward.places.iter().map(|p| (&p.id, p)).collect();
    let mut homes = 0;
    let mut persons: Vec<&Person> = ward.persons.iter().filter(|p| p.active).collect();
    persons.sort_by(|a, b| a.id.cmp(&b.id));
    let mut tiles: Vec<Tile> = persons
        .into_iter()
        .filter_map(|person| {
            let mut stays = ward.stays.iter().filter(|s| s.patient == person.id).peekable();
            let had_stay = stays.peek().is_some();
            let stay = stays.find(|s| s.in_progress);
            // Somebody who was sent home is on no board; somebody with no stay at all is followed at home.
            if had_stay && stay.is_none() {
                return None;
            }
            let bed = stay.and_then(|s| s.place.as_ref()).and_then(|id| places.get(id));
            let bed_name = match bed {
                Some(bed) => bed_number(&bed.name),
                None => {
                    homes += 1;
                    format!("H{homes}")
                }
            };
            let ward_name =
                bed.and_then(|b| b.part_of.as_ref()).and_then(|id| places.get(id)).map(|w| w.name.clone());
            let own = values.get(&person.id).map_or(&[][..], Vec::as_slice);
            let own_alarms = alarms.remove(&person.id).unwrap_or_default();
            let battery = newest(own, &[Measure::Battery]).and_then(|n| n.from.series.device.as_ref());
            let devices = ward
                .devices
                .iter()
                .filter(|d| d.active && d.patient.as_ref() == Some(&person.id))
                .map(|d| TileDevice {
                    name: d.name.clone(),
                    kind: d.kind(),
                    has_battery: battery == Some(&d.id),
                })
                .collect();
            let subject = Subject {
                person,
                bed: bed_name,
                unit: ward_name.unwrap_or_default(),
                values: own,
                devices,
                scored: scored(ward, person, now),
                site: &ward.site,
            };
            Some(tile(subject, own_alarms, bed.is_none(), now))
        })
        .collect();
    tiles.sort_by(|a, b| {
        b.acuity.cmp(&a.acuity).then_with(|| a.bed.cmp(&b.bed)).then_with(|| a.patient.cmp(&b.patient))
    });
    tiles
}

fn bed_number(name: &str) -> String {
    let bare = name.strip_prefix("Bed ").or_else(|| name.strip_prefix("bed ")).unwrap_or(name);
    // Beds sort and read by number: 3 and 12 become 03 and 12.
    match bare.parse::<u32>() {
        Ok(number) => format!("{number:02}"),
        Err(_) => bare.chars().take(8).collect(),
    }
}

/// One person with what is known of them.
struct Subject<'a> {
    person: &'a Person,
    bed: String,
    unit: String,
    values: &'a [&'a SeriesValue],
    devices: Vec<TileDevice>,
    scored: Scored,
    site: &'a Site,
}

fn tile(subject: Subject, mut alarms: Vec<(AlarmLine, Option<Measure>)>, home: bool, now: Instant) -> Tile {
    let Subject { person, values, .. } = subject;
    let oxygen = oxygen(values);
    let news = badge(values, &subject.scored, &subject.site.windows, now);
    let alarm_of = |measures: &[Measure]| {
        alarms
            .iter()
            // A latched alarm is over: it wants somebody, but the value of now is not alarming.
            .filter(|(line, m)| {
                line.presence != Presence::Latched && m.is_some_and(|m| measures.contains(&m))
            })
            .map(|(line, _)| line.priority)
            .max()
    };
    let cells = cells(values, now, &subject.site.stale, &alarm_of);
    let live: Vec<&Cell> =
        cells.iter().filter(|c| matches!(c.slot, Slot::Hr | Slot::SpO2 | Slot::Rr | Slot::Glucose)).collect();
    let stale_since = (!live.is_empty() && live.iter().all(|c| c.stale))
        .then(|| live.iter().map(|c| c.taken_at).max())
        .flatten();
    alarms.sort_by_key(|(line, _)| (signal(line), line.onset));
    let worst = alarms.iter().map(|(line, _)| line.priority).max();
    let unowned = alarms.iter().any(|(l, _)| Some(l.priority) == worst && l.presence == Presence::Active);
    let since = alarms.iter().filter(|(l, _)| Some(l.priority) == worst).map(|(l, _)| l.onset).min();
    let acuity = Acuity::new(worst, unowned, news.partial, since);
    let more = alarms.len().saturating_sub(1);
    let owner_of = |(line, _): &(AlarmLine, Option<Measure>)| line.owner.as_ref().map(|(who, _)| who.clone());
    let leads = alarms.first().and_then(owner_of);
    let more_owner =
        alarms.iter().skip(1).find_map(owner_of).filter(|who| leads.as_ref().is_none_or(|l| !l.is(who)));
    Tile {
        patient: person.id.clone(),
        bed: subject.bed,
        ward: subject.unit,
        home,
        family: person.family.clone(),
        given: person.given.clone(),
        mrn: person.mrn.clone(),
        birth_date: person.birth_date.clone(),
        age: subject.scored.age,
        sex: person.sex,
        air: oxygen.map(|(_, words)| words),
        news,
        cells,
        alarm: alarms.into_iter().next().map(|(line, _)| AlarmLine { more, more_owner, ..line }),
        stale_since,
        battery: newest(values, &[Measure::Battery]).map(|n| n.value.clamp(0.0, 100.0) as u8),
        devices: subject.devices,
        acuity,
    }
}

/// Which alarm a tile leads with: of those that nobody has the highest, whether it is on or latched (IEC 60601-1-8: a latched
/// signal keeps its priority); then what is owned, then the technical ones.
fn signal(line: &AlarmLine) -> (u8, std::cmp::Reverse<Priority>, bool) {
    let latched = line.presence == Presence::Latched;
    let group = match line.presence {
        _ if line.priority == Priority::Technical => 2,
        Presence::Active | Presence::Latched => 0,
        Presence::Owned | Presence::Handled | Presence::Closed => 1,
    };
    (group, std::cmp::Reverse(line.priority), latched)
}

#[cfg(test)]
#[path = "tile_tests.rs"]
mod tests;
