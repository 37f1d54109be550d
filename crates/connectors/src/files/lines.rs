//! A text of separated values as rows. A quote that is not closed costs its own line alone.

use csv::ReaderBuilder;

/// A row: its first line in the file, its fields, and as it stood.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub number: u64,
    pub raw: &'a str,
    /// Whether a line end stands behind it.
    pub is_ended: bool,
}

/// A field in quotes can hold line ends; more of them than this it does not.
const LONGEST_FIELD: usize = 20;

/// The rows of a text, without empty ones.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    // Line ends alone are no rows, however many there are.
    let mut ends: Vec<(u64, usize, usize, bool)> = Vec::new();
    let bytes = text.as_bytes();
    let (mut number, mut start, mut at) = (1, 0, 0);
    while at < bytes.len() {
        let length = match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => 0,
        };
        if length == 0 {
            at += 1;
            continue;
        }
        if at > start {
            ends.push((number, start, at, true));
        }
        number += 1;
        at += length;
        start = at;
    }
    if start < text.len() {
        ends.push((number, start, text.len(), false));
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut n = 0;
    while let Some((number, from, to, is_ended)) = ends.get(n).copied() {
        let is_odd = |from: usize, to: usize| text[from..to].bytes().filter(|b| *b == b'"').count() % 2 == 1;
        let (mut last, mut end) = (n, (to, is_ended));
        if is_odd(from, to) {
            // Open: the line that closes it, where there is one soon.
            let mut soon = n + 1..ends.len().min(n + LONGEST_FIELD);
            let closes = soon.find(|later| is_odd(ends[*later].1, ends[*later].2));
            if let Some(later) = closes {
                (last, end) = (later, (ends[later].2, ends[later].3));
            }
        }
        let raw = &text[from..end.0];
        if !raw.trim().is_empty() {
            found.push(Line { number, raw, is_ended: end.1 });
        }
        n = last + 1;
    }
    found
}

impl Line<'_> {
    /// Its fields, without space around them.
    pub(crate) fn fields(&self, separator: u8) -> Vec<String> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .buffer_capacity(self.raw.len().clamp(16, 1 << 16))
            .from_reader(self.raw.as_bytes());
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => record.iter().map(|field| field.trim().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// What separates its fields: the sign that stands in it most often.
    pub(crate) fn separator(&self) -> u8 {
        let count = |sign: u8| self.raw.bytes().filter(|b| *b == sign).count();
        [b',', b';', b'\t', b'|'].into_iter().max_by_key(|sign| (count(*sign), *sign == b',')).unwrap_or(b',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_line() {
        let rows = |text: &str| -> Vec<(u64, Vec<String>)> {
            lines(text).iter().map(|line| (line.number, line.fields(b','))).collect()
        };
        let of = |fields: &[&str]| fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            rows("a,\"b,c\"\r\n\r\nd,\"e\nf\",g\rh"),
            [(1, of(&["a", "b,c"])), (3, of(&["d", "e\nf", "g"])), (5, of(&["h"]))]
        );
        let many: String = (0..40).map(|n| format!("{n},x\n")).collect();
        let open = rows(&format!("a,\"b\n{many}"));
        assert_eq!((open.len(), open[1].1.clone()), (41, of(&["0", "x"])));
        assert!(!lines("a\nb")[1].is_ended && lines("a\nb\n")[1].is_ended);
    }

    #[test]
    fn the_separator_is_the_one_that_stands_there_most() {
        for (text, wanted) in [("a;b;c,d", b';'), ("a,b;c,d", b','), ("a\tb\tc", b'\t'), ("a", b',')] {
            assert_eq!(lines(text)[0].separator(), wanted, "{text}");
        }
    }
}
