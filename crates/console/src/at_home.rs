//! Everybody at home as one look finds them: what each sends, and whether they have to be called.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use bedside::{Board, PhoneCall, Tile};
use clinical::call_today::{CallToday, Known, OpenAlarm, Sent, Signal, call_today};
use clinical::consent::Withheld;
use clinical::{EpisodeId, Instant, Measure, PatientId, Priority, Shown, is_ahead};
use trends::{AtHome, is_of_a_sensor};
use vault::{SeriesValue, Sight, Ward};

/// Everybody at home, who has to be called first, and what is not known of them yet.
pub(crate) struct AllAtHome {
    pub now: Instant,
    /// Who has to be called first; then who was called, then everybody else by name.
    pub people: Vec<Somebody>,
    /// So many months are still to be worked out.
    pub pending: usize,
    /// So many people at home never sent anything, have no device and no alarm: they are in no row.
    pub without: usize,
    /// Until when the server was heard, where it is not heard now.
    pub not_heard_since: Option<Instant>,
    /// Whether the fortnight was read from the server to its end.
    pub is_fortnight_read: bool,
    /// What of all of them is withheld from who looks.
    pub withheld: Withheld,
    /// How glucose is shown.
    pub shown: Shown,
}

/// One person at home.
pub(crate) struct Somebody {
    pub tile: Arc<Tile>,
    /// Nothing while it is not worked out yet.
    pub month: Option<Arc<AtHome>>,
    pub today: CallToday,
    /// The newest first.
    pub calls: Vec<PhoneCall>,
    /// How many alarms of each priority want somebody, in the order of [`Priority::ALL`].
    pub alarms: [u32; 4],
    /// The newest of what was measured.
    pub last_data: Option<Instant>,
    pub withheld: Withheld,
}

impl Somebody {
    /// Of the newest of their values, the alarms that want somebody, and the calls that were logged, the newest first. `heard` is until when
    /// the server was heard, and beside it whether the fortnight was read to its end.
    pub(crate) fn new(
        tile: Arc<Tile>,
        month: Option<Arc<AtHome>>,
        (values, open): (&[&SeriesValue], &[OpenAlarm]),
        calls: Vec<PhoneCall>,
        (heard, is_fortnight_read): (Option<Instant>, bool),
        (shown, now): (Shown, Instant),
    ) -> Somebody {
        let of_month = month.as_ref().map(|month| month.withheld.clone()).filter(|of| !of.is_empty());
        let withheld = of_month.unwrap_or_else(|| tile.withheld.clone());
        let glucose = month.as_ref().and_then(|month| month.glucose.as_ref());
        let known = Known {
            // What is withheld was not silent.
            heard: heard.filter(|_| withheld.is_empty()),
            alarms: open.to_vec(),
            signals: signals(values, glucose.is_some()),
            glucose,
            is_fortnight_read,
            shown,
            weights: month.as_ref().map_or(&[][..], |month| month.weights.as_slice()),
            battery: battery(values, &tile),
            call: calls.first().map(|call| &call.logged),
        };
        let today = call_today(&known, now);
        let count = |priority| open.iter().filter(|alarm| alarm.priority == priority).count();
        let alarms = Priority::ALL.map(|priority| u32::try_from(count(priority)).unwrap_or(u32::MAX));
        Somebody { alarms, last_data: newest_measured(values), tile, month, today, calls, withheld }
    }
}

/// The newest of each series that is not withheld and not dated ahead.
pub(crate) fn values_of<'a>(
    ward: &'a Ward,
    sight: &Sight,
    now: Instant,
) -> HashMap<PatientId, Vec<&'a SeriesValue>> {
    let mut found: HashMap<PatientId, Vec<&SeriesValue>> = HashMap::new();
    for value in &ward.values {
        if !is_ahead(value.taken_at, now) && sight.held_value(value, now).is_none() {
            found.entry(value.series.patient.clone()).or_default().push(value);
        }
    }
    found
}

/// The alarms that want somebody, by whose they are.
pub(crate) fn alarms_of(board: &Board, ward: &Ward) -> HashMap<PatientId, Vec<OpenAlarm>> {
    let renewed: HashMap<&EpisodeId, Instant> =
        ward.episodes.iter().filter_map(|e| Some((&e.id, e.renewed?.at))).collect();
    let mut found: HashMap<PatientId, Vec<OpenAlarm>> = HashMap::new();
    for item in board.queue.iter().filter(|item| item.line.presence.is_live()) {
        let Some(patient) = &item.patient else { continue };
        let line = &item.line;
        let alarm = OpenAlarm {
            priority: line.priority,
            text: line.text.clone(),
            onset: line.onset,
            renewed: renewed.get(&line.episode).copied(),
        };
        found.entry(patient.clone()).or_default().push(alarm);
    }
    found
}

pub(crate) fn glucose_units(ward: &Ward) -> impl Iterator<Item = &str> {
    let glucose = ward.values.iter().filter(|value| value.series.measure() == Some(Measure::Glucose));
    glucose.map(|value| value.series.unit.as_str())
}

/// What is read from a sensor that is worn. A drop of blood says nothing of one, unless all that comes is coded as blood, as some
/// bridges do.
pub(crate) fn worn<'a>(values: &[&'a SeriesValue], has_sensor: bool) -> Vec<&'a SeriesValue> {
    let mut glucose = values.to_vec();
    glucose.retain(|value| has_sensor && value.series.measure() == Some(Measure::Glucose));
    if glucose.iter().any(|value| is_of_a_sensor(&value.series)) {
        glucose.retain(|value| is_of_a_sensor(&value.series));
    }
    glucose
}

/// What speaks of whether anything comes. A battery does: its device is there.
fn signals(values: &[&SeriesValue], has_sensor: bool) -> Vec<Signal> {
    let worn = worn(values, has_sensor);
    let signal = |value: &&SeriesValue| {
        let measure = value.series.measure()?;
        let sent = match &value.series.device {
            _ if worn.iter().any(|of| of.series.id == value.series.id) => Sent::Sensor,
            Some(_) => Sent::Device,
            None => Sent::Charted,
        };
        Some(Signal { measure, sent, newest: value.taken_at })
    };
    values.iter().filter_map(signal).collect()
}

fn newest_measured(values: &[&SeriesValue]) -> Option<Instant> {
    let measured = values.iter().filter(|value| value.series.measure() != Some(Measure::Battery));
    measured.map(|value| value.taken_at).max()
}

/// The battery of the tile, and when it was told of.
fn battery(values: &[&SeriesValue], tile: &Tile) -> Option<(u8, Instant)> {
    let told = values.iter().filter(|value| value.series.measure() == Some(Measure::Battery));
    Some((tile.battery?, told.map(|value| value.taken_at).max()?))
}

/// Who has to be called stands first, the worst reason before others; then who was called and waits; then everybody by name.
pub(crate) fn in_order(a: &Somebody, b: &Somebody) -> Ordering {
    let standing = |one: &Somebody| match one.today.worst() {
        Some(_) if one.today.is_due() => 0,
        Some(_) => 1,
        None => 2,
    };
    let by_reason = match (a.today.worst(), b.today.worst()) {
        (Some(a), Some(b)) => {
            a.kind.cmp(&b.kind).then(b.excess().total_cmp(&a.excess())).then(a.since.cmp(&b.since))
        }
        _ => Ordering::Equal,
    };
    let name = |one: &Somebody| (one.tile.family.to_lowercase(), one.tile.given.to_lowercase());
    standing(a)
        .cmp(&standing(b))
        .then(by_reason)
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| a.tile.patient.cmp(&b.tile.patient))
}
