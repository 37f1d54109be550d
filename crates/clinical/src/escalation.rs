//! Which roles of a unit's chain are due for an alarm that nobody takes, and since when.
//!
//! What the clock works out is due, and no more: whether anybody was called is what the calls say that were made (`call`).

use crate::call::{CallState, SeenCall};
use crate::ordered::ownership;
use crate::{Actor, Episode, Instant, Policy, SeenAction, SmolStr, Verb};

/// A role of the chain that is due, or that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// 1 for the first role of the chain.
    pub level: usize,
    /// The role.
    pub role: String,
    /// When it was reached.
    pub at: Instant,
    /// Who asked for it; `None` where it was the timer.
    pub by: Option<Actor>,
    /// Whether it was called.
    pub call: CallState,
}

impl Escalation {
    /// Under what its message is made: from the alarm and the level, so that every station makes the same one. An alarm that was
    /// raised, or came back, calls anew.
    pub fn call_id(&self, episode: &Episode) -> SmolStr {
        let back = episode.renewed.and_then(|renewed| renewed.after);
        let back = back.map_or_else(String::new, |after| format!(":{}", after.0));
        SmolStr::from(format!("{}:{}{back}:{}", episode.id, episode.priority.code(), self.level))
    }

    /// What became of it: of its own message, and where there is none of what the server takes, and of who came first.
    pub(crate) fn settle(
        &mut self,
        episode: &Episode,
        calls: &[&SeenCall],
        takes: Option<bool>,
        answered: bool,
    ) {
        let id = self.call_id(episode);
        self.call = match calls.iter().find(|seen| seen.call.id == id) {
            Some(seen) => CallState::of(seen),
            None if takes == Some(false) => CallState::NotSent("this server takes no calls".to_owned()),
            None if answered => CallState::NotSent("it was answered first".to_owned()),
            None if episode.ended.is_some() => CallState::NotSent("it was over first".to_owned()),
            None => CallState::Due,
        };
    }
}

/// Every level that was reached: by the timer, for as long as the server knew of no take, or by a person.
///
/// The timer counts what had reached the server by then, so every station comes to the same answer, and an action that was
/// made offline and arrives late never takes back what was due.
pub(crate) fn escalations(
    episode: &Episode,
    ordered: &[&SeenAction],
    now: Instant,
    policy: &Policy,
) -> Vec<Escalation> {
    let mut reached = Reached { chain: policy.chain(episode.priority), levels: Vec::new() };
    let wait = policy.wait(episode.priority).filter(|wait| *wait > 0);
    // Nobody has it from the onset to the first take the server knows of, and again from a release to the next take. An alarm
    // that became new once more begins to count then.
    let end = episode.ended.unwrap_or(now).min(now);
    let mut free_since = Some(episode.renewed.map_or(episode.onset, |renewed| renewed.at.max(episode.onset)));
    let mut owner: Option<Actor> = None;
    for seen in ordered.iter().filter(|seen| seen.accepted_at.is_some()) {
        let arrived = seen.accepted_at.unwrap_or(now);
        let action = &seen.action;
        let becomes = ownership(owner.as_ref(), action);
        match action.verb {
            Verb::Take | Verb::Handled | Verb::HandTo => {
                if let Some(from) = free_since.take() {
                    reached.by_the_clock(from, arrived.min(end), wait);
                }
                // Who says what was done about it has come, too.
                let came = || (action.verb == Verb::Handled).then(|| action.by.clone());
                owner = becomes.flatten().or(owner).or_else(came);
            }
            Verb::Release if becomes.is_some() => {
                owner = None;
                free_since = Some(arrived);
            }
            Verb::Escalate => {
                // What the clock had reached before comes before.
                free_since = free_since.map(|from| reached.by_the_clock(from, arrived.min(end), wait));
                reached.next(action.at, Some(&action.by));
            }
            _ => {}
        }
    }
    if let Some(from) = free_since {
        reached.by_the_clock(from, end, wait);
    }
    // A call that a person asked for on this station counts here at once.
    for seen in ordered.iter().filter(|seen| seen.accepted_at.is_none()) {
        if seen.action.verb == Verb::Escalate {
            reached.next(seen.action.at, Some(&seen.action.by));
        }
    }
    reached.levels
}

/// The levels so far.
struct Reached<'a> {
    chain: &'a [String],
    levels: Vec<Escalation>,
}

impl Reached<'_> {
    /// The next role of the chain, where there is one.
    fn next(&mut self, at: Instant, by: Option<&Actor>) {
        if let Some(role) = self.chain.get(self.levels.len()) {
            let level = self.levels.len() + 1;
            self.levels.push(Escalation {
                level,
                role: role.clone(),
                at,
                by: by.cloned(),
                call: CallState::Due,
            });
        }
    }

    /// A role for each time to wait that went by without an owner; gives the moment from which the next is counted.
    fn by_the_clock(&mut self, from: Instant, until: Instant, wait: Option<i64>) -> Instant {
        let mut from = from;
        while let Some(at) = wait.map(|wait| from + wait).filter(|at| *at <= until)
            && self.levels.len() < self.chain.len()
        {
            self.next(at, None);
            from = at;
        }
        from
    }
}
