//! Compiles the Tauri context. A fresh clone has no built page yet; an empty folder lets it compile.

fn main() {
    std::fs::create_dir_all("ui/dist").expect("ui/dist can be created beside Cargo.toml");
    tauri_build::build();
}
