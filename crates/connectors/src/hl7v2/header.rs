//! MSH: from whom a message is, what it is, and how it wants to be answered.

use clinical::Instant;
use jiff::tz::Offset;

use super::escape::Syntax;
use super::fault::{Fault, Kind};
use super::message::{Opening, Segment};
use super::peer::Peer;
use super::time::{Zones, told};

/// A header as it was sent. Texts that go back in an answer are kept as they stand, escapes and all.
#[derive(Clone, Debug)]
pub struct Header {
    pub(crate) syntax: Syntax,
    /// MSH-3 to MSH-6: sending application and facility, receiving application and facility.
    pub(crate) parties: [String; 4],
    /// MSH-9: message code and trigger event.
    pub(crate) kind: (String, String),
    /// MSH-10.
    pub(crate) control_id: String,
    /// MSH-11.
    pub(crate) processing: String,
    /// MSH-12.
    pub(crate) version: String,
    /// MSH-15 and MSH-16: on what condition it wants to be answered.
    pub(crate) wants: [String; 2],
    /// MSH-18.
    pub(crate) charset: String,
    /// MSH-7, where it could be read.
    pub(crate) said_at: Option<Instant>,
    /// The offset of MSH-7.
    pub(crate) offset: Option<Offset>,
    /// Who sent it: facility, else application.
    pub(crate) sender: String,
}

impl Header {
    /// Reads a header as far as it goes, with the first thing that is wrong with it.
    pub(crate) fn of(opening: &Opening, peer: &Peer) -> Option<(Header, Option<Fault>)> {
        let msh = Segment::of(&opening.line, 1, opening.syntax)?;
        // They go back: one that ends a frame would end the answer's.
        let raw = |n: usize| msh.field(n).raw.chars().filter(|c| !c.is_control()).collect::<String>();
        let kind = msh.field(9).first();
        let (offset, said_at, wrong_time) = match said_at(&msh, peer) {
            Ok((offset, at)) => (offset, at, None),
            Err(words) => (None, None, Some(words)),
        };
        let [application, facility] = [3, 4].map(|n| msh.field(n).first().text(1).into_owned());
        let header = Header {
            syntax: opening.syntax,
            parties: [3, 4, 5, 6].map(raw),
            kind: (kind.text(1).into_owned(), kind.text(2).into_owned()),
            control_id: raw(10),
            processing: raw(11),
            version: raw(12),
            wants: [15, 16].map(|n| msh.field(n).text().into_owned()),
            charset: raw(18),
            said_at,
            offset,
            sender: if facility.is_empty() { application } else { facility },
        };
        let fault = header.wrong(&msh, peer, wrong_time, opening.unknown_set);
        Some((header, fault))
    }

    /// The first reason why a message with this header is not taken.
    fn wrong(
        &self,
        msh: &Segment,
        peer: &Peer,
        wrong_time: Option<&str>,
        unknown_set: bool,
    ) -> Option<Fault> {
        let fault = |field, kind, words: &str| Some(Fault::of_field(("MSH", 1), field, kind, words));
        if msh.field(10).is_empty() {
            return fault(10, Kind::RequiredMissing, "it has no control id");
        }
        let version = msh.field(12).text();
        if version != "2" && !version.starts_with("2.") {
            return fault(12, Kind::UnsupportedVersion, "it is of no version 2");
        }
        let processing = msh.field(11).text();
        let mut letters = processing.chars();
        match (letters.next(), letters.next()) {
            (None, _) => {
                return fault(
                    11,
                    Kind::RequiredMissing,
                    "it does not say whether it is of patients or of a test",
                );
            }
            (Some(id), None) if peer.processing.contains(&id) => {}
            _ => return fault(11, Kind::UnsupportedProcessing, "what is no production is not taken here"),
        }
        if unknown_set {
            return fault(18, Kind::TableValue, "its character set is not read here");
        }
        wrong_time.and_then(|words| fault(7, Kind::DataType, words))
    }

    /// Whether it is an answer itself, which nobody answers.
    pub fn is_answer(&self) -> bool {
        matches!(self.kind.0.as_str(), "ACK" | "MCF")
    }

    /// MSH-10 without what could change how a line reads.
    pub fn control_id(&self) -> String {
        crate::text::clean(&self.control_id, 199)
    }

    /// The zones of its times.
    pub(crate) fn zones<'a>(&self, peer: &'a Peer) -> Zones<'a> {
        Zones { message: self.offset, site: peer.zone.as_ref() }
    }
}

/// When it was sent, and the offset that holds for its other times. A header may leave it out.
fn said_at(msh: &Segment, peer: &Peer) -> Result<(Option<Offset>, Option<Instant>), &'static str> {
    let text = msh.field(7).text();
    if text.is_empty() {
        return Ok((None, None));
    }
    let told = told(&text)?;
    let told = if peer.trusts_fractions { told } else { told.whole_seconds() };
    let at = told.moment(Zones { message: None, site: peer.zone.as_ref() })?;
    Ok((told.offset, Some(at)))
}
