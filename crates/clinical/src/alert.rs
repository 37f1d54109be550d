//! The alert episode and what people did about it. State is a fold over append-only actions, so two stations that
//! hold the same facts show the same state, in whatever order the facts arrived.

use crate::{Instant, Measure};

/// How soon somebody has to come (IEC 60601-1-8), technical alarms apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Priority {
    Technical,
    Low,
    Medium,
    High,
}

/// One onset of one alarm. A re-alarm is a new episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The DetectedIssue's logical id.
    pub id: String,
    /// Logical id of the Patient; empty where the alarm names none.
    pub patient: String,
    /// Its priority.
    pub priority: Priority,
    /// The alarm line without marks: `SpO2 84 < 90`.
    pub text: String,
    /// What it is about, where that is a measure the console knows.
    pub measure: Option<Measure>,
    /// When the condition began.
    pub onset: Instant,
    /// When the condition ended; `None` while it holds.
    pub ended: Option<Instant>,
}

/// What a person can do about an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Verb {
    Take,
    AudioPause,
    Handled,
    Release,
    HandTo,
    Escalate,
    Note,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 7] = [
        Verb::Take,
        Verb::AudioPause,
        Verb::Handled,
        Verb::Release,
        Verb::HandTo,
        Verb::Escalate,
        Verb::Note,
    ];

    /// The code under `urn:vigil:alert-action`.
    pub fn code(self) -> &'static str {
        match self {
            Verb::Take => "take",
            Verb::AudioPause => "audio-pause",
            Verb::Handled => "handled",
            Verb::Release => "release",
            Verb::HandTo => "hand-to",
            Verb::Escalate => "escalate",
            Verb::Note => "note",
        }
    }

    /// The verb behind a code.
    pub fn from_code(code: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.code() == code)
    }
}

/// The reasons a person picks from when an alert is handled; free text may be added.
pub const HANDLED_REASONS: [&str; 4] = ["Treated", "Artefact", "Expected for patient", "Other"];

/// Something a person did, as a fact that never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// UUIDv7 made at the click; the same on every station and on the server.
    pub id: String,
    /// The episode it is about.
    pub episode: String,
    /// What was done.
    pub verb: Verb,
    /// Who did it, as shown.
    pub by: String,
    /// When, by the clock of the station where it happened.
    pub at: Instant,
    /// Reason or note.
    pub note: Option<String>,
}

/// An action with the place in the server's order that decides between two takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAction {
    /// The fact.
    pub action: Action,
    /// When the server took it (`meta.lastUpdated`); `None` while it is known to this station only.
    pub accepted_at: Option<Instant>,
}

/// Where an episode stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The condition holds and nobody has it.
    Active,
    /// Taken, and the condition still holds.
    Owned,
    /// A high one that ended before anybody took it; it stays until someone does.
    Latched,
    /// Handled with a reason; the condition still holds.
    Handled,
    /// Ended, and handled, or taken, or not latching.
    Closed,
}

/// What the facts add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeState {
    /// Where it stands.
    pub presence: Presence,
    /// Who owns it and since when.
    pub owner: Option<(String, Instant)>,
    /// Who handled it, when, and with what reason.
    pub handled: Option<(String, Instant, Option<String>)>,
    /// Whether something that decides this state is known to this station only.
    pub known_here_only: bool,
}

/// Folds the actions on one episode into its state. The order of `actions` does not matter.
pub fn fold(episode: &Episode, actions: &[SeenAction]) -> EpisodeState {
    let mut ordered: Vec<&SeenAction> =
        actions.iter().filter(|seen| seen.action.episode == episode.id).collect();
    // Server order where the server knows it; what it does not know yet comes after, by its own clock.
    ordered.sort_by(|a, b| {
        let key = |seen: &SeenAction| (seen.accepted_at.unwrap_or(Instant(i64::MAX)), seen.action.at);
        key(a).cmp(&key(b)).then_with(|| a.action.id.cmp(&b.action.id))
    });
    ordered.dedup_by(|later, first| later.action.id == first.action.id);

    let mut owner: Option<(&SeenAction, String)> = None;
    let mut handled: Option<&SeenAction> = None;
    for seen in ordered {
        let action = &seen.action;
        match action.verb {
            Verb::Take if owner.is_none() => owner = Some((seen, action.by.clone())),
            Verb::Release if owner.as_ref().is_some_and(|(_, who)| *who == action.by) => owner = None,
            Verb::HandTo => {
                if let Some(to) = &action.note {
                    owner = Some((seen, to.clone()));
                }
            }
            Verb::Handled if handled.is_none() => handled = Some(seen),
            _ => {}
        }
    }
    let latching = episode.priority == Priority::High;
    let presence = match (episode.ended, &owner, handled) {
        (None, _, Some(_)) => Presence::Handled,
        (None, Some(_), None) => Presence::Owned,
        (None, None, None) => Presence::Active,
        (Some(_), None, None) if latching => Presence::Latched,
        (Some(_), _, _) => Presence::Closed,
    };
    EpisodeState {
        presence,
        known_here_only: owner.as_ref().is_some_and(|(seen, _)| seen.accepted_at.is_none())
            || handled.is_some_and(|seen| seen.accepted_at.is_none()),
        owner: owner.map(|(seen, who)| (who, seen.action.at)),
        handled: handled.map(|seen| (seen.action.by.clone(), seen.action.at, seen.action.note.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn episode(priority: Priority, ended: Option<Instant>) -> Episode {
        Episode {
            id: "e".into(),
            patient: "p".into(),
            priority,
            text: "SpO2 84 < 90".into(),
            measure: Some(Measure::SpO2),
            onset: Instant(0),
            ended,
        }
    }

    fn action(id: &str, verb: Verb, by: &str, at: i64, accepted_at: Option<i64>) -> SeenAction {
        SeenAction {
            action: Action {
                id: id.into(),
                episode: "e".into(),
                verb,
                by: by.into(),
                at: Instant(at),
                note: None,
            },
            accepted_at: accepted_at.map(Instant),
        }
    }

    #[test]
    fn the_first_take_by_server_order_owns_whoever_clicked_first() {
        let takes =
            [action("1", Verb::Take, "Okafor", 5, Some(20)), action("2", Verb::Take, "Varga", 9, Some(10))];
        let state = fold(&episode(Priority::High, None), &takes);
        assert_eq!(state.owner, Some(("Varga".into(), Instant(9))));
        assert_eq!(state.presence, Presence::Owned);
        assert!(!state.known_here_only);
    }

    #[test]
    fn a_high_alarm_that_ended_unseen_stays_and_a_low_one_does_not() {
        let ended = Some(Instant(50));
        assert_eq!(fold(&episode(Priority::High, ended), &[]).presence, Presence::Latched);
        assert_eq!(fold(&episode(Priority::Low, ended), &[]).presence, Presence::Closed);
        let taken = [action("1", Verb::Take, "Okafor", 60, None)];
        assert_eq!(fold(&episode(Priority::High, ended), &taken).presence, Presence::Closed);
    }

    #[test]
    fn only_the_owner_can_release_and_an_unsent_take_says_so() {
        let facts =
            [action("1", Verb::Take, "Okafor", 1, None), action("2", Verb::Release, "Varga", 2, None)];
        let state = fold(&episode(Priority::Medium, None), &facts);
        assert_eq!(state.presence, Presence::Owned);
        assert!(state.known_here_only);
    }

    proptest! {
        #[test]
        fn two_stations_with_the_same_facts_show_the_same_state(
            facts in proptest::collection::vec((0usize..7, 0u8..3, 0i64..50, proptest::option::of(0i64..50)), 0..12),
            seed in any::<u64>(),
        ) {
            let facts: Vec<SeenAction> = facts.iter().enumerate()
                .map(|(n, (verb, by, at, accepted))| action(&n.to_string(), Verb::ALL[*verb], &by.to_string(), *at, *accepted))
                .collect();
            let mut shuffled = facts.clone();
            // A shuffle that proptest can replay: sort by a hash of seed and place.
            let mut n = 0u64;
            shuffled.sort_by_cached_key(|_| { n += 1; (seed ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15) });
            let e = episode(Priority::High, None);
            prop_assert_eq!(fold(&e, &facts), fold(&e, &shuffled));
        }
    }
}
