//! A stream of JSON as its records: those of an array, or one behind the other, also of several files that were joined. A record that is
//! broken costs itself, and whatever is read is read piece by piece.

use std::io::Read;

/// A record as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The line on which it begins.
    pub line: u64,
    pub bytes: Vec<u8>,
    pub state: State,
}

/// Whether it came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Whole,
    /// Its braces or quotes do not fit, or it is none.
    Broken,
    /// The stream ended within it.
    Cut,
    /// It is longer than any record.
    TooLong,
}

pub(crate) struct Items {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    is_over: bool,
    line: u64,
    most: usize,
    failed: bool,
    /// Arrays around the records that are not closed yet.
    open: i64,
}

impl Items {
    /// Of records of at most so many bytes.
    pub(crate) fn new(source: Box<dyn Read + Send>, most: usize) -> Items {
        Items {
            source,
            buffer: vec![0; 64 << 10],
            at: 0,
            filled: 0,
            is_over: false,
            line: 1,
            most,
            failed: false,
            open: 0,
        }
    }

    /// Whether the source could not be read to its end.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Whether the array around the records has no end: some of them may be missing.
    pub(crate) fn is_open(&self) -> bool {
        self.open > 0
    }

    fn peek(&mut self) -> Option<u8> {
        if self.at == self.filled && !self.is_over {
            self.at = 0;
            self.filled = match self.source.read(&mut self.buffer) {
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return self.peek(),
                Err(_) => {
                    self.failed = true;
                    0
                }
            };
            self.is_over = self.filled == 0;
        }
        self.buffer[..self.filled].get(self.at).copied()
    }

    fn take(&mut self) {
        self.line += u64::from(self.buffer[self.at] == b'\n');
        self.at += 1;
    }

    /// One line without its end, for files that have one record a line.
    pub(crate) fn line(&mut self) -> Option<Item> {
        let (mut bytes, line, mut state) = (Vec::new(), self.line, State::Cut);
        self.peek()?;
        while self.peek().is_some() {
            // As much of it as is there at once.
            let ready = &self.buffer[self.at..self.filled];
            let end = ready.iter().position(|b| *b == b'\n');
            let part = &ready[..end.unwrap_or(ready.len())];
            if bytes.len() + part.len() <= self.most {
                bytes.extend_from_slice(part);
            } else {
                state = State::TooLong;
            }
            self.at += part.len();
            if end.is_some() {
                self.take();
                state = if state == State::TooLong { state } else { State::Whole };
                break;
            }
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Some(Item { line, bytes, state })
    }

    /// A word that is no record: up to the next comma, line end or bracket.
    fn garbage(&mut self) -> Item {
        let (mut bytes, line) = (Vec::new(), self.line);
        while let Some(byte) = self.peek().filter(|b| !matches!(b, b'\n' | b'{' | b'[' | b']' | b',')) {
            if bytes.len() < self.most {
                bytes.push(byte);
            }
            self.take();
        }
        Item { line, bytes, state: State::Broken }
    }

    fn record(&mut self) -> Item {
        let (mut bytes, line) = (Vec::new(), self.line);
        let mut open: Vec<u8> = Vec::new();
        // The last sign outside of texts that is no space.
        let mut last = 0;
        loop {
            let Some(byte) = self.peek() else { return Item { line, bytes, state: State::Cut } };
            if bytes.len() >= self.most {
                return Item { line, bytes: bytes[..self.most.min(4096)].to_vec(), state: State::TooLong };
            }
            let fits = match (byte, open.last()) {
                (b'{', Some(b'{')) => last == b':',
                (b'{', Some(_)) => matches!(last, b'[' | b','),
                (b'[', Some(b'{')) => last == b':',
                (b'[', Some(_)) => matches!(last, b'[' | b','),
                (b'}', inner) => inner == Some(&b'{'),
                (b']', inner) => inner == Some(&b'['),
                _ => true,
            };
            if !fits {
                return Item { line, bytes, state: State::Broken };
            }
            bytes.push(byte);
            self.take();
            match byte {
                b'{' | b'[' => open.push(byte),
                b'}' | b']' => {
                    open.pop();
                    if open.is_empty() {
                        return Item { line, bytes, state: State::Whole };
                    }
                }
                b'"' => {
                    if let Some(state) = self.text(&mut bytes) {
                        return Item { line, bytes, state };
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
        }
    }

    /// A text up to its quote; how it is broken, where it is: no line end stands in one.
    fn text(&mut self, bytes: &mut Vec<u8>) -> Option<State> {
        let mut is_escaped = false;
        loop {
            let Some(byte) = self.peek() else { return Some(State::Cut) };
            if byte == b'\n' {
                return Some(State::Broken);
            }
            if bytes.len() >= self.most {
                return Some(State::TooLong);
            }
            bytes.push(byte);
            self.take();
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => return None,
                _ => {}
            }
        }
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            match self.peek()? {
                b'{' => return Some(self.record()),
                sign @ (b'[' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n') => {
                    self.open += i64::from(sign == b'[') - i64::from(sign == b']');
                    self.take();
                }
                _ => {
                    let found = self.garbage();
                    if found.bytes.is_empty() {
                        self.take();
                    }
                    return Some(found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(text: &str) -> Vec<(u64, String, State)> {
        Items::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), 200)
            .map(|item| (item.line, String::from_utf8_lossy(&item.bytes).into_owned(), item.state))
            .collect()
    }

    fn whole(text: &str) -> Vec<String> {
        items(text)
            .into_iter()
            .filter(|(_, _, state)| *state == State::Whole)
            .map(|(_, text, _)| text)
            .collect()
    }

    #[test]
    fn records_are_found_however_the_file_holds_them() {
        let (a, b) = (r#"{"a":[{"x":"}"},1],"b":"\"["}"#, r#"{"c":{}}"#);
        for text in [
            format!("[{a},{b}]"),
            format!("[\n  {a},\n  {b}\n]\n"),
            format!("{a}\n{b}\n"),
            format!("{a}{b}"),
            format!("[{a}][{b}]"),
            format!("[{a},,{b}"),
        ] {
            assert_eq!(whole(&text), [a, b], "{text}");
        }
    }

    #[test]
    fn a_broken_record_costs_itself_and_is_named_with_its_line() {
        let good = r#"{"a":1}"#;
        for bad in
            [r#"{"a":1"#, r#"{"a":"x"#, r#"{"a":[1}"#, r#"{"a":{"b":1}"#, "NaN", r#""text""#, r#"{"a":1]"#]
        {
            let text = format!("[\n{good},\n{bad},\n{good}\n]");
            let found = items(&text);
            assert_eq!(whole(&text), [good, good], "{bad}");
            assert!(
                found.iter().any(|(line, _, state)| *line == 3 && *state != State::Whole),
                "{bad}: {found:?}"
            );
        }
    }

    #[test]
    fn a_stream_that_ends_within_a_record_says_so_and_one_that_is_too_long_is_let_go() {
        assert_eq!(items(r#"[{"a":1},{"b"#)[1].2, State::Cut);
        let long = format!(r#"[{{"a":"{}"}},{{"b":2}}]"#, "x".repeat(500));
        let found = items(&long);
        assert_eq!(found[0].2, State::TooLong);
        assert_eq!(found.last().map(|last| last.1.as_str()), Some(r#"{"b":2}"#));
    }

    #[test]
    fn lines_are_read_with_their_numbers() {
        let mut read = Items::new(Box::new(std::io::Cursor::new(b"{}\r\n\n[1]".to_vec())), 9);
        let mut next = || read.line().map(|l| (l.line, String::from_utf8(l.bytes).unwrap(), l.state));
        assert_eq!(next(), Some((1, "{}".into(), State::Whole)));
        assert_eq!(next(), Some((2, String::new(), State::Whole)));
        assert_eq!(next(), Some((3, "[1]".into(), State::Cut)));
        assert_eq!(next(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_keep_it_from_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let length = bytes.len();
            let found = Items::new(Box::new(std::io::Cursor::new(bytes)), 50).count();
            prop_assert!(found <= length + 1);
        }
    }
}
