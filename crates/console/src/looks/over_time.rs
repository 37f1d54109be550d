//! What is shown over time: trends of one patient or of many, and their numbers.

use clinical::{Instant, PatientId};
use documents::{ChartRequest, FlowRow};
use trends::{Multiples, MultiplesRequest, Trends, TrendsRequest, ValueAt};
use vault::View;

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Trend panels as one picture.
    ///
    /// # Errors
    /// Of the cache or the renderer.
    pub fn trends(&self, request: &TrendsRequest) -> Result<Trends, ConsoleError> {
        // The closure's error is the vault's; the renderer's own travels beside it.
        Ok(self.read_of(&request.patient, "trends", |reader| Ok(trends::trends(reader, request)))??)
    }

    /// Small trends of many people as one picture.
    ///
    /// # Errors
    /// As [`Console::trends`].
    pub fn multiples(&self, request: &MultiplesRequest) -> Result<Multiples, ConsoleError> {
        Ok(self.read_many(|reader| Ok(trends::multiples(reader, request)))??)
    }

    /// The numbers of a patient in steps of time.
    ///
    /// # Errors
    /// Of the cache, or where the range is none.
    pub fn flowsheet(
        &self,
        patient: &PatientId,
        from: Instant,
        to: Instant,
        step_ms: i64,
    ) -> Result<Vec<FlowRow>, ConsoleError> {
        let request = ChartRequest {
            patient: patient.clone(),
            from: Some(from),
            to: Some(to),
            light: false,
            every_sample: false,
        };
        let rows = |reader: &vault::Reader| Ok(documents::flowsheet(reader, &request, step_ms));
        Ok(self.read_of(patient, "flowsheet", rows)??)
    }

    /// What each panel of a patient shows at one moment.
    ///
    /// # Errors
    /// Of the cache.
    pub fn values_at(&self, patient: &PatientId, at: Instant) -> Result<Vec<ValueAt>, ConsoleError> {
        let view = self.past().unwrap_or(View::NOW);
        let view = View { at: at.min(view.at), known_by: view.known_by };
        let looker = self.looker_at(&self.user(), patient, "values of a moment")?;
        Ok(self.read_for(view, &looker, |reader| trends::values_at(reader, patient))?)
    }
}
