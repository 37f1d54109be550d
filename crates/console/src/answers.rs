//! What a command gets. Whatever it shows or writes leaves the station and passes the gate (`crate::gate`).

use clinical::{Actor, ActorId, PatientId};
use documents::chart_range;
use serde::Serialize;
use vault::View;

use crate::acts::Act;
use crate::console::Console;
use crate::disclosures::{Disclosure, FileKind};
use crate::error::ConsoleError;
use crate::gate::{Face, Leaving, Way};
use crate::view::{self, Answer, Ask, Asked, Failure, Ledger, LogEntry, Setting, SheetRow, StaffRow, Unread};

fn json(what: &impl Serialize) -> Result<Answer, Failure> {
    let bytes = serde_json::to_vec_pretty(what).map_err(Failure::failed)?;
    Ok(Answer { bytes, values: None })
}

/// What a command shows, on its way out.
fn shown<'a>(what: &'static str, about: Option<&'a PatientId>) -> Leaving<'a> {
    Leaving { what, way: Way::Shown, face: Face::CommandLine, about, why: None }
}

impl Console {
    /// Answers a command.
    ///
    /// # Errors
    /// In words for the person; then nothing left and nothing was changed.
    pub fn answer(&self, asked: Asked) -> Result<Answer, Failure> {
        let id = asked.user_id.as_deref().and_then(ActorId::given);
        let who = self.somebody(&asked.user, id)?;
        self.answer_to(&who, asked.ask)
    }

    fn answer_to(&self, who: &Actor, ask: Ask) -> Result<Answer, Failure> {
        match ask {
            Ask::Ward(at) => json(&self.disclose(who, &shown("ward-list", None), || {
                let (view, looker) = (at.into(), self.looker(who)?);
                let ward = self.read_for(view, &looker, |reader| reader.ward())?;
                Ok(view::ward(&ward, view.at.min(self.now())))
            })?),
            Ask::Alerts(at) => json(&self.disclose(who, &shown("alerts", None), || {
                let (view, looker) = (at.into(), self.looker(who)?);
                Ok(self.read_for(view, &looker, |reader| view::episodes(reader, view.at.min(self.now())))?)
            })?),
            Ask::Flowsheet { of, step_ms } => {
                let request = of.request(true, false);
                let rows = self.disclose(who, &shown("flowsheet", Some(&request.patient)), || {
                    let looker = self.looker(who)?;
                    let rows = self.read_for(View::NOW, &looker, |reader| {
                        Ok(documents::flowsheet(reader, &request, step_ms))
                    })??;
                    let range =
                        self.read_for(View::NOW, &looker, |reader| Ok(chart_range(reader, &request)))??;
                    let withheld = self
                        .read_for(View::NOW, &looker, |reader| reader.withheld_in(&request.patient, range))?;
                    Ok::<_, ConsoleError>((rows, withheld))
                })?;
                let (rows, withheld) = rows;
                let rows = rows.into_iter().map(SheetRow::from).chain(SheetRow::withheld(&withheld));
                json(&rows.collect::<Vec<_>>())
            }
            Ask::Glucose { of, zone, targets, explain } => {
                json(&self.glucose(who, of, zone.as_deref(), &targets, explain)?)
            }
            Ask::Insulin { of, zone, why } => json(&self.insulin(who, of, zone.as_deref(), &why)?),
            Ask::Log { most } => {
                let entries = self.disclose(who, &shown("log", None), || {
                    Ok(self.vault.read(|reader| reader.log(most))?)
                })?;
                json(&entries.into_iter().map(LogEntry::from).collect::<Vec<_>>())
            }
            Ask::Record { why } => {
                let (face, way) = (Face::CommandLine, Way::File("jsonl"));
                let leaving = Leaving { what: "record", way, face, about: None, why: Some(&why) };
                let (bytes, entries) = self.disclose(who, &leaving, || self.record_text())?;
                Ok(Answer { bytes, values: Some(entries) })
            }
            Ask::Proof { entry, paper, why } => {
                let (face, way) = (Face::CommandLine, Way::File(if paper { "pdf" } else { "txt" }));
                let leaving = Leaving { what: "proof of an entry", way, face, about: None, why: Some(&why) };
                let bytes = self.disclose(who, &leaving, || match paper {
                    true => Ok(self.proof_sheet(who, entry)?),
                    false => Ok(self.entry_proof(entry)?.1.into_bytes()),
                })?;
                Ok(Answer { bytes, values: None })
            }
            Ask::Quarantine { most } => {
                let kept = self.disclose(who, &shown("quarantine", None), || self.quarantine())?;
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                json(&kept.into_iter().take(most).map(Unread::from).collect::<Vec<_>>())
            }
            Ask::Ledger => {
                let kept = self.disclose(who, &shown("ledger", None), || {
                    Ok(self.vault.read(|reader| reader.ledger())?)
                })?;
                json(&Ledger::from(kept))
            }
            Ask::Settings => self.settings(),
            Ask::Set { key, value } => {
                self.act_as(who, Act::SetSite { key, value })?;
                self.settings()
            }
            Ask::Staff => self.staff_rows(),
            Ask::ChangeStaff { id, deed } => {
                let change = deed.about(&id).ok_or_else(|| {
                    Failure::failed("give an identifier, such as Practitioner/123; nothing was changed")
                })?;
                self.act_as(who, Act::Staff(change))?;
                self.staff_rows()
            }
            Ask::ImportPreview(file) => json(&self.import_preview(who, &file)?),
            Ask::Import { file, why } => json(&self.import(who, &file, &why)?),
            Ask::File { what, at, kind, why } => {
                let (what, kind) = (Disclosure::from(what), FileKind::from(kind));
                let made = self.export_as(who, &what, kind, (at.into(), Face::CommandLine), &why)?;
                Ok(Answer { bytes: made.bytes, values: made.values.map(|n| n as u64) })
            }
        }
    }

    fn staff_rows(&self) -> Result<Answer, Failure> {
        json(&self.colleagues_as(StaffRow::new)?)
    }

    /// The site's settings hold nobody's data.
    fn settings(&self) -> Result<Answer, Failure> {
        let rows = self.vault.read(|reader| {
            let row = |(key, value, meaning): (String, String, &str)| {
                let by_site = if reader.is_locked(&key)? { " (set by this site's file)" } else { "" };
                Ok(Setting { key, value, meaning: format!("{meaning}{by_site}") })
            };
            reader.site()?.list().into_iter().map(row).collect::<Result<Vec<_>, _>>()
        })?;
        json(&rows)
    }
}
