//! The figures of a person's glucose, printed.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use console::Start;
use console::view::{AsOf, Ask, Document, Failure, Stretch};
use serde::Deserialize;

use super::files::paper;
use super::terminal::{instant, print};

#[derive(Args, Debug)]
pub(crate) struct Glucose {
    /// Logical id of the patient
    #[arg(long, value_name = "ID")]
    patient: String,
    /// First moment (2026-03-14T00:00:00Z); a fortnight before the last where left out
    #[arg(long)]
    from: Option<String>,
    /// The moment at which the period ends; just after the patient's newest value where left out
    #[arg(long)]
    to: Option<String>,
    /// Whose clock the days are of, such as Asia/Kolkata; the station's where left out
    #[arg(long)]
    zone: Option<String>,
    /// Whose goals: standard, older, pregnancy or tight
    #[arg(long, default_value = "standard")]
    targets: String,
    /// As JSON, unrounded
    #[arg(long)]
    json: bool,
    /// As a report on paper, with the profile and every day; wants --why
    #[arg(long, value_name = "FILE", requires = "why", conflicts_with_all = ["json", "explain", "zone"])]
    pdf: Option<PathBuf>,
    /// Why the report leaves this station; kept in its log
    #[arg(long, requires = "pdf")]
    why: Option<String>,
    /// With what stands behind each figure: its definition, its source, what was counted, and which packages differ and why
    #[arg(long)]
    explain: bool,
}

#[derive(Deserialize)]
struct Figures {
    from: String,
    to: String,
    n: u64,
    active_percent: f64,
    mean_mg_dl: Option<f64>,
    mean_mmol_l: Option<f64>,
    cv_percent: Option<f64>,
    gmi_percent: Option<f64>,
    tir_percent: Option<f64>,
    below_70_percent: Option<f64>,
    below_54_percent: Option<f64>,
    above_180_percent: Option<f64>,
    above_250_percent: Option<f64>,
    hypo_episodes: u64,
    hyper_episodes: u64,
    too_little: Option<String>,
    withheld: Option<String>,
    explain: Option<Vec<Explanation>>,
}

#[derive(Deserialize)]
struct Explanation {
    key: String,
    definition: String,
    source: String,
    samples: u64,
    counted: String,
    differs: Vec<Differs>,
}

#[derive(Deserialize)]
struct Differs {
    package: String,
    how: String,
}

/// With one digit behind the point; a dash for what no reading tells.
fn tenths(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

pub(crate) async fn glucose(start: &Start, asked: Glucose) -> Result<ExitCode, Failure> {
    let moment = |option: &str, text: Option<String>| text.map(|t| instant(option, &t)).transpose();
    let (from, to) = (moment("--from", asked.from)?, moment("--to", asked.to)?);
    let of = Stretch { patient: asked.patient, from: from.map(|at| at.0), to: to.map(|at| at.0) };
    if let Some(file) = &asked.pdf {
        let targets = serde_json::from_value(asked.targets.clone().into()).map_err(|_| {
            Failure::failed("--targets: one of standard, older, pregnancy, tight; nothing was written")
        })?;
        let what = Document::Glucose { of, targets };
        return paper(start, what, AsOf::default(), file, asked.why.unwrap_or_default()).await;
    }
    let ask = Ask::Glucose { of, zone: asked.zone, targets: asked.targets, explain: asked.explain };
    let answer = start.ask(ask).await?;
    if asked.json {
        return print(format_args!("{}", String::from_utf8_lossy(&answer.bytes)));
    }
    let found: Figures = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    print(format_args!(
        "{} to {}  {} readings, {:.1} % active",
        found.from, found.to, found.n, found.active_percent
    ))?;
    for (label, value) in [("too little", &found.too_little), ("withheld", &found.withheld)] {
        if let Some(words) = value {
            print(format_args!("{label}: {words}"))?;
        }
    }
    print(format_args!(
        "mean {} mg/dL ({} mmol/L)  GMI {} %  CV {} %",
        tenths(found.mean_mg_dl),
        tenths(found.mean_mmol_l),
        tenths(found.gmi_percent),
        tenths(found.cv_percent)
    ))?;
    for (label, percent) in [
        ("above 250", found.above_250_percent),
        ("above 180", found.above_180_percent),
        ("70 to 180", found.tir_percent),
        ("below 70", found.below_70_percent),
        ("below 54", found.below_54_percent),
    ] {
        print(format_args!("{label:<10} {:>6} %", tenths(percent)))?;
    }
    print(format_args!("{} lows, {} highs", found.hypo_episodes, found.hyper_episodes))?;
    for row in found.explain.into_iter().flatten() {
        print(format_args!("\n{} ({} samples; {})", row.key, row.samples, row.counted))?;
        print(format_args!("  {} [{}]", row.definition, row.source))?;
        for other in row.differs {
            print(format_args!("  {} {}", other.package, other.how))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
