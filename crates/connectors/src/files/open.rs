//! Which kind of file it is, by how it begins, and the reader of it.

use std::io::Read;

use super::clarity;
use super::fhir::{Ndjson, first_type, read_bundle};
use super::given::Given;
use super::hl7;
use super::items::Items;
use super::kind::FileKind;
use super::libreview;
use super::nightscout::Nightscout;
use super::portion::{FileIn, Whole};
use super::records::ByRecord;
use super::text::{text_of, utf8};
use super::tidepool::Tidepool;

/// So much of a file tells what it is.
const HEAD: usize = 64 << 10;
/// A file that is read as a whole is no longer.
const LONGEST_WHOLE: u64 = 64 << 20;
/// A record of a sensor is no longer.
const LONGEST_RECORD: usize = 1 << 20;

/// Why a file is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// The disk, or the permission.
    #[error("the file cannot be read ({0})")]
    Disk(#[from] std::io::Error),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// None that is known here.
    #[error(
        "the file is none that is known here: Dexcom Clarity or LibreView CSV, Tidepool or Nightscout JSON, FHIR Bundle or NDJSON, HL7 v2"
    )]
    Unknown,
    /// Too long to be read as a whole.
    #[error("the file is longer than {most} MiB; {0}", most = LONGEST_WHOLE >> 20)]
    TooLong(&'static str),
}

/// Opens a file by what stands in it; `source` is read as far as that is needed, and the rest with the pieces.
///
/// # Errors
/// Where it is none that is known here, or cannot be read.
pub fn open_file(mut source: Box<dyn Read + Send>, given: Given) -> Result<Box<dyn FileIn>, NotRead> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let kind = kind_of(&head).ok_or(if head.is_empty() { NotRead::Empty } else { NotRead::Unknown })?;
    if kind == FileKind::FhirNdjson {
        return Ok(Box::new(Ndjson::new(utf8(source, &head), given)));
    }
    if matches!(kind, FileKind::Tidepool | FileKind::Nightscout) {
        let items = Items::new(utf8(source, &head), LONGEST_RECORD);
        return Ok(match kind {
            FileKind::Tidepool => Box::new(ByRecord::new(items, Tidepool::new(given))),
            _ => Box::new(ByRecord::new(items, Nightscout::new(given))),
        });
    }
    let mut bytes = head;
    source.take(LONGEST_WHOLE).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_WHOLE {
        return Err(NotRead::TooLong(match kind {
            FileKind::FhirBundle => "write it as NDJSON, one resource a line",
            _ => "export a shorter time",
        }));
    }
    if kind == FileKind::Hl7v2 {
        return Ok(Box::new(Whole::new(kind, hl7::read(&bytes, &given))));
    }
    let (text, charset) = text_of(&bytes);
    drop(bytes);
    let mut read = match kind {
        FileKind::Clarity => clarity::read(&text, &given),
        FileKind::LibreView => libreview::read(&text, &given),
        _ => read_bundle(&text, given),
    };
    if charset != "UTF-8" {
        read.notes.push(format!("its letters are read as {charset}"));
    }
    Ok(Box::new(Whole::new(kind, read)))
}

fn kind_of(head: &[u8]) -> Option<FileKind> {
    let without_mark = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if [&b"MSH"[..], b"FHS", b"BHS"].iter().any(|name| without_mark.starts_with(name)) {
        return Some(FileKind::Hl7v2);
    }
    let (text, _) = text_of(head);
    let text = text.trim_start_matches('\u{feff}');
    if clarity::is_it(text) {
        return Some(FileKind::Clarity);
    }
    if libreview::is_it(text) {
        return Some(FileKind::LibreView);
    }
    let start = text.trim_start();
    if !start.starts_with(['{', '[']) {
        return None;
    }
    let says = |name: &str| start.contains(&format!("\"{name}\""));
    if start.starts_with('{') && says("resourceType") {
        let first = start.lines().next().unwrap_or_default();
        let is_a_line = serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
        // A line that is longer than what is looked at, and of which the first name is not that of a Bundle.
        let is_long = start.len() > HEAD / 2 && !start.contains('\n');
        let is_bundle = first_type(start).is_some_and(|name| name == "Bundle");
        return Some(match is_a_line || is_long {
            true if !is_bundle => FileKind::FhirNdjson,
            _ => FileKind::FhirBundle,
        });
    }
    let is_tidepool = says("type") && (says("cbg") || says("smbg") || says("uploadId") || says("deviceTime"));
    let is_nightscout = ["sgv", "mbg", "dateString", "WT"].iter().any(|name| says(name));
    match (is_nightscout, is_tidepool) {
        (true, _) => Some(FileKind::Nightscout),
        (false, true) => Some(FileKind::Tidepool),
        _ => None,
    }
}
