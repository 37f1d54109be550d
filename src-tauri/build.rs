//! Compiles the Tauri context, with the one capability made of the list of commands. A fresh clone has no built page yet; an
//! empty folder lets it compile.

use std::path::{Path, PathBuf};

include!("src/commands/list.rs");

macro_rules! names {
    (typed: [$($of:ident :: $typed:ident),* $(,)?], raw: [$($from:ident :: $raw:ident),* $(,)?],) => {
        &[$(stringify!($typed),)* $(stringify!($raw),)*]
    };
}

const COMMANDS: &[&str] = every_command!(names);

/// The one window may call the app's own commands, one by one, and nothing else.
fn capability() -> String {
    let permissions: Vec<String> =
        COMMANDS.iter().map(|name| format!("\"allow-{}\"", name.replace('_', "-"))).collect();
    format!(
        "{{\"identifier\": \"main\", \"windows\": [\"main\"], \"permissions\": [{}]}}\n",
        permissions.join(", ")
    )
}

/// Only where it changed: cargo would run this again at every build.
fn write_if_changed(file: &Path, text: &str) {
    if std::fs::read_to_string(file).is_ok_and(|there| there == text) {
        return;
    }
    std::fs::write(file, text).expect("the folder of this build can be written to");
}

fn main() {
    std::fs::create_dir_all("ui/dist").expect("ui/dist can be created beside Cargo.toml");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names a folder")).join("capabilities");
    std::fs::create_dir_all(&out).expect("the folder of this build can be written to");
    write_if_changed(&out.join("main.json"), &capability());
    let pattern = out.join("*.json").to_string_lossy().into_owned();
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS))
        .capabilities_path_pattern(pattern.leak());
    tauri_build::try_build(attributes).expect("the Tauri context compiles");
}
