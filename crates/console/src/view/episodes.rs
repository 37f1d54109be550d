//! Every alarm as data: who knew what, and when.

use std::collections::HashMap;

use bedside::{board, units};
use clinical::{EpisodeId, EpisodeState, Escalation, Instant, PatientId, SeenAction, SeenCall, fold};
use serde::Serialize;
use vault::{Reader, VaultError};

use super::form::Iso;

/// An alarm with everything that people did about it.
#[derive(Clone, Debug, Serialize)]
pub struct Episode {
    /// The episode.
    pub episode_id: String,
    /// Logical id of the Patient; nothing where it is about the unit.
    pub patient_id: Option<String>,
    /// The bed as it is shown; nothing where the person is not on the board.
    pub bed: Option<String>,
    /// The ward of the bed; nothing at home, or where none is known.
    pub ward: Option<String>,
    /// Its priority.
    pub priority: &'static str,
    /// Its text.
    pub text: String,
    /// When it began.
    pub onset: Iso,
    /// When its condition ended.
    pub ended: Option<Iso>,
    /// Where it stands.
    pub state: &'static str,
    /// Who has it.
    pub owner: Option<String>,
    /// Who that is, whatever their name.
    pub owner_id: Option<String>,
    /// Others who took it too, after the owner.
    pub also_took: Vec<String>,
    /// Clocks cannot tell who took it first.
    pub order_uncertain: bool,
    /// Whether it is to be heard.
    pub sound: &'static str,
    /// The highest role that is due or was called.
    pub escalated_to: Option<String>,
    /// Every role that fell due, the first of the chain first.
    pub calls: Vec<EpisodeCall>,
    /// How often the owner was reminded.
    pub reminders: u32,
    /// What people did, the oldest first.
    pub actions: Vec<EpisodeAction>,
}

/// A role that fell due for an alarm.
#[derive(Clone, Debug, Serialize)]
pub struct EpisodeCall {
    /// 1 for the first role of the chain.
    pub level: usize,
    /// The role.
    pub role: String,
    /// When it fell due.
    pub due: Iso,
    /// Whether it was called: `due`, `waiting`, `sent`, `answered` or `not-sent`.
    pub state: &'static str,
    /// Why nobody was called.
    pub remark: Option<String>,
}

impl From<&Escalation> for EpisodeCall {
    fn from(due: &Escalation) -> EpisodeCall {
        EpisodeCall {
            level: due.level,
            role: due.role.clone(),
            due: Iso(due.at),
            state: due.call.code(),
            remark: due.call.remark(),
        }
    }
}

/// What somebody did about an alarm.
#[derive(Clone, Debug, Serialize)]
pub struct EpisodeAction {
    /// The action.
    pub id: String,
    /// What was done.
    pub verb: &'static str,
    /// By whom.
    pub by: String,
    /// Who that is, whatever their name.
    pub by_id: String,
    /// When.
    pub at: Iso,
    /// In their words.
    pub note: Option<String>,
    /// Whether the server has it.
    pub sent_to_server: bool,
}

impl From<&SeenAction> for EpisodeAction {
    fn from(seen: &SeenAction) -> EpisodeAction {
        EpisodeAction {
            id: (&seen.action.id).into(),
            verb: seen.action.verb.code(),
            by: seen.action.by.name.to_string(),
            by_id: (&seen.action.by.id).into(),
            at: Iso(seen.action.at),
            note: seen.action.note.clone(),
            sent_to_server: seen.accepted_at.is_some(),
        }
    }
}

impl Episode {
    fn new(
        episode: &clinical::Episode,
        state: EpisodeState,
        (bed, unit): (Option<String>, &str),
        actions: &[SeenAction],
    ) -> Episode {
        Episode {
            episode_id: (&episode.id).into(),
            patient_id: episode.patient.as_ref().map(String::from),
            bed,
            ward: (!unit.is_empty()).then(|| unit.to_owned()),
            priority: episode.priority.code(),
            text: episode.text.clone(),
            onset: Iso(episode.onset),
            ended: episode.ended.map(Iso),
            state: state.presence.code(),
            owner: state.owner.as_ref().map(|(who, _)| who.name.to_string()),
            owner_id: state.owner.as_ref().map(|(who, _)| String::from(&who.id)),
            also_took: state.also_took.iter().map(|who| who.name.to_string()).collect(),
            order_uncertain: state.order_uncertain,
            sound: state.sound.code(),
            escalated_to: state.escalation().map(|e| e.role.clone()),
            calls: state.escalations.iter().map(EpisodeCall::from).collect(),
            reminders: state.reminders,
            actions: actions.iter().map(EpisodeAction::from).collect(),
        }
    }
}

/// Every episode that a reader sees, the newest first, as they stand at a moment.
///
/// # Errors
/// Of the cache.
pub fn episodes(reader: &Reader, moment: Instant) -> Result<Vec<Episode>, VaultError> {
    let (ward, mut all) = (reader.ward()?, reader.episodes_since(Instant(i64::MIN))?);
    let (done, calls) = (reader.actions()?, reader.calls()?);
    let beds: HashMap<PatientId, String> =
        board(&ward, moment).tiles.iter().map(|tile| (tile.patient.clone(), tile.bed.clone())).collect();
    let mut actions: HashMap<&EpisodeId, Vec<SeenAction>> = HashMap::new();
    for seen in &done {
        if let Some(episode) = seen.action.about.episode() {
            actions.entry(episode).or_default().push(seen.clone());
        }
    }
    let mut called: HashMap<&EpisodeId, Vec<&SeenCall>> = HashMap::new();
    for seen in &calls {
        called.entry(&seen.call.episode).or_default().push(seen);
    }
    all.reverse();
    let units = units(&ward);
    let found = all.iter().map(|episode| {
        let own = actions.get(&episode.id).map_or(&[][..], Vec::as_slice);
        let unit = episode.patient.as_ref().and_then(|id| units.get(id)).copied().unwrap_or_default();
        let calls = called.get(&episode.id).map_or(&[][..], Vec::as_slice);
        let state =
            fold(episode, own, moment, ward.site.policy(unit)).with_calls(episode, calls, ward.takes_calls);
        let bed = episode.patient.as_ref().and_then(|id| beds.get(id)).cloned();
        Episode::new(episode, state, (bed, unit), own)
    });
    Ok(found.collect())
}
