//! What an episode and the actions on it add up to: who has it, whether it sounds, whom it was escalated to.
//!
//! A pure fold over append-only facts and a moment, so two stations that hold the same facts show the same state, in whatever
//! order the facts arrived.

use crate::escalation::{Escalation, escalations};
use crate::ordered::{answers, in_order, late, ownership};
use crate::{Actor, Episode, Instant, MINUTE_MS, Policy, Presence, Priority, SeenAction, SeenCall, Verb};

/// Clicks nearer to each other than this cannot be put in order where one of them came late: stations' clocks differ by up to
/// this much before anybody is told.
pub const CLOCK_TOLERANCE_MS: i64 = MINUTE_MS;

/// Whether an alarm is to be heard (IEC 60601-1-8: paused ends by itself).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// It sounds.
    On,
    /// Audio paused until then.
    Paused(Instant),
    /// Somebody knows, or it is over.
    Off,
}

impl Sound {
    /// The code on the page and in machine-readable output.
    pub fn code(self) -> &'static str {
        match self {
            Sound::On => "on",
            Sound::Paused(_) => "paused",
            Sound::Off => "off",
        }
    }
}

/// What the facts add up to at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeState {
    /// Where it stands.
    pub presence: Presence,
    /// Who owns it and since when.
    pub owner: Option<(Actor, Instant)>,
    /// Others who took it too: they have to be told that somebody else was first.
    pub also_took: Vec<Actor>,
    /// Two takes were made so near to each other, one of them offline, that clocks cannot tell which was first.
    pub order_uncertain: bool,
    /// Who handled it last, when, and with what reason.
    pub handled: Option<(Actor, Instant, Option<String>)>,
    /// It is handled and still on, and was asked about again: when that was due last.
    pub asked_again: Option<Instant>,
    /// Whether it is to be heard.
    pub sound: Sound,
    /// How long a pause of its sound lasts in its unit, in milliseconds.
    pub pause_lasts: i64,
    /// How often its owner was reminded that it is still on.
    pub reminders: u32,
    /// The roles that are due or were called since the alarm was new, the first of the chain first.
    pub escalations: Vec<Escalation>,
    /// Whether something that decides this state is known to this station only.
    pub known_here_only: bool,
}

impl EpisodeState {
    /// Says of each role that is due whether it was called: by the messages of this alarm, and by whether the server takes any.
    #[must_use]
    pub fn with_calls(mut self, episode: &Episode, calls: &[&SeenCall], takes: Option<bool>) -> EpisodeState {
        let answered = !matches!(self.presence, Presence::Active | Presence::Latched);
        for due in &mut self.escalations {
            due.settle(episode, calls, takes, answered);
        }
        self
    }

    /// The highest role that is due or was called.
    pub fn escalation(&self) -> Option<&Escalation> {
        self.escalations.last()
    }
}

/// Folds the actions on one episode into its state at `now`. Where the alarm became new once more, because its severity was
/// raised or its condition came back on the same id, what was done before answers nothing any more.
/// The order of `actions` does not matter.
pub fn fold(episode: &Episode, actions: &[SeenAction], now: Instant, policy: &Policy) -> EpisodeState {
    let mut ordered = in_order(episode, actions);
    ordered.retain(|seen| answers(episode, seen));
    let mut owner: Option<(&SeenAction, Actor)> = None;
    let mut handled: Option<&SeenAction> = None;
    let mut first_take: Option<&SeenAction> = None;
    let (mut also_took, mut order_uncertain) = (Vec::<Actor>::new(), false);
    for seen in &ordered {
        let action = &seen.action;
        match (action.verb, ownership(owner.as_ref().map(|(_, who)| who), action)) {
            (Verb::Take, Some(Some(who))) => {
                also_took.retain(|other| !other.is(&who));
                owner = Some((seen, who));
                first_take = first_take.or(Some(seen));
            }
            (Verb::Take, _) => {
                if let Some((first, who)) = &owner
                    && !who.is(&action.by)
                    && !also_took.iter().any(|other| other.is(&action.by))
                {
                    also_took.push(action.by.clone());
                    let near = (first.action.at.0 - action.at.0).abs() <= CLOCK_TOLERANCE_MS;
                    order_uncertain |= near && (late(first) || late(seen));
                }
            }
            (_, Some(Some(to))) => {
                also_took.retain(|other| !other.is(&to));
                owner = Some((seen, to));
            }
            (_, Some(None)) => {
                owner = None;
                also_took.clear();
                order_uncertain = false;
            }
            (Verb::Handled, None) => handled = Some(seen),
            _ => {}
        }
    }
    let latching = episode.priority == Priority::High;
    let presence = match (episode.ended, &owner, handled) {
        (None, _, Some(_)) => Presence::Handled,
        (None, Some(_), None) => Presence::Owned,
        (None, None, None) => Presence::Active,
        // Whoever took it knew of it, also where it was let go again later.
        (Some(_), None, None) if latching && first_take.is_none() => Presence::Latched,
        (Some(_), _, _) => Presence::Closed,
    };
    let reminders = match (&owner, presence) {
        (Some((seen, _)), Presence::Owned) => {
            (now.ms_since(seen.action.at) / policy.remind.max(MINUTE_MS)).max(0)
        }
        _ => 0,
    };
    // Never by a sound: who handled it knows of it.
    let asked_again = handled.filter(|_| presence == Presence::Handled).and_then(|seen| {
        let every = policy.ask_again.max(MINUTE_MS);
        let times = now.ms_since(seen.action.at) / every;
        (times > 0).then(|| seen.action.at + times * every)
    });
    EpisodeState {
        presence,
        asked_again,
        sound: sound(presence, &ordered, now, policy),
        pause_lasts: policy.pause,
        reminders: u32::try_from(reminders).unwrap_or(u32::MAX),
        escalations: escalations(episode, &ordered, now, policy),
        known_here_only: owner.as_ref().is_some_and(|(seen, _)| seen.accepted_at.is_none())
            || handled.is_some_and(|seen| seen.accepted_at.is_none()),
        owner: owner.map(|(seen, who)| (who, seen.action.at)),
        also_took,
        order_uncertain,
        handled: handled.map(|seen| (seen.action.by.clone(), seen.action.at, seen.action.note.clone())),
    }
}

fn sound(presence: Presence, ordered: &[&SeenAction], now: Instant, policy: &Policy) -> Sound {
    if !matches!(presence, Presence::Active | Presence::Latched) {
        return Sound::Off;
    }
    let ends = |seen: &&&SeenAction| seen.action.at + policy.pause;
    let pause = ordered.iter().filter(|seen| seen.action.verb == Verb::AudioPause && seen.action.at <= now);
    match pause.max_by_key(ends).map(|seen| seen.action.at + policy.pause) {
        Some(until) if until > now => Sound::Paused(until),
        _ => Sound::On,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Action, Episode, Measure, Renewal, SeenAction, Verb};
    use proptest::prelude::*;

    fn episode(priority: Priority, ended: Option<Instant>) -> Episode {
        Episode {
            id: "e".into(),
            patient: Some("p".into()),
            priority,
            text: "SpO2 84 < 90".into(),
            measure: Some(Measure::SpO2),
            onset: Instant(0),
            ended,
            renewed: None,
        }
    }

    fn action(id: &str, verb: Verb, by: &str, at: i64, accepted_at: Option<i64>) -> SeenAction {
        SeenAction {
            action: Action {
                id: id.into(),
                about: About::Episode("e".into()),
                verb,
                by: Actor::known(by, by),
                at: Instant(at),
                note: None,
                to: None,
            },
            accepted_at: accepted_at.map(Instant),
        }
    }

    fn names(people: &[Actor]) -> Vec<&str> {
        people.iter().map(|who| who.name.as_str()).collect()
    }

    /// An action of somebody of whom more than the name matters, accepted at once.
    fn by(who: &Actor, id: &str, verb: Verb, at: i64) -> SeenAction {
        let mut seen = action(id, verb, "", at, Some(at));
        seen.action.by = who.clone();
        seen
    }

    fn given_to(name: &str, to: Option<&Actor>, mut seen: SeenAction) -> SeenAction {
        seen.action.note = Some(name.into());
        seen.action.to = to.map(|who| who.id.clone());
        seen
    }

    fn state(episode: &Episode, actions: &[SeenAction], now: i64) -> EpisodeState {
        fold(episode, actions, Instant(now), &Policy::default())
    }

    #[test]
    fn a_pause_ends_by_itself_and_concerns_this_alarm_alone() {
        let high = episode(Priority::High, None);
        let pause = [action("1", Verb::AudioPause, "Okafor", 1000, Some(1100))];
        assert_eq!(state(&high, &pause, 2000).sound, Sound::Paused(Instant(1000 + 2 * MINUTE_MS)));
        assert_eq!(state(&high, &pause, 1000 + 2 * MINUTE_MS).sound, Sound::On);
        assert_eq!(state(&high, &pause, 2000).presence, Presence::Active, "a pause takes nothing");
        let mut other = high.clone();
        other.id = "other".into();
        assert_eq!(state(&other, &pause, 2000).sound, Sound::On, "another alarm of the same bed sounds");
    }

    #[test]
    fn who_knows_is_not_shouted_at_but_reminded() {
        let high = episode(Priority::High, None);
        let take = [action("1", Verb::Take, "Okafor", 1000, Some(1100))];
        let at = |minutes: i64| state(&high, &take, 1000 + minutes * MINUTE_MS);
        assert_eq!((at(1).sound, at(1).reminders), (Sound::Off, 0));
        assert_eq!((at(3).reminders, at(7).reminders), (1, 2));
        let released = [take[0].clone(), action("2", Verb::Release, "Okafor", 2000, Some(2100))];
        assert_eq!(state(&high, &released, 3000).sound, Sound::On, "let go, it sounds again");
        let handled = [take[0].clone(), action("2", Verb::Handled, "Okafor", 2000, Some(2100))];
        assert_eq!(
            state(&high, &handled, 60 * MINUTE_MS).sound,
            Sound::Off,
            "what was handled never sounds again"
        );
    }

    #[test]
    fn nobody_takes_it_and_the_next_role_is_called_by_priority() {
        let level = |priority, minutes: i64| {
            state(&episode(priority, None), &[], minutes * MINUTE_MS)
                .escalation()
                .map(|e| (e.level, e.at.0 / MINUTE_MS))
        };
        assert_eq!(level(Priority::High, 1), None);
        assert_eq!(level(Priority::High, 2), Some((1, 2)));
        assert_eq!(level(Priority::High, 60), Some((3, 6)), "the chain has an end");
        assert_eq!((level(Priority::Medium, 4), level(Priority::Medium, 5)), (None, Some((1, 5))));
        assert_eq!((level(Priority::Low, 14), level(Priority::Low, 15)), (None, Some((1, 15))));
        assert_eq!(level(Priority::Technical, 600), None);
    }

    #[test]
    fn a_late_offline_take_never_takes_a_call_back() {
        let high = episode(Priority::High, None);
        // Clicked after 30 s without a network; the server had it after four minutes.
        let late = [action("1", Verb::Take, "Okafor", 30_000, Some(4 * MINUTE_MS))];
        let now = state(&high, &late, 10 * MINUTE_MS);
        assert_eq!(now.owner.as_ref().map(|o| o.0.name.as_str()), Some("Okafor"));
        assert_eq!(now.escalation().map(|e| e.level), Some(2));
        let in_time = [action("1", Verb::Take, "Okafor", 30_000, Some(31_000))];
        assert_eq!(state(&high, &in_time, 10 * MINUTE_MS).escalation(), None);
        let let_go =
            [in_time[0].clone(), action("2", Verb::Release, "Okafor", 2 * MINUTE_MS, Some(2 * MINUTE_MS))];
        assert_eq!(
            state(&high, &let_go, 5 * MINUTE_MS).escalation().map(|e| e.at),
            Some(Instant(4 * MINUTE_MS))
        );
    }

    #[test]
    fn two_takes_are_both_kept_and_the_second_is_told() {
        let high = episode(Priority::High, None);
        let online = [
            action("1", Verb::Take, "Okafor", 5000, Some(5100)),
            action("2", Verb::Take, "Varga", 6000, Some(6100)),
        ];
        let now = state(&high, &online, 7000);
        assert_eq!((names(&now.also_took), now.order_uncertain), (vec!["Varga"], false));
        let offline = [
            action("1", Verb::Take, "Okafor", 5000, Some(90_000)),
            action("2", Verb::Take, "Varga", 9000, Some(80_000)),
        ];
        let now = state(&high, &offline, 100_000);
        assert_eq!(now.owner.as_ref().map(|o| o.0.name.as_str()), Some("Varga"), "by server order");
        assert!(now.order_uncertain, "and the screen says that clocks cannot tell");
    }

    #[test]
    fn the_first_take_by_server_order_owns_whoever_clicked_first() {
        let takes =
            [action("1", Verb::Take, "Okafor", 5, Some(20)), action("2", Verb::Take, "Varga", 9, Some(10))];
        let state = state(&episode(Priority::High, None), &takes, 0);
        assert_eq!(state.owner, Some((Actor::known("Varga", "Varga"), Instant(9))));
        assert_eq!(state.presence, Presence::Owned);
        assert!(!state.known_here_only);
    }

    #[test]
    fn a_high_alarm_that_ended_unseen_stays_and_a_low_one_does_not() {
        let ended = Some(Instant(50));
        assert_eq!(state(&episode(Priority::High, ended), &[], 60).presence, Presence::Latched);
        assert_eq!(state(&episode(Priority::Low, ended), &[], 60).presence, Presence::Closed);
        let taken = [action("1", Verb::Take, "Okafor", 60, None)];
        assert_eq!(state(&episode(Priority::High, ended), &taken, 60).presence, Presence::Closed);
    }

    #[test]
    fn only_the_owner_can_release_and_an_unsent_take_says_so() {
        let facts =
            [action("1", Verb::Take, "Okafor", 1, None), action("2", Verb::Release, "Varga", 2, None)];
        let state = state(&episode(Priority::Medium, None), &facts, 3);
        assert_eq!(state.presence, Presence::Owned);
        assert!(state.known_here_only);
    }

    #[test]
    fn two_people_of_one_name_cannot_release_each_others_alarms() {
        let medium = episode(Priority::Medium, None);
        let (here, there) = (Actor::at_station("a", "N. Okafor"), Actor::at_station("b", "N. Okafor"));
        let mut facts = vec![by(&here, "1", Verb::Take, 1), by(&there, "2", Verb::Release, 2)];
        assert_eq!(state(&medium, &facts, 3).owner.unwrap().0, here, "the other one let nothing go");
        // Nor an older station, or another program, that knows no more than the name.
        facts.push(by(&Actor::named("N. Okafor"), "3", Verb::Release, 3));
        facts.push(by(&there, "4", Verb::Take, 4));
        let now = state(&medium, &facts, 5);
        assert_eq!((now.owner.unwrap().0, now.also_took), (here.clone(), vec![there.clone()]));
        // The next role is called from the owner's own release on, not from anybody else's.
        facts.push(by(&here, "5", Verb::Release, 6 * MINUTE_MS));
        assert_eq!(state(&medium, &facts[..4], 60 * MINUTE_MS).escalation(), None);
        assert_eq!(
            state(&medium, &facts, 60 * MINUTE_MS).escalation().map(|e| (e.level, e.at)),
            Some((3, Instant(21 * MINUTE_MS)))
        );
        assert_eq!(state(&medium, &facts, 7 * MINUTE_MS).presence, Presence::Active);
    }

    #[test]
    fn an_alarm_given_to_a_name_is_whose_who_bears_it_and_takes_it() {
        let medium = episode(Priority::Medium, None);
        let (giver, here, there) = (
            Actor::at_station("a", "S. Varga"),
            Actor::at_station("a", "N. Okafor"),
            Actor::at_station("b", "N. Okafor"),
        );
        let given = given_to("N. Okafor", None, by(&giver, "1", Verb::HandTo, 1));
        assert_eq!(
            state(&medium, std::slice::from_ref(&given), 2).owner.unwrap().0,
            Actor::named("N. Okafor")
        );
        let another = [given.clone(), by(&giver, "2", Verb::Take, 2)];
        assert_eq!(
            state(&medium, &another, 3).also_took,
            std::slice::from_ref(&giver),
            "the name is not the giver's"
        );
        let taken = [given.clone(), by(&there, "2", Verb::Take, 2), by(&here, "3", Verb::Take, 3)];
        let now = state(&medium, &taken, 4);
        assert_eq!(now.owner.unwrap(), (there.clone(), Instant(2)));
        assert_eq!(now.also_took, std::slice::from_ref(&here), "the second of that name is told");
        // Whom the station knew is the owner at once, and nobody else of the name.
        let known = given_to("N. Okafor", Some(&there), given);
        let facts = [known, by(&here, "2", Verb::Take, 2), by(&here, "3", Verb::Release, 3)];
        assert_eq!(state(&medium, &facts, 4).owner.unwrap().0, there);
    }

    #[test]
    fn an_alarm_that_says_more_than_before_is_new_to_eye_and_ear_whatever_was_done_about_it() {
        let take = |id: &str, at, accepted| action(id, Verb::Take, "Okafor", at, Some(accepted));
        for after in [None, Some(Instant(5_000))] {
            let mut alarm = episode(Priority::High, None);
            alarm.renewed = Some(Renewal { at: Instant(10_000), received: Instant(11_000), after });
            for (name, before) in [
                ("taken", vec![take("1", 1000, 1100)]),
                (
                    "handled",
                    vec![take("1", 1000, 1100), action("2", Verb::Handled, "Okafor", 2000, Some(2100))],
                ),
                ("handled by who never took it", vec![action("1", Verb::Handled, "Varga", 2000, Some(2100))]),
                (
                    "given to somebody",
                    vec![given_to("Varga", None, action("1", Verb::HandTo, "Okafor", 2000, Some(2100)))],
                ),
                ("its sound paused", vec![action("1", Verb::AudioPause, "Okafor", 9000, Some(9100))]),
                ("taken offline before, and sent after", vec![take("1", 9000, 20_000)]),
                (
                    "taken here before this station heard of it",
                    vec![action("1", Verb::Take, "Okafor", 10_900, None)],
                ),
                ("by servers that count whole seconds", vec![take("1", 9900, 10_000)]),
            ] {
                let now = state(&alarm, &before, 30_000);
                assert_eq!((now.presence, now.sound), (Presence::Active, Sound::On), "{name}, {after:?}");
                assert_eq!((now.owner, now.handled, now.reminders), (None, None, 0), "{name}");
                // The count to the next role begins anew.
                let due = |ms| {
                    state(&alarm, &before, ms).escalations.into_iter().map(|due| due.at).collect::<Vec<_>>()
                };
                assert_eq!(due(10_000 + 2 * MINUTE_MS), [Instant(10_000 + 2 * MINUTE_MS)], "{name}");
                // It ends, and nobody came since.
                let over = Episode { ended: Some(Instant(40_000)), ..alarm.clone() };
                assert_eq!(state(&over, &before, 50_000).presence, Presence::Latched, "{name}");
                // Whoever takes it now has it, and it is quiet.
                let mut again = before.clone();
                again.push(take("9", 31_000, 31_100));
                let now = state(&alarm, &again, 32_000);
                assert_eq!((now.presence, now.sound), (Presence::Owned, Sound::Off), "{name}");
            }
            let here = [action("1", Verb::Take, "Okafor", 12_000, None)];
            assert_eq!(
                state(&alarm, &here, 13_000).presence,
                Presence::Owned,
                "taken here after it was seen"
            );
        }
    }

    #[test]
    fn what_was_handled_and_is_still_on_is_asked_about_again_and_never_heard() {
        let minutes = |n: i64| n * MINUTE_MS;
        let handle = |id: &str, at: i64| action(id, Verb::Handled, "Okafor", minutes(at), Some(minutes(at)));
        let again = [handle("1", 10), handle("2", 45)];
        let ended = |at: i64| Some(Instant(minutes(at)));
        for (name, handled, ended, now, asked) in [
            ("lately", &again[..1], None, 39, None),
            ("half an hour ago", &again[..1], None, 40, Some(40)),
            ("an hour ago", &again[..1], None, 75, Some(70)),
            ("once more since", &again[..], None, 74, None),
            ("once more, half an hour ago", &again[..], None, 76, Some(75)),
            ("and over", &again[..1], ended(30), 75, None),
            ("by nobody", &[], None, 75, None),
        ] {
            let now = state(&episode(Priority::High, ended), handled, minutes(now));
            assert_eq!(now.asked_again, asked.map(|at| Instant(minutes(at))), "{name}");
            assert!(handled.is_empty() || now.sound == Sound::Off, "{name}");
        }
    }

    #[test]
    fn every_role_of_the_chain_is_kept_in_the_order_in_which_it_fell_due() {
        let high = episode(Priority::High, None);
        let asked = [action("1", Verb::Escalate, "Okafor", 5 * MINUTE_MS, Some(5 * MINUTE_MS))];
        let reached = state(&high, &asked, 60 * MINUTE_MS).escalations;
        let reached: Vec<_> = reached.iter().map(|e| (e.level, e.at.0 / MINUTE_MS, e.by.is_some())).collect();
        assert_eq!(reached, [(1, 2, false), (2, 4, false), (3, 5, true)]);
    }

    proptest! {
        #[test]
        fn two_stations_with_the_same_facts_show_the_same_state(
            facts in proptest::collection::vec((0usize..11, 0usize..6, 0usize..12, 0i64..50, proptest::option::of(0i64..50)), 0..12),
            seed in any::<u64>(),
        ) {
            let people = people();
            let facts: Vec<SeenAction> = facts.iter().enumerate()
                .map(|(n, (verb, by, to, at, accepted))| {
                    let mut seen = action(&n.to_string(), Verb::ALL[*verb], "", *at, *accepted);
                    seen.action.by = people[*by].clone();
                    // Half of what is given goes to somebody known, half to a name.
                    let whom = &people[to % 6];
                    given_to(&whom.name, (*to < 6).then_some(whom), seen)
                })
                .collect();
            let mut shuffled = facts.clone();
            // A shuffle that proptest can replay: sort by a hash of seed and place.
            let mut n = 0u64;
            shuffled.sort_by_cached_key(|_| { n += 1; (seed ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15) });
            let e = episode(Priority::High, None);
            for now in [0, 30, 10 * MINUTE_MS] {
                prop_assert_eq!(state(&e, &facts, now), state(&e, &shuffled, now));
            }
        }

        /// Whoever else lets an alarm go that somebody has, it stays with whom it is.
        #[test]
        fn nobody_but_the_owner_lets_an_alarm_go(
            facts in proptest::collection::vec((0usize..7, 0usize..6), 0..12), other in 0usize..6,
        ) {
            let (people, e) = (people(), episode(Priority::High, None));
            let mut facts: Vec<SeenAction> = facts.iter().enumerate()
                .map(|(n, (verb, who))| by(&people[*who], &format!("{n:02}"), Verb::ALL[*verb], i64::try_from(n).unwrap()))
                .collect();
            let before = state(&e, &facts, 30);
            facts.push(by(&people[other], "99", Verb::Release, 20));
            let after = state(&e, &facts, 30);
            match &before.owner {
                Some((who, _)) if who.is(&people[other]) => prop_assert_eq!(after.owner, None),
                _ => prop_assert_eq!(after.owner, before.owner),
            }
        }
    }

    /// Two of one name, two of another, and both names alone.
    fn people() -> [Actor; 6] {
        let at = |station: &str, name: &str| Actor::at_station(station, name);
        let (okafor, varga) = ("N. Okafor", "S. Varga");
        [
            at("a", okafor),
            at("b", okafor),
            at("a", varga),
            at("b", varga),
            Actor::named(okafor),
            Actor::named(varga),
        ]
    }
}
