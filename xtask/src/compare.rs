//! Two states of the program, figure by figure, from several rounds in which they took turns.

use std::fmt::Write;

use serde_json::Value;

/// One figure of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured, as the bench names it.
    pub what: String,
    /// In `unit`.
    pub value: f64,
    /// As the bench prints it.
    pub unit: String,
}

/// Reads what a bench wrote with `--json`.
///
/// # Errors
/// Text that is no list of figures.
pub fn figures(json: &str) -> Result<Vec<Figure>, String> {
    let rows: Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
    let rows = rows.as_array().ok_or("a bench wrote no list of figures")?;
    // What could not be measured in this run has no number.
    let figure = |row: &Value| {
        let (what, unit) = (row["what"].as_str()?, row["unit"].as_str()?);
        Some(Figure { what: what.trim().to_owned(), value: row["value"].as_f64()?, unit: unit.to_owned() })
    };
    Ok(rows.iter().filter_map(figure).collect())
}

/// How much worse a figure may be before it is marked.
pub const ALLOWED: f64 = 1.05;

/// The table, and how many figures are worse by more than [`ALLOWED`]. Each round holds what was before and what is now.
pub fn table(rounds: &[(Vec<Figure>, Vec<Figure>)]) -> (String, usize) {
    let mut out = format!("{:<74} {:>11} {:>11} {:>7}\n", "figure (medians)", "before", "now", "now is");
    let mut worse = 0;
    let Some((first_before, first_now)) = rounds.first() else { return (out, 0) };
    let value = |run: &[Figure], what: &Figure| {
        run.iter().find(|f| f.what == what.what && f.unit == what.unit).map(|f| f.value)
    };
    for figure in first_now {
        let pairs: Vec<(f64, f64)> = rounds
            .iter()
            .filter_map(|(before, now)| Some((value(before, figure)?, value(now, figure)?)))
            .collect();
        if pairs.is_empty() {
            continue;
        }
        let of = |pick: fn(&(f64, f64)) -> f64| median(pairs.iter().map(pick).collect());
        // The two runs of a round stand beside each other in time, so the machine was the same for both.
        let ratio = of(|(before, now)| now / before);
        let bad = if more_is_better(&figure.unit) { 1.0 / ratio } else { ratio };
        let mark = if bad > ALLOWED {
            worse += 1;
            "  WORSE"
        } else if bad < 1.0 / ALLOWED {
            "  better"
        } else {
            ""
        };
        let what = format!("{} [{}]", figure.what, figure.unit);
        let (before, now) = (of(|pair| pair.0), of(|pair| pair.1));
        let _ = writeln!(out, "{what:<74} {before:>11.2} {now:>11.2} {ratio:>6.2}x{mark}");
    }
    let only = |some: &[Figure], others: &[Figure], when: &str| {
        let alone = some.iter().filter(|f| value(others, f).is_none());
        alone.map(|f| format!("only {when}: {} [{}]\n", f.what, f.unit)).collect::<String>()
    };
    out += &only(first_before, first_now, "before");
    out += &only(first_now, first_before, "now");
    (out, worse)
}

/// Rates and advantages; everything else is time, memory or size.
fn more_is_better(unit: &str) -> bool {
    unit.ends_with("/s") || unit == "x" || unit.starts_with("times")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
