//! The commands the page may call, by subject. Every one is async: a sync one would run on the window's own thread.

mod alarms;
mod board;
mod disclosures;
mod outbox;
mod records;
mod shift;
mod station;
mod trends;

use std::sync::Arc;

use console::view::{self, Failure};
use console::{Console, ConsoleError};
use tauri_specta::{Builder, collect_commands};

use crate::session::Session;

include!("list.rs");

type Answer<T> = Result<T, Failure>;

/// Runs a use case off the async threads: it reads the cache or draws.
async fn work<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    let console: Arc<Console> = session.open()?.console.clone();
    let task = tauri::async_runtime::spawn_blocking(move || work(&console));
    Ok(task.await.map_err(|_| Failure::failed(ConsoleError::Closing))??)
}

/// A use case that changes something a person looks at: it is durable when this returns, and painted next.
async fn act(
    session: &Session,
    change: impl FnOnce(&Console) -> Result<(), ConsoleError> + Send + 'static,
) -> Answer<()> {
    work(session, change).await?;
    session.open()?.acted.notify_one();
    Ok(())
}

macro_rules! typed_commands {
    (typed: [$($typed:ident :: $command:ident),* $(,)?], raw: [$($raw:tt)*],) => {
        collect_commands![$($typed::$command),*]
    };
}

macro_rules! raw_handler {
    (typed: [$($typed:tt)*], raw: [$($raw:ident :: $command:ident),* $(,)?],) => {{
        let handler: fn(tauri::ipc::Invoke) -> bool = tauri::generate_handler![$($raw::$command),*];
        (&[$(stringify!($command)),*][..], handler)
    }};
}

fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(every_command!(typed_commands))
        // The raw commands' questions, and the heads of their answers.
        .typ::<view::Trends>()
        .typ::<view::TrendsQuery>()
        .typ::<view::Multiples>()
        .typ::<view::MultiplesQuery>()
        .typ::<view::Pages>()
        .typ::<view::PagesQuery>()
        .typ::<view::Waves>()
        .typ::<view::WavesQuery>()
        // Milliseconds since 1970 fit a JavaScript number until the year 287396.
        .dangerously_cast_bigints_to_number()
        // What goes out is what the page reads; nothing of these types comes in.
        .disable_serde_phases()
}

/// The typed commands, and beside them the ones that answer with raw bytes.
pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    // The handler borrows its builder for as long as the window lives, which is as long as the program does.
    let typed = Box::leak(Box::new(builder())).invoke_handler();
    let (names, raw) = every_command!(raw_handler);
    move |invoke| if names.contains(&invoke.message.command()) { raw(invoke) } else { typed(invoke) }
}

/// The TypeScript that the page is built against.
///
/// # Errors
/// In words, where a type cannot be exported.
pub fn bindings() -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("vigil-bindings-{}.ts", std::process::id()));
    builder().export(specta_typescript::Typescript::default(), &folder).map_err(|e| e.to_string())?;
    let text = std::fs::read_to_string(&folder).map_err(|e| e.to_string());
    let _ = std::fs::remove_file(&folder);
    text
}
