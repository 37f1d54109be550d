//! The commands the page may call, by subject. Every one is async: a sync one would run on the window's own thread.

mod alarms;
mod board;
mod disclosures;
mod glass;
mod outbox;
mod people;
mod programme;
mod records;
mod seat;
mod settings;
mod shift;
mod staff;
mod station;
mod trends;
mod work;

use console::view;
use tauri_specta::{Builder, collect_commands};

include!("list.rs");

macro_rules! typed_commands {
    (typed: [$($typed:ident :: $command:ident),* $(,)?], raw: [$($raw:tt)*],) => {
        collect_commands![$($typed::$command),*]
    };
}

macro_rules! raw_handler {
    (typed: [$($typed:tt)*], raw: [$($raw:ident :: $command:ident),* $(,)?],) => {{
        let handler: fn(tauri::ipc::Invoke) -> bool = tauri::generate_handler![$($raw::$command),*];
        let names: &'static [&'static str] = &[$(stringify!($command)),*];
        (names, handler)
    }};
}

fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(every_command!(typed_commands))
        // The raw commands' questions, and the heads of their answers.
        .typ::<view::Trends>()
        .typ::<view::TrendsQuery>()
        .typ::<view::GlucosePage>()
        .typ::<view::GlucoseQuery>()
        .typ::<view::Multiples>()
        .typ::<view::MultiplesQuery>()
        .typ::<view::Pages>()
        .typ::<view::PagesQuery>()
        .typ::<view::Waves>()
        .typ::<view::WavesQuery>()
        // What holds on every station.
        .constant("priorities", view::priorities())
        .constant("panelNames", view::panel_names())
        .constant("layouts", view::layouts())
        .constant("silence", view::silence())
        .constant("limitHours", view::limit_hours())
        .constant("glassReasons", view::glass_reasons())
        .constant("glassWords", view::glass_words())
        .constant("workRoles", view::work_roles())
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
