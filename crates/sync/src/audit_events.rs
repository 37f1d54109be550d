//! The log as AuditEvents, where the server says that it takes them: one after the other in the order of the log, each under an id of its
//! own, so that one that is told twice is the same. Nothing that people do waits for it, and it waits in no outbox: the log is the queue.

use fhir::{Access, Audited, FhirError, Server, audit_event};

use crate::engine::Engine;
use crate::progress::SyncError;
use crate::task::on_vault;

/// So many are told in one round.
const AT_ONCE: u32 = 100;

impl Engine {
    /// Tells the entries that the server does not have; how many it took.
    ///
    /// # Errors
    /// Of the server or the cache: the rest is told the next time, from the one that was not taken on.
    pub async fn send_audit_events(&self, server: &Server) -> Result<usize, SyncError> {
        let may = [Access::Create, Access::Update].iter().all(|a| self.client.grants("AuditEvent", *a));
        if !server.takes_audit_events || !may {
            return Ok(0);
        }
        let untold = on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.untold(AT_ONCE)));
        let Some(untold) = untold.await? else { return Ok(0) };
        let mut taken = 0;
        for entry in untold.entries {
            let seq = entry.seq;
            let id = format!("vigil-audit-{}-{seq}", untold.word);
            let audited = Audited {
                origin: untold.origin.clone(),
                seq,
                kind: entry.kind.code(),
                at: entry.at,
                station: entry.station,
                who: entry.who,
                who_id: entry.who_id,
                role: entry.role,
                what: entry.what,
                patient: entry.patient,
            };
            match self.client.put_new(&format!("AuditEvent/{id}"), &audit_event(&id, &audited)).await {
                // It is there: an earlier try had arrived.
                Ok(()) | Err(FhirError::Conflict { .. }) => taken += 1,
                Err(error) => return Err(error.into()),
            }
            on_vault(&self.vault, &self.beats, move |vault| vault.is_audited(seq)).await?;
        }
        Ok(taken)
    }
}
