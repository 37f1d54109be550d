//! Rooms keep out of what is not theirs, and no list of commands drifts from another. Their order is held by `xtask/tests/order.rs`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use cargo_metadata::{DependencyKind, MetadataCommand};

#[test]
fn rooms_keep_out_of_what_is_not_theirs() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let must_not: [(&str, &[&str]); 10] = [
        ("clinical", &["serde", "serde_json", "rusqlite", "reqwest", "tokio", "tauri", "fhir"]),
        ("fhir", &["rusqlite", "tauri", "vault"]),
        ("vault", &["reqwest", "tokio", "tauri", "fhir"]),
        ("sync", &["tauri", "rusqlite", "charts"]),
        ("charts", &["rusqlite", "reqwest", "tokio", "tauri", "vault"]),
        ("bedside", &["tauri", "reqwest", "rusqlite", "tokio", "sync", "charts"]),
        ("trends", &["tauri", "reqwest", "rusqlite", "tokio", "sync"]),
        ("documents", &["tauri", "reqwest", "rusqlite", "tokio", "sync"]),
        ("console", &["tauri", "reqwest", "rusqlite", "ward-sim"]),
        ("ward-sim", &["clinical", "fhir", "vault", "sync", "console", "tauri"]),
    ];
    for (room, banned) in must_not {
        let package = metadata.packages.iter().find(|p| p.name.as_str() == room).unwrap();
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            assert!(!banned.contains(&dependency.name.as_str()), "{room} must never use {}", dependency.name);
        }
    }
}

#[test]
fn the_rust_that_is_promised_is_new_enough_for_all_that_is_used() {
    let metadata = MetadataCommand::new().exec().unwrap();
    let own = metadata.packages.iter().find(|p| p.name.as_str() == "vigil").unwrap().rust_version.clone();
    let newer: Vec<String> = metadata
        .packages
        .iter()
        .filter(|p| p.rust_version > own)
        .map(|p| format!("{} {} wants {:?}", p.name, p.version, p.rust_version))
        .collect();
    assert!(newer.is_empty(), "raise rust-version in Cargo.toml, README and the workflow: {newer:?}");
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_command_is_listed_permitted_and_async() {
    let build = read("src-tauri/build.rs");
    let list = build.split("COMMANDS: &[&str] = &[").nth(1).unwrap().split("];").next().unwrap();
    let mut listed: Vec<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let config: serde_json::Value = serde_json::from_str(&read("tauri.conf.json")).unwrap();
    let permitted = config["app"]["security"]["capabilities"][0]["permissions"].as_array().unwrap();
    let mut permitted: Vec<String> = permitted
        .iter()
        .map(|p| p.as_str().unwrap().trim_start_matches("allow-").replace('-', "_"))
        .collect();
    let source = read("src-tauri/src/commands.rs") + &read("src-tauri/src/outgoing.rs");
    let mut written = Vec::new();
    for part in source.split("#[tauri::command]").skip(1) {
        let head = part.split('(').next().unwrap();
        assert!(head.contains("pub async fn"), "a command that is not async: {head}");
        written.push(head.rsplit(' ').next().unwrap().to_owned());
    }
    listed.sort();
    permitted.sort();
    written.sort();
    assert_eq!(listed, written);
    assert_eq!(permitted, written);
}

#[test]
fn the_page_is_built_against_the_commands_there_are() {
    let fresh = vigil_app::bindings().unwrap();
    let path = "ui/src/backend/bindings.ts";
    if std::env::var_os("VIGIL_WRITE_BINDINGS").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == fresh, "ui/src/backend/bindings.ts is out of date: run `cargo xtask bindings`");
}

#[test]
fn only_the_backend_folder_of_the_page_knows_tauri() {
    fn walk(folder: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, out) } else { out.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(std::path::Path::new("ui/src"), &mut files);
    assert!(files.len() > 5);
    for file in files.iter().filter(|f| !f.starts_with("ui/src/backend")) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        assert!(!text.contains("@tauri-apps"), "{} imports Tauri", file.display());
    }
}
