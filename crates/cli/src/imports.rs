//! Files of other programs, taken in; and messages, listened for.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use console::view::{Ask, Failure, Import as Asked, Imported};
use console::{Listen as Where, ListenTls, Start};

use super::terminal::print;

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// A Dexcom Clarity or LibreView CSV, Tidepool or Nightscout JSON, FHIR Bundle or NDJSON, HL7 v2 messages
    file: PathBuf,
    /// Logical id of the patient whom it is about; what names another server's patient becomes theirs
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    /// Show what would be added and what refused, and take nothing in
    #[arg(long)]
    dry_run: bool,
    /// Why it is taken in; kept in the station's log
    #[arg(long, required_unless_present = "dry_run")]
    why: Option<String>,
    /// Whose clock its times are of, such as Europe/Berlin; the station's where left out
    #[arg(long)]
    zone: Option<String>,
    /// How its dates begin, where they do not show it
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    /// It is theirs although it names somebody else
    #[arg(long)]
    other_name: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dates {
    DayFirst,
    MonthFirst,
}

/// Takes a file in. The exit code is 2 where rows of it were refused.
pub(crate) async fn import(start: &Start, asked: Import) -> Result<ExitCode, Failure> {
    // Whoever answers may stand in another folder.
    let file = std::path::absolute(&asked.file).unwrap_or(asked.file);
    let dates = asked.dates.map(|dates| match dates {
        Dates::DayFirst => "day-first".to_owned(),
        Dates::MonthFirst => "month-first".to_owned(),
    });
    let (patient, zone, other_name) = (asked.patient, asked.zone, asked.other_name);
    let file = Asked { file, patient, zone, dates, other_name };
    let ask = match asked.dry_run {
        true => Ask::ImportPreview(file),
        false => Ask::Import { file, why: asked.why.unwrap_or_default() },
    };
    let answer = start.ask(ask).await?;
    let found: Imported = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    if asked.json {
        print(format_args!("{}", String::from_utf8_lossy(&answer.bytes)))?;
    } else {
        show(&found)?;
    }
    Ok(if found.refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn show(found: &Imported) -> Result<(), Failure> {
    let would = if found.dry_run { "would be added" } else { "added" };
    print(format_args!(
        "{}: {} values, {} {would}, {} here already, {} rows refused, {} marked",
        found.name, found.read, found.added, found.already, found.refused, found.marked
    ))?;
    if let (Some(from), Some(to)) = (&found.from, &found.to) {
        let zone = found.zone.as_ref().map(|zone| format!(" (zone {zone})")).unwrap_or_default();
        print(format_args!("{from} to {to}{zone}, in {}", found.units.join(", ")))?;
    }
    if !found.devices.is_empty() {
        print(format_args!("devices: {}", found.devices.join(", ")))?;
    }
    for note in &found.notes {
        print(format_args!("note: {note}"))?;
    }
    for problem in &found.problems {
        let line = problem.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let what = if problem.kept { "marked" } else { "refused" };
        print(format_args!("{what}: {line}{}", problem.reason))?;
    }
    if found.more_problems > 0 {
        print(format_args!("and {} more", found.more_problems))?;
    }
    for (name, often) in &found.left_out {
        print(format_args!("not read: {often} x {name}"))?;
    }
    Ok(())
}

#[derive(Args, Debug)]
pub(crate) struct Listen {
    /// Where to listen for HL7 v2 over MLLP: an address of this machine, such as 127.0.0.1:2575; of others with certificates of both sides
    #[arg(long, value_name = "ADDRESS")]
    mllp: SocketAddr,
    /// Of whom senders' certificates must be (PEM)
    #[arg(long, value_name = "FILE", requires = "own_cert")]
    senders_ca: Option<PathBuf>,
    /// This station's own certificate with its key (PEM)
    #[arg(long, value_name = "FILE", requires = "senders_ca")]
    own_cert: Option<PathBuf>,
    /// The zone of times that name none, such as Europe/Berlin; such values are set aside where left out
    #[arg(long)]
    zone: Option<String>,
    /// Who gives the numbers of patients that name nobody
    #[arg(long)]
    authority: Option<String>,
}

/// Listens until it is ended.
pub(crate) async fn listen(start: &Start, asked: Listen) -> Result<ExitCode, Failure> {
    let tls = asked.senders_ca.zip(asked.own_cert);
    let tls = tls.map(|(authorities, own)| ListenTls { authorities, own });
    let asked = Where { address: asked.mllp, tls, zone: asked.zone, authority: asked.authority };
    let told = |address| {
        let _ = print(format_args!("listening on {address}"));
    };
    tokio::select! {
        ended = start.listen(&asked, told) => ended?,
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::SUCCESS)
}
