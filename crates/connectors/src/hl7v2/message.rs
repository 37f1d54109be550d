//! Segments, fields, repetitions, components: the text of a message cut where its own separators stand.
//!
//! Deliberately not here: what a field means. Values come as they stand; whoever asks for a component gets it without escapes.

use std::borrow::Cow;

use super::charset::Charset;
use super::delimiters::Delimiters;
use super::escape::Syntax;
use super::fault::{Fault, Kind};

/// A message of which every character belongs to a segment.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub segments: Vec<Segment<'a>>,
}

/// One line of a message.
#[derive(Clone, Debug)]
pub(crate) struct Segment<'a> {
    /// Three letters or digits: `OBX`.
    pub name: &'a str,
    /// Which segment of its message it is, from 1 on.
    pub line: usize,
    /// As it stands.
    pub raw: &'a str,
    parts: Vec<&'a str>,
    syntax: Syntax,
}

impl<'a> Message<'a> {
    /// Cuts a text at its line ends. All of it is read: what is no segment makes the message one that is not read.
    ///
    /// # Errors
    /// A line feed that ends a segment, a line without a segment's name, a second header.
    pub(crate) fn of(text: &'a str, syntax: Syntax) -> Result<Message<'a>, Fault> {
        let mut segments: Vec<Segment> = Vec::with_capacity(text.len() / 64);
        for (n, line) in text.split('\r').enumerate() {
            // The line feed of a sender that ends its lines with both.
            let line = if n > 0 { line.strip_prefix('\n').unwrap_or(line) } else { line };
            if line.is_empty() {
                continue;
            }
            let at = segments.len() + 1;
            let fault = |words: &str| Fault::of_line(at, Kind::Sequence, words);
            if line.contains('\n') {
                return Err(fault("a line feed stands where a segment must end with a carriage return"));
            }
            let segment =
                Segment::of(line, at, syntax).ok_or_else(|| fault("a line has no name of a segment"))?;
            if segment.name == "MSH" && at > 1 {
                return Err(fault("a second header (MSH): two messages stand in one"));
            }
            segments.push(segment);
        }
        Ok(Message { segments })
    }

    /// The first segment of a name.
    pub(crate) fn first(&self, name: &str) -> Option<&Segment<'a>> {
        self.segments.iter().find(|segment| segment.name == name)
    }
}

impl<'a> Segment<'a> {
    /// One line; nothing where it has no name.
    pub(crate) fn of(line: &'a str, at: usize, syntax: Syntax) -> Option<Segment<'a>> {
        let mut parts = Vec::with_capacity(20);
        parts.extend(line.split(syntax.delimiters.field));
        let name = parts[0];
        let mut letters = name.bytes();
        let is_name = name.len() == 3
            && letters.next().is_some_and(|b| b.is_ascii_uppercase())
            && letters.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        is_name.then_some(Segment { name, line: at, raw: line, parts, syntax })
    }

    /// Field `n`, counted as HL7 does: MSH-1 is the separator itself, so that what follows it is MSH-2.
    pub(crate) fn field(&self, n: usize) -> Field<'a> {
        let at = if matches!(self.name, "MSH" | "FHS" | "BHS") { n - 1 } else { n };
        Field { raw: self.parts.get(at).copied().unwrap_or_default(), syntax: self.syntax }
    }
}

/// One field. Empty where nothing was sent; two quotation marks say that there is nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub raw: &'a str,
    syntax: Syntax,
}

impl<'a> Field<'a> {
    /// Whether it says nothing, or that there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        is_nothing(self.raw)
    }

    /// Its repetitions, empty ones too.
    pub(crate) fn all(&self) -> impl Iterator<Item = Repetition<'a>> + use<'a> {
        let syntax = self.syntax;
        self.raw.split(syntax.delimiters.repetition).map(move |raw| Repetition { raw, syntax })
    }

    /// How often it repeats.
    pub(crate) fn times(&self) -> usize {
        self.raw.split(self.syntax.delimiters.repetition).count()
    }

    /// The first of its repetitions, of a field that has no others by its definition.
    pub(crate) fn first(&self) -> Repetition<'a> {
        let end = self.raw.find(self.syntax.delimiters.repetition).unwrap_or(self.raw.len());
        Repetition { raw: &self.raw[..end], syntax: self.syntax }
    }

    /// Its one component, without escapes.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        self.first().text(1)
    }
}

fn is_nothing(text: &str) -> bool {
    text.is_empty() || text == "\"\""
}

/// One repetition of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repetition<'a> {
    pub raw: &'a str,
    syntax: Syntax,
}

impl<'a> Repetition<'a> {
    /// Component `n` as it stands.
    pub(crate) fn raw(&self, n: usize) -> &'a str {
        self.raw.split(self.syntax.delimiters.component).nth(n - 1).unwrap_or_default()
    }

    /// The first subcomponent of component `n` without escapes; empty where there is none, or nothing.
    pub(crate) fn text(&self, n: usize) -> Cow<'a, str> {
        self.part(n, 1)
    }

    /// Subcomponent `m` of component `n` without escapes; empty where there is none, or nothing.
    pub(crate) fn part(&self, n: usize, m: usize) -> Cow<'a, str> {
        let part = self.raw(n).split(self.syntax.delimiters.subcomponent).nth(m - 1).unwrap_or_default();
        if is_nothing(part) { Cow::Borrowed("") } else { self.syntax.unescape(part) }
    }

    /// The whole of it without escapes, where it has one component and that one part.
    pub(crate) fn only(&self) -> Option<Cow<'a, str>> {
        let d = self.syntax.delimiters;
        (!self.raw.contains([d.component, d.subcomponent])).then(|| self.text(1))
    }
}

/// The header of a message, before its other segments are looked at: separators, character set, and the line itself.
pub(crate) struct Opening<'a> {
    pub syntax: Syntax,
    /// The line, decoded.
    pub line: Cow<'a, str>,
    /// What MSH-18 names and is not read here.
    pub unknown_set: bool,
}

impl<'a> Opening<'a> {
    /// Of bytes that begin with a header; `unsaid` is the set of those whose MSH-18 is empty.
    pub(crate) fn of(message: &'a [u8], unsaid: Charset) -> Option<Opening<'a>> {
        let delimiters = Delimiters::of(message)?;
        let end = message.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(message.len());
        let line = &message[..end];
        let field = line.split(|byte| char::from(*byte) == delimiters.field).nth(17).unwrap_or_default();
        let names = String::from_utf8_lossy(field);
        let names = names.trim();
        let (charset, unknown_set) = match names {
            "" | "\"\"" => (unsaid, false),
            names => match Charset::named(names.split(delimiters.repetition)) {
                Ok(set) => (set, false),
                Err(_) => (Charset::Ascii, true),
            },
        };
        let syntax = Syntax { delimiters, charset };
        // Whom it is from must be known even where a letter of it cannot be read.
        let line = charset.decode(line).unwrap_or_else(|| String::from_utf8_lossy(line));
        Some(Opening { syntax, line, unknown_set })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn syntax() -> Syntax {
        Syntax { delimiters: Delimiters::of(br"MSH|^~\&|").unwrap(), charset: Charset::Utf8 }
    }

    #[test]
    fn fields_are_counted_as_hl7_does_and_components_keep_their_place() {
        let text = "MSH|^~\\&|APP^1.2^ISO|FAC\rOBX|1|CWE|a^b&c\\T\\d^e~f|\"\"|\r";
        let message = Message::of(text, syntax()).unwrap();
        let (msh, obx) = (&message.segments[0], message.first("OBX").unwrap());
        assert_eq!((msh.field(2).raw, msh.field(4).raw), ("^~\\&", "FAC"));
        assert_eq!(msh.field(3).first().text(2), "1.2");
        assert_eq!(obx.field(3).times(), 2);
        assert_eq!(
            (obx.field(3).first().part(2, 2), obx.field(3).first().text(2)),
            ("c&d".into(), "b".into())
        );
        assert!(obx.field(4).is_empty() && obx.field(5).is_empty() && obx.field(99).is_empty());
        assert_eq!(obx.field(3).all().nth(1).unwrap().only().as_deref(), Some("f"));
        assert_eq!(obx.field(3).first().only(), None);
    }

    #[test]
    fn a_text_is_read_to_its_end_or_refused_and_never_half() {
        let names = |text: &str| {
            Message::of(text, syntax())
                .map(|m| m.segments.iter().map(|s| s.name.to_owned()).collect::<Vec<_>>().join(" "))
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(names("MSH|^~\\&|A\rPID|1\rOBX|1\r").as_deref(), Ok("MSH PID OBX"));
        assert_eq!(names("MSH|^~\\&|A\rPID|1\rOBX|1").as_deref(), Ok("MSH PID OBX"), "without the last end");
        assert_eq!(names("MSH|^~\\&|A\r\nPID|1\r\n").as_deref(), Ok("MSH PID"), "both line ends");
        assert_eq!(names("MSH|^~\\&|A\r\rPID|1\r\r\rOBX|1\r").as_deref(), Ok("MSH PID OBX"), "empty lines");
        for (text, word) in [
            ("MSH|^~\\&|A\nPID|1\n", "line feed"),
            ("MSH|^~\\&|A\rPID|a\nb\r", "line feed"),
            ("MSH|^~\\&|A\rPID|1\rand so on\r", "no name"),
            ("MSH|^~\\&|A\rpid|1\r", "no name"),
            ("MSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rPID|2\r", "second header"),
        ] {
            assert!(names(text).unwrap_err().contains(word), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_character_of_what_is_read_stands_in_a_segment(text in "MSH\\|\\^~\\\\&\\|[A-Z0-9|^~&\\\\\r\n µ]{0,120}") {
            if let Ok(message) = Message::of(&text, syntax()) {
                let held: usize = message.segments.iter().map(|s| s.raw.chars().filter(|c| *c != '\n').count()).sum();
                prop_assert_eq!(held, text.chars().filter(|c| !matches!(c, '\r' | '\n')).count());
            }
        }
    }
}
