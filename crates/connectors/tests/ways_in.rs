//! What every way in must hold, written down once: each gives its examples here.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use clinical::{Body, Fact};
use connectors::{Files, Messages, Peer, Read, WayIn};
use proptest::prelude::*;

/// A document of which everything can be read, and what is asked of it.
struct Example {
    way: Box<dyn WayIn>,
    document: &'static [u8],
    /// The values, as they stand in the document.
    values: &'static [&'static str],
    /// A value of it, and what makes it one that cannot be read.
    spoiled: (&'static str, &'static str),
    /// Whether the document itself shows where it ends. Of others whatever carries them says it.
    shows_its_end: bool,
}

const MESSAGE: &[u8] = b"MSH|^~\\&|GW|H|||20260301120000+0000||ORU^R01|1|P|2.6\rPID|||7^^^H^MR||Secretname^Ana||1961|F\rPV1||I|ICU^^3\rOBR|1||5|x|||20260301115900+0000\r\
OBX|1|NM|8867-4^^LN|1|72|/min|||||F\rOBX|2|NM|59408-5^^LN|1|97.10|%|||||F\rOBX|3|SN|2339-0^^LN|1|<^54|mg/dL|||||F\r";

const FILE: &[u8] = b"FHS|^~\\&|LAB\nBHS|^~\\&|LAB\nMSH|^~\\&|LAB|H|||20260301120000+0000||ORU^R01|1|P|2.6\nPID|||7^^^H^MR||Secretname^Ana\n\
OBR|1||5|x|||20260301115900+0000\nOBX|1|NM|8867-4^^LN|1|72|/min|||||F\nOBX|2|NM|59408-5^^LN|1|97.10|%|||||F\n\
MSH|^~\\&|LAB|H|||20260301120100+0000||ORU^R01|2|P|2.6\nPID|||8^^^H^MR||Secretname^Bo\nOBR|1||6|x|||20260301115900+0000\nOBX|1|NM|8867-4^^LN|1|150|/min|||||F\nBTS|2\nFTS|1\n";

fn examples() -> Vec<Example> {
    vec![
        Example {
            way: Box::new(Messages(Peer::default())),
            document: MESSAGE,
            values: &["72", "97.10", "54"],
            spoiled: ("97.10", "9S.10"),
            shows_its_end: false,
        },
        Example {
            way: Box::new(Files(Peer::default())),
            document: FILE,
            values: &["72", "97.10", "150"],
            spoiled: ("97.10", "9S.10"),
            shows_its_end: true,
        },
    ]
}

/// Values with whose they are, what of and when: what a cache holds of them.
fn held(read: &Read) -> BTreeSet<(String, String, String)> {
    let of = |fact: &Fact| match &fact.body {
        Body::Samples(samples) => samples
            .iter()
            .map(|s| {
                (
                    fact.source.reference.to_string(),
                    format!("{} {:?} {}", s.patient, s.code, s.taken_at.0),
                    s.value.to_string(),
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    read.facts.iter().flat_map(of).collect()
}

fn values(read: &Read) -> Vec<String> {
    let of = |fact: &Fact| match &fact.body {
        Body::Samples(samples) => samples.iter().map(|s| s.value.to_string()).collect(),
        _ => Vec::new(),
    };
    read.facts.iter().flat_map(of).collect()
}

fn replaced(document: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(document.to_vec()).unwrap().replace(from, to).into_bytes()
}

#[test]
fn everything_is_read_in_its_order_and_digits_stay_as_they_came() {
    for Example { way, document, values: wanted, .. } in examples() {
        let read = way.read(document);
        assert_eq!(values(&read), wanted, "{}", way.name());
        assert!(read.unreadable.is_empty() && read.left_out.is_empty(), "{}: {read:?}", way.name());
    }
}

#[test]
fn the_same_document_says_the_same_under_the_same_sources() {
    for Example { way, document, .. } in examples() {
        let read = way.read(document);
        assert_eq!(read, way.read(document), "{}", way.name());
        let sources: BTreeSet<_> = read.facts.iter().map(|fact| fact.source.reference.clone()).collect();
        assert_eq!(sources.len(), read.facts.len(), "{}: nothing stands twice", way.name());
        for fact in &read.facts {
            assert!(fact.updated_at.is_some() && !fact.source.version.is_empty(), "{}: {fact:?}", way.name());
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_and_costs_nothing_else() {
    for Example { way, document, values: wanted, spoiled, .. } in examples() {
        let read = way.read(&replaced(document, spoiled.0, spoiled.1));
        let rest: Vec<&str> = wanted.iter().copied().filter(|value| *value != spoiled.0).collect();
        assert_eq!(
            (values(&read), read.unreadable.len()),
            (rest.into_iter().map(str::to_owned).collect(), 1),
            "{}",
            way.name()
        );
        let held = &read.unreadable[0];
        assert!(!held.reason.contains(spoiled.1) && held.body.contains(spoiled.1), "{}", held.reason);
    }
}

#[test]
fn whatever_is_wrong_no_reason_quotes_the_document_and_nothing_goes_unsaid() {
    for Example { way, document, .. } in examples() {
        for at in (0..document.len()).step_by(3) {
            let mut bad = document.to_vec();
            bad[at] = b'\n';
            let read = way.read(&bad);
            for held in &read.unreadable {
                assert!(!held.reason.contains("Secretname"), "{}", held.reason);
            }
        }
        for nothing in [&b""[..], b"\0", b"hello", b"{}", b"<html>"] {
            let read = way.read(nothing);
            assert!(
                read.facts.is_empty() && (nothing.is_empty() || !read.unreadable.is_empty()),
                "{}",
                way.name()
            );
        }
    }
}

#[test]
fn a_document_that_was_cut_gives_no_value_that_the_whole_does_not_and_says_so() {
    for Example { way, document, .. } in examples().into_iter().filter(|example| example.shows_its_end) {
        let whole = held(&way.read(document));
        for end in 1..document.len() {
            let read = way.read(&document[..end]);
            assert!(held(&read).is_subset(&whole), "{} cut at {end}", way.name());
            // Its very last line says nothing that anybody misses.
            let is_said =
                !read.unreadable.is_empty() || held(&read) == whole || document[..end].ends_with(b"\n");
            assert!(is_said, "{} cut at {end}", way.name());
        }
    }
}

#[test]
fn documents_that_stand_behind_each_other_are_all_read_and_twice_the_same_is_once() {
    for Example { way, document, .. } in examples().into_iter().filter(|example| example.shows_its_end) {
        let twice = [document, document].concat();
        let read = way.read(&twice);
        assert_eq!((held(&read), read.unreadable.len()), (held(&way.read(document)), 0), "{}", way.name());
    }
}

#[test]
fn a_file_counts_what_it_says_that_it_holds_and_takes_any_line_end() {
    let way = Files(Peer::default());
    for end in ["\r", "\r\n"] {
        assert_eq!(values(&way.read(&replaced(FILE, "\n", end))), ["72", "97.10", "150"], "{end:?}");
    }
    let reasons =
        |document: &[u8]| way.read(document).unreadable.into_iter().map(|u| u.reason).collect::<Vec<_>>();
    assert_eq!(reasons(&replaced(FILE, "BTS|2", "BTS|3")), ["a batch of 3 messages holds 2"]);
    assert_eq!(
        reasons(&replaced(FILE, "BTS|2\n", "")),
        ["a batch has no end (BTS): some of it may be missing"]
    );
    assert_eq!(reasons(&replaced(FILE, "FTS|1\n", "FTS|1")), [""; 0], "nothing hangs on a trailer's end");
    assert_eq!(reasons(MESSAGE), [""; 0], "one message is a file too");
    assert_eq!(reasons(&MESSAGE[..MESSAGE.len() - 1]), ["the file ends within a segment, which is not read"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_can_make_a_way_in_panic(noise in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..900, flip in any::<u8>()) {
        for Example { way, document, .. } in examples() {
            let _ = way.read(&noise);
            let mut bad = document.to_vec();
            let at = cut % bad.len();
            bad[at] = flip;
            let _ = way.read(&bad);
            bad.truncate(at);
            bad.extend_from_slice(&noise);
            let _ = way.read(&bad);
        }
    }
}
