//! The project's own commands.

mod bench;
mod bindings;
mod bundle;
mod cases;
mod demo;
mod dependencies;
mod setup;
mod test;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing and open Vigil on the demo ward
    Demo {
        /// Under Xvfb, with screenshots in target/demo/
        #[arg(long)]
        headless: bool,
        /// A release build
        #[arg(long)]
        release: bool,
    },
    /// Set up what is missing and run every test
    Test,
    /// Kill a busy station again and again and look for harm
    Torture {
        /// How often; 10000 for a night
        #[arg(long, default_value_t = 200)]
        kills: u64,
        /// Of the random choices
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print what came of it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Simulate two stations and a server through faults
    Weeks {
        /// How many
        #[arg(long, default_value_t = 10_000)]
        runs: u64,
        /// Of the first run
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Replay the run of this seed alone
        #[arg(long, conflicts_with_all = ["runs", "seed"])]
        only: Option<u64>,
    },
    /// Live through a simulated day and print the table of alarms
    Day {
        /// Hours of it
        #[arg(default_value_t = 24)]
        hours: u32,
        /// Let one thing after the other go wrong on the way to the server while alarms go on
        #[arg(long)]
        faults: bool,
    },
    /// Stop an alarm in every way there is: days of faults on the way to the server, then the real window and its sound
    Faults {
        /// Days, each with its own random choices
        #[arg(long, default_value_t = 3)]
        days: u32,
    },
    /// The conformance journey on a FHIR R4 server
    Interop {
        /// Its base; sekmet-fhir, started for this, without one
        #[arg(long)]
        server: Option<String>,
        /// Fail where the server cannot validate
        #[arg(long)]
        validate: bool,
    },
    /// Measure the figures of the README (release build)
    Bench(bench::Options),
    /// Inputs from the field, where they lie beside the project
    Cases {
        /// Some of them, such as B15
        ids: Vec<String>,
    },
    /// The readers of pages, chunks and HL7 v2 under libFuzzer (cargo-fuzz)
    Fuzz {
        /// For each of them
        #[arg(default_value_t = 60)]
        seconds: u32,
    },
    /// Build the .deb and the .rpm and look into them
    Bundle,
    /// Put the EGL vendor of machines without a GPU where the packages take it from
    NoGl,
    /// Write ui/src/lib/backend/bindings.ts from the commands
    Bindings,
    /// List what is in a hospital's build, crates and the page's packages, as CycloneDX 1.6
    Sbom {
        /// Of a build with the demo ward in it, as `bundle` makes
        #[arg(long)]
        demo: bool,
        /// The platform, such as x86_64-pc-windows-msvc; this machine's without one
        #[arg(long)]
        target: Option<String>,
        /// Where to; target/vigil.cdx.json without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print the map: rooms, their sizes and arrows; a circle or an arrow upwards is a failure
    House,
    /// Only set up what is missing
    Setup,
}

fn run(task: Task) -> Result<(), String> {
    match task {
        Task::Demo { headless, release } => {
            setup::run(headless)?;
            demo::run(headless, release)
        }
        Task::Test => {
            setup::run(true)?;
            dependencies::install()?;
            test::run()
        }
        Task::Torture { kills, seed, json } => {
            setup::run(true)?;
            let mut options = vec!["--kills".into(), kills.to_string(), "--seed".into(), seed.to_string()];
            options.extend(json.then(|| "--json".into()));
            test::of_sync("torture", &options)
        }
        Task::Weeks { runs, seed, only } => {
            setup::run(true)?;
            let options = match only {
                Some(seed) => vec!["--only".into(), seed.to_string()],
                None => vec!["--runs".into(), runs.to_string(), "--seed".into(), seed.to_string()],
            };
            test::of_sync("weeks", &options)
        }
        Task::Interop { server, validate } => {
            setup::run(true)?;
            let mut options: Vec<String> =
                server.map(|base| vec!["--server".into(), base]).unwrap_or_default();
            options.extend(validate.then(|| "--validate".into()));
            test::of_sync("interop", &options)
        }
        Task::Day { hours, faults: false } => {
            setup::run(true)?;
            test::day(hours)
        }
        Task::Day { hours, faults: true } => {
            setup::run(true)?;
            test::day_of_faults(hours, 1)
        }
        Task::Faults { days } => {
            setup::run(true)?;
            test::faults(days)
        }
        Task::Bench(options) => {
            setup::run(true)?;
            bench::run(&options)
        }
        Task::Cases { ids } => {
            setup::run(true)?;
            cases::run(&ids)
        }
        Task::Fuzz { seconds } => test::fuzz(seconds),
        Task::Bundle => {
            setup::run(true)?;
            bundle::run()
        }
        Task::NoGl => bundle::no_gl(),
        Task::Bindings => bindings::write(),
        Task::Sbom { demo, target, out } => {
            let features = if demo { xtask::sbom::WITH_DEMO } else { xtask::sbom::HOSPITAL };
            let out = match out {
                Some(out) => out,
                None => tools::target_folder()?.join("vigil.cdx.json"),
            };
            xtask::sbom::write(&tools::root(), features, target.as_deref(), &out)
        }
        Task::House => house(),
        Task::Setup => setup::run(true),
    }
}

/// The map, then what is wrong with it.
#[cfg(feature = "house")]
fn house() -> Result<(), String> {
    let house = xtask::house::read_this_house()?;
    print!("{}", house.map());
    let wrong = xtask::house::wrong(&house);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// What reads the sources is built when somebody asks for the map.
#[cfg(not(feature = "house"))]
fn house() -> Result<(), String> {
    let arguments = ["run", "--quiet", "--package", "xtask", "--features", "house", "--", "house"];
    let shown = tools::cargo(&arguments).status().map_err(|e| e.to_string())?;
    if shown.success() { Ok(()) } else { Err("the house is not in order".into()) }
}

fn main() -> ExitCode {
    let Some(task) = Arguments::parse().task else {
        let _ = Arguments::command().print_help();
        return ExitCode::SUCCESS;
    };
    match run(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
