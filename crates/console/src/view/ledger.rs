//! The ledger as a command prints it: what the server numbered, what of it came by itself, and what is missing, since when.

use serde::Serialize;

use super::form::Iso;

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    channels: Vec<Channel>,
    gaps: Vec<Gap>,
}

#[derive(Clone, Debug, Serialize)]
struct Channel {
    name: String,
    /// When it was followed first, and heard of last.
    began: Iso,
    heard: Iso,
    /// Events that the server numbered while this station listened, and those of them that came by themselves.
    numbered: u64,
    came: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Gap {
    channel: String,
    /// `null` where the server numbered none that this station could hear of.
    events: Option<u64>,
    since: Iso,
    until: Iso,
    why: String,
    /// `open` until everything that had changed was read by asking, then `read`.
    state: &'static str,
    read_at: Option<Iso>,
    brought: Option<u64>,
}

impl From<vault::Ledger> for Ledger {
    fn from(ledger: vault::Ledger) -> Ledger {
        let channel = |c: vault::Channel| Channel {
            name: c.name,
            began: Iso(c.began),
            heard: Iso(c.heard),
            numbered: c.numbered,
            came: c.came,
        };
        let gap = |g: vault::Gap| Gap {
            channel: g.channel,
            events: g.events,
            since: Iso(g.since),
            until: Iso(g.until),
            why: g.why,
            state: if g.read_at.is_some() { "read" } else { "open" },
            read_at: g.read_at.map(Iso),
            brought: g.brought,
        };
        Ledger {
            channels: ledger.channels.into_iter().map(channel).collect(),
            gaps: ledger.gaps.into_iter().map(gap).collect(),
        }
    }
}
