//! The desktop shell: the window, its commands, and the desktop's services. Thin; rules of the domain live in `clinical` and `console`.

#[cfg(not(any(debug_assertions, feature = "custom-protocol")))]
compile_error!(
    "a release build needs the bundled page: build it with `--features custom-protocol` (or `cargo xtask bundle`); without it the \
     window would load a page from a developer's port"
);

mod commands;
#[cfg(target_os = "linux")]
mod logind;
mod notify;
mod open;
mod page;
mod page_process;
mod platform;
mod printer;
mod session;
mod sink;
mod sound;
mod supervisor;
mod unwatched;
mod updates;
mod watch;
mod window;

use console::Start;
use console::view::Failure;

pub use commands::bindings;
pub use platform::default_folder;

/// Sets up what must be set before the first thread starts.
pub fn prepare(window: bool) {
    platform::prepare(window);
    // Logs carry causes and counts, never a patient; the default is quiet.
    let filter = tracing_subscriber::EnvFilter::try_from_env("VIGIL_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Opens the window, on the demo ward where `demo` says how much faster than life it runs, and runs until it is closed.
///
/// # Errors
/// Where there can be no window.
pub fn run(start: Start, demo: Option<f64>) -> Result<(), Failure> {
    window::run(start, demo)
}

/// The version of what draws the page.
///
/// # Errors
/// In words, where it is missing.
pub fn engine() -> Result<String, String> {
    tauri::webview_version().map_err(|error| error.to_string())
}
