//! The record: this station's own log, written as a text that proves itself, and verified by anybody.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use console::view::{Ask, Failure};
use console::{Start, verify_record};

use super::files::write;
use super::lists;
use super::terminal::print;

#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// How many entries to list, newest first
    #[arg(long, default_value_t = 100)]
    most: u32,
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Write the whole record into a file
    Export {
        /// Where to
        file: PathBuf,
        /// Why it leaves this station; kept in its log
        #[arg(long)]
        why: String,
    },
    /// Write the proof that one entry is in the record: a sheet with a QR code (.pdf), or the text that the code holds
    Prove {
        /// The entry's number, as vigil log --json and the record have it
        entry: u64,
        /// Where to; a name that ends with .pdf is the sheet
        #[arg(long)]
        out: PathBuf,
        /// Why it leaves this station; kept in its log
        #[arg(long)]
        why: String,
    },
    /// Verify a written record, or the proof of an entry, of any station and without a key; the exit code says whether it is right
    Verify {
        /// Which file
        file: PathBuf,
        /// What else is known of the record: a checkpoint that another station or the server keeps, or an earlier export; may be given
        /// several times
        #[arg(long, value_name = "FILE")]
        known: Vec<PathBuf>,
    },
}

pub(crate) async fn run(start: &Start, asked: Audit) -> Result<ExitCode, Failure> {
    match asked.what {
        None => lists::log(start, asked.most, asked.json).await,
        Some(What::Export { file, why }) => {
            let answer = start.ask(Ask::Record { why }).await?;
            if let Some(entries) = answer.values {
                print(format_args!("{entries} entries"))?;
            }
            write(&file, &answer)
        }
        Some(What::Prove { entry, out, why }) => {
            let paper = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
            write(&out, &start.ask(Ask::Proof { entry, paper, why }).await?)
        }
        Some(What::Verify { file, known }) => {
            let unreadable = |file: &PathBuf| {
                let file = file.display().to_string();
                move |error: std::io::Error| Failure::failed(format!("{file} cannot be read ({error})"))
            };
            let known = known
                .iter()
                .map(|known| std::fs::read_to_string(known).map_err(unreadable(known)))
                .collect::<Result<Vec<_>, _>>()?;
            let text = BufReader::new(File::open(&file).map_err(unreadable(&file))?);
            print(format_args!("{}", verify_record(text, &known)?))
        }
    }
}
