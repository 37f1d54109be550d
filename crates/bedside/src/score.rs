//! NEWS2 of one person from the newest values: the score, its inputs with their ages, what is missing, and when to look again.

use clinical::{
    Acvpu, Air, Band, Comparator, Input, Inputs, Instant, MINUTE_MS, Measure, Missing, News2, News2Error,
    Parameter, Person, ScaleTwo, Windows, age_years, news2,
};
use vault::{SeriesValue, Ward};

use crate::local_time::today;
use crate::newest_value::{NewestValue, newest};

/// One input of the score on the patient page.
#[derive(Clone, Debug, PartialEq)]
pub struct NewsInput {
    /// Which.
    pub parameter: Parameter,
    /// As shown; empty where nothing is known.
    pub text: String,
    /// When it was taken.
    pub taken_at: Option<Instant>,
    /// Its points; `None` where it does not count.
    pub points: Option<u8>,
    /// Why it does not count.
    pub why: Option<&'static str>,
}

/// NEWS2 as a tile shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewsBadge {
    /// The total, where nothing is missing.
    pub total: Option<u8>,
    /// The sum of what is there.
    pub partial: u8,
    /// The band of total or partial sum; `None` where the score does not apply or nothing is known.
    pub band: Option<Band>,
    /// What is missing.
    pub missing: Vec<Parameter>,
    /// Why there is no score at all.
    pub not_for: Option<String>,
    /// When the next observation is due.
    pub next_due: Option<Instant>,
    /// Every input.
    pub inputs: Vec<NewsInput>,
    /// Who prescribed SpO₂ scale 2, and when; `None` where scale 1 holds.
    pub scale_two: Option<ScaleTwo>,
}

/// What stands where something is withheld.
const WITHHELD: &str = "withheld";

/// What is measured for each input of the score.
fn measures_of(parameter: Parameter) -> &'static [Measure] {
    match parameter {
        Parameter::Respiration => &[Measure::RespRate],
        Parameter::SpO2 => &[Measure::SpO2],
        Parameter::Oxygen => &[Measure::OxygenFlow, Measure::FiO2],
        Parameter::Systolic => &[Measure::SystolicBp, Measure::ArterialSystolic],
        Parameter::Pulse => &[Measure::HeartRate, Measure::PulseRate],
        Parameter::Consciousness => &[Measure::Consciousness],
        Parameter::Temperature => &[Measure::Temperature],
    }
}

impl NewsBadge {
    /// Says of the inputs that are missing which of them are withheld. Where what the score goes by besides is, there is no score.
    pub(crate) fn hide(&mut self, withheld: &[Measure], whole: bool) {
        for input in self.inputs.iter_mut().filter(|input| input.why == Some("missing")) {
            if measures_of(input.parameter).iter().any(|measure| withheld.contains(measure)) {
                input.why = Some(WITHHELD);
            }
        }
        if whole {
            self.inputs.iter_mut().for_each(|input| input.points = None);
            (self.total, self.partial, self.band, self.next_due) = (None, 0, None, None);
            (self.missing, self.scale_two) = (Vec::new(), None);
            self.not_for = Some(WITHHELD.to_owned());
        }
    }
}

/// What one value says of the air; nothing where it cannot be, or where it is a bound with both behind it.
fn breathed(found: &NewestValue) -> Option<Air> {
    let is_flow = found.from.series.measure() == Some(Measure::OxygenFlow);
    let most_of_air = if is_flow { 0.0 } else { 21.0 };
    match found.from.comparator {
        _ if found.from.artefact => None,
        None if found.value > most_of_air => Some(Air::Oxygen),
        None => Some(Air::RoomAir),
        Some(Comparator::Above) if found.value >= most_of_air => Some(Air::Oxygen),
        Some(Comparator::AtLeast) if found.value > most_of_air => Some(Air::Oxygen),
        Some(Comparator::Below | Comparator::AtMost) if found.value <= most_of_air => Some(Air::RoomAir),
        Some(_) => None,
    }
}

/// Air or oxygen with the words for it; nothing where neither flow nor FiO₂ is known, where the newest of them is implausible, or
/// where they contradict each other. What is not known is never air.
pub(crate) fn oxygen(values: &[&SeriesValue], now: Instant) -> Option<(Input<Air>, String)> {
    let all = [newest(values, &[Measure::OxygenFlow], now), newest(values, &[Measure::FiO2], now)];
    let found = newest(values, &[Measure::OxygenFlow, Measure::FiO2], now)?;
    let air = breathed(&found)?;
    // A flow of none beside 40 % at the same moment: one of them is wrong, or the oxygen comes another way.
    let at_once = |other: &NewestValue| found.from.taken_at.ms_since(other.from.taken_at).abs() < MINUTE_MS;
    if all.iter().flatten().any(|other| at_once(other) && breathed(other) != Some(air)) {
        return None;
    }
    let is_flow = found.from.series.measure() == Some(Measure::OxygenFlow);
    let words = match (air, is_flow) {
        (Air::RoomAir, _) => "Air".to_owned(),
        (Air::Oxygen, true) => format!("O₂ {}{} L", found.sign(), trim(found.value, 1)),
        (Air::Oxygen, false) => format!("O₂ {}{} %", found.sign(), trim(found.value, 0)),
    };
    // That it is oxygen is known, whatever stood before the number.
    Some((Input { comparator: None, ..found.input(air, false) }, words))
}

fn trim(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What the score has to know of a person beside the values.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// Whole years.
    pub age: Option<u16>,
    /// Who prescribed SpO₂ scale 2, and when.
    pub scale_two: Option<ScaleTwo>,
    /// Whether a flag says so.
    pub pregnant: bool,
}

/// What the score has to know of a person at a moment: age, and what flags prescribe.
pub fn scored(ward: &Ward, person: &Person, at: Instant) -> Scored {
    let flags = ward.flags.iter().filter(|flag| flag.patient == person.id);
    let flagged = |code: &str| flags.clone().find(|flag| flag.says(code, at));
    Scored {
        age: person.birth_date.as_deref().and_then(birth).and_then(|born| age_years(born, today(at))),
        scale_two: flagged(&ward.site.scale_two).map(|flag| ScaleTwo { by: flag.by.clone(), at: flag.since }),
        pregnant: flagged(&ward.site.pregnancy).is_some(),
    }
}

fn birth(date: &str) -> Option<(i16, i8, i8)> {
    let mut parts = date.split('-');
    let year = parts.next()?.parse().ok()?;
    let mut next = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(1);
    Some((year, next(), next()))
}

/// The inputs of the score as of the newest of these values.
pub fn inputs(values: &[&SeriesValue], who: &Scored, now: Instant) -> Inputs {
    let numeric = |measures: &[Measure], continuous: bool| {
        newest(values, measures, now).map(|n| n.input(n.value, continuous))
    };
    let level = newest(values, &[Measure::Consciousness], now)
        .filter(|n| n.from.comparator.is_none())
        .and_then(|n| Acvpu::from_value(n.value).map(|level| n.input(level, false)));
    Inputs {
        respiration: numeric(&[Measure::RespRate], true),
        spo2: numeric(&[Measure::SpO2], true),
        air: oxygen(values, now).map(|(input, _)| input),
        systolic: numeric(&[Measure::SystolicBp, Measure::ArterialSystolic], false),
        pulse: numeric(&[Measure::HeartRate, Measure::PulseRate], true),
        consciousness: level,
        temperature: numeric(&[Measure::Temperature], false),
        scale_two: who.scale_two.clone(),
        age_years: who.age,
        pregnant: who.pregnant,
    }
}

/// NEWS2 with everything that a tile and the patient page say of it.
pub(crate) fn badge(values: &[&SeriesValue], who: &Scored, windows: &Windows, now: Instant) -> NewsBadge {
    let (oxygen, inputs) = (oxygen(values, now), inputs(values, who, now));
    let text = |parameter: Parameter| -> (String, Option<Instant>) {
        let number = |input: &Option<Input<f64>>, digits: usize| {
            input.map_or((String::new(), None), |i| {
                let sign = i.comparator.map_or("", Comparator::code);
                (format!("{sign}{:.digits$}", i.value), Some(i.taken_at))
            })
        };
        match parameter {
            Parameter::Respiration => number(&inputs.respiration, 0),
            Parameter::SpO2 => number(&inputs.spo2, 0),
            Parameter::Oxygen => oxygen
                .as_ref()
                .map_or((String::new(), None), |(i, words)| (words.replace("O₂ ", ""), Some(i.taken_at))),
            Parameter::Systolic => number(&inputs.systolic, 0),
            Parameter::Pulse => number(&inputs.pulse, 0),
            Parameter::Consciousness => inputs
                .consciousness
                .map_or((String::new(), None), |i| (i.value.word().to_owned(), Some(i.taken_at))),
            Parameter::Temperature => number(&inputs.temperature, 1),
        }
    };
    let shown = |score: Option<&News2>| {
        Parameter::ALL
            .into_iter()
            .map(|parameter| {
                let (text, taken_at) = text(parameter);
                let points =
                    score.and_then(|s| s.points.iter().find(|(p, ..)| *p == parameter)).map(|(_, n, _)| *n);
                let why = score.and_then(|s| s.missing.iter().find(|(p, _)| *p == parameter)).map(
                    |(_, m)| match m {
                        Missing::Absent => "missing",
                        Missing::TooOld { .. } => "too old",
                        Missing::Artefact => "artefact",
                        Missing::Bound => "only a bound",
                    },
                );
                NewsInput { parameter, text, taken_at, points, why }
            })
            .collect()
    };
    match news2(&inputs, windows, now) {
        Ok(score) => NewsBadge {
            total: score.total(),
            partial: score.partial,
            band: (!score.points.is_empty()).then(|| score.band()),
            missing: score.missing.iter().map(|(parameter, _)| *parameter).collect(),
            not_for: None,
            // The round is what is charted; a monitor's stream does not stand for a person who looked.
            next_due: [inputs.systolic.map(|i| i.taken_at), inputs.temperature.map(|i| i.taken_at)]
                .into_iter()
                .flatten()
                .max()
                .filter(|_| score.total().is_some())
                .map(|round| round + score.band().next_observation_ms()),
            inputs: shown(Some(&score)),
            scale_two: who.scale_two.clone(),
        },
        Err(error @ (News2Error::Under16 | News2Error::Pregnant)) => NewsBadge {
            total: None,
            partial: 0,
            band: None,
            missing: Vec::new(),
            not_for: Some(error.to_string()),
            next_due: None,
            inputs: shown(None),
            scale_two: None,
        },
    }
}
