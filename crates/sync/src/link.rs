//! Whether the server is within reach, since when, and if not, why.

use clinical::Instant;

use crate::outage::Outage;
use crate::unread::Unread;

/// The state of the connection, as the chip and the banner show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkState {
    /// Whether the server answers.
    pub online: bool,
    /// Whether changes arrive by themselves; otherwise they are asked for.
    pub live: bool,
    /// Since when it is as it is.
    pub since: Option<Instant>,
    /// When data last arrived from the server.
    pub last_good: Option<Instant>,
    /// The cause, where it is offline: `dns`, `tls`, `sign-in`, `network` or `server`.
    pub cause: Option<&'static str>,
    /// The cause in words.
    pub message: Option<String>,
    /// The server's clock minus this station's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Whether the server has said what time it is since this station was opened: by `Date`, or by when it took a resource.
    pub clock_told: bool,
    /// When alarms, and what people did about them, were last read to their end.
    pub alarms_read: Option<Instant>,
    /// What is not read of the server, although it answers.
    pub unread: Vec<Unread>,
    /// Whether everybody on the way can read along: a server that is asked by http over a network.
    pub in_clear: bool,
    /// The last outage that is worth a word, and what came of it afterwards.
    pub outage: Option<Outage>,
}

impl LinkState {
    /// What is not read, in a few words; nothing where all is.
    pub fn unread_words(&self) -> Option<String> {
        let kinds: Vec<&str> = self.unread.iter().map(Unread::what).collect();
        (!kinds.is_empty()).then(|| format!("not read whole: {}", kinds.join(", ")))
    }

    /// Whether a wrong clock of this station could not be noticed: the server answers, and never says what time it is.
    pub fn clock_is_unchecked(&self) -> bool {
        self.online && !self.clock_told
    }

    /// Whether alarms and what people did about them were read to their end since the server is in reach: what others did while it
    /// was not is known.
    pub fn has_read_alarms(&self) -> bool {
        self.online && self.alarms_read >= self.since && self.alarms_read.is_some()
    }

    /// Nothing is known yet.
    pub const UNKNOWN: LinkState = LinkState {
        online: false,
        live: false,
        since: None,
        last_good: None,
        cause: None,
        message: None,
        clock_offset_ms: None,
        clock_told: false,
        alarms_read: None,
        unread: Vec::new(),
        in_clear: false,
        outage: None,
    };
}
