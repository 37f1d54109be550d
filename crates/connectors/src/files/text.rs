//! The character set of a file: what its first bytes say, else UTF-8 where it is that, else Windows-1252, as spreadsheets write it.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The set that the first bytes of a file say.
fn said(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    // Each second byte of a file of latin letters is zero in UTF-16.
    let pairs = head.chunks_exact(2).take(32);
    let (mut even, mut odd, mut all) = (0, 0, 0);
    for pair in pairs {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
        all += 1;
    }
    match (all >= 4, even * 10 >= all * 8, odd * 10 >= all * 8) {
        (true, false, true) => Some(UTF_16LE),
        (true, true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// A whole file as text, and the name of its set. Letters that are none of the set stay visible as `\u{FFFD}`.
pub(crate) fn text_of(bytes: &[u8]) -> (String, &'static str) {
    let encoding = said(bytes).unwrap_or_else(|| match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        // Cut within a letter.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    });
    let (text, used, _) = encoding.decode(bytes);
    (text.into_owned(), used.name())
}

/// A stream as UTF-8, without a mark at its begin; what is UTF-16 is written anew.
pub(crate) fn utf8(source: Box<dyn Read + Send>, head: &[u8]) -> Box<dyn Read + Send> {
    let encoding = said(head).unwrap_or(UTF_8);
    let rest = io::Cursor::new(head.to_vec()).chain(source);
    if encoding == UTF_8 {
        let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let mut rest = rest;
        let mut skipped = [0; 3];
        // They are in memory.
        let _ = rest.read_exact(&mut skipped[..mark]);
        return Box::new(rest);
    }
    Box::new(Decoded {
        source: Box::new(rest),
        decoder: encoding.new_decoder_with_bom_removal(),
        raw: vec![0; 16 << 10],
        ready: String::new(),
        given: 0,
        is_over: false,
    })
}

struct Decoded {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: String,
    given: usize,
    is_over: bool,
}

impl Read for Decoded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.is_over {
            let n = self.source.read(&mut self.raw)?;
            self.is_over = n == 0;
            self.ready.clear();
            self.given = 0;
            let needed = self.decoder.max_utf8_buffer_length(n).unwrap_or(4 * n + 16);
            self.ready.reserve(needed);
            let _ = self.decoder.decode_to_string(&self.raw[..n], &mut self.ready, self.is_over);
        }
        let left = &self.ready.as_bytes()[self.given..];
        let n = left.len().min(into.len());
        into[..n].copy_from_slice(&left[..n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_set_of_a_file_is_found() {
        let text = "Gerätezeitstempel;Glukosewert-Verlauf mmol/L\n5,6\n";
        let utf16 = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let (latin, _, _) = WINDOWS_1252.encode(text);
        for (name, bytes, wanted) in [
            ("plain", text.as_bytes().to_vec(), "UTF-8"),
            ("marked", [b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
            ("little", [b"\xFF\xFE".to_vec(), utf16(false)].concat(), "UTF-16LE"),
            ("big", [b"\xFE\xFF".to_vec(), utf16(true)].concat(), "UTF-16BE"),
            ("without a mark", utf16(false), "UTF-16LE"),
            ("of a spreadsheet", latin.to_vec(), "windows-1252"),
        ] {
            assert_eq!(text_of(&bytes), (text.to_owned(), wanted), "{name}");
            if wanted != "windows-1252" {
                let (head, rest) = bytes.split_at(bytes.len().min(70));
                let mut read = String::new();
                utf8(Box::new(io::Cursor::new(rest.to_vec())), head).read_to_string(&mut read).unwrap();
                assert_eq!(read, text, "{name}");
            }
        }
    }
}
