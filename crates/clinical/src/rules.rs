//! The console's own rules: when a value, a silence, a score or a missed dose is an alarm that no gateway raised.
//!
//! Pure folds over values in the order of their time. An onset is the moment of the value that began it, never the moment
//! somebody looked, so that every station that holds the same values finds the same onset. Deliberately not here: which of
//! them the gateway has raised already, and how an alarm is recorded.

use crate::{Comparator, DAY_MS, Dose, HOUR_MS, Instant, Limits, MINUTE_MS, Measure, Priority, SECOND_MS};

/// The side of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Side {
    Low,
    High,
}

/// What a rule looks for in the values of one measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Outside the patient's limit by more than `beyond`.
    Limit {
        /// 0 for the limit itself, more for what is far outside it.
        beyond: f64,
    },
    /// A change of at least `by` within `within_ms`, while the value itself is on the wrong side of `only`.
    Change {
        /// How much, in the measure's unit.
        by: f64,
        /// Within how long: milliseconds.
        within_ms: i64,
        /// A fall counts below it, a rise above it.
        only: f64,
    },
    /// At or below a fixed value, whatever the limits.
    Fixed {
        /// The value.
        at: f64,
    },
}

/// A rule about the values of one measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Its name in an episode's key.
    pub code: &'static str,
    /// Of what.
    pub measure: Measure,
    /// Which side is wrong.
    pub side: Side,
    /// What it looks for.
    pub kind: Kind,
    /// How soon somebody has to come.
    pub priority: Priority,
    /// How long a streamed value must be outside: milliseconds. A single value counts at once.
    pub hold_ms: i64,
    /// How far a value must come back before the alarm is over.
    pub back: f64,
}

/// How long values must be back before an alarm on streamed values is over: milliseconds.
pub const CLEAR_MS: i64 = 10 * SECOND_MS;
/// A silence of a streamed signal longer than this begins the time outside anew: milliseconds. A signal that sends no more often
/// has no such silences: each of its values stands for itself, as a single one does.
const SILENCE_MS: i64 = 30 * SECOND_MS;

const fn limit(
    code: &'static str,
    measure: Measure,
    side: Side,
    beyond: f64,
    priority: Priority,
    back: f64,
) -> Rule {
    Rule { code, measure, side, kind: Kind::Limit { beyond }, priority, hold_ms: 15 * SECOND_MS, back }
}

const fn change(
    code: &'static str,
    measure: Measure,
    side: Side,
    by: f64,
    within_ms: i64,
    only: f64,
) -> Rule {
    let kind = Kind::Change { by, within_ms, only };
    Rule { code, measure, side, kind, priority: Priority::Medium, hold_ms: 30 * SECOND_MS, back: by / 3.0 }
}

/// Every rule about values. The far limits follow what bedside monitors call extreme brady- and tachycardia, desaturation and
/// apnoea; level 2 hypoglycaemia is the consensus' 54 mg/dL. An illustration until the unit sets its own.
pub const RULES: [Rule; 19] = [
    limit("hr-low", Measure::HeartRate, Side::Low, 0.0, Priority::Medium, 2.0),
    limit("hr-high", Measure::HeartRate, Side::High, 0.0, Priority::Medium, 2.0),
    limit("hr-far-low", Measure::HeartRate, Side::Low, 15.0, Priority::High, 2.0),
    limit("hr-far-high", Measure::HeartRate, Side::High, 25.0, Priority::High, 2.0),
    limit("spo2-low", Measure::SpO2, Side::Low, 0.0, Priority::Medium, 1.0),
    limit("spo2-far-low", Measure::SpO2, Side::Low, 5.0, Priority::High, 1.0),
    limit("rr-low", Measure::RespRate, Side::Low, 0.0, Priority::High, 1.0),
    limit("rr-high", Measure::RespRate, Side::High, 0.0, Priority::Medium, 1.0),
    limit("bp-low", Measure::SystolicBp, Side::Low, 0.0, Priority::Medium, 2.0),
    limit("bp-far-low", Measure::SystolicBp, Side::Low, 15.0, Priority::High, 2.0),
    limit("bp-high", Measure::SystolicBp, Side::High, 0.0, Priority::Medium, 2.0),
    limit("temp-low", Measure::Temperature, Side::Low, 0.0, Priority::Medium, 0.2),
    limit("temp-high", Measure::Temperature, Side::High, 0.0, Priority::Medium, 0.2),
    limit("glucose-low", Measure::Glucose, Side::Low, 0.0, Priority::Medium, 4.0),
    limit("glucose-far-low", Measure::Glucose, Side::Low, 16.0, Priority::High, 4.0),
    limit("glucose-high", Measure::Glucose, Side::High, 0.0, Priority::Low, 9.0),
    change("glucose-falling", Measure::Glucose, Side::Low, 30.0, 15 * MINUTE_MS, 110.0),
    change("bp-falling", Measure::SystolicBp, Side::Low, 40.0, HOUR_MS, 120.0),
    Rule {
        code: "battery",
        measure: Measure::Battery,
        side: Side::Low,
        kind: Kind::Fixed { at: 10.0 },
        priority: Priority::Technical,
        hold_ms: 0,
        back: 10.0,
    },
];

impl Rule {
    /// The rule behind a code.
    pub fn from_code(code: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.code == code)
    }

    /// The value this rule compares with; `None` where the limits leave that side open.
    pub fn bound(&self, limits: Option<Limits>) -> Option<f64> {
        match self.kind {
            Kind::Limit { beyond } => {
                let limits = limits?;
                match self.side {
                    Side::Low => limits.low.map(|low| low - beyond),
                    Side::High => limits.high.map(|high| high + beyond),
                }
            }
            Kind::Change { by, .. } => Some(if self.side == Side::Low { -by } else { by }),
            Kind::Fixed { at } => Some(at),
        }
    }

    fn is_outside(&self, value: f64, bound: f64) -> bool {
        match (self.side, self.kind) {
            // "At or below": a fixed value and a change of exactly that size count.
            (Side::Low, Kind::Fixed { .. } | Kind::Change { .. }) => value <= bound,
            (Side::High, Kind::Fixed { .. } | Kind::Change { .. }) => value >= bound,
            (Side::Low, Kind::Limit { .. }) => value < bound,
            (Side::High, Kind::Limit { .. }) => value > bound,
        }
    }

    fn is_back(&self, value: f64, bound: f64) -> bool {
        match self.side {
            Side::Low => value >= bound + self.back,
            Side::High => value <= bound - self.back,
        }
    }

    /// What a rule may take a value for that is only a bound: a number beyond it, on the side where the quantity lies. Nothing where
    /// what was measured may as well be inside as outside; of a change nothing is known then.
    pub fn taken_for(&self, value: f64, comparator: Comparator, limits: Option<Limits>) -> Option<f64> {
        let beyond = value.abs().max(1.0) * 1e-9;
        let (number, lies) = match comparator {
            Comparator::Below => (value - beyond, Side::Low),
            Comparator::AtMost => (value, Side::Low),
            Comparator::AtLeast => (value, Side::High),
            Comparator::Above => (value + beyond, Side::High),
        };
        if matches!(self.kind, Kind::Change { .. }) {
            return None;
        }
        let outside = self.bound(limits).is_some_and(|bound| self.is_outside(number, bound));
        // Less than 40 is below 70 for certain, and not for certain above 30.
        (outside == (lies == self.side)).then_some(number)
    }

    /// `SpO2 84 < 90`, `Glucose <40 < 70`, `Glucose falling 36 in 15 min`, `Battery 9 %`; `worst` and `bound` as shown, `digits` behind the point.
    pub fn text(&self, comparator: Option<Comparator>, worst: f64, bound: f64, digits: usize) -> String {
        let only = comparator.map_or("", Comparator::code);
        // The marks of IEC 60601-1-8 are plain text: so are the names beside them.
        let name = match self.measure {
            Measure::SpO2 => "SpO2",
            Measure::SystolicBp => "BP sys",
            other => other.spec().label,
        };
        match self.kind {
            Kind::Limit { .. } => {
                let sign = if self.side == Side::Low { '<' } else { '>' };
                // A value that is just outside is not said to be its own limit.
                let is_told = |digits: &usize| format!("{worst:.digits$}") != format!("{bound:.digits$}");
                let digits = (digits..digits + 4).find(is_told).unwrap_or(digits);
                format!("{name} {only}{worst:.digits$} {sign} {bound:.digits$}")
            }
            Kind::Change { within_ms, .. } => {
                let word = if self.side == Side::Low { "falling" } else { "rising" };
                format!("{name} {word} {:.digits$} in {} min", worst.abs(), within_ms / MINUTE_MS)
            }
            Kind::Fixed { .. } => format!("{name} {only}{worst:.0} %"),
        }
    }
}

/// What a value changed about a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// It is an alarm since `onset`.
    Began {
        /// The moment of the first value outside.
        onset: Instant,
        /// The worst value so far.
        worst: f64,
        /// What it is compared with.
        bound: f64,
    },
    /// It is over since then.
    Ended(Instant),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Inside,
    Outside { since: Instant, worst: f64 },
    On { back_since: Option<Instant> },
}

/// One rule over one series: fed with each value in the order of time.
#[derive(Clone, Debug)]
pub struct SeriesRule {
    rule: &'static Rule,
    phase: Phase,
    last: Option<Instant>,
    /// Whether the last two values were as far apart as a silence.
    was_silent: bool,
    /// Of a change: the values it may be compared with.
    before: std::collections::VecDeque<(Instant, f64)>,
}

impl SeriesRule {
    /// A rule that has seen nothing.
    pub fn new(rule: &'static Rule) -> SeriesRule {
        SeriesRule {
            rule,
            phase: Phase::Inside,
            last: None,
            was_silent: false,
            before: std::collections::VecDeque::new(),
        }
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Whether it is an alarm now.
    pub fn is_on(&self) -> bool {
        matches!(self.phase, Phase::On { .. })
    }

    /// Whether the values are on the right side now.
    pub fn is_inside(&self) -> bool {
        self.phase == Phase::Inside
    }

    /// Takes the next plausible value; one that is not newer than the last is left out. `streamed` values must stay outside
    /// for the rule's time, single ones count at once.
    pub fn feed(&mut self, at: Instant, value: f64, limits: Option<Limits>, streamed: bool) -> Option<Turn> {
        if self.last.is_some_and(|last| at <= last) {
            return None;
        }
        let silent = self.last.is_some_and(|last| at.ms_since(last) > SILENCE_MS);
        let is_slow = silent && self.was_silent;
        self.was_silent = silent;
        self.last = Some(at);
        let bound = self.rule.bound(limits)?;
        let compared = self.compared(at, value)?;
        let (hold, clear) = if streamed && !is_slow { (self.rule.hold_ms, CLEAR_MS) } else { (0, 0) };
        let outside = self.rule.is_outside(compared, bound);
        match self.phase {
            Phase::On { back_since } => {
                if !self.rule.is_back(compared, bound) {
                    self.phase = Phase::On { back_since: None };
                    return None;
                }
                let since = back_since.unwrap_or(at);
                if at.ms_since(since) < clear {
                    self.phase = Phase::On { back_since: Some(since) };
                    return None;
                }
                self.phase = Phase::Inside;
                Some(Turn::Ended(since))
            }
            _ if !outside => {
                self.phase = Phase::Inside;
                None
            }
            Phase::Inside => self.outside(at, compared, at, compared, bound, hold),
            Phase::Outside { .. } if silent && streamed && !is_slow => {
                self.outside(at, compared, at, compared, bound, hold)
            }
            Phase::Outside { since, worst } => self.outside(since, worst, at, compared, bound, hold),
        }
    }

    fn outside(
        &mut self,
        since: Instant,
        worst: f64,
        at: Instant,
        value: f64,
        bound: f64,
        hold: i64,
    ) -> Option<Turn> {
        let worst = if self.rule.side == Side::Low { worst.min(value) } else { worst.max(value) };
        if at.ms_since(since) < hold {
            self.phase = Phase::Outside { since, worst };
            return None;
        }
        self.phase = Phase::On { back_since: None };
        Some(Turn::Began { onset: since, worst, bound })
    }

    /// The value itself, or of a change its difference from the value furthest away within the time.
    fn compared(&mut self, at: Instant, value: f64) -> Option<f64> {
        let Kind::Change { within_ms, only, .. } = self.rule.kind else { return Some(value) };
        while self.before.front().is_some_and(|(t, _)| at.ms_since(*t) > within_ms) {
            self.before.pop_front();
        }
        let differences = self.before.iter().map(|(_, old)| value - old);
        let difference = match self.rule.side {
            Side::Low => differences.fold(0.0, f64::min),
            Side::High => differences.fold(0.0, f64::max),
        };
        // One value in ten seconds is enough to see a change of minutes.
        if self.before.back().is_none_or(|(t, _)| at.ms_since(*t) >= 10 * SECOND_MS) {
            self.before.push_back((at, value));
        }
        let counts = match self.rule.side {
            Side::Low => value < only,
            Side::High => value > only,
        };
        Some(if counts { difference } else { 0.0 })
    }
}

/// How soon somebody has to come for a score: RCP 2017, chart 4. `None` where the ward's own rounds are enough.
pub fn score_priority(band: crate::Band) -> Option<Priority> {
    match band {
        crate::Band::High => Some(Priority::High),
        crate::Band::Medium => Some(Priority::Medium),
        crate::Band::LowMedium => Some(Priority::Low),
        crate::Band::Low | crate::Band::Zero => None,
    }
}

/// What keeps values from coming (CLINICAL 2: stale data is a technical alarm that names its cause).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The device speaks, but not of this signal.
    Sensor,
    /// Nothing comes from this device, while others of the ward speak.
    Device,
    /// Nothing comes from most of the ward.
    Gateway,
}

impl Cause {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Sensor => "sensor",
            Cause::Device => "device",
            Cause::Gateway => "gateway",
        }
    }
}

/// The name of a dose that is given every day at about the same time and is late today, with the moment it was due.
///
/// Every day means on each of the last three days, within an hour and a half of the same time of day; late means three hours
/// after it. `doses` in any order.
pub fn missed_dose(doses: &[Dose], now: Instant) -> Option<(String, Instant)> {
    const SPREAD: i64 = 90 * MINUTE_MS;
    const LATE: i64 = 3 * HOUR_MS;
    let mut names: Vec<&str> = doses.iter().map(|d| d.what.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().find_map(|name| {
        let mut times: Vec<i64> = doses.iter().filter(|d| d.what == name).map(|d| d.at.0).collect();
        times.sort_unstable();
        let last = *times.last()?;
        let due = last + DAY_MS;
        // Once a day, and only once: what is taken with meals has no due time.
        let once = |day: i64| {
            let near = |t: &&i64| (**t - (last - day * DAY_MS)).abs() <= SPREAD;
            let within = |t: &&i64| (**t - (last - day * DAY_MS)).abs() < DAY_MS / 2;
            times.iter().filter(near).count() == 1 && times.iter().filter(within).count() == 1
        };
        let late = now.0 > due + LATE && now.0 < due + DAY_MS;
        (late && (0..3).all(once)).then(|| (name.to_owned(), Instant(due)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPO2: Limits = Limits { low: Some(90.0), high: None };

    fn on_series(code: &str) -> SeriesRule {
        SeriesRule::new(Rule::from_code(code).expect("a rule"))
    }

    fn seconds(rule: &mut SeriesRule, from: i64, values: &[f64], limits: Limits) -> Vec<Turn> {
        let mut turns = Vec::new();
        for (n, value) in values.iter().enumerate() {
            turns.extend(rule.feed(
                Instant((from + i64::try_from(n).unwrap()) * 1000),
                *value,
                Some(limits),
                true,
            ));
        }
        turns
    }

    #[test]
    fn a_bound_is_an_alarm_where_all_behind_it_is_and_no_word_where_it_is_not_known() {
        let limits = Limits { low: Some(70.0), high: Some(180.0) };
        for (code, comparator, value, outside) in [
            ("glucose-low", Comparator::Below, 40.0, Some(true)),
            ("glucose-low", Comparator::Below, 70.0, Some(true)),
            ("glucose-low", Comparator::AtMost, 70.0, None),
            ("glucose-low", Comparator::Below, 80.0, None),
            ("glucose-low", Comparator::Above, 400.0, Some(false)),
            ("glucose-low", Comparator::AtLeast, 60.0, None),
            ("glucose-high", Comparator::Below, 40.0, Some(false)),
            ("glucose-high", Comparator::Above, 180.0, Some(true)),
            ("glucose-high", Comparator::Above, 100.0, None),
            ("glucose-falling", Comparator::Below, 40.0, None),
        ] {
            let rule = Rule::from_code(code).expect("a rule");
            let taken = rule.taken_for(value, comparator, Some(limits));
            let found = taken.map(|number| rule.is_outside(number, rule.bound(Some(limits)).unwrap()));
            assert_eq!(found, outside, "{code} {}{value}", comparator.code());
        }
        let text = Rule::from_code("glucose-low").unwrap().text(Some(Comparator::Below), 40.0, 70.0, 0);
        assert_eq!(text, "Glucose <40 < 70");
        let just =
            |worst, bound, digits| Rule::from_code("glucose-low").unwrap().text(None, worst, bound, digits);
        assert_eq!(just(3.87, 3.8855, 1), "Glucose 3.87 < 3.89");
        assert_eq!(just(3.8, 3.8855, 1), "Glucose 3.8 < 3.9");
        assert_eq!(just(69.6, 70.0, 0), "Glucose 69.6 < 70.0");
    }

    #[test]
    fn a_short_dip_is_no_alarm_and_a_long_one_began_with_its_first_second() {
        let mut w = on_series("spo2-low");
        let mut values = vec![95.0; 5];
        values.extend([88.0; 14]);
        values.push(93.0);
        assert_eq!(seconds(&mut w, 0, &values, SPO2), []);
        let mut long = vec![89.0; 10];
        long.extend([84.0; 6]);
        let began = Turn::Began { onset: Instant(20_000), worst: 84.0, bound: 90.0 };
        assert_eq!(seconds(&mut w, 20, &long, SPO2), [began]);
        assert_eq!(w.rule().text(None, 84.0, 90.0, 0), "SpO2 84 < 90");
    }

    #[test]
    fn a_value_that_hovers_at_the_limit_is_one_alarm_and_ends_when_it_stays_back() {
        let mut w = on_series("spo2-low");
        assert_eq!(seconds(&mut w, 0, &[88.0; 20], SPO2).len(), 1);
        // 90 is inside the limit and not back by the hysteresis.
        let hovering: Vec<f64> = (0..60).map(|n| if n % 2 == 0 { 90.0 } else { 89.0 }).collect();
        assert_eq!(seconds(&mut w, 20, &hovering, SPO2), []);
        assert_eq!(seconds(&mut w, 80, &[93.0; 11], SPO2), [Turn::Ended(Instant(80_000))]);
    }

    #[test]
    fn a_silence_does_not_count_as_time_outside() {
        let mut w = on_series("spo2-low");
        assert_eq!(seconds(&mut w, 0, &[88.0; 5], SPO2), []);
        assert_eq!(seconds(&mut w, 100, &[88.0; 5], SPO2), [], "ten seconds outside, not a hundred");
    }

    #[test]
    fn a_stream_of_one_value_a_minute_meets_its_limits() {
        for every in [31, 60, 300] {
            let mut rule = on_series("spo2-low");
            let at = |n: i64| Instant(n * every * SECOND_MS);
            let values = [96.0, 96.0, 95.0, 84.0, 83.0, 96.0];
            let turns: Vec<Turn> = (0..)
                .zip(values)
                .filter_map(|(n, value)| rule.feed(at(n), value, Some(SPO2), true))
                .collect();
            let began = Turn::Began { onset: at(3), worst: 84.0, bound: 90.0 };
            assert_eq!(turns, [began, Turn::Ended(at(5))], "every {every} s");
        }
    }

    #[test]
    fn a_single_charted_value_outside_counts_at_once() {
        let mut w = on_series("temp-high");
        let limits = Limits { low: Some(35.0), high: Some(38.5) };
        let began = Turn::Began { onset: Instant(0), worst: 39.2, bound: 38.5 };
        assert_eq!(w.feed(Instant(0), 39.2, Some(limits), false), Some(began));
        assert_eq!(w.feed(Instant(HOUR_MS), 37.1, Some(limits), false), Some(Turn::Ended(Instant(HOUR_MS))));
    }

    #[test]
    fn a_limit_set_for_the_patient_is_the_one_that_counts() {
        let mut w = on_series("spo2-low");
        let set = Limits { low: Some(86.0), high: None };
        assert_eq!(seconds(&mut w, 0, &[88.0; 60], set), []);
        assert_eq!(seconds(&mut w, 60, &[85.0; 16], set).len(), 1);
    }

    #[test]
    fn glucose_that_falls_fast_is_seen_before_it_is_low() {
        let mut w = on_series("glucose-falling");
        let turns: Vec<Turn> = [140.0, 128.0, 112.0, 96.0]
            .iter()
            .enumerate()
            .filter_map(|(n, v)| w.feed(Instant(i64::try_from(n).unwrap() * 5 * MINUTE_MS), *v, None, false))
            .collect();
        let began = Turn::Began { onset: Instant(15 * MINUTE_MS), worst: -44.0, bound: -30.0 };
        assert_eq!(turns, [began]);
        assert_eq!(w.rule().text(None, -44.0, -30.0, 0), "Glucose falling 44 in 15 min");
    }

    #[test]
    fn a_daily_dose_that_did_not_come_is_missed_and_one_with_meals_is_not() {
        let dose = |what: &str, at: i64| Dose {
            id: format!("{what}-{at}").into(),
            patient: "p".into(),
            what: what.into(),
            amount: None,
            at: Instant(at),
            identity: None,
            device: None,
        };
        let day = 24 * HOUR_MS;
        let mut doses: Vec<Dose> =
            (0..4).map(|n| dose("Basal insulin", n * day + 22 * HOUR_MS + n * MINUTE_MS)).collect();
        for n in 0..4 {
            doses.extend([8, 13, 19].map(|hour| dose("Rapid insulin", n * day + hour * HOUR_MS)));
        }
        let due = Instant(4 * day + 22 * HOUR_MS + 3 * MINUTE_MS);
        assert_eq!(missed_dose(&doses, due + HOUR_MS), None);
        assert_eq!(missed_dose(&doses, due + 4 * HOUR_MS), Some(("Basal insulin".into(), due)));
        doses.push(dose("Basal insulin", due.0 + HOUR_MS));
        assert_eq!(missed_dose(&doses, due + 4 * HOUR_MS), None);
    }

    proptest! {
        /// Two stations see the same values in parts of their own and find the same onsets and ends.
        #[test]
        fn onsets_do_not_depend_on_when_somebody_looked(
            values in prop::collection::vec(80.0f64..100.0, 1..400), cut in 0usize..400
        ) {
            let whole = seconds(&mut on_series("spo2-low"), 0, &values, SPO2);
            let cut = cut.min(values.len());
            let mut w = on_series("spo2-low");
            let mut parts = seconds(&mut w, 0, &values[..cut], SPO2);
            // What was seen already comes again, as a replay does.
            parts.extend(seconds(&mut w, 0, &values[..cut], SPO2));
            parts.extend(seconds(&mut w, i64::try_from(cut).unwrap(), &values[cut..], SPO2));
            prop_assert_eq!(whole, parts);
        }
    }
}
