//! A person's insulin, printed.

use std::process::ExitCode;

use clap::Args;
use console::Start;
use console::view::{Ask, Failure, Stretch};
use serde::Deserialize;

use super::terminal::{instant, print};

#[derive(Args, Debug)]
pub(crate) struct Insulin {
    /// Logical id of the patient
    #[arg(long, value_name = "ID")]
    patient: String,
    /// First moment (2026-03-14T00:00:00Z); a fortnight before the last where left out
    #[arg(long)]
    from: Option<String>,
    /// The moment at which the period ends; now where left out
    #[arg(long)]
    to: Option<String>,
    /// Whose clock the days are of, such as Asia/Kolkata; the station's where left out
    #[arg(long)]
    zone: Option<String>,
    /// As JSON, unrounded
    #[arg(long)]
    json: bool,
    /// Why it leaves this station; kept in its log
    #[arg(long)]
    why: String,
}

#[derive(Deserialize)]
struct Told {
    from: String,
    to: String,
    at: Option<String>,
    doses: Vec<Dose>,
    days: Vec<Day>,
    on_board: Option<Board>,
    findings: Vec<Finding>,
    withheld: Option<String>,
}

#[derive(Deserialize)]
struct Dose {
    at: String,
    units: f64,
    kind: Option<String>,
    what: String,
    device_name: Option<String>,
    role: String,
    again: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Day {
    date: String,
    basal_units: f64,
    bolus_units: f64,
    unknown_units: f64,
    total_units: f64,
    priming_units: f64,
}

#[derive(Deserialize)]
struct Board {
    units: f64,
    unknown_units: f64,
    duration_min: i64,
    peak_min: i64,
}

#[derive(Deserialize)]
struct Finding {
    text: String,
    cause: String,
}

pub(crate) async fn insulin(start: &Start, asked: Insulin) -> Result<ExitCode, Failure> {
    let moment = |option: &str, text: Option<String>| text.map(|t| instant(option, &t)).transpose();
    let (from, to) = (moment("--from", asked.from)?, moment("--to", asked.to)?);
    let of = Stretch { patient: asked.patient, from: from.map(|at| at.0), to: to.map(|at| at.0) };
    let answer = start.ask(Ask::Insulin { of, zone: asked.zone, why: asked.why }).await?;
    if asked.json {
        return print(format_args!("{}", String::from_utf8_lossy(&answer.bytes)));
    }
    let told: Told = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    print(format_args!("{} to {}", told.from, told.to))?;
    if let Some(words) = &told.withheld {
        print(format_args!("withheld: {words}"))?;
    }
    let Some((at, board)) = told.at.zip(told.on_board) else {
        return print(format_args!("no dose of insulin is known"));
    };
    print(format_args!(
        "on board at {at}: {:.2} U (works {} min, most at {} min)",
        board.units, board.duration_min, board.peak_min
    ))?;
    if board.unknown_units > 0.0 {
        print(format_args!("  and {:.2} U of a kind that is not known", board.unknown_units))?;
    }
    for found in told.findings {
        print(format_args!("{}\n  {}", found.text, found.cause))?;
    }
    print(format_args!(
        "\n{:<10} {:>7} {:>7} {:>9} {:>7} {:>7}",
        "day", "basal", "bolus", "not known", "total", "priming"
    ))?;
    for day in told.days {
        print(format_args!(
            "{:<10} {:>7.1} {:>7.1} {:>9.1} {:>7.1} {:>7.1}",
            day.date, day.basal_units, day.bolus_units, day.unknown_units, day.total_units, day.priming_units
        ))?;
    }
    print(format_args!(""))?;
    for dose in told.doses {
        let kind = dose.kind.as_deref().unwrap_or("not known");
        let role = if dose.role == "priming" { " priming, in no sum" } else { "" };
        let again = match dose.again.len() {
            0 => String::new(),
            more => format!(" one dose by {} records", more + 1),
        };
        let pen = dose.device_name.as_deref().unwrap_or("no pen named");
        print(format_args!(
            "{} {:>6.1} U {kind:<9} {}, {}{role}{again}",
            dose.at, dose.units, dose.what, pen
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
