//! Who works at a station: IT takes people in, and gives them a PIN or a badge. What lets somebody in comes by standard input: what
//! stands among the arguments of a command is read by others.

use std::io::BufRead;
use std::process::ExitCode;

use clap::Subcommand;
use console::Start;
use console::view::{Ask, Failure, StaffDeed, StaffRow};

use super::terminal::{print, print_json};

#[derive(Subcommand, Debug)]
pub(crate) enum People {
    /// List them
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take somebody in, or change their name and role
    Add {
        /// Who that is, such as Practitioner/123: as the sign-in service names them
        id: String,
        /// As shown
        #[arg(long)]
        name: String,
        /// Nurse, Charge nurse, Physician, Telemetry technician, Programme nurse, IT or Auditor
        #[arg(long)]
        role: String,
    },
    /// Somebody works here no more
    Remove {
        /// Who
        id: String,
    },
    /// Give somebody a PIN of six digits or more: the next line of standard input. It stands for a full sign-in, and they choose
    /// their own when they come
    Pin {
        /// Who
        id: String,
        /// Take it away instead
        #[arg(long)]
        none: bool,
    },
    /// Somebody may try their PIN again after five wrong ones
    Unlock {
        /// Who
        id: String,
    },
    /// Give somebody a badge: the next line of standard input, as the reader types it
    Badge {
        /// Who
        id: String,
        /// Take it away instead
        #[arg(long)]
        none: bool,
    },
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

/// Does it, and prints who works here then.
pub(crate) async fn people(start: &Start, asked: People) -> Result<ExitCode, Failure> {
    let as_json = matches!(asked, People::List { json: true });
    let change = |id: String, deed| Ask::ChangeStaff { id, deed };
    let ask = match asked {
        People::List { .. } => Ask::Staff,
        People::Add { id, name, role } => change(id, StaffDeed::Add { name, role, pin: None }),
        People::Remove { id } => change(id, StaffDeed::Remove),
        People::Pin { id, none: true } => change(id, StaffDeed::NoPin),
        People::Pin { id, none: false } => change(id, StaffDeed::Pin(line()?)),
        People::Unlock { id } => change(id, StaffDeed::Unlock),
        People::Badge { id, none: true } => change(id, StaffDeed::NoBadge),
        People::Badge { id, none: false } => change(id, StaffDeed::Badge(line()?)),
    };
    let listed: Vec<StaffRow> =
        serde_json::from_slice(&start.ask(ask).await?.bytes).map_err(Failure::failed)?;
    if as_json {
        print_json(&listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    if listed.is_empty() {
        print(format_args!("nobody: the station is of whoever it is started for (--user)"))?;
    }
    for who in &listed {
        let by = match (who.has_pin, who.has_badge) {
            (true, true) => "PIN, badge",
            (true, false) => "PIN",
            (false, true) => "badge",
            (false, false) => "hospital account",
        };
        let note = who.why_not.as_deref().unwrap_or_default();
        print(format_args!("{:<24} {:<28} {:<22} {by:<18} {note}", who.id, who.name, who.role))?;
    }
    Ok(ExitCode::SUCCESS)
}
