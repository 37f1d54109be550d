//! The values on a tile: which stand where, how each reads, and whether it still speaks of now.

use clinical::{Conversion, Instant, Measure, Priority, Shown, Site, is_stale};
use vault::SeriesValue;

use crate::newest_value::{NewestValue, newest, newest_of_all};

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

    /// What is measured there.
    pub fn measures(self) -> &'static [Measure] {
        match self {
            Slot::Hr => &[Measure::HeartRate, Measure::PulseRate],
            Slot::SpO2 => &[Measure::SpO2],
            Slot::Rr => &[Measure::RespRate],
            Slot::Bp => &[
                Measure::SystolicBp,
                Measure::ArterialSystolic,
                Measure::DiastolicBp,
                Measure::ArterialDiastolic,
                Measure::MeanBp,
                Measure::ArterialMean,
            ],
            Slot::Temp => &[Measure::Temperature],
            Slot::Glucose => &[Measure::Glucose],
        }
    }

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
    /// As shown: `118`, `104/62`, `38.4`, and `<40` of what is only a bound. Beside an artefact the last value that is none.
    pub text: String,
    /// As shown.
    pub unit: &'static str,
    /// When it was taken.
    pub taken_at: Instant,
    /// Too old to speak of now.
    pub stale: bool,
    /// What came last is outside the plausible range.
    pub artefact: bool,
    /// The text is the artefact itself: nothing better is known.
    pub is_artefact_alone: bool,
    /// Nothing comes of it while the rest of the bed was heard of, and the bed has a technical alarm.
    pub lost: bool,
    /// The priority of a live alarm about it.
    pub alarm: Option<Priority>,
}

/// What stands where nothing is known of now.
const UNKNOWN: &str = "–?–";

impl Cell {
    /// What stands in the value's place, on whichever screen or paper: a number only where it is what was measured last.
    pub fn reads(&self) -> &str {
        if self.lost || (self.artefact && !self.is_artefact_alone) { UNKNOWN } else { &self.text }
    }

    /// The last good value, where it stands beside the mark and not in its place.
    pub fn beside(&self) -> Option<&str> {
        (self.reads() != self.text).then_some(self.text.as_str())
    }

    /// Why it does not speak of now, in a word.
    pub fn mark(&self) -> Option<&'static str> {
        match self {
            Cell { artefact: true, .. } => Some("artefact"),
            Cell { lost: true, .. } => Some("no signal"),
            Cell { stale: true, .. } => Some("old"),
            _ => None,
        }
    }
}

/// The values of one person, in the order of a tile.
pub(crate) fn cells(
    values: &[&SeriesValue],
    now: Instant,
    site: &Site,
    alarm_of: &dyn Fn(&[Measure]) -> Option<Priority>,
    has_technical: bool,
) -> Vec<Cell> {
    let (mut out, after) = (Vec::new(), &site.stale);
    // When the bed was heard of last: what was silent already then has lost its sensor, whatever the link does since.
    let live = [Measure::HeartRate, Measure::PulseRate, Measure::SpO2, Measure::RespRate, Measure::Glucose];
    let heard = newest_of_all(values, &live, now).filter(|_| has_technical).map(|newest| newest.taken_at);
    let mut add = |slot: Slot,
                   measures: &[Measure],
                   text: &dyn Fn(&NewestValue) -> (String, &'static str)| {
        if let Some(found) = newest(values, measures, now) {
            let newest = newest_of_all(values, measures, now);
            let (shown, is_artefact_alone) = match found.from.good.filter(|_| found.from.artefact) {
                Some(good) => (found.as_of(good), false),
                None => (found, found.from.artefact),
            };
            let taken_at = shown.taken_at;
            let (text, unit) = text(&shown);
            let measure = found.from.series.measure().unwrap_or(measures[0]);
            let by_device = found.from.series.device.is_some();
            let stale_at =
                |now: Instant| is_stale(measure, found.from.series.streamed, by_device, taken_at, now, after);
            let stale = stale_at(now);
            // What is charted by hand has no sensor that could come off.
            let is_watched = measures.iter().any(|measure| live.contains(measure));
            // Of two sensors one may still be right: the other's artefact says something only once that is silent.
            let artefact =
                found.from.artefact || (stale && newest.is_some_and(|newest| newest.from.artefact));
            out.push(Cell {
                slot,
                text,
                unit,
                taken_at,
                stale,
                artefact,
                is_artefact_alone,
                lost: stale && is_watched && heard.is_some_and(stale_at) && alarm_of(measures).is_none(),
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
        let low = diastolic.filter(|d| d.taken_at == n.taken_at && !d.from.artefact);
        (
            low.map_or_else(
                || format!("{}{:.0}/–", n.sign(), n.value),
                |d| format!("{}{:.0}/{}{:.0}", n.sign(), n.value, d.sign(), d.value),
            ),
            "mmHg",
        )
    });
    add(Slot::Temp, &[Measure::Temperature], &|n| (format!("{}{:.1}", n.sign(), n.value), "°C"));
    // Glucose is shown in the unit of the site, or else the one it came in.
    add(Slot::Glucose, &[Measure::Glucose], &|n| {
        let shown = Shown::at(site, Measure::Glucose, [n.from.series.unit.as_str()]);
        // A value that came in the unit it is shown in is shown as it came.
        let conversion = shown.conversion(&n.from.series.unit).unwrap_or(Conversion::SAME);
        let digits = usize::from(shown.digits);
        let value = conversion.apply(n.sent.to_f64());
        (format!("{}{value:.digits$}", n.sign()), shown.word())
    });
    out
}
