//! What was answered already: a message that comes again is answered as before, and kept once.
//!
//! A message is the same where sender, control id and all of it but the time of sending (MSH-7) are. A control id alone names none:
//! there are senders that count from one again after each start, and some that never count.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::hl7v2::header::Header;
use crate::hl7v2::reader::Verdict;

type Key = (String, String);

/// Shared by all connections of a listener.
#[derive(Clone)]
pub struct Answered {
    known: Arc<Mutex<Known>>,
    most: usize,
}

#[derive(Default)]
struct Known {
    of: HashMap<Key, Entry>,
    /// Oldest first.
    order: VecDeque<(Key, u64)>,
    next: u64,
}

struct Entry {
    number: u64,
    content: [u8; 32],
    verdict: watch::Receiver<Option<Verdict>>,
}

/// What is known of a message that comes.
pub(crate) enum Seen {
    /// It is new: whoever has the ticket keeps it.
    New(Ticket),
    /// It came before; the verdict is there, or will be.
    Before(watch::Receiver<Option<Verdict>>),
}

/// The right to keep a message. Dropped without a verdict it was not kept, and the message is new when it comes again.
pub(crate) struct Ticket {
    answered: Answered,
    key: Key,
    number: u64,
    verdict: watch::Sender<Option<Verdict>>,
    is_kept: bool,
}

impl Answered {
    /// One that remembers so many messages, the newest.
    pub fn new(most: usize) -> Answered {
        Answered { known: Arc::default(), most: most.max(1) }
    }

    /// Looks a message up, and takes note of it where it is new.
    pub(crate) fn see(&self, header: &Header, message: &[u8]) -> Seen {
        let key = (header.parties[..2].join("\u{1f}"), header.control_id.clone());
        let content = content(message);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.of.get(&key).filter(|entry| entry.content == content) {
            return Seen::Before(entry.verdict.clone());
        }
        let (sender, verdict) = watch::channel(None);
        let number = known.next;
        known.next += 1;
        known.of.insert(key.clone(), Entry { number, content, verdict });
        known.order.push_back((key.clone(), number));
        while known.order.len() > self.most {
            if let Some((oldest, number)) = known.order.pop_front() {
                known.forget(&oldest, number);
            }
        }
        Seen::New(Ticket { answered: self.clone(), key, number, verdict: sender, is_kept: false })
    }
}

impl Known {
    fn forget(&mut self, key: &Key, number: u64) {
        if self.of.get(key).is_some_and(|entry| entry.number == number) {
            self.of.remove(key);
        }
    }
}

impl Ticket {
    /// It was kept, and is answered so from now on.
    pub(crate) fn kept(mut self, verdict: Verdict) {
        self.is_kept = true;
        self.verdict.send_replace(Some(verdict));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_kept {
            let mut known = self.answered.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.forget(&self.key, self.number);
        }
    }
}

/// A digest of a message without MSH-7: some send again with the time of the second try.
fn content(message: &[u8]) -> [u8; 32] {
    let end = message.iter().position(|byte| *byte == b'\r').unwrap_or(message.len());
    let (header, rest) = message.split_at(end);
    let separator = header.get(3).copied().unwrap_or(b'|');
    let mut digest = Sha256::new();
    for (n, field) in header.split(|byte| *byte == separator).enumerate() {
        if n != 6 {
            digest.update(field);
        }
        digest.update([separator]);
    }
    digest.update(rest);
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7v2::peer::Peer;
    use crate::hl7v2::reader::{Outcome, hear};

    fn see(answered: &Answered, id: &str, at: &str, value: &str) -> Seen {
        let message = format!("MSH|^~\\&|A|B|||{at}||ORU^R01|{id}|P|2.6\rPID|||1\rOBX|1|NM|||{value}\r");
        answered.see(&hear(message.as_bytes(), &Peer::default()).header.unwrap(), message.as_bytes())
    }

    fn taken() -> Verdict {
        Verdict { outcome: Outcome::Taken, faults: Vec::new() }
    }

    #[test]
    fn the_same_message_is_known_again_and_another_under_its_control_id_is_new() {
        let answered = Answered::new(10);
        let Seen::New(ticket) = see(&answered, "7", "20260301120000+0000", "1") else { panic!() };
        let Seen::Before(waiting) = see(&answered, "7", "20260301120000+0000", "1") else { panic!() };
        assert_eq!(*waiting.borrow(), None, "it is not kept yet");
        ticket.kept(taken());
        assert_eq!(*waiting.borrow(), Some(taken()));
        let Seen::Before(again) = see(&answered, "7", "20260301120009+0000", "1") else { panic!() };
        assert_eq!(*again.borrow(), Some(taken()), "sent again later");
        let Seen::New(other) = see(&answered, "7", "20260301120000+0000", "2") else { panic!() };
        other.kept(taken());
        assert!(matches!(see(&answered, "8", "20260301120000+0000", "1"), Seen::New(_)));
    }

    #[test]
    fn what_was_not_kept_is_new_when_it_comes_again_and_who_waited_is_told() {
        let answered = Answered::new(10);
        let Seen::New(ticket) = see(&answered, "7", "", "1") else { panic!() };
        let Seen::Before(waiting) = see(&answered, "7", "", "1") else { panic!() };
        drop(ticket);
        assert!(waiting.has_changed().is_err());
        assert!(matches!(see(&answered, "7", "", "1"), Seen::New(_)));
    }

    #[test]
    fn only_the_newest_are_remembered() {
        let answered = Answered::new(2);
        for id in ["1", "2", "3"] {
            let Seen::New(ticket) = see(&answered, id, "", "1") else { panic!() };
            ticket.kept(taken());
        }
        assert!(matches!(see(&answered, "3", "", "1"), Seen::Before(_)));
        assert!(matches!(see(&answered, "1", "", "1"), Seen::New(_)));
    }
}
