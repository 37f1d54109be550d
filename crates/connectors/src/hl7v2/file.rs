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
        let document = document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document);
        let mut read = Read::default();
        let (mut message, mut batch): (Vec<u8>, Batch) = Default::default();
        let is_ended = document.last().is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
        let mut lines: Vec<&[u8]> =
            document.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|l| !l.is_empty()).collect();
        let cut = if is_ended { None } else { lines.pop() };
        for line in lines {
            match line.get(..3).unwrap_or_default() {
                b"MSH" => {
                    self.take(&mut message, &mut batch, &mut read);
                    message.extend_from_slice(line);
                    message.push(b'\r');
                }
                b"FHS" => self.take(&mut message, &mut batch, &mut read),
                b"BHS" => {
                    self.take(&mut message, &mut batch, &mut read);
                    read.unreadable.extend(batch.not_ended());
                    batch = Batch { is_open: true, messages: 0 };
                }
                b"BTS" => {
                    self.take(&mut message, &mut batch, &mut read);
                    read.unreadable.extend(batch.differs(line));
                    batch = Batch::default();
                }
                b"FTS" => {
                    self.take(&mut message, &mut batch, &mut read);
                    read.unreadable.extend(batch.not_ended());
                    batch = Batch::default();
                }
                _ if message.is_empty() => {
                    let fault = Fault::whole(Kind::Sequence, "a line before the first message");
                    read.unreadable.push(unreadable(
                        "unknown".into(),
                        &fault,
                        &String::from_utf8_lossy(line),
                    ));
                }
                _ => {
                    message.extend_from_slice(line);
                    message.push(b'\r');
                }
            }
        }
        self.take(&mut message, &mut batch, &mut read);
        match cut {
            // Nothing hangs on a trailer's end.
            Some(line) if line.starts_with(b"BTS") && batch.is_open => {
                read.unreadable.extend(batch.differs(line))
            }
            Some(line) if line.starts_with(b"FTS") => read.unreadable.extend(batch.not_ended()),
            Some(line) => {
                let fault = Fault::whole(Kind::Sequence, "the file ends within a segment, which is not read");
                read.unreadable.push(unreadable("unknown".into(), &fault, &String::from_utf8_lossy(line)));
                read.unreadable.extend(batch.not_ended());
            }
            None => read.unreadable.extend(batch.not_ended()),
        }
        read
    }
}

impl Files {
    /// Reads the message that has come together.
    fn take(&self, message: &mut Vec<u8>, batch: &mut Batch, read: &mut Read) {
        if !message.is_empty() {
            batch.messages += 1;
            read.add(hear(message, &self.0).read);
            message.clear();
        }
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
