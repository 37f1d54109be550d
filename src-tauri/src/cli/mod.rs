//! The command line.

mod files;
mod folder;
mod maintenance;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Wall;

use charts::Page;
use clap::{Args, Parser, Subcommand};
use clinical::{ActorId, Instant};
use console::Imprint;
use console::view::{self, Failure, Synced};
use fhir::Client;
use sync::Engine;
use vault::{Pin, Vault, View, Ward};

use crate::session::{Start, clock, key};

use crate::{doctor, platform, window};
use folder::{cache, imprint};
use terminal::{instant, print, print_json};

/// Vigil, a clinician console. Secondary display: the bedside alarm is primary.
#[derive(Parser, Debug)]
#[command(version, about)]
pub(crate) struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Args, Debug)]
struct Common {
    /// FHIR R4 base, such as https://fhir.example.org/r4
    #[arg(long, global = true)]
    server: Option<String>,
    /// Folder of the encrypted cache
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// Read the station's PIN from the first line of standard input
    #[arg(long, global = true)]
    pin_stdin: bool,
    /// Open the demo ward: simulated people, nothing is kept
    #[arg(long)]
    demo: bool,
    /// How much faster than life the demo runs
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Who sits at this station
    #[arg(long, global = true)]
    user: Option<String>,
    /// Who that is for certain, such as Practitioner/123; without it, whoever bears this name at this station
    #[arg(long, global = true, value_parser = user_id)]
    user_id: Option<ActorId>,
    /// This station's name
    #[arg(long, global = true)]
    station: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Check server, TLS, clock, keyring, cache and webview
    Doctor,
    /// Pull everything into the cache and send what waits
    Sync {
        /// Once, then end (the window syncs for as long as it is open)
        #[arg(long, required = true)]
        once: bool,
        /// Print the counts as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the ward board from the cache
    Ward {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// As of this instant (2026-03-14T03:12:00Z), with all that is known of it today
        #[arg(long)]
        at: Option<String>,
        /// With `--at`: what this station showed then, without what arrived later
        #[arg(long, requires = "at")]
        as_shown: bool,
        /// As a list on paper for the time without a network
        #[arg(long, value_name = "FILE")]
        pdf: Option<PathBuf>,
        /// Why it leaves this station; kept in its log
        #[arg(long, requires = "pdf", default_value = "not said")]
        why: String,
    },
    /// List alert episodes from the cache, with what people did about each
    Alerts {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// As of this instant (2026-03-14T03:12:00Z), with all that is known of it today
        #[arg(long)]
        at: Option<String>,
        /// With `--at`: as this station knew them then
        #[arg(long, requires = "at")]
        as_shown: bool,
    },
    /// Write the handover pack from the cache
    Handover {
        /// Where to
        #[arg(long, value_name = "FILE")]
        pdf: PathBuf,
        /// Why it leaves this station; kept in its log
        #[arg(long, default_value = "not said")]
        why: String,
    },
    /// Draw one patient's trends into a file: .png, .svg or .pdf
    Chart(files::Chart),
    /// Write one patient's report
    Report(files::Report),
    /// Write one patient's values, as sent, into a file: .csv or .json (a FHIR Bundle); why is kept in the log
    Export(files::Export),
    /// Print one patient's numbers in steps of time: median, lowest, highest, count
    Flowsheet(files::Flowsheet),
    /// List this station's own log, newest first: what people did, what left it, what was set
    Log {
        /// How many entries
        #[arg(long, default_value_t = 100)]
        most: u32,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List what this site has set, or change one: `alarm.pause 90`, for one unit `alarm.pause@Ward 7B 60`
    Settings {
        /// Which
        key: Option<String>,
        /// The new value
        #[arg(requires = "key")]
        value: Option<String>,
    },
    /// Look through the whole cache, page by page
    Check,
    /// Begin a damaged cache anew: unsent actions are kept, the rest is pulled again, the old file is put aside
    Repair,
    /// Write the cache anew under a fresh key
    RotateKey,
    /// Destroy this station's keys and cache, for good
    Forget {
        /// Really
        #[arg(long, required = true)]
        yes: bool,
    },
}

fn user_id(text: &str) -> Result<ActorId, String> {
    ActorId::given(text).ok_or_else(|| "give a person's identifier, such as Practitioner/123".to_owned())
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let common = arguments.common;
    let start = Start {
        folder: common.data_dir.unwrap_or_else(platform::default_folder),
        server: common.server,
        demo: common.demo,
        speed: common.speed.clamp(0.01, 1000.0),
        pin: if common.pin_stdin { Some(read_pin()?) } else { None },
        user: common.user,
        user_id: common.user_id,
        station: common.station,
    };
    match arguments.command {
        None => window::run(start).map(|()| ExitCode::SUCCESS),
        Some(Command::Doctor) => Ok(runtime()?.block_on(doctor::run(&start))),
        Some(Command::Sync { json, .. }) => runtime()?.block_on(sync_once(start, json)),
        Some(Command::Ward { at, as_shown, pdf: Some(file), why, .. }) => {
            let pages: Pages = |ward, _, now, imprint| console::ward_list(ward, now, imprint);
            paper(&start, moment(at, as_shown)?, &file, ("Ward list", pages), &why)
        }
        Some(Command::Ward { json, at, as_shown, pdf: None, .. }) => ward(&start, json, at, as_shown),
        Some(Command::Alerts { json, at, as_shown }) => alert_list(&start, json, at, as_shown),
        Some(Command::Handover { pdf, why }) => {
            paper(&start, View::NOW, &pdf, ("Handover", console::handover), &why)
        }
        Some(Command::Chart(asked)) => files::chart(&start, asked),
        Some(Command::Report(asked)) => files::report(&start, asked),
        Some(Command::Export(asked)) => files::export(&start, asked),
        Some(Command::Flowsheet(asked)) => files::flowsheet(&start, asked),
        Some(Command::Log { most, json }) => maintenance::log(&start, most, json),
        Some(Command::Settings { key, value }) => maintenance::settings(&start, key.as_deref(), value),
        Some(Command::Check) => maintenance::check(&start),
        Some(Command::Repair) => maintenance::repair(&start),
        Some(Command::RotateKey) => maintenance::rotate_key(&start),
        Some(Command::Forget { .. }) => maintenance::forget(&start),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn read_pin() -> Result<Pin, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Pin::new(line)?)
}

async fn sync_once(start: Start, as_json: bool) -> Result<ExitCode, Failure> {
    let server = start.server.as_deref().ok_or_else(|| Failure::failed("name a server: --server URL"))?;
    let client = Client::new(server)?;
    let began = Wall::now();
    let vault = Arc::new(Vault::open(&start.folder, key(&start.folder, start.pin.as_ref())?)?);
    vault.set_setting("server", server.to_owned())?;
    let (events, _nobody) = tokio::sync::mpsc::unbounded_channel();
    let report = Engine::new(client, vault.clone(), clock(), events).sync_once().await?;
    let patients = vault.read(|reader| Ok(reader.ward()?.persons.len()))?;
    let seconds = began.elapsed().as_secs_f64();
    let synced = Synced::new(patients, seconds, report);
    if as_json {
        println!("{}", serde_json::to_string(&synced).map_err(Failure::failed)?);
    } else {
        println!(
            "{patients} patients, {} resources, {} samples, {:.1} MB in {seconds:.1} s; {} in quarantine",
            synced.resources,
            synced.samples,
            synced.bytes as f64 / 1e6,
            synced.quarantined
        );
        for problem in &synced.problems {
            println!("problem: {problem}");
        }
    }
    Ok(if synced.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// The moment `--at` names, or now.
fn moment(at: Option<String>, as_shown: bool) -> Result<View, Failure> {
    let Some(text) = at else { return Ok(View::NOW) };
    let at = instant("--at", &text)?;
    Ok(if as_shown { View::as_shown(at) } else { View::at(at) })
}

fn ward(start: &Start, as_json: bool, at: Option<String>, as_shown: bool) -> Result<ExitCode, Failure> {
    let at = moment(at, as_shown)?;
    let board = view::ward(&cache(start)?, at, clock()())?;
    if as_json {
        return print_json(&board);
    }
    for person in board {
        let news = &person.news2;
        let score = news.total.map_or_else(|| format!(">={}", news.partial), |total| total.to_string());
        print(format_args!("{:<4} {:<28} {:<14} NEWS2 {score}", person.bed, person.name, person.mrn))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn alert_list(start: &Start, as_json: bool, at: Option<String>, as_shown: bool) -> Result<ExitCode, Failure> {
    let at = moment(at, as_shown)?;
    let found = view::episodes(&cache(start)?, at, clock()())?;
    if as_json {
        return print_json(&found);
    }
    for episode in found.iter().filter(|e| e.state != "closed") {
        print(format_args!(
            "{:<4} {:<10} {:<28} {:<8} {:<20} {}",
            episode.bed.as_deref().unwrap_or("-"),
            episode.priority,
            episode.text,
            episode.state,
            episode.owner.as_deref().unwrap_or("-"),
            episode.onset
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

type Pages = fn(&Ward, &Ward, Instant, &Imprint) -> Vec<Page>;

fn paper(
    start: &Start,
    view: View,
    file: &Path,
    (title, pages): (&str, Pages),
    why: &str,
) -> Result<ExitCode, Failure> {
    let (vault, now) = (files::logged(start)?, view.at.min(clock()()));
    let ward = vault.read_as(view, |reader| reader.ward())?;
    let before = vault.read_as(View::at(now - console::HANDOVER_LOOKS_BACK), |reader| reader.ward())?;
    // Asked from outside, nobody knows when the server was last in reach; the newest value says the most.
    let last_good = ward.values.iter().map(|v| v.taken_at).max();
    let imprint = imprint(start, last_good);
    let bytes = charts::pdf(&pages(&ward, &before, now, &imprint), title).map_err(Failure::failed)?;
    files::log(start, &vault, format!("{}: {why}", title.to_lowercase()), None)?;
    std::fs::write(file, &bytes)?;
    println!("{} ({} KiB)", file.display(), bytes.len() / 1024);
    Ok(ExitCode::SUCCESS)
}
