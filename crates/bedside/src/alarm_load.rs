//! Alarm load: how many alarms a ward had in a day, how many were acted on, and how soon.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use clinical::{
    DAY_MS, Episode, EpisodeId, HOUR_MS, Instant, MINUTE_MS, PatientId, Priority, SeenAction, Verb,
};
use vault::{HELD_ALARM, Ward};

use crate::tile::{Tile, place};

/// An alarm that comes back this soon after it ended is a repeat.
pub const REPEAT_MS: i64 = 10 * MINUTE_MS;

/// Alarms of one bed or one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Bed as shown, or the rule: `SpO2 low`.
    pub name: String,
    /// Alarms.
    pub count: usize,
    /// Those somebody took or handled.
    pub acted_on: usize,
}

/// The load of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlarmLoad {
    /// Alarms, technical ones included.
    pub total: usize,
    /// Patients on the board.
    pub beds: usize,
    /// Median of onset to first take in milliseconds, of all and of high ones.
    pub to_take: (Option<i64>, Option<i64>),
    /// Physiological alarms that are over, and those of them handled with a reason.
    pub over: (usize, usize),
    /// Alarms that came back within [`REPEAT_MS`], and where most of them did: `Bed 12: 3`.
    pub repeats: (usize, Vec<String>),
    /// Those of each hour, the oldest first: as many of each priority, in the order of [`Priority::ALL`].
    pub hours: [[u32; Priority::ALL.len()]; 24],
    /// By bed, most first, at most five.
    pub by_bed: Vec<Share>,
    /// By rule, most first, at most five.
    pub by_rule: Vec<Share>,
}

/// Works out the load of the day before `now`, with the beds of the tiles.
pub fn alarm_load(ward: &Ward, tiles: &[Arc<Tile>], now: Instant) -> AlarmLoad {
    let from = now - DAY_MS;
    let mut actions: HashMap<&EpisodeId, Vec<&SeenAction>> = HashMap::new();
    for seen in &ward.actions {
        if let Some(episode) = seen.action.about.episode() {
            actions.entry(episode).or_default().push(seen);
        }
    }
    let first = |episode: &Episode, verb: Verb| {
        let own = actions.get(&episode.id)?;
        own.iter().filter(|s| s.action.verb == verb).map(|s| s.action.at).min()
    };
    let tiles: HashMap<&PatientId, &Tile> = tiles.iter().map(|t| (&t.patient, &**t)).collect();
    let day: Vec<&Episode> = ward.episodes.iter().filter(|e| e.onset >= from && e.onset <= now).collect();

    let mut load = AlarmLoad { total: day.len(), beds: tiles.len(), ..AlarmLoad::default() };
    let (mut waits, mut high_waits) = (Vec::new(), Vec::new());
    let (mut by_bed, mut by_rule) = (BTreeMap::new(), BTreeMap::new());
    let mut last_end: HashMap<(Option<&PatientId>, String), Instant> = HashMap::new();
    let mut repeated: BTreeMap<String, usize> = BTreeMap::new();
    for episode in day {
        let taken = first(episode, Verb::Take);
        let handled = first(episode, Verb::Handled);
        if let Some(wait) = taken.map(|at| at.ms_since(episode.onset).max(0)) {
            waits.push(wait);
            if episode.priority == Priority::High {
                high_waits.push(wait);
            }
        }
        if episode.priority != Priority::Technical && episode.ended.is_some() {
            load.over.0 += 1;
            load.over.1 += usize::from(handled.is_some());
        }
        let hour = usize::try_from(episode.onset.ms_since(from) / HOUR_MS).unwrap_or_default().min(23);
        let level = Priority::ALL.iter().position(|known| *known == episode.priority).unwrap_or_default();
        load.hours[hour][level] += 1;

        let tile = episode.patient.as_ref().and_then(|id| tiles.get(id));
        let bed = tile.map_or("–", |tile| tile.bed.as_str());
        let rule =
            rule(if ward.sight.held_words(&ward.values, episode, now) { HELD_ALARM } else { &episode.text });
        let acted = usize::from(taken.is_some() || handled.is_some());
        for (name, shares) in [(bed.to_owned(), &mut by_bed), (rule.clone(), &mut by_rule)] {
            let share: &mut (usize, usize) = shares.entry(name).or_default();
            share.0 += 1;
            share.1 += acted;
        }
        let key = (episode.patient.as_ref(), rule);
        if last_end.get(&key).is_some_and(|end| episode.onset.ms_since(*end) < REPEAT_MS) {
            load.repeats.0 += 1;
            *repeated.entry(tile.map_or_else(|| place("", false), |tile| tile.place())).or_default() += 1;
        }
        last_end.insert(key, episode.ended.unwrap_or(now));
    }
    load.to_take = (median(waits), median(high_waits));
    let mut worst: Vec<(String, usize)> = repeated.into_iter().collect();
    worst.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    load.repeats.1 = worst.into_iter().take(2).map(|(place, n)| format!("{place}: {n}")).collect();
    load.by_bed = most(by_bed);
    load.by_rule = most(by_rule);
    load
}

/// What an alarm is about, without its numbers: `SpO2 84 < 90` is `SpO2 low`. A count stands beside it, and would read as a limit
/// behind a sign.
fn rule(text: &str) -> String {
    let is_word = |word: &&str| !word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-'));
    let said = |word| match word {
        "<" => "low",
        ">" => "high",
        other => other,
    };
    text.split_whitespace().filter(is_word).map(said).collect::<Vec<_>>().join(" ")
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn most(shares: BTreeMap<String, (usize, usize)>) -> Vec<Share> {
    let mut all: Vec<Share> =
        shares.into_iter().map(|(name, (count, acted_on))| Share { name, count, acted_on }).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    all.truncate(5);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use clinical::{About, Action, Actor};

    fn episode(id: &str, text: &str, onset: i64, ended: Option<i64>) -> Episode {
        Episode {
            id: id.into(),
            patient: Some("p".into()),
            priority: Priority::High,
            text: text.into(),
            measure: None,
            onset: Instant(onset),
            ended: ended.map(Instant),
            renewed: None,
        }
    }

    #[test]
    fn a_day_is_counted_by_hour_bed_and_rule_with_what_was_done() {
        let minute = MINUTE_MS;
        let take = |id: &str, episode: &str, verb, at| SeenAction {
            action: Action {
                id: id.into(),
                about: About::Episode(episode.into()),
                verb,
                by: Actor::named("N. Okafor"),
                at: Instant(at),
                note: None,
                to: None,
            },
            accepted_at: None,
        };
        let ward = Ward {
            episodes: vec![
                episode("old", "SpO2 84 < 90", -HOUR_MS, None),
                episode("a", "SpO2 84 < 90", 0, Some(5 * minute)),
                episode("b", "SpO2 86 < 90", 9 * minute, Some(12 * minute)),
                episode("c", "HR 171 > 130", 23 * HOUR_MS + 1, None),
            ],
            actions: vec![
                take("1", "a", Verb::Take, minute),
                take("2", "a", Verb::Handled, 2 * minute),
                take("3", "c", Verb::Take, 23 * HOUR_MS + 3 * minute + 1),
            ],
            ..Ward::default()
        };
        let load = alarm_load(&ward, &[], Instant(DAY_MS));
        assert_eq!((load.total, load.over, load.repeats.0), (3, (2, 1), 1));
        assert_eq!(load.to_take.0, Some(3 * minute));
        assert_eq!((load.hours[0][0], load.hours[23][0]), (2, 1));
        assert_eq!(load.by_rule[0], Share { name: "SpO2 low".into(), count: 2, acted_on: 1 });
    }
}
