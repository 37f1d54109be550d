//! Whoever holds the station's database, its key and all can change any line of its record, and is convicted by the last checkpoint that
//! a witness signed.
//!
//! `VIGIL_TAMPERINGS` says how many are tried (100000 are the whole), `VIGIL_SEED` from which seed. `VIGIL_ENTRIES=1000000` measures how long
//! a million entries take, which have five seconds.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod forged;

use std::time::{Duration, Instant};

use forged::{Care, Dice, Log, WAYS, entry, tamper};
use record::{Export, Frontier, Hash, Known, Line, Role, SignedCheckpoint, Signer, verify};

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_tampering_passes_and_each_is_named_with_its_first_bad_entry() {
    let mut dice = Dice(asked("VIGIL_SEED", 18));
    let many = asked("VIGIL_TAMPERINGS", 2000);
    let mut logs = Vec::new();
    for n in 0..many {
        if n.is_multiple_of(2000) {
            logs = (0..8)
                .map(|_| {
                    let log = Log::new(dice.within(20, 150), &mut dice);
                    let mut known = Known::default();
                    known.add(&log.witnessed().to_string()).unwrap();
                    let mut earlier = Known::default();
                    earlier.add(&log.text()).unwrap();
                    (log, known, earlier)
                })
                .collect();
        }
        let (log, known, earlier) = &logs[usize::try_from(dice.next() % 8).unwrap()];
        let care = [Care::Rows, Care::Leaves, Care::Everything][usize::try_from(dice.next() % 3).unwrap()];
        let done = tamper(log, n % WAYS, care, &mut dice);
        let Err(fault) = verify(done.text.as_bytes(), known) else {
            panic!("{n}: {} of entry {} of {} was not seen", done.name, done.first, log.size());
        };
        assert!(
            fault.first <= done.first && done.first <= fault.last && done.said.contains(&fault.what),
            "{n}: {} of entry {} of {}: {fault}",
            done.name,
            done.first,
            log.size()
        );
        // Whoever kept an earlier export knows the very entry.
        let exact = verify(done.text.as_bytes(), earlier).unwrap_err();
        assert_eq!(exact.first, done.first, "{n}: {} of {}: {exact}", done.name, log.size());
    }
}

#[test]
fn a_record_that_nobody_touched_is_never_called_bad_and_says_who_saw_it() {
    let mut dice = Dice(19);
    for _ in 0..40 {
        let log = Log::new(dice.within(20, 150), &mut dice);
        let mut known = Known::default();
        known.add(&log.witnessed().to_string()).unwrap();
        known.add(&log.text()).unwrap();
        let found = verify(log.text().as_bytes(), &known).unwrap();
        assert_eq!((found.entries, found.removed), (log.size(), log.removed as u64));
        let witnessed = found.witnessed.unwrap();
        assert_eq!(witnessed, (log.witnessed().checkpoint.size, 1_773_529_200, "vigil/0b5e/witness".into()));
        // It grows, and what was known of it holds.
        let longer =
            log.with(log.entries.iter().cloned().chain((0..9).map(|n| entry(n, &mut dice))).collect());
        assert_eq!(verify(longer.text().as_bytes(), &known).unwrap().entries, log.size() + 9);
    }
}

#[test]
fn no_file_makes_whoever_verifies_stumble() {
    let mut dice = Dice(20);
    let log = Log::new(40, &mut dice);
    let text = log.text().into_bytes();
    for cut in 0..text.len() {
        let _ = verify(&text[..cut], &Known::default()).map(|_| panic!("cut after {cut} bytes, and good"));
    }
    for _ in 0..2000 {
        let mut bytes = text.clone();
        let at = usize::try_from(dice.next()).unwrap() % bytes.len();
        bytes[at] ^= 1 << (dice.next() % 8);
        // A cosignature is lost by it, or the name of its witness; nothing else goes unseen.
        if let Ok(found) = verify(bytes.as_slice(), &Known::default()) {
            assert!(found.witnessed.is_none(), "byte {at}");
        }
    }
}

#[test]
fn a_record_of_years_is_verified_while_somebody_waits() {
    let many = asked("VIGIL_ENTRIES", 20_000);
    let mut dice = Dice(22);
    let signer = Signer::new(&[7; 32], "vigil/5eed", Role::Log).unwrap();
    let (mut log, mut checkpoints, mut lines) = (Frontier::default(), Vec::new(), String::new());
    for seq in 1..=many {
        let entry = entry(seq, &mut dice);
        let leaf = Hash::leaf(entry.canonical().as_bytes());
        log.push(leaf);
        lines += &Line::Entry(entry, leaf).text();
        // As a station signs: of every 64.
        if seq.is_multiple_of(64) || seq == many {
            checkpoints.push(SignedCheckpoint::sign(seq, log.root(), &signer));
        }
    }
    let export = Export { key: signer.public(), size: many, witnesses: &[], checkpoints: &checkpoints };
    let text = export.head() + &lines;
    let began = Instant::now();
    let found = verify(text.as_bytes(), &Known::default()).unwrap();
    let took = began.elapsed();
    assert_eq!((found.entries, found.root), (many, log.root()));
    println!("{many} entries, {} MB, {} checkpoints: {took:?}", text.len() / 1_000_000, checkpoints.len());
    assert!(many < 1_000_000 || took <= Duration::from_secs(many / 200_000), "{took:?}");
}
