//! One patient into a file: a chart, or the report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use console::ChartRequest;
use vault::View;

use crate::cli::{cache, cover, instant};
use crate::error::AppError;
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
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    range: Range,
    /// Where to
    #[arg(long, value_name = "FILE")]
    pdf: PathBuf,
}

fn request(range: Range, light: bool, every_sample: bool) -> Result<ChartRequest, AppError> {
    let moment = |option: &str, text: Option<String>| text.map(|t| instant(option, &t)).transpose();
    Ok(ChartRequest {
        patient: range.patient,
        from: moment("--from", range.from)?,
        to: moment("--to", range.to)?,
        light,
        every_sample,
    })
}

pub(crate) fn chart(start: &Start, asked: Chart) -> Result<ExitCode, AppError> {
    let kind = asked.out.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    if !["png", "svg", "pdf"].contains(&kind.as_str()) {
        return Err(AppError::failed(
            "--out: the file has to end in .png, .svg or .pdf; nothing was written",
        ));
    }
    let request = request(asked.range, !asked.dark, asked.all_samples)?;
    let figure = cache(start)?
        .read_as(View::NOW, |reader| Ok(console::chart(reader, &request, asked.width)))?
        .map_err(AppError::from)?;
    let (width, height) = (asked.width, asked.height);
    let bytes = match kind.as_str() {
        "png" => figure.png(width, height),
        "svg" => figure.svg(width, height).map(String::into_bytes),
        _ => figure.pdf(width, height, "Trends"),
    };
    write(&asked.out, &bytes.map_err(AppError::failed)?)
}

pub(crate) fn report(start: &Start, asked: Report) -> Result<ExitCode, AppError> {
    let request = request(asked.range, true, false)?;
    let cover = cover(start, None);
    let bytes = cache(start)?
        .read_as(View::NOW, |reader| Ok(console::report(reader, &request, clock()(), &cover)))?
        .map_err(AppError::from)?;
    write(&asked.pdf, &bytes)
}

fn write(file: &Path, bytes: &[u8]) -> Result<ExitCode, AppError> {
    std::fs::write(file, bytes)?;
    println!("{} ({} KiB)", file.display(), bytes.len() / 1024);
    Ok(ExitCode::SUCCESS)
}
