//! What leaves the station from the window: its pages to look at, to a printer, or into a file.

use std::io::Write;
use std::path::{Path, PathBuf};

use console::view::{self, Failure, PagesQuery, pages_bytes};
use console::{ConsoleError, Disclosure, FileKind, clock};
use tauri::ipc::Response;
use tauri::{Manager, State};

use super::work::{Answer, always, work};
use crate::printer::{self, Job};
use crate::session::Session;

/// The pages of what could leave, as raw bytes: head and picture.
#[tauri::command]
pub(crate) async fn pages(session: State<'_, Session>, query: PagesQuery) -> Answer<Response> {
    let what = Disclosure::from(query.what.clone());
    let pages = work(&session, move |console| console.pages(&what)).await?;
    let drawn = tauri::async_runtime::spawn_blocking(move || pages_bytes(&pages, &query));
    Ok(Response::new(drawn.await.map_err(Failure::failed)?.map_err(Failure::failed)?))
}

/// Opens the system's print dialog on the pages; `false` where the person thought better of it. It asks why, and that is
/// kept before anything goes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn print_pages(
    session: State<'_, Session>,
    window: tauri::WebviewWindow,
    sitting: u32,
    what: view::Disclosure,
    why: String,
) -> Answer<bool> {
    let what = Disclosure::from(what);
    let asked = what.clone();
    let (pages, who) = work(&session, move |console| console.print_in(sitting, &asked, &why)).await?;
    let job = Job { name: what.word(), folder: documents(window.app_handle())? };
    let sent = printer::print(&window, job, &pages).await?;
    if !sent {
        // Also where whoever asked has left meanwhile, or the station locked.
        always(&session, move |console| console.print_cancelled(&who, &what)).await?;
    }
    Ok(sent)
}

/// Where a person's files go.
fn documents(app: &tauri::AppHandle) -> Answer<PathBuf> {
    app.path().document_dir().or_else(|_| app.path().home_dir()).map_err(Failure::failed)
}

/// Writes a file into the person's folder of documents and gives its place. It asks why, and that is kept before anything
/// goes. No ward and no name in the name of a file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_file(
    session: State<'_, Session>,
    app: tauri::AppHandle,
    sitting: u32,
    what: view::Disclosure,
    kind: view::FileKind,
    why: String,
) -> Answer<String> {
    let (what, kind) = (Disclosure::from(what), FileKind::from(kind));
    let folder = documents(&app)?;
    let name = format!("{}-{}.{}", what.word(), clock()().0, kind.ending());
    let file = folder.join(name);
    let place = file.display().to_string();
    work(&session, move |console| {
        let made = console.export_in(sitting, &what, kind, &why)?;
        write(&folder, &file, &made.bytes).map_err(|e| ConsoleError::NotWritten(e.to_string()))
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
