//! The figures of a person's glucose, on their way out.

use bedside::local_time::wall_clock;
use clinical::consent::Looker;
use clinical::glucose::{TARGETS, TargetSet};
use clinical::{Actor, DAY_MS, TimeRange, WallClock};
use documents::{ChartRequest, chart_range};
use trends::{GlucosePicture, GlucoseRequest, glucose_trace};
use vault::View;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::gate::{Face, Leaving, Way};
use crate::view::{Failure, GlucoseFigures, InsulinTold, Stretch};

/// A report is of a fortnight (Battelino et al., Diabetes Care 2019).
const FORTNIGHT_MS: i64 = 14 * DAY_MS;
const LONGEST_MS: i64 = 366 * DAY_MS;
/// Doses before the period are looked at by the clock, too.
const CLOCK_MS: i64 = 62 * DAY_MS;

impl Console {
    /// The figures of one patient's glucose; over a fortnight where no first moment is named. They leave the station: the log has who
    /// asked.
    ///
    /// # Errors
    /// Where the patient, the range, the zone or the goals are none, or of the cache; then nothing left.
    pub(crate) fn glucose(
        &self,
        who: &Actor,
        of: Stretch,
        zone: Option<&str>,
        targets: &str,
        explain: bool,
    ) -> Result<GlucoseFigures, Failure> {
        let set = target_set(targets)?;
        let request = of.request(false, false);
        let patient = request.patient.clone();
        let leaving = Leaving {
            what: "glucose",
            way: Way::Shown,
            face: Face::CommandLine,
            about: Some(&patient),
            why: None,
        };
        let looker = self.looker(who)?;
        let (period, clock) = self.glucose_period(View::NOW, &looker, request, zone)?;
        let figures = self.disclose(who, &leaving, || {
            let looker = self.looker(who)?;
            let (trace, withheld) = self.read_for(View::NOW, &looker, |reader| {
                let withheld = reader.withheld_in(&patient, period)?;
                Ok((glucose_trace(reader, &patient, period, &clock)?, withheld))
            })?;
            let withheld = (!withheld.is_empty()).then(|| withheld.to_string());
            Ok::<_, ConsoleError>(GlucoseFigures::of(&trace, set, explain, withheld))
        })?;
        Ok(figures)
    }

    /// What is known of one person's insulin; up to now where no last moment is named, over a fortnight where no first is. It leaves the
    /// station: the log has who asked and why.
    ///
    /// # Errors
    /// Where no reason is given, the patient, the range or the zone is none, or of the cache; then nothing left.
    pub(crate) fn insulin(
        &self,
        who: &Actor,
        of: Stretch,
        zone: Option<&str>,
        why: &str,
    ) -> Result<InsulinTold, Failure> {
        let mut request = of.request(false, false);
        // What is missing is missing now, whenever the newest value came.
        let now = self.now();
        request.to = request.to.or(Some(now));
        let patient = request.patient.clone();
        let leaving = Leaving {
            what: "insulin",
            way: Way::Shown,
            face: Face::CommandLine,
            about: Some(&patient),
            why: Some(why),
        };
        let looker = self.looker(who)?;
        let (period, clock) = self.glucose_period(View::NOW, &looker, request, zone)?;
        let told = self.disclose(who, &leaving, || {
            let looker = self.looker(who)?;
            let told = self.read_for(View::NOW, &looker, |reader| {
                trends::insulin(reader, &patient, period, now, &clock)
            })?;
            Ok::<_, ConsoleError>(InsulinTold::of(period, told.as_ref(), &clock))
        })?;
        Ok(told)
    }

    /// The period of a request and the clock of it: a fortnight where no first moment is named, up to just after the newest value where no
    /// last one is.
    ///
    /// # Errors
    /// Where the patient, the range or the zone is none, or of the cache.
    pub(crate) fn glucose_period(
        &self,
        view: View,
        looker: &Looker,
        mut request: ChartRequest,
        zone: Option<&str>,
    ) -> Result<(TimeRange, WallClock), ConsoleError> {
        // The last moment of a period belongs to the next one; the newest value is to be in it.
        if request.to.is_none() {
            let newest = self.read_for(view, looker, |reader| reader.newest_at(&request.patient))?;
            request.to = newest.map(|at| at + 1);
        }
        request.from = request.from.or(request.to.map(|to| to - FORTNIGHT_MS));
        let period = self.read_for(view, looker, |reader| Ok(chart_range(reader, &request)))??;
        if period.length() > LONGEST_MS {
            return Err(ConsoleError::LongerThanAYear);
        }
        let none = || ConsoleError::NoZone(zone.unwrap_or_default().to_owned());
        let clock = wall_clock(zone, period.widened(CLOCK_MS)).ok_or_else(none)?;
        Ok((period, clock))
    }

    /// A person's glucose as the page shows it.
    ///
    /// # Errors
    /// Of the cache or the renderer, or where the period is longer than a year.
    pub fn glucose_picture(&self, request: &GlucoseRequest) -> Result<GlucosePicture, ConsoleError> {
        if request.period.length() > LONGEST_MS {
            return Err(ConsoleError::LongerThanAYear);
        }
        let none = || ConsoleError::NoZone(String::new());
        let clock = wall_clock(None, request.period.widened(CLOCK_MS)).ok_or_else(none)?;
        let now = self.moment();
        let draw = |reader: &vault::Reader| Ok(trends::glucose_picture(reader, request, now, &clock));
        Ok(self.read_of(&request.patient, "glucose", draw)??)
    }
}

/// The goals behind a word.
///
/// # Errors
/// With the words that there are.
pub(crate) fn target_set(word: &str) -> Result<TargetSet, Failure> {
    TargetSet::from_word(word).ok_or_else(|| {
        let words: Vec<_> = TARGETS.iter().map(|row| row.word).collect();
        Failure::failed(format!("--targets: one of {}; nothing was shown", words.join(", ")))
    })
}
