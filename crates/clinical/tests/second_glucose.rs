//! Another program in another language, written from the texts of the consensus, finds the same figures of the same readings: of
//! series made here, of those that lie beside this test, and of real recordings.
//!
//! `VIGIL_WRITE_SERIES=1` writes the series that lie here and what the second program says of them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "glucose/series.rs"]
mod series;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use series::{Series, kept, made};

/// Each place of the series with each step of a sensor.
const PEOPLE: u64 = 32;

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/glucose").join(file)
}

/// What the second program says of a series; `None` where this machine has no Python, or no zones for it.
fn second(file: &Path) -> Option<String> {
    let done = Command::new("python3").arg(here("second.py")).arg(file).output().ok()?;
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    if error.contains("ZoneInfoNotFoundError") || error.contains("No module named 'zoneinfo'") {
        return None;
    }
    assert!(done.status.success(), "{error}");
    Some(String::from_utf8(done.stdout).unwrap())
}

/// Every word the same, every number to nine digits; nothing is rounded before.
fn assert_same(name: &str, ours: &str, theirs: &str) {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
    for (our, their) in ours.iter().zip(&theirs) {
        let same = |(a, b): (&str, &str)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
            _ => a == b,
        };
        let (a, b): (Vec<_>, Vec<_>) = (our.split(' ').collect(), their.split(' ').collect());
        assert!(
            a.len() == b.len() && a.into_iter().zip(b).all(same),
            "{name}\n  ours: {our}\ntheirs: {their}"
        );
    }
    assert_eq!(ours.len(), theirs.len(), "{name}");
}

/// Compares each series by the second program itself; how many were, and nothing where there is no Python.
fn compare(series: impl IntoIterator<Item = (String, Series)>) -> Option<usize> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut compared = 0;
    for (name, series) in series {
        let file = folder.join(format!("{name}.txt"));
        fs::write(&file, series.to_string()).unwrap();
        let Some(theirs) = second(&file) else {
            println!("skipped: this machine has no python3 with zones");
            return None;
        };
        assert_same(&name, &series.said(), &theirs);
        compared += 1;
    }
    Some(compared)
}

#[test]
fn the_series_that_lie_here_have_the_figures_that_lie_beside_them() {
    if std::env::var_os("VIGIL_WRITE_SERIES").is_some() {
        for (name, series) in kept() {
            let file = here(&format!("series/{name}.txt"));
            fs::write(&file, series.to_string()).unwrap();
            fs::write(here(&format!("series/{name}.said")), second(&file).unwrap()).unwrap();
        }
    }
    let mut files = 0;
    for entry in fs::read_dir(here("series")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let series = Series::read(&fs::read_to_string(&file).unwrap());
        let said = fs::read_to_string(file.with_extension("said")).unwrap();
        assert_same(&file.display().to_string(), &series.said(), &said);
        files += 1;
    }
    assert_eq!(files, kept().len());
}

#[test]
fn a_second_program_finds_the_same_figures_of_any_readings() {
    let series = (0..PEOPLE).map(|seed| (format!("made-{seed}"), made(seed)));
    if let Some(compared) = compare(series) {
        assert_eq!(compared as u64, PEOPLE);
    }
}

#[test]
fn a_second_program_finds_the_same_figures_of_real_recordings() {
    let data = Path::new("../../../shared/data");
    if !data.is_dir() {
        println!("skipped: the recordings are not beside this checkout (../shared/data)");
        return;
    }
    let mut people = Series::recorded(&data.join("cgm/hall-2018.csv"), "America/Los_Angeles");
    for n in 1..=6 {
        people.extend(Series::recorded(&data.join(format!("home/person-{n}.csv")), "Europe/Zurich"));
    }
    assert_eq!(people.len(), 16);
    let named = people.into_iter().enumerate().map(|(n, series)| (format!("recorded-{n}"), series));
    if let Some(compared) = compare(named) {
        println!("{compared} people compared");
    }
}
