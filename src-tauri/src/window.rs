//! The one window.

use tauri::{WebviewUrl, WebviewWindowBuilder};

use crate::commands;
use crate::error::AppError;
use crate::platform;
use crate::session::{Session, Start};

/// Opens the window and runs until it is closed.
pub(crate) fn run(start: Start) -> Result<(), AppError> {
    let session = tauri::async_runtime::block_on(Session::begin(start))?;
    tauri::Builder::default()
        .manage(session)
        .invoke_handler(commands::handler())
        .setup(|app| {
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                // No patient, no bed, no ward in a title: task bars and screen recorders read it.
                .title("Vigil")
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 700.0)
                // Nothing of a page is ever written to disk. WebDriver cannot drive a private context, so a window
                // under test gets an ordinary one.
                .incognito(!platform::under_webdriver())
                .build()?;
            platform::tune(&window);
            window.on_window_event(|event| {
                if let tauri::WindowEvent::Focused(yes) = event {
                    crate::notify::looked_at(*yes);
                }
            });
            Ok(())
        })
        .run(tauri::generate_context!())
        .map_err(AppError::failed)
}
