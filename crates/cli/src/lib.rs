//! The command line: for IT staff, for scripts, and for the time without a network.
//!
//! Deliberately not here: the cache. A command asks the station (`console::Start::ask`), which answers from the cache or from the
//! window that holds it, and logs what leaves.

mod audit;
mod doctor;
mod files;
mod glucose;
mod imports;
mod insulin;
mod lists;
mod machine;
mod maintenance;
mod people;
mod sign_in;
mod terminal;
mod way_in;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use clinical::ActorId;
use console::view::{Document, Failure};
use console::{Pin, SiteFile, Start, Units};

pub use doctor::Engine;
pub use sign_in::open_browser;
pub use terminal::harmless;

/// Vigil, a clinician console. Secondary display: the bedside alarm is primary.
#[derive(Parser, Debug)]
#[command(name = "vigil", version, about)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Debug)]
struct Common {
    /// FHIR R4 base, such as https://fhir.example.org/r4
    #[arg(long, global = true)]
    server: Option<String>,
    /// That server is another name of the one this cache is of; needed once
    #[arg(long, global = true, requires = "server")]
    same_server: bool,
    #[command(flatten)]
    way_in: way_in::Options,
    /// A unit that this station is of, with all that is part of it; may be given several times. Kept: a later start needs none
    #[arg(long = "unit", global = true, value_name = "Location/ID")]
    units: Vec<String>,
    /// A programme that this station follows; may be given several times. Kept, as the units are
    #[arg(long = "programme", global = true, value_name = "Group/ID")]
    programmes: Vec<String>,
    /// This station is of the whole server, and of no units any more
    #[arg(long, global = true, conflicts_with_all = ["units", "programmes"])]
    whole_server: bool,
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
    /// What the site says of all its stations
    #[arg(long, global = true, value_name = "FILE", default_value = console::SITE_FILE)]
    site_file: PathBuf,
}

#[derive(Subcommand, Debug)]
enum Command {
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
    /// Print the ward board from the cache, or write it as a list on paper for the time without a network
    Ward {
        #[command(flatten)]
        moment: lists::Moment,
        /// As JSON
        #[arg(long)]
        json: bool,
        /// As a list on paper
        #[arg(long, value_name = "FILE", requires = "why")]
        pdf: Option<PathBuf>,
        /// Why the list leaves this station; kept in its log
        #[arg(long, requires = "pdf")]
        why: Option<String>,
    },
    /// List alert episodes from the cache, with what people did about each
    Alerts {
        #[command(flatten)]
        moment: lists::Moment,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the handover pack from the cache
    Handover {
        /// Where to
        #[arg(long, value_name = "FILE")]
        pdf: PathBuf,
        /// Why it leaves this station; kept in its log
        #[arg(long)]
        why: String,
    },
    /// Draw one patient's trends into a file
    Chart(files::Chart),
    /// Write one patient's report
    Report(files::Report),
    /// Write one patient's values, as sent, into a file: .csv or .json (a FHIR Bundle)
    Export(files::Export),
    /// Print one patient's numbers in steps of time: median, lowest, highest, count
    Flowsheet(lists::Flowsheet),
    /// Print the figures of one patient's glucose sensor: time in range, episodes, and their like; of a fortnight where no first moment is named
    Glucose(glucose::Glucose),
    /// Print one patient's insulin: doses with their pens, daily totals, what still works, what was missed or given twice
    Insulin(insulin::Insulin),
    /// Take a file of another program in: readings of a glucose sensor, FHIR, HL7 v2; first as a preview (--dry-run)
    Import(imports::Import),
    /// Listen for HL7 v2 over MLLP, and keep each message before it is answered; until it is ended
    Listen(imports::Listen),
    /// List this station's own log, newest first: what people did, what left it, what was set
    Log {
        /// How many entries
        #[arg(long, default_value_t = 100)]
        most: u32,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// This station's own log as a record that shows if anybody changed a line of it: list it, write it, verify it
    Audit(audit::Audit),
    /// List what could not be read of the server, newest first, with the reason of each
    Quarantine {
        /// How many, at most 500
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=500))]
        most: u32,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List what the server numbered on its live channel, what of it came, and each stretch in which something did not
    Ledger {
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
    /// List who works at this station, or change it
    People {
        #[command(subcommand)]
        asked: people::People,
    },
    /// Look through the whole cache, page by page
    Check,
    /// Begin a damaged cache anew: unsent actions are kept, the rest is pulled again, the old file is put aside
    Repair,
    /// Write the cache anew under a fresh key
    RotateKey,
    /// Sign in at the server's sign-in service, in the system's browser, and keep that in the cache
    SignIn {
        /// Print the address instead of opening a browser
        #[arg(long)]
        print: bool,
    },
    /// End the sign-in, here and at the sign-in service
    SignOut,
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

/// What the program was asked to do.
pub enum Asked {
    /// To open the window, on the demo ward where `demo` says how fast it runs.
    Window {
        /// How.
        start: Box<Start>,
        /// How much faster than life.
        demo: Option<f64>,
    },
    /// A command.
    Command(Box<Job>),
}

/// A command, ready to run.
pub struct Job {
    start: Start,
    command: Command,
}

impl Arguments {
    /// Whether a window is wanted.
    pub fn is_for_window(&self) -> bool {
        self.command.is_none()
    }

    /// Reads what the arguments leave to be read; `folder` is where the cache lies when nobody says otherwise.
    ///
    /// # Errors
    /// Where the PIN on standard input is none.
    pub fn read(self, folder: impl FnOnce() -> PathBuf) -> Result<Asked, Failure> {
        let common = self.common;
        let start = Start {
            folder: common.data_dir.unwrap_or_else(folder),
            server: common.server,
            same_server: common.same_server,
            units: Units::typed(&common.units, &common.programmes, common.whole_server)?,
            pin: if common.pin_stdin { Some(read_pin()?) } else { None },
            user: common.user,
            user_id: common.user_id,
            station: common.station,
            way_in: common.way_in.read(),
            site: SiteFile::default(),
        };
        // The demo is of no site.
        let start = if common.demo { start } else { start.under(SiteFile::read(&common.site_file)?)? };
        Ok(match self.command {
            None => Asked::Window {
                start: Box::new(start),
                demo: common.demo.then(|| common.speed.clamp(0.01, 1000.0)),
            },
            Some(command) => Asked::Command(Box::new(Job { start, command })),
        })
    }
}

impl Job {
    /// Runs the command to its end; `engine` is what draws the window's page, for `vigil doctor`.
    ///
    /// # Errors
    /// In words for the person.
    pub fn run(self, engine: Engine) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(&self.start, self.command, engine))
    }
}

async fn run(start: &Start, command: Command, engine: Engine) -> Result<ExitCode, Failure> {
    match command {
        Command::Doctor => Ok(doctor::run(start, engine).await),
        Command::Sync { json, .. } => maintenance::sync(start, json).await,
        Command::Ward { moment, pdf: Some(file), why, .. } => {
            files::paper(start, Document::WardList, moment.read()?, &file, why.unwrap_or_default()).await
        }
        Command::Ward { moment, json, pdf: None, .. } => lists::ward(start, moment.read()?, json).await,
        Command::Alerts { moment, json } => lists::alerts(start, moment.read()?, json).await,
        Command::Handover { pdf, why } => {
            files::paper(start, Document::Handover, Default::default(), &pdf, why).await
        }
        Command::Chart(asked) => files::chart(start, asked).await,
        Command::Report(asked) => files::report(start, asked).await,
        Command::Export(asked) => files::export(start, asked).await,
        Command::Flowsheet(asked) => lists::flowsheet(start, asked).await,
        Command::Glucose(asked) => glucose::glucose(start, asked).await,
        Command::Insulin(asked) => insulin::insulin(start, asked).await,
        Command::Import(asked) => imports::import(start, asked).await,
        Command::Listen(asked) => imports::listen(start, asked).await,
        Command::Log { most, json } => lists::log(start, most, json).await,
        Command::Audit(asked) => audit::run(start, asked).await,
        Command::Quarantine { most, json } => lists::quarantine(start, most, json).await,
        Command::Ledger { json } => lists::ledger(start, json).await,
        Command::Settings { key, value } => maintenance::settings(start, key, value).await,
        Command::People { asked } => people::people(start, asked).await,
        Command::Check => maintenance::check(start),
        Command::Repair => maintenance::repair(start),
        Command::RotateKey => maintenance::rotate_key(start),
        Command::SignIn { print } => sign_in::sign_in(start, print).await,
        Command::SignOut => sign_in::sign_out(start).await,
        Command::Forget { .. } => maintenance::forget(start),
    }
}

fn read_pin() -> Result<Pin, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Pin::new(line)?)
}
