//! One entry, and the bytes that its leaf is made of.
//!
//! The canonical form is JSON as RFC 8785 writes it: members in the order of their names, no space, no escape that is not needed.
//! It holds texts and whole numbers below 2^53 alone, so that every reader of JSON reads the same. A member that says nothing is
//! left out. The order of the members below is therefore part of the format.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// What kind of thing an entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Somebody did something about a patient, an alarm or the unit.
    Act,
    /// Something left the station: on paper, as a file, to a terminal.
    Disclosure,
    /// Somebody was refused.
    Refusal,
    /// What the site or the station has set.
    Setting,
    /// Somebody came or went.
    SignIn,
    /// The station was locked or unlocked.
    Lock,
    /// Somebody looked for a patient.
    Search,
    /// Somebody looked at restricted data.
    View,
    /// Somebody broke the glass over a patient, looked under it, or it ended.
    BreakGlass,
    /// What the station did by itself, and what was done with its cache as a whole.
    Station,
    /// Entries that are older than the site keeps them were removed; their leaves are kept.
    Retention,
    /// An entry from before entries had kinds.
    Earlier,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [EntryKind; 12] = [
        EntryKind::Act,
        EntryKind::Disclosure,
        EntryKind::Refusal,
        EntryKind::Setting,
        EntryKind::SignIn,
        EntryKind::Lock,
        EntryKind::Search,
        EntryKind::View,
        EntryKind::BreakGlass,
        EntryKind::Station,
        EntryKind::Retention,
        EntryKind::Earlier,
    ];

    /// As it is written.
    pub const fn code(self) -> &'static str {
        match self {
            EntryKind::Act => "act",
            EntryKind::Disclosure => "disclosure",
            EntryKind::Refusal => "refusal",
            EntryKind::Setting => "setting",
            EntryKind::SignIn => "sign-in",
            EntryKind::Lock => "lock",
            EntryKind::Search => "search",
            EntryKind::View => "view",
            EntryKind::BreakGlass => "break-glass",
            EntryKind::Station => "station",
            EntryKind::Retention => "retention",
            EntryKind::Earlier => "earlier",
        }
    }

    /// The kind that is written so.
    pub fn from_code(code: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id of the episode, the patient, the setting or the resource it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// When, by the station's clock: milliseconds since 1970 UTC.
    pub at: i64,
    /// What kind of thing it tells of.
    pub kind: EntryKind,
    /// Logical id of the patient it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// In what role they did it, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its number: 1 for the first.
    pub seq: u64,
    /// The station's name, as people see it; empty where it was not kept.
    pub station: String,
    /// What was done.
    pub what: String,
    /// Who, as shown; or what.
    pub who: String,
    /// Who that is for certain, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who_id: Option<String>,
}

/// Whole numbers are the same to every reader of JSON below this.
const SAFE: i64 = (1 << 53) - 1;

impl Entry {
    /// The canonical form.
    pub fn canonical(&self) -> String {
        // Texts and whole numbers can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The instant that the canonical form can hold.
    pub fn safe(at: i64) -> i64 {
        at.clamp(-SAFE, SAFE)
    }

    /// Reads the canonical form, and nothing else.
    pub fn read(text: &str) -> Option<Entry> {
        let entry: Entry = serde_json::from_str(text).ok()?;
        let mut same = Same(text.as_bytes());
        let is_same = serde_json::to_writer(&mut same, &entry).is_ok() && same.0.is_empty();
        (is_same && entry.seq > 0).then_some(entry)
    }
}

/// Compares what is written with what it should be.
struct Same<'a>(&'a [u8]);

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How an entry of [`EntryKind::Retention`] says in `about` which entries it covers: all up to this one.
pub fn covers(last: u64) -> String {
    format!("entries 1-{last}")
}

/// Up to which entry a retention covers; `None` for every other entry.
pub fn covered_by(entry: &Entry) -> Option<u64> {
    let range = entry.about.as_deref().filter(|_| entry.kind == EntryKind::Retention)?;
    let last = range.strip_prefix("entries 1-")?.parse().ok()?;
    // What is covered lies before.
    (last < entry.seq).then_some(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_form_whoever_writes_it() {
        let entry = Entry {
            about: None,
            at: -1,
            kind: EntryKind::SignIn,
            patient: None,
            role: Some("Charge nurse".into()),
            seq: 7,
            station: "7B \"north\"".into(),
            what: "tab\t, line\n, \u{1} and \u{7f}: Þórdís 王".into(),
            who: "N. Okafor".into(),
            who_id: Some("Practitioner/1".into()),
        };
        let wanted = "{\"at\":-1,\"kind\":\"sign-in\",\"role\":\"Charge nurse\",\"seq\":7,\"station\":\"7B \\\"north\\\"\",\
            \"what\":\"tab\\t, line\\n, \\u0001 and \u{7f}: Þórdís 王\",\"who\":\"N. Okafor\",\"who_id\":\"Practitioner/1\"}";
        assert_eq!(entry.canonical(), wanted);
        assert_eq!(Entry::read(wanted), Some(entry));
        let others = [
            wanted.replace("\"at\":-1", "\"at\": -1"),
            wanted.replace("\"at\":-1", "\"at\":-1.0"),
            wanted.replace("\"at\":-1", "\"about\":null,\"at\":-1"),
            wanted.replace("\"role\":\"Charge nurse\",\"seq\":7", "\"seq\":7,\"role\":\"Charge nurse\""),
            wanted.replace("\"at\":-1", "\"more\":1,\"at\":-1"),
            wanted.replace("王", "\\u738b"),
            wanted.replace("\"seq\":7", "\"seq\":0"),
        ];
        for other in others {
            assert_eq!(Entry::read(&other), None, "{other}");
        }
    }

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for kind in EntryKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.code()));
            assert_eq!(EntryKind::from_code(kind.code()), Some(kind));
        }
    }
}
