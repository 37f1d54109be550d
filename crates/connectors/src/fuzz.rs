//! For the fuzzer, which builds with `--cfg fuzzing`.

use crate::hl7v2::answer::answer;
use crate::hl7v2::file::Files;
use crate::hl7v2::peer::Peer;
use crate::hl7v2::reader::hear;
use crate::mllp::frame::{Frames, Piece};
use crate::way_in::WayIn;

/// Reads bytes as a stream that is split at `split`, as one message, and as a file.
pub fn fuzz(split: usize, bytes: &[u8]) {
    let peer = Peer::default();
    let heard = hear(bytes, &peer);
    assert_eq!(heard.read, hear(bytes, &peer).read);
    if let Some(header) = &heard.header
        && let Some(answer) = answer(header, &heard.verdict, "A1", clinical::Instant(0))
    {
        assert!(answer.ends_with(b"\r") && !answer.contains(&0x1C));
    }
    let _ = Files(peer.clone()).read(bytes);
    let pieces = |parts: &[&[u8]]| {
        let mut frames = Frames::new(4096);
        parts.iter().for_each(|part| frames.feed(part));
        frames.finish();
        frames.collect::<Vec<Piece>>()
    };
    let (first, rest) = bytes.split_at(split.min(bytes.len()));
    assert_eq!(pieces(&[bytes]), pieces(&[first, rest]));
}
