//! Another program in another language, written from the document, says the same of a record as ours does.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod forged;

use std::path::Path;
use std::process::Command;

use forged::{Care, Dice, Log, WAYS, tamper};
use record::{Known, verify};

/// What the second verifier says; `None` where this machine has no Python.
fn second(folder: &Path, text: &str, known: &str) -> Option<String> {
    let (file, beside) = (folder.join("record.jsonl"), folder.join("known.txt"));
    std::fs::write(&file, text).unwrap();
    std::fs::write(&beside, known).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_record.py");
    let done = Command::new("python3").arg(script).arg(file).arg(beside).output().ok()?;
    let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    assert!(!said.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.success(), said.starts_with("good"));
    Some(said)
}

#[test]
fn a_second_verifier_agrees_on_every_root_and_names_the_same_bad_entry() {
    let mut dice = Dice(21);
    let folder = tempfile::tempdir().unwrap();
    let log = Log::new(dice.within(20, 40), &mut dice);
    let (note, mut known) = (log.witnessed().to_string(), Known::default());
    known.add(&note).unwrap();
    let found = verify(log.text().as_bytes(), &known).unwrap();
    let Some(said) = second(folder.path(), &log.text(), &note) else {
        println!("skipped: this machine has no python3");
        return;
    };
    assert_eq!(said, format!("good {} {}", found.entries, found.root));
    for way in 0..WAYS {
        for care in [Care::Rows, Care::Leaves, Care::Everything] {
            let done = tamper(&log, way, care, &mut dice);
            let fault = verify(done.text.as_bytes(), &known).unwrap_err();
            let wanted = format!("bad {} {} {}", fault.first, fault.last, fault.what.code());
            assert!(done.said.contains(&fault.what), "{}: {fault}", done.name);
            let said = second(folder.path(), &done.text, &note).unwrap();
            assert_eq!(said, wanted, "{} of entry {}", done.name, done.first);
        }
    }
}
