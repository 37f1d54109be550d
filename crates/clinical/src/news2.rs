//! NEWS2, the National Early Warning Score (Royal College of Physicians, 2017, charts 1 to 4).

use crate::{Comparator, HOUR_MS, Instant, Measure, Plausibility, Setting};

/// Level of consciousness; everything but alert scores 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Acvpu {
    Alert,
    NewConfusion,
    Voice,
    Pain,
    Unresponsive,
}

impl Acvpu {
    /// Every level, in the order A C V P U; the index is the value a series stores.
    pub const ALL: [Acvpu; 5] =
        [Acvpu::Alert, Acvpu::NewConfusion, Acvpu::Voice, Acvpu::Pain, Acvpu::Unresponsive];

    /// The level that a value of a series stands for. What is none of them exactly is no level: between alert and confused there
    /// is none, and nobody is alert because of a number below zero.
    pub fn from_value(value: f64) -> Option<Acvpu> {
        let mut stored = Acvpu::ALL.into_iter().zip([0.0, 1.0, 2.0, 3.0, 4.0]);
        stored.find(|(_, of)| *of == value).map(|(level, _)| level)
    }

    /// The level behind a code of SNOMED CT.
    pub fn from_snomed(code: &str) -> Option<Acvpu> {
        match code {
            "248234008" => Some(Acvpu::Alert),
            "130987000" => Some(Acvpu::NewConfusion),
            // The second: IHE PCC, Paramedicine Summary of Care, the value set of AVPU.
            "300202002" | "255373000" => Some(Acvpu::Voice),
            "450847001" => Some(Acvpu::Pain),
            "422768004" => Some(Acvpu::Unresponsive),
            _ => None,
        }
    }

    /// The level behind an answer of LOINC 67775-7 or 80288-4.
    pub fn from_loinc(answer: &str) -> Option<Acvpu> {
        match answer {
            "LA9340-6" => Some(Acvpu::Alert),
            "LA6560-2" => Some(Acvpu::NewConfusion),
            "LA17108-4" => Some(Acvpu::Voice),
            "LA17107-6" => Some(Acvpu::Pain),
            "LA9343-0" => Some(Acvpu::Unresponsive),
            _ => None,
        }
    }

    /// The level behind its word.
    pub fn from_word(word: &str) -> Option<Acvpu> {
        Acvpu::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word.trim()))
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        ["Alert", "Confusion", "Voice", "Pain", "Unresponsive"][self as usize]
    }
}

/// What the patient breathes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Air {
    RoomAir,
    Oxygen,
}

/// The seven physiological parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Parameter {
    Respiration,
    SpO2,
    Oxygen,
    Systolic,
    Pulse,
    Consciousness,
    Temperature,
}

impl Parameter {
    /// In the order of the chart.
    pub const ALL: [Parameter; 7] = [
        Parameter::Respiration,
        Parameter::SpO2,
        Parameter::Oxygen,
        Parameter::Systolic,
        Parameter::Pulse,
        Parameter::Consciousness,
        Parameter::Temperature,
    ];

    /// The name in machine-readable output.
    pub fn key(self) -> &'static str {
        ["respiration", "spo2", "air_or_oxygen", "systolic_bp", "pulse", "consciousness", "temperature"]
            [self as usize]
    }

    /// The name on the screen.
    pub fn label(self) -> &'static str {
        ["RR", "SpO₂", "Oxygen", "Systolic", "Pulse", "ACVPU", "Temp"][self as usize]
    }
}

/// A value with the moment it was true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input<T> {
    /// The value, in the unit of the chart.
    pub value: T,
    /// When it was taken.
    pub taken_at: Instant,
    /// Streamed or sent by a monitor, as against charted on a round.
    pub continuous: bool,
    /// On which side of the value the quantity lies, where it is only a bound.
    pub comparator: Option<Comparator>,
}

/// SpO₂ scale 2, for hypercapnic respiratory failure; only by a recorded prescription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleTwo {
    /// Who prescribed it.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// What is known of a patient when the score is asked for.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Breaths a minute.
    pub respiration: Option<Input<f64>>,
    /// Per cent.
    pub spo2: Option<Input<f64>>,
    /// Air or oxygen; unknown is missing, never air.
    pub air: Option<Input<Air>>,
    /// mm\[Hg\].
    pub systolic: Option<Input<f64>>,
    /// Beats a minute.
    pub pulse: Option<Input<f64>>,
    /// Consciousness.
    pub consciousness: Option<Input<Acvpu>>,
    /// Degrees Celsius; held in tenths and rounded before banding.
    pub temperature: Option<Input<f64>>,
    /// Present where scale 2 was prescribed.
    pub scale_two: Option<ScaleTwo>,
    /// Whole years; unknown is taken as adult.
    pub age_years: Option<u16>,
    /// Recorded pregnancy.
    pub pregnant: bool,
}

/// How old an input may be to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// For what a device sends: milliseconds.
    pub continuous_ms: i64,
    /// For spot checks, the site's setting: milliseconds.
    pub spot_ms: i64,
}

impl Default for Windows {
    /// What the table of settings says.
    fn default() -> Self {
        Windows {
            continuous_ms: Setting::ContinuousWindow.default_ms(),
            spot_ms: Setting::SpotWindow.default_ms(),
        }
    }
}

/// Why a parameter is not in the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing is known.
    Absent,
    /// The last value is older than its window.
    TooOld {
        /// Its age in milliseconds.
        age_ms: i64,
    },
    /// The last value is outside the plausible range.
    Artefact,
    /// The last value is only a bound, and what lies behind it can have other points.
    Bound,
}

/// The clinical risk (RCP 2017, chart 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// 0.
    Zero,
    /// 1 to 4.
    Low,
    /// A single 3 with a total of 1 to 4.
    LowMedium,
    /// 5 or 6.
    Medium,
    /// 7 and more.
    High,
}

impl Band {
    /// The name in machine-readable output.
    pub fn key(self) -> &'static str {
        ["zero", "low", "low-medium", "medium", "high"][self as usize]
    }

    /// The risk in words (RCP 2017, chart 2).
    pub fn risk(self) -> &'static str {
        ["None", "Low", "Low to medium", "Medium", "High"][self as usize]
    }

    /// What the ward does about it (RCP 2017, chart 4).
    pub fn response(self) -> &'static str {
        [
            "Check every 12 h",
            "Check every 4–6 h",
            "Ward review, hourly",
            "Urgent review, hourly",
            "Emergency review",
        ][self as usize]
    }

    /// How long until the next observation is due, in milliseconds (RCP 2017, chart 4); high is continuous.
    pub fn next_observation_ms(self) -> i64 {
        [12 * HOUR_MS, 4 * HOUR_MS, HOUR_MS, HOUR_MS, 0][self as usize]
    }
}

/// A score, complete or not.
#[derive(Clone, Debug, PartialEq)]
pub struct News2 {
    /// Points and input moment of each parameter that counts, in the order of the chart.
    pub points: Vec<(Parameter, u8, Instant)>,
    /// What is missing, and why.
    pub missing: Vec<(Parameter, Missing)>,
    /// The sum of what is there; the total only where nothing is missing.
    pub partial: u8,
    /// The oldest input that counts; the next observation is due from here.
    pub oldest: Option<Instant>,
}

impl News2 {
    /// The total, only where all seven parameters are there.
    pub fn total(&self) -> Option<u8> {
        self.missing.is_empty().then_some(self.partial)
    }

    /// The band of the total; of an incomplete score, the band that the partial sum already reaches.
    pub fn band(&self) -> Band {
        let single_three = self.points.iter().any(|(_, points, _)| *points == 3);
        match self.partial {
            0 => Band::Zero,
            1..=4 if single_three => Band::LowMedium,
            1..=4 => Band::Low,
            5..=6 => Band::Medium,
            _ => Band::High,
        }
    }
}

/// The score does not apply to this patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum News2Error {
    /// RCP 2017: not for children.
    #[error("NEWS2 is not for people under 16")]
    Under16,
    /// RCP 2017: not in pregnancy.
    #[error("NEWS2 is not for use in pregnancy")]
    Pregnant,
}

/// Scores what is known at `now`.
///
/// # Errors
/// Where the score does not apply: under 16 years, or in pregnancy.
pub fn news2(inputs: &Inputs, windows: &Windows, now: Instant) -> Result<News2, News2Error> {
    if inputs.age_years.is_some_and(|years| years < 16) {
        return Err(News2Error::Under16);
    }
    if inputs.pregnant {
        return Err(News2Error::Pregnant);
    }
    let numeric = |input: &Option<Input<f64>>, measure: Measure| {
        let input = usable(input, windows, now)?;
        match measure.plausibility(input.value) {
            Plausibility::Plausible => Ok(input),
            Plausibility::Artefact => Err(Missing::Artefact),
        }
    };
    let air = usable(&inputs.air, windows, now);
    let on_oxygen = air.map(|a| a.value == Air::Oxygen);
    let scale_two = inputs.scale_two.is_some();

    let spo2 = numeric(&inputs.spo2, Measure::SpO2).and_then(|input| {
        // At 93 % and above scale 2 depends on the air; unknown air leaves it unscored.
        let points = |value| {
            if scale_two {
                spo2_scale_two(value, on_oxygen).ok_or(Missing::Absent)
            } else {
                Ok(spo2_scale_one(value))
            }
        };
        Ok((points_of(&input, Measure::SpO2, points)?, input.taken_at))
    });
    let scored = |input: Result<Input<f64>, Missing>, measure: Measure, points: fn(f64) -> u8| {
        let input = input?;
        Ok((points_of(&input, measure, |value| Ok(points(value)))?, input.taken_at))
    };
    let results = [
        scored(numeric(&inputs.respiration, Measure::RespRate), Measure::RespRate, respiration),
        spo2,
        air.map(|input| (if input.value == Air::Oxygen { 2 } else { 0 }, input.taken_at)),
        scored(numeric(&inputs.systolic, Measure::SystolicBp), Measure::SystolicBp, systolic),
        scored(numeric(&inputs.pulse, Measure::HeartRate), Measure::HeartRate, pulse),
        usable(&inputs.consciousness, windows, now)
            .map(|input| (if input.value == Acvpu::Alert { 0 } else { 3 }, input.taken_at)),
        scored(numeric(&inputs.temperature, Measure::Temperature), Measure::Temperature, temperature),
    ];
    let mut score = News2 { points: Vec::new(), missing: Vec::new(), partial: 0, oldest: None };
    for (parameter, result) in Parameter::ALL.into_iter().zip(results) {
        match result {
            Ok((points, taken_at)) => {
                score.partial += points;
                score.oldest = Some(score.oldest.map_or(taken_at, |oldest| oldest.min(taken_at)));
                score.points.push((parameter, points, taken_at));
            }
            Err(missing) => score.missing.push((parameter, missing)),
        }
    }
    Ok(score)
}

fn usable<T: Copy>(input: &Option<Input<T>>, windows: &Windows, now: Instant) -> Result<Input<T>, Missing> {
    let input = (*input).ok_or(Missing::Absent)?;
    let age_ms = now.ms_since(input.taken_at);
    let window = if input.continuous { windows.continuous_ms } else { windows.spot_ms };
    if age_ms > window { Err(Missing::TooOld { age_ms }) } else { Ok(input) }
}

/// The points of an input. Of one that is only a bound they count where everything behind it, as far as it is plausible, has the
/// same: below 70 % scores 3 whatever it was.
fn points_of(
    input: &Input<f64>,
    measure: Measure,
    points: impl Fn(f64) -> Result<u8, Missing>,
) -> Result<u8, Missing> {
    /// No band of the chart is narrower.
    const STEP: f64 = 0.1;
    let Some(comparator) = input.comparator else { return points(input.value) };
    let (low, high) = measure.spec().plausible;
    let (mut at, end) = match comparator {
        Comparator::Below => (low, input.value - STEP),
        Comparator::AtMost => (low, input.value),
        Comparator::AtLeast => (input.value, high),
        Comparator::Above => (input.value + STEP, high),
    };
    let found = points(end)?;
    while at < end {
        if points(at)? != found {
            return Err(Missing::Bound);
        }
        at += STEP;
    }
    Ok(found)
}

/// Device values can carry fractions; the chart's bands are in whole numbers, so values are rounded first.
#[expect(clippy::cast_possible_truncation, reason = "what is too large for it lies far beyond every band")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

fn respiration(value: f64) -> u8 {
    match whole(value) {
        ..=8 => 3,
        9..=11 => 1,
        12..=20 => 0,
        21..=24 => 2,
        _ => 3,
    }
}

fn spo2_scale_one(value: f64) -> u8 {
    match whole(value) {
        ..=91 => 3,
        92..=93 => 2,
        94..=95 => 1,
        _ => 0,
    }
}

fn spo2_scale_two(value: f64, on_oxygen: Result<bool, Missing>) -> Option<u8> {
    Some(match whole(value) {
        ..=83 => 3,
        84..=85 => 2,
        86..=87 => 1,
        88..=92 => 0,
        above => match (on_oxygen.ok()?, above) {
            (false, _) => 0,
            (true, 93..=94) => 1,
            (true, 95..=96) => 2,
            (true, _) => 3,
        },
    })
}

fn systolic(value: f64) -> u8 {
    match whole(value) {
        ..=90 => 3,
        91..=100 => 2,
        101..=110 => 1,
        111..=219 => 0,
        _ => 3,
    }
}

fn pulse(value: f64) -> u8 {
    match whole(value) {
        ..=40 => 3,
        41..=50 => 1,
        51..=90 => 0,
        91..=110 => 1,
        111..=130 => 2,
        _ => 3,
    }
}

fn temperature(celsius: f64) -> u8 {
    match whole(celsius * 10.0) {
        ..=350 => 3,
        351..=360 => 1,
        361..=380 => 0,
        381..=390 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MINUTE_MS;

    const NOW: Instant = Instant(100 * HOUR_MS);

    fn at<T>(value: T) -> Option<Input<T>> {
        Some(Input { value, taken_at: NOW, continuous: false, comparator: None })
    }

    #[allow(clippy::too_many_arguments)]
    fn inputs(rr: f64, spo2: f64, scale: u8, o2: bool, sbp: f64, hr: f64, c: Acvpu, t: f64) -> Inputs {
        Inputs {
            respiration: at(rr),
            spo2: at(spo2),
            air: at(if o2 { Air::Oxygen } else { Air::RoomAir }),
            systolic: at(sbp),
            pulse: at(hr),
            consciousness: at(c),
            temperature: at(t),
            scale_two: (scale == 2).then(|| ScaleTwo { by: "Dr".into(), at: NOW }),
            ..Inputs::default()
        }
    }

    fn total(inputs: &Inputs) -> Option<u8> {
        news2(inputs, &Windows::default(), NOW).unwrap().total()
    }

    #[test]
    fn the_published_vectors_score_as_published() {
        use Acvpu::{Alert, NewConfusion, Unresponsive, Voice};
        for (case, expected) in [
            (inputs(16.0, 98.0, 1, false, 120.0, 80.0, Alert, 37.0), 0),
            (inputs(18.0, 90.0, 1, true, 100.0, 100.0, Voice, 36.5), 11),
            (inputs(7.0, 80.0, 1, true, 85.0, 140.0, Unresponsive, 34.5), 20),
            (inputs(16.0, 100.0, 2, true, 120.0, 80.0, Alert, 37.0), 5),
            (inputs(16.0, 90.0, 2, false, 120.0, 80.0, Alert, 37.0), 0),
            (inputs(16.0, 90.0, 1, false, 120.0, 80.0, Alert, 37.0), 3),
            (inputs(22.0, 94.0, 1, true, 105.0, 45.0, NewConfusion, 35.5), 11),
        ] {
            assert_eq!(total(&case), Some(expected), "{case:?}");
        }
    }

    #[test]
    fn every_band_edge_of_the_chart_is_where_the_college_put_it() {
        let edges = |f: fn(f64) -> u8, rows: &[(f64, u8)]| {
            for (value, points) in rows {
                assert_eq!(f(*value), *points, "{value}");
            }
        };
        edges(respiration, &[(8., 3), (9., 1), (11., 1), (12., 0), (20., 0), (21., 2), (24., 2), (25., 3)]);
        edges(spo2_scale_one, &[(91., 3), (92., 2), (93., 2), (94., 1), (95., 1), (96., 0)]);
        edges(
            systolic,
            &[(90., 3), (91., 2), (100., 2), (101., 1), (110., 1), (111., 0), (219., 0), (220., 3)],
        );
        edges(
            pulse,
            &[
                (40., 3),
                (41., 1),
                (50., 1),
                (51., 0),
                (90., 0),
                (91., 1),
                (110., 1),
                (111., 2),
                (130., 2),
                (131., 3),
            ],
        );
        edges(
            temperature,
            &[
                (35.0, 3),
                (35.1, 1),
                (36.0, 1),
                (36.1, 0),
                (38.0, 0),
                (38.1, 1),
                (39.0, 1),
                (39.1, 2),
                (38.04, 0),
            ],
        );
        for (value, oxygen, points) in [
            (83., false, 3),
            (85., false, 2),
            (87., true, 1),
            (88., true, 0),
            (92., true, 0),
            (99., false, 0),
            (93., true, 1),
            (94., true, 1),
            (95., true, 2),
            (96., true, 2),
            (97., true, 3),
        ] {
            assert_eq!(spo2_scale_two(value, Ok(oxygen)), Some(points), "{value}");
        }
        assert_eq!(spo2_scale_two(95.0, Err(Missing::Absent)), None);
    }

    #[test]
    fn a_missing_input_gives_no_total_and_is_named() {
        let mut case = inputs(26.0, 84.0, 1, true, 104.0, 118.0, Acvpu::Alert, 38.4);
        case.consciousness = None;
        let score = news2(&case, &Windows::default(), NOW).unwrap();
        assert_eq!((score.total(), score.partial), (None, 12));
        assert_eq!(score.missing, vec![(Parameter::Consciousness, Missing::Absent)]);
        assert_eq!(score.band(), Band::High);
    }

    #[test]
    fn an_old_reading_and_an_artefact_do_not_count() {
        let mut case = inputs(16.0, 98.0, 1, false, 120.0, 80.0, Acvpu::Alert, 37.0);
        case.pulse =
            Some(Input { value: 80.0, taken_at: NOW - 31 * MINUTE_MS, continuous: true, comparator: None });
        case.temperature = at(61.0);
        let score = news2(&case, &Windows::default(), NOW).unwrap();
        assert_eq!(
            score.missing,
            vec![
                (Parameter::Pulse, Missing::TooOld { age_ms: 31 * MINUTE_MS }),
                (Parameter::Temperature, Missing::Artefact)
            ]
        );
    }

    #[test]
    fn children_and_pregnancy_are_not_scored() {
        let mut case = inputs(16.0, 98.0, 1, false, 120.0, 80.0, Acvpu::Alert, 37.0);
        case.age_years = Some(15);
        assert_eq!(news2(&case, &Windows::default(), NOW), Err(News2Error::Under16));
        case.age_years = Some(16);
        case.pregnant = true;
        assert_eq!(news2(&case, &Windows::default(), NOW), Err(News2Error::Pregnant));
    }

    #[test]
    fn a_single_three_is_low_medium() {
        let case = inputs(16.0, 90.0, 1, false, 120.0, 80.0, Acvpu::Alert, 37.0);
        assert_eq!(news2(&case, &Windows::default(), NOW).unwrap().band(), Band::LowMedium);
    }

    #[test]
    fn nobody_is_alert_because_of_a_number_that_is_no_level() {
        for (n, level) in [0.0, 1.0, 2.0, 3.0, 4.0].into_iter().zip(Acvpu::ALL) {
            assert_eq!(Acvpu::from_value(n), Some(level));
        }
        for odd in [-1.0, 0.5, 0.9, 5.0, f64::NAN] {
            assert_eq!(Acvpu::from_value(odd), None);
        }
    }
}
