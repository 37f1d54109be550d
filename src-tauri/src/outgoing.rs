//! What leaves the station from the window: its pages to look at, to a printer, or into a file.

use std::io::Write;
use std::path::{Path, PathBuf};

use clinical::Instant;
use console::{ConsoleError, Disclosure, FileKind};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::ipc::Response;
use tauri::{Manager, State};

use crate::commands::{Answer, work};
use crate::error::AppError;
use crate::printer::{self, Job};
use crate::session::{Session, clock};
use crate::wire::framed;

/// What somebody wants to take along: the report of a patient, the handover, or the ward's list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutgoingWire {
    /// Of one patient.
    Report { patient: String, from: i64, to: i64 },
    /// Of the moment that is shown.
    Handover,
    /// For the time without a network.
    WardList,
}

impl From<OutgoingWire> for Disclosure {
    fn from(wire: OutgoingWire) -> Disclosure {
        match wire {
            OutgoingWire::Report { patient, from, to } => {
                Disclosure::Report { patient: patient.into(), from: Instant(from), to: Instant(to) }
            }
            OutgoingWire::Handover => Disclosure::Handover,
            OutgoingWire::WardList => Disclosure::WardList,
        }
    }
}

/// As what kind of file.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum FileKindWire {
    Pdf,
    Csv,
    Bundle,
}

impl From<FileKindWire> for FileKind {
    fn from(wire: FileKindWire) -> FileKind {
        match wire {
            FileKindWire::Pdf => FileKind::Pdf,
            FileKindWire::Csv => FileKind::Csv,
            FileKindWire::Bundle => FileKind::Bundle,
        }
    }
}

/// A request for the pages as a picture of this many pixels across.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct PagesQuery {
    what: OutgoingWire,
    width: u32,
    /// How many pages at most.
    most: u32,
}

/// The head of the pages' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PagesWire {
    /// How many there are; the picture holds the first of them, below each other.
    of: u32,
    shown: u32,
}

/// Head and picture of the first pages.
fn pages_bytes(pages: &[charts::Page], query: &PagesQuery) -> Result<Vec<u8>, String> {
    let shown = &pages[..pages.len().min(query.most as usize)];
    let picture = charts::sheets(shown, query.width.clamp(100, 2480))?;
    let png = picture.png().map_err(|e| e.to_string())?;
    let head = PagesWire { of: pages.len() as u32, shown: shown.len() as u32 };
    framed(&head, &png).map_err(|e| e.to_string())
}

/// The pages of what could leave, as raw bytes: head and picture.
#[tauri::command]
pub async fn pages(session: State<'_, Session>, query: PagesQuery) -> Answer<Response> {
    let what = Disclosure::from(query.what.clone());
    let pages = work(&session, move |console| console.pages(&what)).await?;
    let drawn = tauri::async_runtime::spawn_blocking(move || pages_bytes(&pages, &query));
    Ok(Response::new(drawn.await.map_err(AppError::failed)?.map_err(AppError::failed)?))
}

/// Opens the system's print dialog on the pages; `false` where the person thought better of it. It asks why, and that is
/// kept before anything goes.
#[tauri::command]
#[specta::specta]
pub async fn print_pages(
    session: State<'_, Session>,
    window: tauri::WebviewWindow,
    what: OutgoingWire,
    why: String,
) -> Answer<bool> {
    let what = Disclosure::from(what);
    let asked = what.clone();
    let pages = work(&session, move |console| console.print(&asked, &why)).await?;
    let job = Job { name: what.word(), folder: documents(window.app_handle())? };
    let sent = printer::print(&window, job, &pages).await?;
    if !sent {
        work(&session, move |console| console.print_cancelled(&what)).await?;
    }
    Ok(sent)
}

/// Where a person's files go.
fn documents(app: &tauri::AppHandle) -> Answer<PathBuf> {
    app.path().document_dir().or_else(|_| app.path().home_dir()).map_err(AppError::failed)
}

/// Writes a file into the person's folder of documents and gives its place. It asks why, and that is kept before anything
/// goes. No ward and no name in the name of a file.
#[tauri::command]
#[specta::specta]
pub async fn save_file(
    session: State<'_, Session>,
    app: tauri::AppHandle,
    what: OutgoingWire,
    kind: FileKindWire,
    why: String,
) -> Answer<String> {
    let (what, kind) = (Disclosure::from(what), FileKind::from(kind));
    let folder = documents(&app)?;
    let name = format!("{}-{}.{}", what.word(), clock()().0, kind.ending());
    let file = folder.join(name);
    let place = file.display().to_string();
    work(&session, move |console| {
        let bytes = console.export(&what, kind, &why)?;
        write(&folder, &file, &bytes).map_err(|e| ConsoleError::NotWritten(e.to_string()))
    })
    .await?;
    Ok(place)
}

/// Writes a new file, never over another; half a one would pass for a whole one, and does not stay.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut new = std::fs::File::create_new(file)?;
    let written = new.write_all(bytes).and_then(|()| new.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(file);
    }
    written
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_never_over_another() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Documents");
        let file = folder.join("report-1.pdf");
        write(&folder, &file, b"first").unwrap();
        assert!(write(&folder, &file, b"second").is_err());
        assert_eq!(std::fs::read(&file).unwrap(), b"first", "what was there stays");
    }
}
