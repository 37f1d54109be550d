//! The values on a tile: which stand where, how each reads, and whether it still speaks of now.

use clinical::{Conversion, Instant, Measure, Priority, Shown, StaleAfter, is_stale};
use vault::SeriesValue;

use crate::newest_value::{NewestValue, newest};

/// A place on a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Slot {
    Hr,
    SpO2,
    Rr,
    Bp,
    Temp,
    Glucose,
}

impl Slot {
    /// Every place, in the order of a tile.
    pub const ALL: [Slot; 6] = [Slot::Hr, Slot::SpO2, Slot::Rr, Slot::Bp, Slot::Temp, Slot::Glucose];

    /// The two large places of a tile, and the small ones below them.
    pub const ON_A_WARD: ([Slot; 2], [Slot; 3]) = ([Slot::Hr, Slot::SpO2], [Slot::Rr, Slot::Bp, Slot::Temp]);

    /// The same where glucose leads.
    pub const WITH_GLUCOSE: ([Slot; 2], [Slot; 3]) =
        ([Slot::Glucose, Slot::Hr], [Slot::SpO2, Slot::Bp, Slot::Temp]);

    /// The code on the page; the panel of the same values has it too.
    pub fn code(self) -> &'static str {
        match self {
            Slot::Hr => "hr",
            Slot::SpO2 => "spo2",
            Slot::Rr => "rr",
            Slot::Bp => "bp",
            Slot::Temp => "temp",
            Slot::Glucose => "glucose",
        }
    }

    /// The name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Slot::Hr => "HR",
            Slot::SpO2 => "SpO₂",
            Slot::Rr => "RR",
            Slot::Bp => "BP",
            Slot::Temp => "T",
            Slot::Glucose => "Glucose",
        }
    }
}

/// One value on a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where it stands.
    pub slot: Slot,
    /// As shown: `118`, `104/62`, `38.4`, and `<40` of what is only a bound.
    pub text: String,
    /// As shown.
    pub unit: &'static str,
    /// When it was taken.
    pub taken_at: Instant,
    /// Too old to speak of now.
    pub stale: bool,
    /// Outside the plausible range.
    pub artefact: bool,
    /// The priority of a live alarm about it.
    pub alarm: Option<Priority>,
}

/// The values of one person, in the order of a tile.
pub(crate) fn cells(
    values: &[&SeriesValue],
    now: Instant,
    after: &StaleAfter,
    alarm_of: &dyn Fn(&[Measure]) -> Option<Priority>,
) -> Vec<Cell> {
    let mut out = Vec::new();
    let mut add =
        |slot: Slot, measures: &[Measure], text: &dyn Fn(&NewestValue) -> (String, &'static str)| {
            if let Some(found) = newest(values, measures, now) {
                let (text, unit) = text(&found);
                let measure = found.from.series.measure().unwrap_or(measures[0]);
                let by_device = found.from.series.device.is_some();
                out.push(Cell {
                    slot,
                    text,
                    unit,
                    taken_at: found.from.taken_at,
                    stale: is_stale(
                        measure,
                        found.from.series.streamed,
                        by_device,
                        found.from.taken_at,
                        now,
                        after,
                    ),
                    artefact: found.from.artefact,
                    alarm: alarm_of(measures),
                });
            }
        };
    let whole = |unit: &'static str| move |n: &NewestValue| (format!("{}{:.0}", n.sign(), n.value), unit);
    add(Slot::Hr, &[Measure::HeartRate, Measure::PulseRate], &whole("/min"));
    add(Slot::SpO2, &[Measure::SpO2], &whole("%"));
    add(Slot::Rr, &[Measure::RespRate], &whole("/min"));
    let diastolic = newest(values, &[Measure::DiastolicBp, Measure::ArterialDiastolic], now);
    add(Slot::Bp, &[Measure::SystolicBp, Measure::ArterialSystolic], &|n| {
        let low = diastolic.filter(|d| d.from.taken_at == n.from.taken_at);
        (
            low.map_or_else(
                || format!("{}{:.0}/–", n.sign(), n.value),
                |d| format!("{}{:.0}/{}{:.0}", n.sign(), n.value, d.sign(), d.value),
            ),
            "mmHg",
        )
    });
    add(Slot::Temp, &[Measure::Temperature], &|n| (format!("{}{:.1}", n.sign(), n.value), "°C"));
    // Glucose is shown in the unit the site sends.
    add(Slot::Glucose, &[Measure::Glucose], &|n| {
        let shown = Shown::of(Measure::Glucose, [n.from.series.unit.as_str()]);
        // A value that came in the unit it is shown in is shown as it came.
        let conversion = shown.conversion(&n.from.series.unit).unwrap_or(Conversion::SAME);
        let digits = usize::from(shown.digits);
        let value = conversion.apply(n.from.value.to_f64());
        (format!("{}{value:.digits$}", n.sign()), shown.word())
    });
    out
}
