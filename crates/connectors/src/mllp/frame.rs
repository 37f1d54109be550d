//! Frames: VT, a message, FS CR. Bytes in, messages out; how the bytes were split changes nothing.
//!
//! Deliberately not here: a stream, a clock.

use std::collections::VecDeque;

const VT: u8 = 0x0B;
const FS: u8 = 0x1C;
const CR: u8 = 0x0D;

/// As much of a frame that is too large is kept: its header, so that its sender can be answered.
const HEAD: usize = 4096;

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A whole frame's content.
    Message(Vec<u8>),
    /// Bytes between two frames that are no line ends.
    Garbage(usize),
    /// A frame that was not ended: another began, or the stream was over.
    Torn(usize),
    /// A frame over the limit. Its end is waited for, and nothing of it is kept but how it begins.
    TooLarge(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Inside,
    /// After an FS that may end the frame.
    Ending,
    /// In a frame that is too large; whether the last byte was an FS.
    Skipping(bool),
}

/// Cuts a stream into frames.
pub struct Frames {
    limit: usize,
    state: State,
    held: Vec<u8>,
    garbage: usize,
    ready: VecDeque<Piece>,
}

impl Frames {
    /// Of a stream whose messages have at most so many bytes.
    pub fn new(limit: usize) -> Frames {
        Frames { limit, state: State::Between, held: Vec::new(), garbage: 0, ready: VecDeque::new() }
    }

    /// Takes in what came.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.state == State::Inside {
                // Nearly all of a stream is the inside of messages.
                let plain = bytes.iter().position(|b| matches!(*b, FS | VT)).unwrap_or(bytes.len());
                let fits = plain.min(self.limit.saturating_sub(self.held.len()));
                self.held.extend_from_slice(&bytes[..fits]);
                bytes = &bytes[fits..];
                if bytes.is_empty() {
                    return;
                }
            }
            self.byte(bytes[0]);
            bytes = &bytes[1..];
        }
    }

    fn byte(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Between, VT) => {
                self.name_garbage();
                State::Inside
            }
            (State::Between, CR | b'\n') => State::Between,
            (State::Between, _) => {
                self.garbage += 1;
                if self.garbage >= self.limit {
                    self.name_garbage();
                }
                State::Between
            }
            (State::Ending, CR) => {
                let message = std::mem::take(&mut self.held);
                self.ready.push_back(Piece::Message(message));
                State::Between
            }
            (State::Inside | State::Ending, VT) => {
                self.ready.push_back(Piece::Torn(self.held.len()));
                self.held.clear();
                State::Inside
            }
            (State::Inside, FS) => State::Ending,
            (State::Inside, byte) => self.hold(byte),
            // An FS that ended nothing is a byte of the message.
            (State::Ending, FS) => match self.hold(FS) {
                State::Inside => State::Ending,
                other => other,
            },
            (State::Ending, byte) => match self.hold(FS) {
                State::Inside => self.hold(byte),
                other => other,
            },
            (State::Skipping(true), CR) => State::Between,
            (State::Skipping(_), VT) => State::Inside,
            (State::Skipping(_), byte) => State::Skipping(byte == FS),
        };
    }

    fn hold(&mut self, byte: u8) -> State {
        if self.held.len() >= self.limit {
            let mut head = std::mem::take(&mut self.held);
            head.truncate(HEAD);
            self.ready.push_back(Piece::TooLarge(head));
            return State::Skipping(byte == FS);
        }
        self.held.push(byte);
        State::Inside
    }

    fn name_garbage(&mut self) {
        let bytes = std::mem::take(&mut self.garbage);
        if bytes > 0 {
            self.ready.push_back(Piece::Garbage(bytes));
        }
    }

    /// The stream is over.
    pub fn finish(&mut self) {
        self.name_garbage();
        if matches!(self.state, State::Inside | State::Ending) {
            self.ready.push_back(Piece::Torn(self.held.len()));
        }
        self.held.clear();
        self.state = State::Between;
    }

    /// Whether a frame has begun and is not ended.
    pub fn is_inside(&self) -> bool {
        self.state != State::Between
    }
}

impl Iterator for Frames {
    type Item = Piece;

    /// The next piece that has come together. Nothing is for now: there may be more after the next [`Frames::feed`].
    fn next(&mut self) -> Option<Piece> {
        self.ready.pop_front()
    }
}

/// A message in its frame.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 3);
    out.push(VT);
    out.extend_from_slice(message);
    out.extend_from_slice(&[FS, CR]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(limit: usize, parts: &[&[u8]]) -> Vec<Piece> {
        let mut frames = Frames::new(limit);
        let mut out = Vec::new();
        for part in parts {
            frames.feed(part);
            out.extend(frames.by_ref());
        }
        frames.finish();
        out.extend(frames);
        out
    }

    fn message(text: &str) -> Piece {
        Piece::Message(text.into())
    }

    #[test]
    fn two_frames_in_one_buffer_are_two_messages() {
        assert_eq!(all(99, &[b"\x0Bone\x1C\r\x0Btwo\x1C\r"]), [message("one"), message("two")]);
        assert_eq!(all(99, &[b"\x0Bone\x1C\r\r\n\x0Btwo\x1C\r\n"]), [message("one"), message("two")]);
        assert_eq!(all(99, &[b"\x0B\x1C\r"]), [message("")]);
    }

    #[test]
    fn a_frame_ends_at_the_first_fs_cr_and_at_nothing_else() {
        assert_eq!(all(99, &[b"\x0Ba\x1Cb\r\x1C\x1C\r"]), [message("a\x1Cb\r\x1C")]);
        assert_eq!(all(99, &[b"\x0Ba\x1C", b"\rrest"]), [message("a"), Piece::Garbage(4)]);
    }

    #[test]
    fn what_is_broken_is_named_and_costs_no_frame_but_its_own() {
        for (bytes, wanted) in [
            (&b"GET /\r\n\r\n\x0Ba\x1C\r"[..], vec![Piece::Garbage(5), message("a")]),
            (b"\x0Bhalf\x0Bwhole\x1C\r", vec![Piece::Torn(4), message("whole")]),
            (b"\x0Bhalf\x1C\x0Bwhole\x1C\r", vec![Piece::Torn(4), message("whole")]),
            (b"\x0Bhalf", vec![Piece::Torn(4)]),
            (b"\x0Bhalf\x1C", vec![Piece::Torn(4)]),
            (b"a\x1C\r\x0Bb\x1C\r", vec![Piece::Garbage(2), message("b")]),
            (b"\x0B0123456789\x1C\r\x0Ba\x1C\r", vec![Piece::TooLarge(b"01234567".to_vec()), message("a")]),
            (b"\x0B01234567\x1C\r", vec![message("01234567")]),
            (b"\x0B01234567\x1C\x1C\r\x0Ba\x1C\r", vec![Piece::TooLarge(b"01234567".to_vec()), message("a")]),
            (b"\x0B0123456789\x0Ba\x1C\r", vec![Piece::TooLarge(b"01234567".to_vec()), message("a")]),
            (b"\x0B0123456789", vec![Piece::TooLarge(b"01234567".to_vec())]),
            (b"0123456789abcdefg", vec![Piece::Garbage(8), Piece::Garbage(8), Piece::Garbage(1)]),
            (b"", vec![]),
        ] {
            assert_eq!(all(8, &[bytes]), wanted, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn any_split_of_the_bytes_gives_the_same_frames(
            bytes in proptest::collection::vec(prop_oneof![4 => Just(VT), 4 => Just(FS), 4 => Just(CR), 1 => any::<u8>(), 6 => b'a'..b'e'], 0..200),
            cuts in proptest::collection::vec(0usize..200, 0..20),
            limit in 1usize..30,
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            let each: Vec<&[u8]> = bytes.chunks(1).collect();
            let whole = all(limit, &[&bytes]);
            prop_assert_eq!(&all(limit, &parts), &whole);
            prop_assert_eq!(&all(limit, &each), &whole);
            let fits = |piece: &Piece| !matches!(piece, Piece::Message(m) if m.len() > limit);
            prop_assert!(whole.iter().all(fits));
        }

        #[test]
        fn what_is_framed_comes_out_again(messages in proptest::collection::vec("[a-z|\r]{0,40}", 0..9)) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| framed(m.as_bytes())).collect();
            let wanted: Vec<Piece> = messages.iter().map(|m| message(m)).collect();
            prop_assert_eq!(all(99, &[&stream]), wanted);
        }
    }
}
