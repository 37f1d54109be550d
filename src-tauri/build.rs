//! Compiles the Tauri context. A fresh clone has no built page yet; an empty folder lets it compile.

/// Every command of the app; each becomes a permission that the capability must name. A test holds the lists together.
const COMMANDS: &[&str] = &[
    "annotate",
    "annotations",
    "app_state",
    "check_server",
    "connect",
    "escalate",
    "flowsheet",
    "hand_over",
    "hand_to",
    "handled",
    "history",
    "limits",
    "lit",
    "load",
    "look_back",
    "multiples",
    "note",
    "onsets",
    "pages",
    "patient",
    "pause_sound",
    "print_pages",
    "quarantine",
    "release",
    "repair",
    "retry_action",
    "retry_now",
    "save_file",
    "save_preset",
    "set_limits",
    "shift",
    "shifts",
    "shift_notes",
    "start_demo",
    "take",
    "timeline",
    "trends",
    "unlock",
    "values_at",
    "waiting",
    "watch",
    "waves",
];

fn main() {
    std::fs::create_dir_all("ui/dist").expect("ui/dist can be created beside Cargo.toml");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the Tauri context compiles");
}
