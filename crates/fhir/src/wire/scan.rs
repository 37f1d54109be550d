//! Walking over JSON by its outline: where a text, a number or a value ends, and what stands between.

use serde::Deserialize;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// A byte in each of eight places.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The first quote, backslash or control character from `at` on, looked for eight bytes at a time.
fn text_stop(bytes: &[u8], mut at: usize) -> usize {
    const QUOTE: u64 = each(b'"');
    const BACKSLASH: u64 = each(b'\\');
    const SPACE: u64 = each(b' ');
    // Exact for the lowest byte that is one, which is the one asked for.
    let zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let control = word.wrapping_sub(SPACE) & !word & HIGH;
        let stops = zero(word ^ QUOTE) | zero(word ^ BACKSLASH) | control;
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    bytes.iter().skip(at).position(stops).map_or(bytes.len(), |n| at + n)
}

/// Where the text that starts at `at` (behind its quote) has its closing quote; `None` where an escape stands in it, or what
/// JSON does not allow.
pub(crate) fn plain_text_end(bytes: &[u8], at: usize) -> Option<usize> {
    let end = text_stop(bytes, at);
    (bytes.get(end) == Some(&b'"')).then_some(end)
}

/// The same for a text that may hold escapes.
pub(crate) fn text_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = text_stop(bytes, at);
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'"', _) => return Some(at),
            (b'\\', Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => at += 2,
            (b'\\', Some(b'u')) if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
            _ => return None,
        }
    }
}

/// Behind everything that can stand in a number.
pub(crate) fn number_end(bytes: &[u8], at: usize) -> usize {
    let inside = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    bytes.iter().skip(at).position(|byte| !inside(byte)).map_or(bytes.len(), |n| at + n)
}

/// A place in a document.
pub(crate) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is no white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at)?, b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Steps over `byte`, where it comes next.
    pub(crate) fn step(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads the value that comes next.
    pub(crate) fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        self.peek()?;
        let mut values = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }
}

/// The end of the JSON value that starts at `from`, by brackets and strings alone; its inside may be broken.
fn value_end(text: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut at) = (0usize, false, from);
    while at < text.len() {
        match text[at] {
            b'\\' if quoted => at += 1,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Splits an object into its members without judging the values.
pub(crate) fn split_members(text: &str) -> Option<Vec<(&str, &str)>> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let mut members = Vec::new();
    loop {
        at = skip_space(bytes, at + 1);
        if bytes.get(at) == Some(&b'}') {
            return Some(members);
        }
        let key_end = (bytes.get(at) == Some(&b'"')).then(|| value_end(bytes, at)).flatten()?;
        let key = text.get(at + 1..key_end - 1)?;
        at = skip_space(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let start = skip_space(bytes, at + 1);
        let end = value_end(bytes, start)?;
        members.push((key, text.get(start..end)?.trim_end()));
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => {}
            b'}' => return Some(members),
            _ => return None,
        }
    }
}

/// Splits an array into its items without judging them.
pub(crate) fn split_items(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'[') {
        return None;
    }
    let (mut items, mut at) = (Vec::new(), 0);
    loop {
        at = skip_space(bytes, at + 1);
        if bytes.get(at)? == &b']' {
            return Some(items);
        }
        let end = value_end(bytes, at)?;
        items.push(text.get(at..end)?.trim_end());
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => {}
            b']' => return Some(items),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_ends_where_serde_says(text in "(?s).{0,40}", tail in "[ -~]{0,20}", cut in any::<u8>(), odd in any::<u8>()) {
            let mut json = format!("{}{tail}", serde_json::to_string(&text).unwrap()).into_bytes();
            let n = json.len();
            if odd.is_ascii() {
                json[1 + usize::from(cut) % (n - 1)] = odd;
            }
            let Ok(json) = String::from_utf8(json) else { return Ok(()) };
            let mut serde = serde_json::Deserializer::from_str(&json).into_iter::<serde::de::IgnoredAny>();
            let end = serde.next().and_then(Result::ok).map(|_| serde.byte_offset() - 1);
            // What follows a text does not matter to where it ends, but serde looks at it.
            let serde_end = (1..=json.len()).find(|n| {
                json.get(..*n).is_some_and(|part| serde_json::from_str::<serde::de::IgnoredAny>(part).is_ok())
            });
            prop_assert!(end.is_none() || end == serde_end.map(|n| n - 1));
            prop_assert_eq!(text_end(json.as_bytes(), 1), serde_end.map(|n| n - 1));
            let plain = serde_end.filter(|n| !json[1..n - 1].contains('\\'));
            prop_assert_eq!(plain_text_end(json.as_bytes(), 1), plain.map(|n| n - 1));
        }
    }
}
