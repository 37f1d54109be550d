//! Rules over values: each is fed with what is new of every series, and says what is outside and since when.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use clinical::{
    Comparator, Conversion, Episode, Instant, Kind, Limits, MINUTE_MS, Measure, PatientId, RULES, Rule,
    SeriesRule, SetLimit, Shown, Turn, is_ahead, is_stale, limit_history, limits_at,
};
use vault::{Reader, SeriesValue, VaultError, Ward};

use super::condition::{Condition, LOOK_BACK, family};
use crate::alarm::units;

/// One rule over one series, with the alarm it found.
struct Running {
    rule: SeriesRule,
    on: Option<Breach>,
    ended: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Breach {
    onset: Instant,
    worst: f64,
    /// Where the worst value is only a bound.
    comparator: Option<Comparator>,
    bound: f64,
}

/// The rules over values, and up to where each series was seen.
#[derive(Default)]
pub(super) struct Values {
    series: HashMap<i64, (Instant, Vec<Running>)>,
}

impl Values {
    /// Feeds every rule with the values that are new.
    pub(crate) fn hold(
        &mut self,
        reader: &Reader,
        ward: &Ward,
        now: Instant,
    ) -> Result<Vec<Condition>, VaultError> {
        let mut history: HashMap<&PatientId, Vec<SetLimit>> = HashMap::new();
        let mut holds = Vec::new();
        let units = units(ward);
        for value in &ward.values {
            let series = &value.series;
            let Some(measure) = series.measure().map(family) else { continue };
            if is_ahead(value.taken_at, now) {
                // Seen up to there, nothing that follows would be looked at.
                continue;
            }
            if !RULES.iter().any(|rule| rule.measure == measure) {
                continue;
            }
            let Ok(conversion) = Conversion::to_own(measure, &series.unit) else { continue };
            let sets = history
                .entry(&series.patient)
                .or_insert_with(|| limit_history(&series.patient, &ward.actions));
            let unit = units.get(&series.patient).copied().unwrap_or_default();
            let usual = &ward.site.policy(unit).limits;
            let limits = |at: Instant| limits_at(sets, usual, measure, at);
            let (seen, running) = match self.series.entry(series.id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => {
                    let from = beginning(reader, value, measure, &limits, now)?;
                    let rules = RULES.iter().filter(|rule| rule.measure == measure);
                    let fresh = |rule| Running { rule: SeriesRule::new(rule), on: None, ended: None };
                    free.insert((from - 1, rules.map(fresh).collect()))
                }
            };
            let condition = |rule: &Rule, breach: Breach, ended: Option<Instant>| Condition {
                patient: Some(series.patient.clone()),
                station: None,
                rule: rule.code.to_owned(),
                key: breach.onset.0,
                limit: matches!(rule.kind, Kind::Limit { .. }).then_some(breach.bound),
                onset: breach.onset,
                ended,
                priority: rule.priority,
                measure: Some(measure),
                text: text(rule, &breach, &Shown::at(&ward.site, rule.measure, [series.unit.as_str()])),
                implicated: Some(value.source.clone()),
                any_priority_covers: !rule.code.contains("-far-"),
                is_fresh: !is_stale(
                    measure,
                    series.streamed,
                    series.device.is_some(),
                    value.taken_at,
                    now,
                    &ward.site.stale,
                ),
            };
            if value.taken_at > *seen {
                for point in reader.points(series.id, *seen + 1, value.taken_at)? {
                    if point.artefact {
                        continue;
                    }
                    let (at, number) = (Instant(point.t), conversion.apply(point.v));
                    for one in running.iter_mut() {
                        let limits = limits(at);
                        let taken_for = |only| one.rule.rule().taken_for(number, only, limits);
                        let Some(number) = point.comparator.map_or(Some(number), taken_for) else { continue };
                        match one.rule.feed(at, number, limits, series.streamed) {
                            Some(Turn::Began { onset, worst, bound }) => {
                                let comparator = point.comparator.filter(|_| worst == number);
                                one.on = Some(Breach { onset, worst, comparator, bound });
                            }
                            Some(Turn::Ended(at)) => {
                                one.ended = Some(at);
                                // Over before anybody looked: it happened all the same.
                                let over = one.on.take().filter(|b| now.ms_since(b.onset) < LOOK_BACK);
                                holds.extend(over.map(|b| condition(one.rule.rule(), b, one.ended)));
                            }
                            None => {}
                        }
                    }
                }
                *seen = value.taken_at;
            }
            holds.extend(running.iter().filter_map(|one| Some(condition(one.rule.rule(), one.on?, None))));
        }
        Ok(holds)
    }

    /// Since when the values that a rule is about are back; nothing where they are not, or do not speak of now.
    pub(crate) fn back_since(
        &self,
        rule: &str,
        episode: &Episode,
        ward: &Ward,
        now: Instant,
    ) -> Option<Instant> {
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
            let one = running.iter().find(|one| one.rule.rule().code == rule.code)?;
            if !one.rule.is_inside() {
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
    let mut back = if value.series.streamed { 10 * MINUTE_MS } else { LOOK_BACK };
    let conversion = Conversion::to_own(measure, &value.series.unit).unwrap_or(Conversion::SAME);
    loop {
        let from = now - back;
        let first = reader.points(value.series.id, from, from + 5 * MINUTE_MS)?;
        let outside = first.iter().find(|p| !p.artefact).is_some_and(|p| {
            let number = conversion.apply(p.v);
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

/// The rule's words in the unit that a screen shows.
fn text(rule: &Rule, breach: &Breach, shown: &Shown) -> String {
    let (worst, bound) = (shown.from_own(breach.worst), shown.from_own(breach.bound));
    rule.text(breach.comparator, worst, bound, usize::from(shown.digits))
}
