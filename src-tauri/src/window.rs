//! The one window.

use std::thread::JoinHandle;

use tauri::{Manager, WebviewUrl, WebviewWindowBuilder};

use crate::commands;
use crate::platform;
use crate::session::Session;
use crate::supervisor::again_and_again;
use crate::watch::watch_over;
use console::Start;
use console::view::Failure;

/// Opens the window and runs until it is closed. The cache is opened while the system starts the page's processes; where it
/// cannot be, the window says why and what to do.
pub(crate) fn run(start: Start, demo: Option<f64>) -> Result<(), Failure> {
    let opening = std::thread::spawn(move || tauri::async_runtime::block_on(Session::begin(start, demo)));
    tauri::Builder::default()
        .invoke_handler(commands::handler())
        .setup(|app| {
            platform::follow_text_size();
            let (width, height) = size(app);
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                // No patient, no bed, no ward in a title: task bars and screen recorders read it.
                .title("Vigil")
                .inner_size(width, height)
                .min_inner_size(1024.0, 700.0)
                .visible(false)
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
            app.manage(opened(opening));
            let handle = app.handle().clone();
            let watch = again_and_again("watch", move || Some(watch_over(handle.clone())));
            tauri::async_runtime::spawn(watch);
            window.show()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .map_err(Failure::failed)
}

/// How large the window opens, in pixels of the desktop: larger where text is, and no larger than the screen.
fn size(app: &tauri::App) -> (f64, f64) {
    let zoom = platform::page_zoom();
    let screen = app.primary_monitor().ok().flatten();
    let room = screen.map(|screen| screen.size().to_logical::<f64>(screen.scale_factor()));
    let within =
        |wanted: f64, room: Option<f64>| (wanted * zoom).min(room.unwrap_or(f64::INFINITY)).max(wanted);
    (within(1440.0, room.map(|r| r.width)), within(900.0, room.map(|r| r.height)))
}

/// The session. A fault of ours while it opens ends the program, which was said where it happened.
fn opened(opening: JoinHandle<Session>) -> Session {
    opening.join().unwrap_or_else(|_| std::process::exit(1))
}
