//! The figures of a person's glucose, on their way out.

use bedside::local_time::wall_clock;
use clinical::glucose::{TARGETS, TargetSet};
use clinical::{Actor, DAY_MS};
use documents::chart_range;
use trends::glucose_trace;
use vault::View;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::gate::{Face, Leaving, Way};
use crate::view::{Failure, GlucoseFigures, Stretch};

/// A report is of a fortnight (Battelino et al., Diabetes Care 2019).
const FORTNIGHT_MS: i64 = 14 * DAY_MS;
const LONGEST_MS: i64 = 366 * DAY_MS;

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
        let set = TargetSet::from_word(targets).ok_or_else(|| {
            let words: Vec<_> = TARGETS.iter().map(|row| row.word).collect();
            Failure::failed(format!("--targets: one of {}; nothing was shown", words.join(", ")))
        })?;
        let mut request = of.request(false, false);
        let patient = request.patient.clone();
        let leaving = Leaving {
            what: "glucose",
            way: Way::Shown,
            face: Face::CommandLine,
            about: Some(&patient),
            why: None,
        };
        let looker = self.looker(who)?;
        // The last moment of a period belongs to the next one; the newest value is to be in it.
        if request.to.is_none() {
            let newest = self.read_for(View::NOW, &looker, |reader| reader.newest_at(&patient))?;
            request.to = newest.map(|at| at + 1);
        }
        request.from = request.from.or(request.to.map(|to| to - FORTNIGHT_MS));
        let period = self.read_for(View::NOW, &looker, |reader| Ok(chart_range(reader, &request)))??;
        if period.length() > LONGEST_MS {
            return Err(Failure::failed("--from: ask for a year at most; nothing was shown"));
        }
        let clock = wall_clock(zone, period).ok_or_else(|| {
            let name = zone.unwrap_or_default();
            Failure::failed(format!(
                "--zone: \"{name}\" is no zone; write it like Asia/Kolkata. Nothing was shown"
            ))
        })?;
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
}
