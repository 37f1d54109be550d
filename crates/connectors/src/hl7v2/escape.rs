//! Escapes of HL7 v2 (chapter 2, "Use of escape sequences in text fields").

use std::borrow::Cow;

use super::charset::Charset;
use super::delimiters::Delimiters;

/// What reads a text: separators and character set of its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syntax {
    pub delimiters: Delimiters,
    pub charset: Charset,
}

/// The most that a layout escape may repeat.
const MOST: usize = 100;

impl Syntax {
    /// A text without its escapes. Separators and bytes become what they stand for, highlighting vanishes, layout is laid out; what is
    /// unknown, or was never ended, stays as it is.
    pub(crate) fn unescape<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let escape = self.delimiters.escape;
        if !text.contains(escape) {
            return Cow::Borrowed(text);
        }
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(begin) = rest.find(escape) {
            out.push_str(&rest[..begin]);
            let inside = &rest[begin + escape.len_utf8()..];
            let Some(end) = inside.find(escape) else {
                out.push_str(&rest[begin..]);
                return Cow::Owned(out);
            };
            let whole = begin + escape.len_utf8() + end + escape.len_utf8();
            rest = match self.bytes(&rest[begin..]) {
                Some((text, length)) => {
                    out.push_str(&text);
                    &rest[begin + length..]
                }
                None => {
                    if !self.meaning(&inside[..end], &mut out) {
                        out.push_str(&rest[begin..whole]);
                    }
                    &rest[whole..]
                }
            };
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// Escapes of bytes that follow each other are read as one: a letter may have several bytes. With how long they are.
    fn bytes(&self, text: &str) -> Option<(String, usize)> {
        let escape = self.delimiters.escape;
        let (mut bytes, mut at) = (Vec::new(), 0);
        while let Some(inside) = text[at..].strip_prefix(escape).and_then(|rest| rest.strip_prefix('X')) {
            let Some((hex, _)) = inside.split_once(escape) else { break };
            let Some(read) = of_hex(hex) else { break };
            bytes.extend(read);
            at += hex.len() + 1 + 2 * escape.len_utf8();
        }
        if at == 0 {
            return None;
        }
        Some((self.charset.decode(&bytes)?.into_owned(), at))
    }

    /// Writes what one escape stands for; whether it is known.
    fn meaning(&self, escape: &str, out: &mut String) -> bool {
        let d = &self.delimiters;
        match escape {
            "F" => out.push(d.field),
            "S" => out.push(d.component),
            "R" => out.push(d.repetition),
            "E" => out.push(d.escape),
            "T" => out.push(d.subcomponent),
            "P" if d.truncation.is_some() => out.extend(d.truncation),
            "H" | "N" => {}
            _ => return layout(escape, out),
        }
        true
    }
}

fn of_hex(hex: &str) -> Option<Vec<u8>> {
    let is_hex = !hex.is_empty() && hex.len().is_multiple_of(2) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    if is_hex { (0..hex.len()).step_by(2).map(pair).collect() } else { None }
}

/// Commands of formatted text (FT).
fn layout(escape: &str, out: &mut String) -> bool {
    let Some((command, number)) = escape.split_at_checked(3) else { return false };
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    if !digits.bytes().all(|b| b.is_ascii_digit()) || (digits.is_empty() && !number.is_empty()) {
        return false;
    }
    let times = if digits.is_empty() { 1 } else { digits.parse().unwrap_or(MOST).min(MOST) };
    match command {
        ".br" | ".ce" if number.is_empty() => out.push('\n'),
        ".sp" => out.extend(std::iter::repeat_n('\n', times)),
        ".sk" => out.extend(std::iter::repeat_n(' ', times)),
        ".fi" | ".nf" if number.is_empty() => {}
        ".in" | ".ti" => {}
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, set: Charset) -> String {
        let delimiters = Delimiters::of(br"MSH|^~\&#|").unwrap();
        Syntax { delimiters, charset: set }.unescape(text).into_owned()
    }

    #[test]
    fn an_escape_is_what_it_stands_for_and_an_unknown_one_stays_visible() {
        for (sent, wanted) in [
            (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
            (r"5 µ\T\Co", "5 µ&Co"),
            (r"\H\loud\N\ quiet", "loud quiet"),
            (r"one\.br\two\.sp2\three\.sk3\four", "one\ntwo\n\nthree   four"),
            (r"\.in+4\\.ti-2\text\.fi\", "text"),
            (r"\X4142\", "AB"),
            (r"\XC2B5\g", "µg"),
            (r"\XC2\\XB5\g", "µg"),
            (r"\Zxx\ own \Q1\", r"\Zxx\ own \Q1\"),
            (r"\XC2\ half", r"\XC2\ half"),
            (r"\X4\\X\\XGG\", r"\X4\\X\\XGG\"),
            (r"cut#\P\", "cut##"),
            (r"C:\temp", r"C:\temp"),
            (r"\", r"\"),
            (r"\\", r"\\"),
            ("", ""),
        ] {
            assert_eq!(read(sent, Charset::Utf8), wanted, "{sent}");
        }
        assert_eq!(read(r"\XB5\g \XDF\", Charset::Latin1), "µg ß");
        assert_eq!(read(r"\XB5\g", Charset::Ascii), r"\XB5\g");
        assert_eq!(read(r"\.sp99999999999999999999\", Charset::Utf8).len(), MOST);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_has_no_escape_stays(text in r"[\\XFSTREHN.0-9a-zµß山]{0,40}") {
            let out = read(&text, Charset::Utf8);
            prop_assert!(text.contains('\\') || out == text);
        }
    }
}
