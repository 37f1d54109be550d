//! What holds now, rule by rule: values outside their limits, a score that rose, a silence, a dose that did not come, a lost
//! link. Deliberately not here: which of it is an alarm already.

use std::collections::HashMap;

use clinical::{
    Band, Cause, Episode, Instant, Limits, Measure, PatientId, Priority, RULES, Rule, SetLimit, Turn, Watch,
    is_stale, limit_history, limits_at, missed_dose, score_priority,
};
use fhir::to_unit;
use vault::{Reader, SeriesValue, VaultError, Ward};

use super::Link;
use crate::alarm::units;
use crate::board::Board;
use crate::tile::Slot;

/// What is older than this when a station starts is history, not news: milliseconds.
pub(crate) const LOOK_BACK: i64 = 3_600_000;
/// A score has to hold for this long before it is an alarm: the monitor's seconds make it flicker, milliseconds.
const SCORE_HOLDS: i64 = 5 * 60_000;
/// Two stations see a score change in the same quarter of an hour.
const SCORE_BUCKET: i64 = 15 * 60_000;
/// After the link came back the values of the outage are still on their way: milliseconds.
const CATCH_UP: i64 = 60_000;
/// A lost link is an alarm after this long: milliseconds.
const LINK_LOST: i64 = 8_000;
/// Doses are looked through this often: milliseconds.
const DOSES_EVERY: i64 = 10 * 60_000;

/// What holds now, or began and ended since the last look.
pub(crate) struct Condition {
    /// Nobody's where it is about the station itself.
    pub patient: Option<PatientId>,
    pub rule: String,
    /// What tells this onset from another of the same rule.
    pub key: i64,
    pub onset: Instant,
    pub ended: Option<Instant>,
    pub priority: Priority,
    pub measure: Option<Measure>,
    pub text: String,
    pub implicated: Option<String>,
    /// A gateway's alarm about the same measure counts even where it is of lower priority.
    pub any_priority_covers: bool,
}

/// One rule over one series, with the alarm it found.
struct Running {
    watch: Watch,
    on: Option<Breach>,
    ended: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Breach {
    onset: Instant,
    worst: f64,
    bound: f64,
}

struct Score {
    known: Band,
    rising: Option<(Band, Instant)>,
    on: Option<(Band, Instant)>,
}

/// What the rules have seen so far.
#[derive(Default)]
pub(crate) struct Conditions {
    series: HashMap<i64, (Instant, Vec<Running>)>,
    scores: HashMap<PatientId, Score>,
    doses_looked: Option<Instant>,
    missed: Vec<(PatientId, String, Instant)>,
}

impl Conditions {
    /// The scores that were known before the first look: what was high then is no news.
    pub fn remember(&mut self, before: Board) {
        for tile in before.tiles {
            let known = tile.news.band.unwrap_or(Band::Zero);
            self.scores.insert(tile.patient, Score { known, rising: None, on: None });
        }
    }

    /// Everything that holds now, or began and ended since the last look.
    pub fn hold(
        &mut self,
        reader: &Reader,
        (ward, board): (&Ward, &Board),
        (station, link): (&str, &Link),
        now: Instant,
    ) -> Result<Vec<Condition>, VaultError> {
        let mut holds = self.values(reader, ward, now)?;
        holds.extend(self.scores(board, now));
        if link.online && link.since.is_none_or(|since| now.ms_since(since) >= CATCH_UP) {
            holds.extend(silences(board, now));
        }
        holds.extend(self.doses(reader, board, now)?);
        holds.extend(lost_link(station, link, now));
        Ok(holds)
    }

    /// Feeds every rule with the values that are new.
    fn values(&mut self, reader: &Reader, ward: &Ward, now: Instant) -> Result<Vec<Condition>, VaultError> {
        let mut history: HashMap<&PatientId, Vec<SetLimit>> = HashMap::new();
        let mut holds = Vec::new();
        let units = units(ward);
        for value in &ward.values {
            let series = &value.series;
            let Some(measure) = series.measure().map(family) else { continue };
            if !RULES.iter().any(|rule| rule.measure == measure) {
                continue;
            }
            let Ok((factor, offset)) = to_unit(measure, &series.unit) else { continue };
            let sets = history
                .entry(&series.patient)
                .or_insert_with(|| limit_history(&series.patient, &ward.actions));
            let unit = units.get(&series.patient).copied().unwrap_or_default();
            let usual = &ward.site.policy(unit).limits;
            let limits = |at: Instant| limits_at(sets, usual, measure, at);
            let (seen, running) = match self.series.entry(series.id) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    let from = beginning(reader, value, measure, &limits, now)?;
                    let rules = RULES.iter().filter(|rule| rule.measure == measure);
                    let fresh = |rule| Running { watch: Watch::new(rule), on: None, ended: None };
                    free.insert((from - 1, rules.map(fresh).collect()))
                }
            };
            let condition = |rule: &Rule, breach: Breach, ended: Option<Instant>| Condition {
                patient: Some(series.patient.clone()),
                rule: rule.code.to_owned(),
                key: breach.onset.0,
                onset: breach.onset,
                ended,
                priority: rule.priority,
                measure: Some(measure),
                text: text(rule, breach.worst, breach.bound, &series.unit),
                implicated: Some(value.source.clone()),
                any_priority_covers: !rule.code.contains("-far-"),
            };
            if value.taken_at > *seen {
                for point in reader.points(series.id, *seen + 1, value.taken_at)? {
                    if point.artefact {
                        continue;
                    }
                    let (at, number) = (Instant(point.t), point.v * factor + offset);
                    for one in running.iter_mut() {
                        match one.watch.feed(at, number, limits(at), series.streamed) {
                            Some(Turn::Began { onset, worst, bound }) => {
                                one.on = Some(Breach { onset, worst, bound });
                            }
                            Some(Turn::Ended(at)) => {
                                one.ended = Some(at);
                                // Over before anybody looked: it happened all the same.
                                let over = one.on.take().filter(|b| now.ms_since(b.onset) < LOOK_BACK);
                                holds.extend(over.map(|b| condition(one.watch.rule(), b, one.ended)));
                            }
                            None => {}
                        }
                    }
                }
                *seen = value.taken_at;
            }
            holds.extend(running.iter().filter_map(|one| Some(condition(one.watch.rule(), one.on?, None))));
        }
        Ok(holds)
    }

    /// A band that is higher than before for some minutes.
    fn scores(&mut self, board: &Board, now: Instant) -> Vec<Condition> {
        let mut holds = Vec::new();
        for tile in &board.tiles {
            let Some(band) = tile.news.band else { continue };
            let fresh = Score { known: band, rising: None, on: None };
            let score = self.scores.entry(tile.patient.clone()).or_insert(fresh);
            if band > score.known {
                let since = match score.rising {
                    Some((rising, since)) if rising == band => since,
                    _ => now,
                };
                score.rising = Some((band, since));
                if now.ms_since(since) >= SCORE_HOLDS {
                    score.known = band;
                    score.rising = None;
                    score.on = score_priority(band).map(|_| (band, since));
                }
            } else {
                score.rising = None;
                // What is missing lowers a sum, not the risk.
                if band < score.known && tile.news.total.is_some() {
                    score.known = band;
                    score.on = None;
                }
            }
            if let Some((band, since)) = score.on
                && let Some(priority) = score_priority(band)
            {
                let at_least = if tile.news.total.is_none() { ">=" } else { "" };
                let text = match band {
                    Band::LowMedium => "NEWS2: one input scores 3".to_owned(),
                    _ => format!("NEWS2 {at_least}{}", tile.news.partial),
                };
                holds.push(Condition {
                    patient: Some(tile.patient.clone()),
                    rule: format!("news2-{}", band.key()),
                    key: since.0.div_euclid(SCORE_BUCKET),
                    onset: since,
                    ended: None,
                    priority,
                    measure: None,
                    text,
                    implicated: None,
                    any_priority_covers: false,
                });
            }
        }
        holds
    }

    fn doses(&mut self, reader: &Reader, board: &Board, now: Instant) -> Result<Vec<Condition>, VaultError> {
        if self.doses_looked.is_none_or(|at| now.ms_since(at) >= DOSES_EVERY) {
            self.doses_looked = Some(now);
            self.missed.clear();
            for tile in &board.tiles {
                let doses = reader.doses(&tile.patient, now - 5 * 86_400_000)?;
                if let Some((what, due)) = missed_dose(&doses, now) {
                    self.missed.push((tile.patient.clone(), what, due));
                }
            }
        }
        let holds = self.missed.iter().map(|(patient, what, due)| Condition {
            patient: Some(patient.clone()),
            rule: "missed-dose".into(),
            key: due.0,
            onset: *due,
            ended: None,
            priority: Priority::Low,
            measure: Some(Measure::InsulinDose),
            text: format!("{what} not recorded"),
            implicated: None,
            any_priority_covers: true,
        });
        Ok(holds.collect())
    }

    /// Whether a patient's score is no alarm any more.
    pub fn score_is_over(&self, patient: &PatientId) -> bool {
        self.scores.get(patient).is_some_and(|score| score.on.is_none())
    }

    /// Since when the values that a rule is about are back; nothing where they are not, or do not speak of now.
    pub fn back_since(&self, rule: &str, episode: &Episode, ward: &Ward, now: Instant) -> Option<Instant> {
        // All series of the measure are inside, and the newest of them speaks of now.
        let rule = Rule::from_code(rule)?;
        let running = ward
            .values
            .iter()
            .filter(|v| {
                Some(&v.series.patient) == episode.patient.as_ref()
                    && v.series.measure().map(family) == Some(rule.measure)
            })
            .filter_map(|v| Some((v, self.series.get(&v.series.id)?)));
        let mut newest: Option<Instant> = None;
        for (value, (seen, running)) in running {
            let one = running.iter().find(|one| one.watch.rule().code == rule.code)?;
            if !one.watch.is_inside() {
                return None;
            }
            let by_device = value.series.device.is_some();
            let fresh =
                !is_stale(rule.measure, value.series.streamed, by_device, *seen, now, &ward.site.stale);
            if fresh && *seen >= episode.onset {
                newest = newest.max(Some(one.ended.filter(|at| *at >= episode.onset).unwrap_or(*seen)));
            }
        }
        newest
    }
}

/// Heart rate and pulse are one alarm, so are cuff and line.
pub(crate) fn family(measure: Measure) -> Measure {
    match measure {
        Measure::PulseRate => Measure::HeartRate,
        Measure::ArterialSystolic => Measure::SystolicBp,
        other => other,
    }
}

/// From when a rule has to see a series that it has not met: some minutes, or as far back as the value was outside, so that a
/// station that starts late finds the onset that the others found.
fn beginning(
    reader: &Reader,
    value: &SeriesValue,
    measure: Measure,
    limits: &dyn Fn(Instant) -> Option<Limits>,
    now: Instant,
) -> Result<Instant, VaultError> {
    if now.ms_since(value.taken_at) > LOOK_BACK {
        return Ok(value.taken_at + 1);
    }
    let mut back = if value.series.streamed { 10 * 60_000 } else { LOOK_BACK };
    let (factor, offset) = to_unit(measure, &value.series.unit).unwrap_or((1.0, 0.0));
    loop {
        let from = now - back;
        let first = reader.points(value.series.id, from, from + 5 * 60_000)?;
        let outside = first.iter().find(|p| !p.artefact).is_some_and(|p| {
            let number = p.v * factor + offset;
            limits(Instant(p.t)).is_some_and(|l| {
                l.low.is_some_and(|low| number < low) || l.high.is_some_and(|high| number > high)
            })
        });
        if !outside || back >= 24 * LOOK_BACK {
            return Ok(from);
        }
        back *= 4;
    }
}

/// The rule's words in the unit the site sends.
fn text(rule: &Rule, worst: f64, bound: f64, unit: &str) -> String {
    let digits = usize::from(rule.measure.spec().digits);
    match to_unit(rule.measure, unit) {
        Ok((factor, offset)) if unit == "mmol/L" && factor > 0.0 => {
            rule.text((worst - offset) / factor, (bound - offset) / factor, 1)
        }
        _ => rule.text(worst, bound, digits),
    }
}

pub(crate) fn slot_key(slot: Slot) -> &'static str {
    match slot {
        Slot::Hr => "hr",
        Slot::SpO2 => "spo2",
        Slot::Rr => "rr",
        Slot::Glucose => "glucose",
        Slot::Bp => "bp",
        Slot::Temp => "temp",
    }
}

/// Signals that went silent lately, with what keeps them.
fn silences(board: &Board, now: Instant) -> Vec<Condition> {
    let mut wards: HashMap<&str, (usize, usize)> = HashMap::new();
    for tile in board.tiles.iter().filter(|t| !t.home) {
        let (silent, all) = wards.entry(&tile.ward).or_default();
        *silent += usize::from(tile.stale_since.is_some());
        *all += 1;
    }
    let mut holds = Vec::new();
    for tile in &board.tiles {
        let condition = |rule: String, since: Instant, measure, text: String| Condition {
            patient: Some(tile.patient.clone()),
            rule,
            key: since.0,
            onset: since,
            ended: None,
            priority: Priority::Technical,
            measure,
            text,
            implicated: None,
            any_priority_covers: true,
        };
        let recent = |since: Instant| now.ms_since(since) < LOOK_BACK;
        if let Some(since) = tile.stale_since {
            let (silent, all) = wards.get(tile.ward.as_str()).copied().unwrap_or_default();
            let cause =
                if !tile.home && silent >= 3 && silent * 2 > all { Cause::Gateway } else { Cause::Device };
            if recent(since) {
                holds.push(condition("no-data".into(), since, None, format!("No data, {}", cause.word())));
            }
            continue;
        }
        for cell in tile.cells.iter().filter(|c| c.stale && recent(c.taken_at)) {
            let (name, measure) = match cell.slot {
                Slot::Hr => ("HR", Measure::HeartRate),
                Slot::SpO2 => ("SpO2", Measure::SpO2),
                Slot::Rr => ("RR", Measure::RespRate),
                Slot::Glucose => ("Glucose", Measure::Glucose),
                // What is charted on rounds is late, not lost.
                Slot::Bp | Slot::Temp => continue,
            };
            let rule = format!("no-signal-{}", slot_key(cell.slot));
            let text = format!("{name} no signal, {}", Cause::Sensor.word());
            holds.push(condition(rule, cell.taken_at, Some(measure), text));
        }
    }
    holds
}

/// The way to the server is gone: a technical alarm of this station, with its cause.
fn lost_link(station: &str, link: &Link, now: Instant) -> Option<Condition> {
    let since = link.since.filter(|since| !link.online && now.ms_since(*since) >= LINK_LOST)?;
    let cause = link.cause.unwrap_or("server");
    Some(Condition {
        patient: None,
        rule: "link".into(),
        key: since.0,
        onset: since,
        ended: None,
        priority: Priority::Technical,
        measure: None,
        text: format!("{station}: no link, {cause}"),
        implicated: None,
        any_priority_covers: false,
    })
}
