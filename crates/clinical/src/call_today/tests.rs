//! Each reason by itself, their order, and what a call answers.

use super::*;
use crate::glucose::{Mark, Reading, TargetSet, Trace};
use crate::silence::{NOTHING_MS, SENSOR_MS};
use crate::{DAY_MS, HOUR_MS, MINUTE_MS, Measure, TimeRange, WallClock};

const NOW: Instant = Instant(1_772_409_600_000);

fn ago(ms: i64) -> Instant {
    NOW - ms
}

/// A fortnight of a sensor: so many readings of each value, the newest last, one each five minutes up to now.
fn fortnight(parts: &[(usize, f64)]) -> Brief {
    let values: Vec<f64> = parts.iter().flat_map(|(n, value)| vec![*value; *n]).collect();
    let first = ago(i64::try_from(values.len()).unwrap() * 5 * MINUTE_MS);
    let readings: Vec<Reading> = values
        .iter()
        .enumerate()
        .map(|(n, mg_dl)| Reading { at: first.after(n, 300_000.0), mg_dl: *mg_dl, mark: Mark::Plain })
        .collect();
    let period = TimeRange::last(14 * DAY_MS, NOW);
    Brief::of(&Trace::of(&readings, period, &WallClock::UTC, Some(5 * MINUTE_MS)), TargetSet::Standard)
}

fn signal(measure: Measure, sent: Sent, age: i64) -> Signal {
    Signal { measure, sent, newest: ago(age) }
}

fn nothing<'a>() -> Known<'a> {
    Known {
        heard: Some(NOW),
        alarms: Vec::new(),
        signals: vec![signal(Measure::HeartRate, Sent::Device, MINUTE_MS)],
        glucose: None,
        is_fortnight_read: true,
        shown: Shown::of(Measure::Glucose, ["mg/dL"]),
        weights: &[],
        battery: None,
        call: None,
    }
}

fn kinds(known: &Known<'_>) -> Vec<(&'static str, Problem)> {
    call_today(known, NOW).reasons.iter().map(|reason| (reason.kind.code(), reason.problem)).collect()
}

fn alarm(priority: Priority, age: i64) -> OpenAlarm {
    OpenAlarm { priority, text: "Glucose 3.4 < 3.9".into(), onset: ago(age), renewed: None }
}

#[test]
fn who_sends_and_is_well_is_not_called() {
    let good = fortnight(&[(4032, 120.0)]);
    let known = Known { glucose: Some(&good), ..nothing() };
    assert_eq!(call_today(&known, NOW), CallToday { reasons: Vec::new(), answered_until: None });
    assert!(!call_today(&known, NOW).is_due());
}

#[test]
fn the_worst_reason_stands_first() {
    let bad = fortnight(&[(2000, 300.0), (100, 50.0), (1932, 120.0)]);
    let known = Known {
        alarms: [Priority::Low, Priority::Medium, Priority::High].map(|p| alarm(p, HOUR_MS)).to_vec(),
        glucose: Some(&bad),
        weights: &[(ago(2 * DAY_MS), 70.0), (ago(HOUR_MS), 73.0)],
        battery: Some((12, ago(HOUR_MS))),
        ..nothing()
    };
    let (person, device) = (Problem::Person, Problem::Device);
    assert_eq!(
        kinds(&known),
        [
            ("high-alarm", person),
            ("medium-alarm", person),
            ("very-low", person),
            ("weight-gain", person),
            ("very-high", person),
            ("in-range", person),
            ("low-alarm", person),
            ("battery", device),
        ]
    );
}

#[test]
fn lows_are_told_of_at_the_goal_of_the_consensus_and_not_below_it() {
    let of = |parts: &[(usize, f64)]| {
        let brief = fortnight(parts);
        let found = call_today(&Known { glucose: Some(&brief), ..nothing() }, NOW).reasons;
        found.into_iter().map(|reason| (reason.kind, reason.words)).collect::<Vec<_>>()
    };
    assert_eq!(of(&[(39, 53.0), (3961, 120.0)]), [], "0.975 %, and 0.975 % below 70");
    // 1 % is not less than 1 %, and what is below 54 is below 70, too: it is said once.
    assert_eq!(
        of(&[(40, 53.0), (3960, 120.0)]),
        [(ReasonKind::VeryLow, "1 % below 54 mg/dL, goal less than 1 %".into())]
    );
    assert_eq!(
        of(&[(200, 53.0), (3800, 120.0)]),
        [(ReasonKind::VeryLow, "5 % below 54 mg/dL, goal less than 1 %".into())]
    );
    assert_eq!(
        of(&[(160, 60.0), (3840, 120.0)]),
        [(ReasonKind::Low, "4 % below 70 mg/dL, goal less than 4 %".into())]
    );
    assert_eq!(of(&[(159, 60.0), (3841, 120.0)]), [], "3.975 %");
    assert_eq!(of(&[(4000, 54.0)])[0].0, ReasonKind::Low, "54 is not below 54");
}

#[test]
fn what_is_in_range_is_told_of_with_the_management_indicator_and_in_the_unit_of_the_site() {
    let brief = fortnight(&[(1000, 200.0), (3032, 150.0)]);
    let known = Known { glucose: Some(&brief), ..nothing() };
    assert_eq!(call_today(&known, NOW).reasons, [], "75 % in range, and nothing above 250");
    let brief = fortnight(&[(2000, 200.0), (100, 260.0), (300, 50.0), (1632, 150.0)]);
    let known = Known { glucose: Some(&brief), shown: Shown::of(Measure::Glucose, ["mmol/L"]), ..nothing() };
    let found = call_today(&known, NOW).reasons;
    let words: Vec<_> = found.iter().map(|reason| reason.words.as_str()).collect();
    assert_eq!(
        words,
        ["7.4 % below 3.0 mmol/L, goal less than 1 %", "40.4 % in range, goal more than 70 %; GMI 7.4 %"]
    );
    assert_eq!(found[0].basis, "4032 readings of 14 days, 100 % of the time");
}

#[test]
fn what_was_not_read_yet_no_device_left_out() {
    let few = fortnight(&[(600, 100.0)]);
    let known = |is_fortnight_read| Known { glucose: Some(&few), is_fortnight_read, ..nothing() };
    assert_eq!(kinds(&known(true)), [("too-little", Problem::Device)]);
    assert_eq!(kinds(&known(false)), []);
}

#[test]
fn too_little_data_is_a_reason_of_its_own_and_no_figure_but_lows_is_told_of() {
    let of = |parts: &[(usize, f64)]| {
        let brief = fortnight(parts);
        kinds(&Known { glucose: Some(&brief), ..nothing() })
    };
    let (person, device) = (Problem::Person, Problem::Device);
    assert_eq!(of(&[(2000, 300.0)]), [("too-little", device)]);
    assert_eq!(of(&[(2000, 50.0)]), [("very-low", person), ("too-little", device)]);
    assert_eq!(
        of(&[(287, 50.0)]),
        [("too-little", device)],
        "less than a day of readings is a share of nothing"
    );
    assert_eq!(of(&[(2823, 120.0)]), [], "more than 70 %");
    let brief = fortnight(&[(2822, 120.0)]);
    let found = call_today(&Known { glucose: Some(&brief), ..nothing() }, NOW).reasons;
    assert_eq!(found[0].words, "Too little data: the sensor sent 69.9 % of the time");
    let none = fortnight(&[]);
    assert_eq!(
        kinds(&Known { glucose: Some(&none), ..nothing() }),
        [],
        "nothing was ever sent: there is no figure"
    );
}

#[test]
fn who_is_silent_is_told_apart_from_a_sensor_that_is_and_from_who_does_not_measure() {
    let with = |signals: Vec<Signal>| kinds(&Known { signals, ..nothing() });
    let heart = |age| signal(Measure::HeartRate, Sent::Device, age);
    let sensor = |age| signal(Measure::Glucose, Sent::Sensor, age);
    let (person, device) = (Problem::Person, Problem::Device);
    assert_eq!(with(vec![heart(NOTHING_MS - 1), sensor(NOTHING_MS + HOUR_MS)]), [("sensor-silent", device)]);
    assert_eq!(with(vec![heart(NOTHING_MS), sensor(NOTHING_MS + HOUR_MS)]), [("silent", device)]);
    assert_eq!(with(vec![heart(0), sensor(SENSOR_MS - 1)]), []);
    assert_eq!(with(vec![heart(0), sensor(SENSOR_MS)]), [("sensor-silent", device)]);
    // A drop of blood is measured when somebody does, and two sensors are one of them that speaks.
    assert_eq!(with(vec![heart(0), signal(Measure::Glucose, Sent::Device, DAY_MS)]), []);
    assert_eq!(with(vec![heart(0), sensor(DAY_MS), sensor(MINUTE_MS)]), []);
    let cuff = |age| signal(Measure::SystolicBp, Sent::Device, age);
    assert_eq!(with(vec![heart(0), cuff(UNMEASURED_MS)]), [("not-measured", person)]);
    assert_eq!(with(vec![heart(0), cuff(UNMEASURED_MS - 1)]), []);
    assert_eq!(with(vec![heart(0), cuff(31 * DAY_MS)]), [], "no habit that could be missed");
    assert_eq!(with(vec![heart(0), signal(Measure::SystolicBp, Sent::Charted, 9 * DAY_MS)]), []);
    assert_eq!(with(Vec::new()), [], "who never sent anything did not fall silent");
}

#[test]
fn nobody_was_silent_while_the_server_was_not_heard() {
    let silent = || vec![signal(Measure::HeartRate, Sent::Device, 40 * HOUR_MS)];
    let heard = |heard| kinds(&Known { heard, signals: silent(), ..nothing() });
    assert_eq!(heard(Some(NOW)).len(), 1);
    assert_eq!(heard(Some(ago(17 * HOUR_MS))), [], "23 h silent by then");
    assert_eq!(heard(None), []);
}

#[test]
fn an_alarm_about_a_silence_is_not_said_twice() {
    let technical = || vec![alarm(Priority::Technical, HOUR_MS)];
    let signals = vec![signal(Measure::HeartRate, Sent::Device, 2 * DAY_MS)];
    let device = Problem::Device;
    assert_eq!(kinds(&Known { alarms: technical(), signals, ..nothing() }), [("silent", device)]);
    assert_eq!(kinds(&Known { alarms: technical(), ..nothing() }), [("technical-alarm", device)]);
}

#[test]
fn more_than_two_kilogram_in_three_days_are_told_of_with_both_weights() {
    let gain = |weights: &[(Instant, f64)]| {
        let found = call_today(&Known { weights, ..nothing() }, NOW).reasons;
        found.first().map(|reason| (reason.words.clone(), reason.since))
    };
    let at = ago(HOUR_MS);
    let days = |n: i64| at - n * DAY_MS;
    let wanted = "Weight +2.1 kg in 72 h: 70.0 to 72.1 kg".to_owned();
    assert_eq!(gain(&[(days(3), 70.0), (days(1), 71.0), (at, 72.1)]), Some((wanted, Some(at))));
    assert_eq!(gain(&[(days(3), 70.0), (at, 72.0)]), None, "not more than 2 kg");
    assert_eq!(gain(&[(days(4), 60.0), (at, 72.0)]), None, "slower than that");
    assert_eq!(gain(&[(days(1), 75.0), (at, 72.0)]), None, "lost");
    assert_eq!(gain(&[(days(6), 60.0), (days(4), 72.0)]), None, "of last week, not of today");
    assert_eq!(gain(&[(at, 72.0)]), None);
    assert_eq!(gain(&[(days(1), 58.0), (at, 72.0)]), None, "somebody else on the scale");
    // Whoever else stood on the scale hides no true gain, before it or after it.
    let told = Some(("Weight +3.5 kg in 48 h: 70.0 to 73.5 kg".to_owned(), Some(at)));
    assert_eq!(gain(&[(days(4), 70.0), (days(2), 70.0), (days(1), 58.0), (at, 73.5)]), told);
    assert_eq!(gain(&[(days(4), 70.0), (days(2), 70.0), (at, 73.5), (at + 1, 95.0)]), told);
    // The same as the rule of a person's own days.
    let rule = &crate::baseline::WEIGHT_RULES[1];
    assert_eq!((GAIN_KG, GAIN_MS), (rule.gain_kg, rule.within_days * DAY_MS));
}

#[test]
fn a_call_answers_what_was_there_and_nothing_that_came_later() {
    let standing = |call: LoggedCall, age: i64| {
        let known = Known { alarms: vec![alarm(Priority::High, age)], call: Some(&call), ..nothing() };
        let found = call_today(&known, NOW);
        (found.is_due(), found.answered_until)
    };
    let call = |reached, look_again| LoggedCall { at: ago(HOUR_MS), reached, look_again };
    let later = NOW + HOUR_MS;
    assert_eq!(standing(call(true, None), 2 * HOUR_MS), (false, Some(ago(HOUR_MS) + DAY_MS)));
    assert_eq!(standing(call(true, Some(later)), 2 * HOUR_MS), (false, Some(later)));
    assert_eq!(standing(call(false, Some(later)), 2 * HOUR_MS), (false, Some(later)));
    assert_eq!(standing(call(false, None), 2 * HOUR_MS), (true, None), "not reached, and nothing was agreed");
    assert_eq!(standing(call(true, Some(later)), MINUTE_MS), (true, None), "it is on since after the call");
    assert_eq!(standing(call(true, Some(NOW)), 2 * HOUR_MS), (true, None), "the time to look again has come");
    let yesterday = LoggedCall { at: ago(DAY_MS), reached: true, look_again: None };
    assert_eq!(standing(yesterday, 30 * HOUR_MS), (true, None));
}

#[test]
fn a_call_answers_nothing_that_became_a_reason_after_it() {
    let call = LoggedCall { at: ago(2 * DAY_MS), reached: true, look_again: Some(NOW + 5 * DAY_MS) };
    let is_due = |known: Known<'_>| call_today(&Known { call: Some(&call), ..known }, NOW).is_due();
    // It was measured before the call, and was missed after it.
    let signal = |measure, sent, age| Signal { measure, sent, newest: ago(age) };
    let beside = signal(Measure::HeartRate, Sent::Device, MINUTE_MS);
    let weight = |age| vec![beside, signal(Measure::Weight, Sent::Device, age)];
    assert!(is_due(Known { signals: weight(3 * DAY_MS + HOUR_MS), ..nothing() }), "missed since an hour");
    assert!(!is_due(Known { signals: weight(6 * DAY_MS), ..nothing() }), "missed when the call was made");
    let silent = |age| vec![signal(Measure::HeartRate, Sent::Device, age)];
    assert!(is_due(Known { signals: silent(2 * DAY_MS + HOUR_MS), ..nothing() }));
    assert!(!is_due(Known { signals: silent(4 * DAY_MS), ..nothing() }));
    // An alarm that was raised on its id after the call.
    let raised = OpenAlarm { renewed: Some(ago(HOUR_MS)), ..alarm(Priority::High, 5 * DAY_MS) };
    assert!(is_due(Known { alarms: vec![raised], ..nothing() }));
    assert!(!is_due(Known { alarms: vec![alarm(Priority::High, 5 * DAY_MS)], ..nothing() }));
    // A battery is low with each report, and was when the call was about it.
    assert!(!is_due(Known { battery: Some((9, ago(MINUTE_MS))), ..nothing() }));
    // Of lows over many days nobody knows since when they are too many: they are answered for a day.
    let lows = fortnight(&[(3000, 100.0), (300, 50.0)]);
    assert!(is_due(Known { glucose: Some(&lows), ..nothing() }));
    let today = LoggedCall { at: ago(HOUR_MS), ..call.clone() };
    let known = Known { glucose: Some(&lows), call: Some(&today), ..nothing() };
    assert!(!call_today(&known, NOW).is_due());
}

#[test]
fn who_was_to_be_looked_at_again_is_on_the_list_even_when_nothing_else_is_wrong() {
    let call = LoggedCall { at: ago(DAY_MS), reached: true, look_again: Some(ago(HOUR_MS)) };
    let known = Known { call: Some(&call), ..nothing() };
    assert_eq!(kinds(&known), [("look-again", Problem::Neither)]);
    assert!(call_today(&known, NOW).is_due());
    let call = LoggedCall { look_again: Some(NOW + HOUR_MS), ..call };
    assert_eq!(kinds(&Known { call: Some(&call), ..nothing() }), []);
}
