//! One patient into a file: a chart, or the report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clinical::{MINUTE_MS, PatientId};
use console::ChartRequest;
use console::view::{Failure, FailureCode, SheetRow};
use fhir::format_instant;
use vault::{Vault, View};

use super::folder::{cache, imprint, own_cache};
use super::terminal::{instant, print, print_json};
use crate::session::{Start, clock};

#[derive(Args, Debug)]
pub(crate) struct Range {
    /// Logical id of the patient
    #[arg(long, value_name = "ID")]
    patient: String,
    /// First moment (2026-03-14T03:12:00Z); a day before the last where left out
    #[arg(long)]
    from: Option<String>,
    /// Last moment; the patient's newest value where left out
    #[arg(long)]
    to: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Chart {
    #[command(flatten)]
    range: Range,
    /// Pixels
    #[arg(long, default_value_t = 1200)]
    width: u32,
    /// Pixels
    #[arg(long, default_value_t = 800)]
    height: u32,
    /// Where to; the ending says what: .png, .svg or .pdf
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// On a dark ground, as the window
    #[arg(long)]
    dark: bool,
    /// Draw every sample instead of the four that decide a column; the picture is the same
    #[arg(long)]
    all_samples: bool,
    /// Why it leaves this station; kept in its log
    #[arg(long, default_value = "not said")]
    why: String,
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    range: Range,
    /// Where to
    #[arg(long, value_name = "FILE")]
    pdf: PathBuf,
    /// Why it leaves this station; kept in its log
    #[arg(long, default_value = "not said")]
    why: String,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    range: Range,
    /// Where to; the ending says what: .csv or .json
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Why it leaves this station
    #[arg(long)]
    why: String,
}

#[derive(Args, Debug)]
pub(crate) struct Flowsheet {
    #[command(flatten)]
    range: Range,
    /// Minutes of one column
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(i64).range(1..=1440))]
    every: i64,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn request(range: Range, light: bool, every_sample: bool) -> Result<ChartRequest, Failure> {
    let moment = |option: &str, text: Option<String>| text.map(|t| instant(option, &t)).transpose();
    Ok(ChartRequest {
        patient: range.patient.into(),
        from: moment("--from", range.from)?,
        to: moment("--to", range.to)?,
        light,
        every_sample,
    })
}

pub(crate) fn chart(start: &Start, asked: Chart) -> Result<ExitCode, Failure> {
    let kind = asked.out.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    if !["png", "svg", "pdf"].contains(&kind.as_str()) {
        return Err(Failure::failed("--out: the file has to end in .png, .svg or .pdf; nothing was written"));
    }
    let request = request(asked.range, !asked.dark, asked.all_samples)?;
    let vault = logged(start)?;
    let figure = vault
        .read_as(View::NOW, |reader| Ok(console::chart(reader, &request, asked.width)))?
        .map_err(Failure::from)?;
    let (width, height) = (asked.width, asked.height);
    let bytes = match kind.as_str() {
        "png" => figure.png(width, height),
        "svg" => figure.svg(width, height).map(String::into_bytes),
        _ => figure.pdf(width, height, "Trends"),
    };
    let bytes = bytes.map_err(Failure::failed)?;
    log(start, &vault, format!("chart {kind}: {}", asked.why), Some(&request.patient))?;
    write(&asked.out, &bytes)
}

/// The cache, opened so that what leaves it is in its log; only to read where a window holds it, which is said.
pub(crate) fn logged(start: &Start) -> Result<Vault, Failure> {
    own_cache(start).or_else(|error| {
        if error.code != FailureCode::InUse {
            return Err(error);
        }
        eprintln!("a window of this station holds its cache: this file is not in the station's log");
        cache(start)
    })
}

pub(crate) fn log(
    start: &Start,
    vault: &Vault,
    what: String,
    patient: Option<&PatientId>,
) -> Result<(), Failure> {
    if vault.is_read_only() {
        return Ok(());
    }
    let who = start.user.clone().unwrap_or("the command line".into());
    Ok(vault.audit(clock()(), who, what, patient.map(String::from))?)
}

pub(crate) fn report(start: &Start, asked: Report) -> Result<ExitCode, Failure> {
    let request = request(asked.range, true, false)?;
    let imprint = imprint(start, None);
    let vault = logged(start)?;
    let bytes = vault
        .read_as(View::NOW, |reader| Ok(console::report(reader, &request, clock()(), &imprint)))?
        .map_err(Failure::from)?;
    log(start, &vault, format!("report: {}", asked.why), Some(&request.patient))?;
    write(&asked.pdf, &bytes)
}

pub(crate) fn export(start: &Start, asked: Export) -> Result<ExitCode, Failure> {
    let kind = asked.out.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let made = match kind.as_str() {
        "csv" => console::export_csv,
        "json" => console::export_bundle,
        _ => {
            return Err(Failure::failed("--out: the file has to end in .csv or .json; nothing was written"));
        }
    };
    let why = asked.why.trim().to_owned();
    if why.is_empty() {
        return Err(Failure::failed("--why: say why this leaves the station; nothing was written"));
    }
    let request = request(asked.range, true, false)?;
    // Opened to write: nothing leaves without an entry in the log.
    let vault = own_cache(start)?;
    let exported = vault.read(|reader| Ok(made(reader, &request)))?.map_err(Failure::from)?;
    log(start, &vault, format!("exported {kind}: {why}"), Some(&request.patient))?;
    println!("{} values", exported.values);
    write(&asked.out, exported.text.as_bytes())
}

pub(crate) fn flowsheet(start: &Start, asked: Flowsheet) -> Result<ExitCode, Failure> {
    let request = request(asked.range, true, false)?;
    let step = asked.every * MINUTE_MS;
    let rows = cache(start)?
        .read_as(View::NOW, |reader| Ok(console::flowsheet(reader, &request, step)))?
        .map_err(Failure::from)?;
    if asked.json {
        return print_json(&rows.into_iter().map(SheetRow::from).collect::<Vec<_>>());
    }
    for row in rows {
        print(format_args!("{} {}", row.label, row.unit))?;
        for c in row.cells {
            print(format_args!(
                "  {}  median {:>7.1}  {:>7.1} to {:>7.1}  n {}",
                format_instant(c.from),
                c.median,
                c.low,
                c.high,
                c.n
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, bytes: &[u8]) -> Result<ExitCode, Failure> {
    std::fs::write(file, bytes)?;
    println!("{} ({} KiB)", file.display(), bytes.len() / 1024);
    Ok(ExitCode::SUCCESS)
}
