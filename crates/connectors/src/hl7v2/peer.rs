//! What a site says of a sender, for what its messages leave out.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::charset::Charset;

/// A sender, as the site knows it. Without any of it a message must say everything itself, and what it does not say is not guessed.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The character set of messages whose MSH-18 is empty; HL7 says ASCII.
    pub charset: Charset,
    /// The zone of times that name none where the header names none either.
    pub zone: Option<TimeZone>,
    /// Who gives the numbers (of patients, of stays) that name no authority. Without one they are the sender's own (MSH-4, MSH-3), and
    /// another sender's equal number is another.
    pub authority: Option<String>,
    /// Which processing ids (MSH-11) are taken. Production alone, unless a site says otherwise: training and tests are no patients.
    pub processing: BTreeSet<char>,
    /// Whether fractions of a second are decimals. There are senders that write 7 ms as `.7`.
    pub trusts_fractions: bool,
}

impl Default for Peer {
    fn default() -> Peer {
        Peer {
            charset: Charset::Ascii,
            zone: None,
            authority: None,
            processing: BTreeSet::from(['P']),
            trusts_fractions: true,
        }
    }
}
