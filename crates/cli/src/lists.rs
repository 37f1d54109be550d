//! What a command prints: the board, the alarms, numbers in steps of time, the log. As JSON it is the view itself; a line holds
//! the part of it that fits.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Args;
use clinical::MINUTE_MS;
use console::Start;
use console::view::{Answer, AsOf, Ask, Failure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::files::Range;
use super::terminal::{instant, print};

#[derive(Args, Debug)]
pub(crate) struct Moment {
    /// As of this instant (2026-03-14T03:12:00Z), with all that is known of it today
    #[arg(long)]
    at: Option<String>,
    /// With `--at`: what this station showed then, without what arrived later
    #[arg(long, requires = "at")]
    as_shown: bool,
}

impl Moment {
    pub(crate) fn read(self) -> Result<AsOf, Failure> {
        let at = self.at.map(|text| instant("--at", &text)).transpose()?;
        Ok(AsOf { at: at.map(|at| at.0), as_shown: self.as_shown })
    }
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

/// The answer as it came, or a line for each row of it.
fn rows<T: DeserializeOwned>(
    answer: &Answer,
    as_json: bool,
    line: impl Fn(&T) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    if as_json {
        return print(format_args!("{}", String::from_utf8_lossy(&answer.bytes)));
    }
    let rows: Vec<T> = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    rows.iter().try_for_each(line)?;
    Ok(ExitCode::SUCCESS)
}

/// How many letters the longest ward has, where there are several: then a bed alone says little.
fn widest(answer: &Answer) -> Result<Option<usize>, Failure> {
    #[derive(Deserialize)]
    struct Placed {
        ward: Option<String>,
    }
    let rows: Vec<Placed> = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    let wards: BTreeSet<String> = rows.into_iter().filter_map(|row| row.ward).collect();
    Ok(wards.iter().map(|ward| ward.chars().count()).max().filter(|_| wards.len() > 1))
}

/// The ward as it stands beside a bed.
fn beside(ward: Option<&str>, wide: Option<usize>) -> String {
    wide.map_or_else(String::new, |wide| format!("{:<wide$} ", ward.unwrap_or("-")))
}

pub(crate) async fn ward(start: &Start, at: AsOf, as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Person {
        ward: Option<String>,
        bed: String,
        name: String,
        mrn: String,
        deceased: bool,
        news2: Score,
    }
    #[derive(Deserialize)]
    struct Score {
        total: Option<u8>,
        partial: u8,
    }
    let answer = start.ask(Ask::Ward(at)).await?;
    let wide = widest(&answer)?;
    rows(&answer, as_json, |person: &Person| {
        let news = &person.news2;
        let score = news.total.map_or_else(|| format!(">={}", news.partial), |total| total.to_string());
        let died = if person.deceased { "  deceased" } else { "" };
        let ward = beside(person.ward.as_deref(), wide);
        print(format_args!(
            "{:<4} {ward}{:<28} {:<14} NEWS2 {score}{died}",
            person.bed, person.name, person.mrn
        ))?;
        Ok(())
    })
}

pub(crate) async fn alerts(start: &Start, at: AsOf, as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Episode {
        ward: Option<String>,
        bed: Option<String>,
        priority: String,
        text: String,
        state: String,
        owner: Option<String>,
        onset: String,
    }
    let answer = start.ask(Ask::Alerts(at)).await?;
    let wide = widest(&answer)?;
    rows(&answer, as_json, |episode: &Episode| {
        if episode.state != "closed" {
            print(format_args!(
                "{:<4} {}{:<10} {:<28} {:<8} {:<20} {}",
                episode.bed.as_deref().unwrap_or("-"),
                beside(episode.ward.as_deref(), wide),
                episode.priority,
                episode.text,
                episode.state,
                episode.owner.as_deref().unwrap_or("-"),
                episode.onset
            ))?;
        }
        Ok(())
    })
}

pub(crate) async fn flowsheet(start: &Start, asked: Flowsheet) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Row {
        label: String,
        unit: String,
        cells: Vec<Cell>,
    }
    #[derive(Deserialize)]
    struct Cell {
        from: String,
        median: f64,
        low: f64,
        high: f64,
        n: u64,
    }
    let ask = Ask::Flowsheet { of: asked.range.read()?, step_ms: asked.every * MINUTE_MS };
    rows(&start.ask(ask).await?, asked.json, |row: &Row| {
        print(format_args!("{} {}", row.label, row.unit))?;
        for c in &row.cells {
            print(format_args!(
                "  {}  median {:>7.1}  {:>7.1} to {:>7.1}  n {}",
                c.from, c.median, c.low, c.high, c.n
            ))?;
        }
        Ok(())
    })
}

pub(crate) async fn quarantine(start: &Start, most: u32, as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Kept {
        at: String,
        reference: String,
        reason: String,
    }
    rows(&start.ask(Ask::Quarantine { most }).await?, as_json, |kept: &Kept| {
        print(format_args!("{}  {:<40} {}", kept.at, kept.reference, kept.reason))?;
        Ok(())
    })
}

pub(crate) async fn ledger(start: &Start, as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Ledger {
        channels: Vec<Channel>,
        gaps: Vec<Gap>,
        outages: Vec<Outage>,
    }
    #[derive(Deserialize)]
    struct Outage {
        since: String,
        until: String,
        why: String,
        words: Vec<String>,
        alarms_whole: Option<String>,
        values_whole: Option<String>,
    }
    #[derive(Deserialize)]
    struct Channel {
        name: String,
        began: String,
        heard: String,
        numbered: u64,
        came: u64,
        unnumbered: u64,
    }
    #[derive(Deserialize)]
    struct Gap {
        channel: String,
        events: Option<u64>,
        numbers: Option<(u64, u64)>,
        since: String,
        until: String,
        why: String,
        read_at: Option<String>,
    }
    let answer = start.ask(Ask::Ledger).await?;
    if as_json {
        return print(format_args!("{}", String::from_utf8_lossy(&answer.bytes)));
    }
    let ledger: Ledger = serde_json::from_slice(&answer.bytes).map_err(Failure::failed)?;
    for c in &ledger.channels {
        let how = if c.name == "live" { "events numbered, came by themselves" } else { "counted, came" };
        let untold = match c.unnumbered {
            0 => String::new(),
            n => format!("; {n} searches whose number this server does not say"),
        };
        print(format_args!(
            "{:<28} {:>9} {:>9} {how}; from {} to {}{untold}",
            c.name, c.numbered, c.came, c.began, c.heard
        ))?;
    }
    for gap in &ledger.gaps {
        let events = match (gap.events, gap.numbers) {
            (Some(events), Some((first, last))) => format!("{events} ({first}-{last})"),
            (events, _) => events.map_or("-".to_owned(), |events| events.to_string()),
        };
        let read = gap.read_at.as_deref().map_or("open".to_owned(), |at| format!("read again {at}"));
        print(format_args!(
            "{:<28} {events:>14}  {} to {}  {:<40} {read}",
            gap.channel, gap.since, gap.until, gap.why
        ))?;
    }
    for outage in &ledger.outages {
        let whole = |at: &Option<String>| at.clone().unwrap_or("not yet".into());
        print(format_args!(
            "outage from {} to {} ({}): {}; alarms whole {}, values whole {}",
            outage.since,
            outage.until,
            outage.why,
            outage.words.join("; "),
            whole(&outage.alarms_whole),
            whole(&outage.values_whole)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn log(start: &Start, most: u32, as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Deserialize)]
    struct Entry {
        at: String,
        who: String,
        what: String,
        about: Option<String>,
    }
    rows(&start.ask(Ask::Log { most }).await?, as_json, |entry: &Entry| {
        let about = entry.about.as_deref().unwrap_or_default();
        print(format_args!("{}  {:<20} {:<40} {about}", entry.at, entry.who, entry.what))?;
        Ok(())
    })
}
