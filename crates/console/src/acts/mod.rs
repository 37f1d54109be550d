//! What people do. Every act becomes a fact that never changes: durable first, then on its way to the server.

pub(crate) mod alarms;
mod ward_records;
pub(crate) mod words;

use clinical::{About, Action, PatientId, Verb};
use fhir::communication;

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Something that the person at this station does now.
    pub(crate) fn action(&self, about: About, verb: Verb, note: Option<String>) -> Action {
        let by = self.user().clone();
        Action {
            id: uuid::Uuid::now_v7().to_string().into(),
            about,
            verb,
            by,
            at: self.now(),
            note,
            to: None,
        }
    }

    pub(crate) fn record_fact(
        &self,
        action: Action,
        patient: Option<&PatientId>,
    ) -> Result<Action, ConsoleError> {
        if self.past().is_some() {
            return Err(ConsoleError::Past);
        }
        let offset = self.link().clock_offset_ms;
        let body = communication(&action, patient, &self.station().name, offset).to_string();
        self.vault().record_action(action.clone(), body)?;
        if let Some(engine) = self.engine() {
            engine.action_recorded();
        }
        Ok(action)
    }
}
