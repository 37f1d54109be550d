//! One bed, or one person at home: who, the newest values, the score and the alarm that leads.

use std::collections::HashMap;
use std::sync::Arc;

use clinical::consent::Withheld;
use clinical::{
    AHEAD_MS, Actor, Acuity, DeviceKind, Episode, EpisodeState, Instant, Measure, PatientId, Person,
    Presence, Priority, Sex,
};
use vault::{SeriesValue, Ward};

use crate::alarm::{AlarmLine, line};
use crate::cells::{Cell, Slot, cells};
use crate::labels::NO_BED;
use crate::newest_value::{NewestValue, newest};
use crate::placed::{Placed, placed};
use crate::score::{NewsBadge, badge, oxygen, scored};

/// A bed, or a person at home.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Bed as shown: `12`; at home a name of the person's own, `H417`; `no bed` where none is known.
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
    /// Whether the patient has died.
    pub deceased: bool,
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
    /// How much of what is known now is withheld from whoever looks, and why.
    pub withheld: Withheld,
    /// Which places of the tile are empty by it.
    pub withheld_slots: Vec<Slot>,
}

impl Tile {
    /// Where the person lies, in words: `Bed 12`, `Home H417`.
    pub fn place(&self) -> String {
        place(&self.bed, self.home)
    }

    /// Whether glucose is what counts: of somebody who wears a sensor at home. On a ward it is one value of many.
    pub fn leads_with_glucose(&self) -> bool {
        let is_there = self.cells.iter().any(|cell| cell.slot == Slot::Glucose);
        self.home && (is_there || self.withheld_slots.contains(&Slot::Glucose))
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
        (NO_BED, false) => "No bed".to_owned(),
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

impl Tile {
    /// Says of its alarm what is this person's.
    pub(crate) fn shown_to(&mut self, me: &Actor) {
        if let Some(line) = &mut self.alarm {
            line.shown_to(me);
        }
    }
}

/// The line of an alarm, and what it is about.
pub(crate) type Alarm = (AlarmLine, Option<Measure>);

/// The newest values of each patient.
pub(crate) fn by_patient<'a>(
    values: impl Iterator<Item = &'a SeriesValue>,
) -> HashMap<&'a PatientId, Vec<&'a SeriesValue>> {
    let mut found: HashMap<&PatientId, Vec<&SeriesValue>> = HashMap::new();
    for value in values {
        found.entry(&value.series.patient).or_default().push(value);
    }
    found
}

/// Whether a tile tells of it: it wants somebody, or somebody said what was done and it is still on.
pub(crate) fn is_on_a_tile(presence: Presence) -> bool {
    presence.is_live() || presence == Presence::Handled
}

/// Those that still want somebody.
fn live_of(alarms: &[Alarm]) -> impl Iterator<Item = &Alarm> {
    alarms.iter().filter(|(line, _)| line.presence.is_live())
}

/// The alarms of each patient that a tile tells of.
pub(crate) fn alarms_of<'a>(
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
) -> HashMap<&'a PatientId, Vec<Alarm>> {
    let mut found: HashMap<&PatientId, Vec<Alarm>> = HashMap::new();
    for (episode, state) in states.filter(|(_, state)| is_on_a_tile(state.presence)) {
        if let Some(patient) = &episode.patient {
            found.entry(patient).or_default().push((line(episode, state), episode.measure));
        }
    }
    found
}

/// Everybody on the board, worst first.
pub(crate) fn tiles<'a>(
    ward: &Ward,
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
    now: Instant,
) -> Vec<Arc<Tile>> {
    let values = by_patient(ward.values.iter());
    let mut alarms = alarms_of(states);
    let tile_of = |placed: Placed| {
        let person = &ward.persons[placed.person];
        let own = values.get(&person.id).map_or(&[][..], Vec::as_slice);
        Arc::new(tile(ward, person, &placed, own, alarms.remove(&person.id).unwrap_or_default(), now))
    };
    let mut tiles: Vec<Arc<Tile>> = placed(ward).into_iter().map(tile_of).collect();
    sort(&mut tiles);
    tiles
}

/// Worst first.
pub(crate) fn sort(tiles: &mut [Arc<Tile>]) {
    tiles.sort_by(|a, b| {
        b.acuity.cmp(&a.acuity).then_with(|| a.bed.cmp(&b.bed)).then_with(|| a.patient.cmp(&b.patient))
    });
}

/// The tile of one person.
pub(crate) fn tile(
    ward: &Ward,
    person: &Person,
    placed: &Placed,
    values: &[&SeriesValue],
    mut alarms: Vec<Alarm>,
    now: Instant,
) -> Tile {
    let (who, site) = (scored(ward, person, now), &ward.site);
    let oxygen = oxygen(values, now);
    let mut news = badge(values, &who, &site.windows, now);
    if person.deceased {
        news.next_due = None;
    }
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
    let has_technical = live_of(&alarms).any(|(line, _)| line.priority == Priority::Technical);
    let cells = cells(values, now, site, &alarm_of, has_technical);
    let live: Vec<&Cell> =
        cells.iter().filter(|c| matches!(c.slot, Slot::Hr | Slot::SpO2 | Slot::Rr | Slot::Glucose)).collect();
    let stale_since = (!live.is_empty() && live.iter().all(|c| c.stale))
        .then(|| live.iter().map(|c| c.taken_at).max())
        .flatten();
    alarms.sort_by_key(|(line, _)| (signal(line), line.onset));
    // What is handled stays marked, and moves no bed.
    let live = || live_of(&alarms);
    let worst = live().map(|(line, _)| line.priority).max();
    let unowned = live().any(|(l, _)| Some(l.priority) == worst && l.presence == Presence::Active);
    let since = live().filter(|(l, _)| Some(l.priority) == worst).map(|(l, _)| l.onset).min();
    let acuity = Acuity::new(worst, unowned, news.partial, since);
    let more = match live().count() {
        0 => alarms.len().saturating_sub(1),
        live => live - 1,
    };
    let owner_of = |(line, _): &Alarm| line.owner.as_ref().map(|(who, _)| who.clone());
    let leads = alarms.first().and_then(owner_of);
    let more_owner =
        live().skip(1).find_map(owner_of).filter(|who| leads.as_ref().is_none_or(|l| !l.is(who)));
    let battery = newest(values, &[Measure::Battery], now);
    let told_by = battery.and_then(|n| n.from.series.device.as_ref());
    let devices = placed.devices.iter().map(|index| &ward.devices[*index]).map(|device| TileDevice {
        name: device.name.clone(),
        kind: device.kind(),
        has_battery: told_by == Some(&device.id),
    });
    Tile {
        patient: person.id.clone(),
        bed: placed.bed.clone(),
        ward: placed.unit.clone(),
        home: placed.home,
        family: person.family.clone(),
        given: person.given.clone(),
        mrn: person.mrn.clone(),
        birth_date: person.birth_date.clone(),
        age: who.age,
        sex: person.sex,
        deceased: person.deceased,
        air: oxygen.map(|(_, words)| words),
        news,
        cells,
        alarm: alarms.into_iter().next().map(|(line, _)| AlarmLine { more, more_owner, ..line }),
        stale_since,
        battery: battery.map(per_cent),
        devices: devices.collect(),
        acuity,
        withheld: Withheld::default(),
        withheld_slots: Vec::new(),
    }
}

/// Per cent of a battery.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held between both ends")]
pub(crate) fn per_cent(battery: NewestValue) -> u8 {
    battery.value.clamp(0.0, 100.0) as u8
}

/// When the clock alone can change this tile next: a value grows stale or too old for the score, a flag begins or ends. (An age
/// changes at midnight, and an alarm by its own fold.) It may name a moment at which nothing changes, and misses none.
pub(crate) fn due(ward: &Ward, patient: &PatientId, values: &[&SeriesValue], now: Instant) -> Instant {
    let (stale, windows) = (&ward.site.stale, &ward.site.windows);
    let limits = [
        stale.streamed_ms,
        stale.sensor_ms,
        stale.device_spot_ms,
        stale.charted_ms,
        windows.continuous_ms,
        windows.spot_ms,
    ];
    // At its limit a value is not too old yet, a millisecond later it is.
    let shown = |value: &&SeriesValue| [Some(value.taken_at), value.good.map(|(_, at)| at)];
    let of_values = values.iter().flat_map(shown).flatten().flat_map(|at| limits.map(|limit| at + limit + 1));
    // What is dated ahead is shown from the moment on at which it is not.
    let of_ahead = values.iter().map(|value| value.taken_at - AHEAD_MS);
    let flags = ward.flags.iter().filter(|flag| flag.patient == *patient);
    let of_flags = flags.flat_map(|flag| [Some(flag.since), flag.until]).flatten();
    of_values.chain(of_ahead).chain(of_flags).filter(|at| *at > now).min().unwrap_or(Instant(i64::MAX))
}

/// Which alarm a tile leads with: of those that nobody has the highest, whether it is on or latched (IEC 60601-1-8: a latched
/// signal keeps its priority); then what is owned, then the technical ones.
fn signal(line: &AlarmLine) -> (u8, std::cmp::Reverse<Priority>, bool) {
    let latched = line.presence == Presence::Latched;
    let group = match line.presence {
        Presence::Handled | Presence::Closed => 3,
        _ if line.priority == Priority::Technical => 2,
        Presence::Active | Presence::Latched => 0,
        Presence::Owned => 1,
    };
    (group, std::cmp::Reverse(line.priority), latched)
}

#[cfg(test)]
#[path = "tile_tests.rs"]
mod tests;
