//! Alarms as a screen shows them: each episode with what people did about it.

use std::collections::HashMap;

use clinical::{
    Actor, Episode, EpisodeId, EpisodeState, Escalation, Group, Instant, PatientId, Place, PlaceId, Presence,
    Priority, SeenAction, SeenCall, Sound, Stay, Verb, fold, whereabouts,
};
use vault::Ward;

/// The alarm line of a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmLine {
    /// The episode.
    pub episode: EpisodeId,
    /// Its priority.
    pub priority: Priority,
    /// Its text without marks.
    pub text: String,
    /// Where it stands.
    pub presence: Presence,
    /// Who has it, since when.
    pub owner: Option<(Actor, Instant)>,
    /// Its onset.
    pub onset: Instant,
    /// Whether what decides this is known to this station only.
    pub known_here_only: bool,
    /// Whether it is to be heard.
    pub sound: Sound,
    /// How long a pause of its sound lasts, in milliseconds.
    pub pause_lasts: i64,
    /// The roles that are due or were called, the first of the chain first.
    pub escalations: Vec<Escalation>,
    /// Others who took it too, after the owner.
    pub also_took: Vec<Actor>,
    /// Clocks cannot tell who took it first.
    pub order_uncertain: bool,
    /// Who handled it last, and when.
    pub handled: Option<(Actor, Instant)>,
    /// It is handled and still on, and was asked about again: when that was due last.
    pub asked_again: Option<Instant>,
    /// How often the owner was reminded.
    pub reminders: u32,
    /// How many more live alarms the bed has.
    pub more: usize,
    /// Who owns the worst of those, where it is somebody else than who has this one.
    pub more_owner: Option<Actor>,
    /// Whether the person it is shown to has it; see [`AlarmLine::shown_to`].
    pub mine: bool,
    /// Whether that person can have it: nobody does, or it was given to a name which they bear.
    pub free_for_me: bool,
    /// Whether that person took it too, after the owner.
    pub i_took_too: bool,
    /// Whether who has it bears that person's name and is somebody else.
    pub namesake: bool,
}

impl AlarmLine {
    /// Says what is this person's. People are told apart by who they are, not by what they are called.
    pub fn shown_to(&mut self, me: &Actor) {
        let owner = self.owner.as_ref().map(|(who, _)| who);
        self.mine = owner.is_some_and(|who| who.is(me));
        self.free_for_me = owner.is_none_or(|who| who.is_name_of(me));
        self.i_took_too = self.also_took.iter().any(|who| who.is(me));
        self.namesake = owner.is_some_and(|who| !who.is(me) && !who.is_name_of(me) && who.is_called_as(me));
    }

    /// The highest role that is due or was called.
    pub fn escalation(&self) -> Option<&Escalation> {
        self.escalations.last()
    }

    /// Where it stands in a queue.
    pub fn group(&self) -> Group {
        Group::of(self.priority, self.presence)
    }

    /// As it reads, with the marks of its priority: `*** SpO2 84 < 90`.
    pub fn shown(&self) -> String {
        format!("{} {}", self.priority.marks(), self.text)
    }

    /// Of one that is handled and still on, by whom and since when: `handled 04:18 N. Okafor, still on`.
    pub fn handled_words(&self, clock: &dyn Fn(Instant) -> String) -> Option<String> {
        let (who, at) = self.handled.as_ref().filter(|_| self.presence == Presence::Handled)?;
        let again = self.asked_again.map_or_else(String::new, |at| format!(", asked again {}", clock(at)));
        Some(format!("handled {} {}, still on{again}", clock(*at), who.name))
    }

    /// What that person can do about it. A note can be added to what is over, too.
    pub fn verbs(&self) -> Vec<Verb> {
        let live = self.presence.is_live();
        let can = |verb: &Verb| match verb {
            Verb::Take => live && self.free_for_me,
            Verb::AudioPause => self.sound == Sound::On,
            Verb::Handled => live || self.asked_again.is_some(),
            Verb::HandTo | Verb::Escalate => live,
            Verb::Release => self.mine && self.presence != Presence::Closed,
            Verb::Note => true,
            Verb::Annotate | Verb::SetLimit | Verb::SavePreset | Verb::Shift => false,
        };
        Verb::ABOUT_EPISODES.iter().copied().filter(can).collect()
    }
}

pub(crate) fn line(episode: &Episode, state: &EpisodeState) -> AlarmLine {
    AlarmLine {
        episode: episode.id.clone(),
        priority: episode.priority,
        text: episode.text.clone(),
        presence: state.presence,
        owner: state.owner.clone(),
        onset: episode.onset,
        known_here_only: state.known_here_only,
        sound: state.sound,
        pause_lasts: state.pause_lasts,
        escalations: state.escalations.clone(),
        also_took: state.also_took.clone(),
        order_uncertain: state.order_uncertain,
        handled: state.handled.as_ref().map(|(who, at, _)| (who.clone(), *at)),
        asked_again: state.asked_again,
        reminders: state.reminders,
        more: 0,
        more_owner: None,
        mine: false,
        free_for_me: false,
        i_took_too: false,
        namesake: false,
    }
}

/// Every episode with its state at `now`.
pub fn states(ward: &Ward, now: Instant) -> Vec<(&Episode, EpisodeState)> {
    let units = units(ward);
    let by_episode = by_episode(ward.actions.iter());
    let calls = calls_by_episode(ward);
    ward.episodes
        .iter()
        .map(|episode| {
            let actions = by_episode.get(&episode.id).map_or(&[][..], Vec::as_slice);
            let unit = episode.patient.as_ref().and_then(|id| units.get(id)).copied().unwrap_or_default();
            let calls = calls.get(&episode.id).map_or(&[][..], Vec::as_slice);
            let state = fold(episode, actions, now, ward.site.policy(unit));
            (episode, state.with_calls(episode, calls, ward.takes_calls))
        })
        .collect()
}

/// What was done about each episode.
pub(crate) fn by_episode<'a>(
    actions: impl Iterator<Item = &'a SeenAction>,
) -> HashMap<&'a EpisodeId, Vec<SeenAction>> {
    let mut found: HashMap<&EpisodeId, Vec<SeenAction>> = HashMap::new();
    for seen in actions {
        if let Some(episode) = seen.action.about.episode() {
            found.entry(episode).or_default().push(seen.clone());
        }
    }
    found
}

/// The calls about each episode.
pub(crate) fn calls_by_episode(ward: &Ward) -> HashMap<&EpisodeId, Vec<&SeenCall>> {
    let mut found: HashMap<&EpisodeId, Vec<&SeenCall>> = HashMap::new();
    for seen in &ward.calls {
        found.entry(&seen.call.episode).or_default().push(seen);
    }
    found
}

/// The ward each patient lies on, by name.
pub fn units(ward: &Ward) -> HashMap<&PatientId, &str> {
    let places: HashMap<&PlaceId, &Place> = ward.places.iter().map(|p| (&p.id, p)).collect();
    let mut stays: HashMap<&PatientId, Vec<&Stay>> = HashMap::new();
    for stay in &ward.stays {
        stays.entry(&stay.patient).or_default().push(stay);
    }
    stays
        .into_iter()
        .filter_map(|(patient, stays)| {
            let at = whereabouts(stays.into_iter(), |id| places.get(id).copied())?;
            Some((patient, at.unit.or(at.spot)?.name.as_str()))
        })
        .collect()
}
