//! What a command writes into a file: a chart, paper, values.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use console::Start;
use console::view::{Answer, AsOf, Ask, Document, Failure, FileKind, Stretch};

use super::terminal::{instant, print};

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

impl Range {
    pub(crate) fn read(self) -> Result<Stretch, Failure> {
        let moment = |option: &str, text: Option<String>| text.map(|t| instant(option, &t)).transpose();
        let (from, to) = (moment("--from", self.from)?, moment("--to", self.to)?);
        Ok(Stretch { patient: self.patient, from: from.map(|at| at.0), to: to.map(|at| at.0) })
    }
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
    #[arg(long)]
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
    #[arg(long)]
    why: String,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    range: Range,
    /// Where to; the ending says what: .csv or .json
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Why it leaves this station; kept in its log
    #[arg(long)]
    why: String,
}

/// The kind of file that an ending names, of those that are wanted.
fn kind(file: &Path, wanted: &[(&str, FileKind)], words: &str) -> Result<FileKind, Failure> {
    let ending = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let found = wanted.iter().find(|(name, _)| *name == ending).map(|(_, kind)| *kind);
    found
        .ok_or_else(|| Failure::failed(format!("--out: the file has to end in {words}; nothing was written")))
}

pub(crate) async fn chart(start: &Start, asked: Chart) -> Result<ExitCode, Failure> {
    let wanted = [("png", FileKind::Png), ("svg", FileKind::Svg), ("pdf", FileKind::Pdf)];
    let kind = kind(&asked.out, &wanted, ".png, .svg or .pdf")?;
    let what = Document::Chart {
        of: asked.range.read()?,
        width: asked.width,
        height: asked.height,
        dark: asked.dark,
        all_samples: asked.all_samples,
    };
    let ask = Ask::File { what, at: AsOf::default(), kind, why: asked.why };
    write(&asked.out, &start.ask(ask).await?)
}

pub(crate) async fn report(start: &Start, asked: Report) -> Result<ExitCode, Failure> {
    let what = Document::Report(asked.range.read()?);
    paper(start, what, AsOf::default(), &asked.pdf, asked.why).await
}

pub(crate) async fn export(start: &Start, asked: Export) -> Result<ExitCode, Failure> {
    let wanted = [("csv", FileKind::Csv), ("json", FileKind::Bundle)];
    let kind = kind(&asked.out, &wanted, ".csv or .json")?;
    let what = Document::Report(asked.range.read()?);
    let ask = Ask::File { what, at: AsOf::default(), kind, why: asked.why };
    let answer = start.ask(ask).await?;
    if let Some(values) = answer.values {
        print(format_args!("{values} values"))?;
    }
    write(&asked.out, &answer)
}

/// Pages as PDF.
pub(crate) async fn paper(
    start: &Start,
    what: Document,
    at: AsOf,
    file: &Path,
    why: String,
) -> Result<ExitCode, Failure> {
    let answer = start.ask(Ask::File { what, at, kind: FileKind::Pdf, why }).await?;
    write(file, &answer)
}

/// Whole or not at all, beside the place first: half a file would pass for a whole one.
pub(crate) fn write(file: &Path, answer: &Answer) -> Result<ExitCode, Failure> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = std::fs::File::create(&beside)
        .and_then(|mut new| new.write_all(&answer.bytes).and_then(|()| new.sync_all()))
        .and_then(|()| std::fs::rename(&beside, file));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(Failure::failed(format!(
            "{} could not be written ({error}); what was asked for is in this station's log. Make room, or name another place",
            file.display()
        )));
    }
    print(format_args!("{} ({} KiB)", file.display(), answer.bytes.len() / 1024))
}
