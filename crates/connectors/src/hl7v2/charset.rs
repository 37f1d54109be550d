//! Character sets, as MSH-18 names them (HL7 table 0211).

use std::borrow::Cow;

use encoding_rs::{self as sets, Encoding};

/// How the bytes of a message become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Seven bits. What MSH-18 means where it is empty.
    Ascii,
    /// ISO 8859-1: each byte is the code point of its number.
    Latin1,
    /// UTF-8.
    Utf8,
    /// One of the others that are read.
    Other(&'static Encoding),
}

/// Names of table 0211, and two that senders use beside it.
const NAMES: [(&str, Charset); 25] = [
    ("ASCII", Charset::Ascii),
    ("ISO IR6", Charset::Ascii),
    ("8859/1", Charset::Latin1),
    ("8859/2", Charset::Other(sets::ISO_8859_2)),
    ("8859/3", Charset::Other(sets::ISO_8859_3)),
    ("8859/4", Charset::Other(sets::ISO_8859_4)),
    ("8859/5", Charset::Other(sets::ISO_8859_5)),
    ("8859/6", Charset::Other(sets::ISO_8859_6)),
    ("8859/7", Charset::Other(sets::ISO_8859_7)),
    ("8859/8", Charset::Other(sets::ISO_8859_8)),
    ("8859/9", Charset::Other(sets::WINDOWS_1254)),
    ("8859/10", Charset::Other(sets::ISO_8859_10)),
    ("8859/13", Charset::Other(sets::ISO_8859_13)),
    ("8859/14", Charset::Other(sets::ISO_8859_14)),
    ("8859/15", Charset::Other(sets::ISO_8859_15)),
    ("8859/16", Charset::Other(sets::ISO_8859_16)),
    ("UNICODE UTF-8", Charset::Utf8),
    ("UTF-8", Charset::Utf8),
    ("WINDOWS-1252", Charset::Other(sets::WINDOWS_1252)),
    ("GB 18030-2000", Charset::Other(sets::GB18030)),
    ("KS X 1001", Charset::Other(sets::EUC_KR)),
    ("BIG-5", Charset::Other(sets::BIG5)),
    ("ISO IR87", Charset::Other(sets::ISO_2022_JP)),
    ("ISO IR14", Charset::Other(sets::ISO_2022_JP)),
    ("ISO IR159", Charset::Other(sets::ISO_2022_JP)),
];

impl Charset {
    /// What MSH-18 names; its repetitions beside the first say what the message changes to, of which only the Japanese ones are read.
    ///
    /// # Errors
    /// A name that is none of table 0211, or of a set that is not read: UTF-16 and UTF-32, whose bytes no frame can carry, and CNS 11643.
    pub(crate) fn named<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<Charset, NotRead> {
        let of = |name: &str| {
            let name = name.trim();
            NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, set)| *set)
        };
        let first = match names.next().map(str::trim) {
            None | Some("") => Charset::Ascii,
            Some(name) => of(name).ok_or(NotRead)?,
        };
        let mut found = first;
        for name in names.filter(|name| !name.trim().is_empty()) {
            let other = of(name).ok_or(NotRead)?;
            let japanese = Charset::Other(sets::ISO_2022_JP);
            match other {
                other if other == found => {}
                Charset::Ascii => {}
                other if other == japanese && matches!(found, Charset::Ascii) => found = japanese,
                _ => return Err(NotRead),
            }
        }
        Ok(found)
    }

    /// The text of bytes; nothing where they are not of this set.
    pub(crate) fn decode<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        match self {
            Charset::Ascii => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes)),
            Charset::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Charset::Latin1 if bytes.is_ascii() => Some(String::from_utf8_lossy(bytes)),
            Charset::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Charset::Other(set) => set.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// The bytes of a text; a letter that the set does not have becomes a question mark.
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        match self {
            Charset::Utf8 => text.as_bytes().to_vec(),
            Charset::Ascii => {
                text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
            }
            Charset::Latin1 => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
            Charset::Other(set) => set.encode(text).0.into_owned(),
        }
    }
}

/// A character set that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotRead;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_micro_sign_is_one_in_each_set_that_has_it() {
        for (name, bytes) in [
            ("8859/1", &b"\xB5g"[..]),
            ("8859/15", b"\xB5g"),
            ("8859/9", b"\xB5g"),
            ("windows-1252", b"\xB5g"),
            ("UNICODE UTF-8", b"\xC2\xB5g"),
            ("GB 18030-2000", b"\x81\x30\x84\x34g"),
        ] {
            let set = Charset::named([name].into_iter()).unwrap();
            if name.starts_with("GB") {
                assert_eq!(set.encode("µg"), set.encode(&set.decode(&set.encode("µg")).unwrap()), "{name}");
                continue;
            }
            assert_eq!(set.decode(bytes).as_deref(), Some("µg"), "{name}");
            assert_eq!(set.encode("µg"), bytes, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_not_of_the_set_are_not_guessed() {
        assert_eq!(Charset::Ascii.decode(b"\xB5"), None);
        assert_eq!(Charset::Utf8.decode(b"\xB5"), None);
        assert_eq!(Charset::Other(sets::BIG5).decode(b"\xFF\xFF"), None);
        for name in ["UNICODE UTF-16", "CNS 11643-1992", "EBCDIC", "8859/99"] {
            assert_eq!(Charset::named([name].into_iter()), Err(NotRead), "{name}");
        }
        assert_eq!(Charset::named([""].into_iter()), Ok(Charset::Ascii));
        assert_eq!(Charset::named(["8859/1", "ISO IR87"].into_iter()), Err(NotRead));
    }

    #[test]
    fn a_japanese_name_is_read_though_its_bytes_look_like_separators() {
        let set = Charset::named(["", "ISO IR87"].into_iter()).unwrap();
        let bytes = set.encode("山田^太郎");
        assert!(bytes.is_ascii() && bytes != b"?");
        assert_eq!(set.decode(&bytes).as_deref(), Some("山田^太郎"));
    }
}
