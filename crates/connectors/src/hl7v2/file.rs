//! Files of HL7 v2 messages: alone, one after the other, or in batches (FHS, BHS, BTS, FTS).

use clinical::Unreadable;

use super::fault::{Fault, Kind};
use super::peer::Peer;
use super::reader::hear;
use super::results::unreadable;
use crate::way_in::{Read, WayIn};

/// Messages in a file. Its lines may end as text files' lines do; the last must end too, else it was cut, and what it says is not
/// believed: of `120` only `12` may be left.
#[derive(Clone, Debug, Default)]
pub struct Files(pub Peer);

/// Counts what a batch says of itself.
#[derive(Default)]
struct Batch {
    is_open: bool,
    messages: usize,
}

impl WayIn for Files {
    fn name(&self) -> &'static str {
        "HL7 v2 file"
    }

    fn read(&self, document: &[u8]) -> Read {
        let mut read = Read::default();
        for (_, piece) in self.pieces(document) {
            read.add(piece);
        }
        read
    }
}

/// The lines of a file that are not empty, with their numbers.
fn numbered(document: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut lines, mut start, mut number, mut at) = (Vec::new(), 0, 1, 0);
    while at <= document.len() {
        let length = match (document.get(at), document.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n') | None, _) => 1,
            _ => {
                at += 1;
                continue;
            }
        };
        if at > start {
            lines.push((number, &document[start..at]));
        }
        number += 1;
        at += length;
        start = at;
    }
    lines
}

impl Files {
    /// What each message said, with the lines that its faults are on; and what is wrong with the file.
    pub(crate) fn pieces(&self, document: &[u8]) -> Vec<(Vec<usize>, Read)> {
        let document = document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document);
        let mut file = Pieces::default();
        let is_ended = document.last().is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
        let mut lines = numbered(document);
        let cut = if is_ended { None } else { lines.pop() };
        for (number, line) in lines {
            file.at = number;
            match line.get(..3).unwrap_or_default() {
                b"MSH" => {
                    file.take(self);
                    file.put(line);
                }
                b"FHS" => file.take(self),
                b"BHS" => {
                    file.take(self);
                    file.not_ended();
                    file.batch = Batch { is_open: true, messages: 0 };
                }
                b"BTS" => {
                    file.take(self);
                    file.wrong(file.batch.differs(line));
                    file.batch = Batch::default();
                }
                b"FTS" => {
                    file.take(self);
                    file.not_ended();
                    file.batch = Batch::default();
                }
                _ if file.message.is_empty() => file.stray("a line before the first message", line),
                _ => file.put(line),
            }
        }
        file.take(self);
        if let Some((number, line)) = cut {
            file.at = number;
            // Nothing hangs on a trailer's end.
            match line.get(..3).unwrap_or_default() {
                b"BTS" if file.batch.is_open => {
                    file.wrong(file.batch.differs(line));
                    return file.found;
                }
                b"FTS" => {}
                _ => file.stray("the file ends within a segment, which is not read", line),
            }
        }
        file.not_ended();
        file.found
    }
}

/// A file as it is taken apart.
#[derive(Default)]
struct Pieces {
    message: Vec<u8>,
    /// The line of each segment of the message.
    lines: Vec<usize>,
    batch: Batch,
    found: Vec<(Vec<usize>, Read)>,
    /// The line that is looked at.
    at: usize,
}

impl Pieces {
    fn put(&mut self, line: &[u8]) {
        self.message.extend_from_slice(line);
        self.message.push(b'\r');
        self.lines.push(self.at);
    }

    /// Reads the message that has come together.
    fn take(&mut self, files: &Files) {
        if self.message.is_empty() {
            return;
        }
        self.batch.messages += 1;
        let heard = hear(&self.message, &files.0);
        let first = self.lines.first().copied().unwrap_or(self.at);
        let line_of =
            |segment: usize| segment.checked_sub(1).and_then(|n| self.lines.get(n)).copied().unwrap_or(first);
        let lines = heard.verdict.faults.iter().map(|fault| line_of(fault.line)).collect();
        self.found.push((lines, heard.read));
        self.message.clear();
        self.lines.clear();
    }

    fn wrong(&mut self, found: Option<Unreadable>) {
        if let Some(found) = found {
            let read = Read { unreadable: vec![found], ..Read::default() };
            self.found.push((vec![self.at], read));
        }
    }

    fn not_ended(&mut self) {
        self.wrong(self.batch.not_ended());
    }

    fn stray(&mut self, words: &'static str, line: &[u8]) {
        let fault = Fault::whole(Kind::Sequence, words);
        self.wrong(Some(unreadable("unknown".into(), &fault, &String::from_utf8_lossy(line))));
    }
}

impl Batch {
    fn not_ended(&self) -> Option<Unreadable> {
        let fault = Fault::whole(Kind::Sequence, "a batch has no end (BTS): some of it may be missing");
        self.is_open.then(|| unreadable("unknown".into(), &fault, ""))
    }

    /// BTS-1 says how many messages there were.
    fn differs(&self, trailer: &[u8]) -> Option<Unreadable> {
        let said = trailer.get(4..).unwrap_or_default();
        let said: String = said.iter().take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
        let counted = said.parse::<usize>().ok()?;
        let words = format!("a batch of {counted} messages holds {}", self.messages);
        (counted != self.messages)
            .then(|| unreadable("unknown".into(), &Fault::whole(Kind::Sequence, words), ""))
    }
}
