//! The ledger: what the server numbered, what of it came, what is missing, since when, and what came of each outage afterwards.

use serde::Serialize;
use specta::Type;

use super::form::{Iso, ms};

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    channels: Vec<Channel>,
    gaps: Vec<Gap>,
    outages: Vec<PastOutage>,
}

#[derive(Clone, Debug, Serialize)]
struct Channel {
    name: String,
    /// When it was followed first, and heard of last.
    began: Iso,
    heard: Iso,
    /// Events that the server numbered while this station listened, or what it said a search finds, and those of them that came.
    numbered: u64,
    came: u64,
    /// Searches of which this server did not say how many they find.
    unnumbered: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Gap {
    channel: String,
    /// `null` where the server numbered none that this station could hear of.
    events: Option<u64>,
    /// The first and the last of their numbers.
    numbers: Option<(u64, u64)>,
    since: Iso,
    until: Iso,
    why: String,
    /// `open` until everything that had changed was read by asking, then `read`.
    state: &'static str,
    read_at: Option<Iso>,
    brought: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct PastOutage {
    since: Iso,
    until: Iso,
    why: String,
    /// Alarms that came late, and those of them that are High.
    alarms: u64,
    high: u64,
    /// What others did about alarms meanwhile.
    actions: u64,
    values: u64,
    /// `null` until they were read to their end.
    alarms_whole: Option<Iso>,
    values_whole: Option<Iso>,
    words: Vec<String>,
}

/// The last outage, and what came of it afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Outage {
    since: i64,
    until: i64,
    why: String,
    /// What came late, in words.
    words: Vec<String>,
    /// When alarms and what was done about them were read to their end; null while that is still to come.
    alarms_whole: Option<i64>,
    values_whole: Option<i64>,
    /// Events that the server numbered and did not deliver.
    lost: Vec<Lost>,
}

/// Events that the server numbered and did not deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub(crate) struct Lost {
    /// How many, with their numbers.
    words: String,
    since: i64,
    until: i64,
    /// When all that changed was read by asking; null while that is still to come.
    read: Option<i64>,
}

impl From<sync::Outage> for Outage {
    fn from(outage: sync::Outage) -> Outage {
        let sync::Outage { kept, lost } = outage;
        let lost = lost.into_iter().map(|gap| Lost {
            words: events(gap.events.unwrap_or_default(), gap.numbers),
            since: ms(gap.since),
            until: ms(gap.until),
            read: gap.read_at.map(ms),
        });
        Outage {
            lost: lost.collect(),
            words: came_late(&kept),
            since: ms(kept.since),
            until: ms(kept.until),
            alarms_whole: kept.alarms_whole.map(ms),
            values_whole: kept.values_whole.map(ms),
            why: kept.why,
        }
    }
}

fn how_many(n: u64, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// What came late of an outage, in words: alarms always, the rest where there is any.
fn came_late(outage: &vault::Outage) -> Vec<String> {
    let mut words = match outage.alarms_whole {
        None => vec!["alarms are still being read".to_owned()],
        Some(_) => {
            let alarms = how_many(outage.alarms, "alarm", "alarms");
            let high =
                if outage.high > 0 { format!(", {} of them High,", outage.high) } else { String::new() };
            vec![format!("{alarms}{high} came late")]
        }
    };
    if outage.actions > 0 {
        let actions = how_many(outage.actions, "action", "actions");
        words.push(format!("{actions} of others"));
    }
    if outage.values_whole.is_none() {
        words.push("values are still being read".to_owned());
    } else if outage.samples > 0 {
        words.push(how_many(outage.samples, "value", "values"));
    }
    words
}

/// So many events, with their numbers.
fn events(events: u64, numbers: Option<(u64, u64)>) -> String {
    let many = how_many(events, "event", "events");
    match numbers {
        Some((first, last)) if first == last => format!("{many} ({first})"),
        Some((first, last)) => format!("{many} ({first}-{last})"),
        None => many,
    }
}

impl From<vault::Ledger> for Ledger {
    fn from(ledger: vault::Ledger) -> Ledger {
        let channel = |c: vault::Channel| Channel {
            name: c.name,
            began: Iso(c.began),
            heard: Iso(c.heard),
            numbered: c.numbered,
            came: c.came,
            unnumbered: c.unnumbered,
        };
        let gap = |g: vault::Gap| Gap {
            channel: g.channel,
            events: g.events,
            numbers: g.numbers,
            since: Iso(g.since),
            until: Iso(g.until),
            why: g.why,
            state: if g.read_at.is_some() { "read" } else { "open" },
            read_at: g.read_at.map(Iso),
            brought: g.brought,
        };
        let outage = |o: vault::Outage| PastOutage {
            words: came_late(&o),
            since: Iso(o.since),
            until: Iso(o.until),
            why: o.why,
            alarms: o.alarms,
            high: o.high,
            actions: o.actions,
            values: o.samples,
            alarms_whole: o.alarms_whole.map(Iso),
            values_whole: o.values_whole.map(Iso),
        };
        Ledger {
            channels: ledger.channels.into_iter().map(channel).collect(),
            gaps: ledger.gaps.into_iter().map(gap).collect(),
            outages: ledger.outages.into_iter().map(outage).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clinical::Instant;

    use super::*;

    #[test]
    fn what_came_late_and_what_did_not_is_said_in_words_and_never_left_open_in_silence() {
        let whole = Some(Instant(9));
        let outage = |alarms, high, actions, samples, alarms_whole, values_whole| vault::Outage {
            alarms,
            high,
            actions,
            samples,
            alarms_whole,
            values_whole,
            ..vault::Outage::default()
        };
        for (kept, words) in [
            (
                outage(12, 3, 2, 400, whole, whole),
                "12 alarms, 3 of them High, came late; 2 actions of others; 400 values",
            ),
            (outage(1, 1, 0, 0, whole, whole), "1 alarm, 1 of them High, came late"),
            (outage(1, 0, 1, 1, whole, whole), "1 alarm came late; 1 action of others; 1 value"),
            (outage(0, 0, 0, 0, whole, whole), "no alarm came late"),
            (outage(2, 0, 0, 70, whole, None), "2 alarms came late; values are still being read"),
            (outage(0, 0, 0, 0, None, None), "alarms are still being read; values are still being read"),
        ] {
            assert_eq!(came_late(&kept).join("; "), words);
        }
        assert_eq!(events(2, Some((41, 42))), "2 events (41-42)");
        assert_eq!(events(1, Some((41, 41))), "1 event (41)");
        assert_eq!(events(3, None), "3 events");
    }
}
