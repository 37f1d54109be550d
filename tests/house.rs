//! Rooms keep out of what is not theirs, and no list of commands drifts from another. Their order is held by `xtask/tests/order.rs`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use cargo_metadata::{DependencyKind, MetadataCommand};

#[test]
fn rooms_keep_out_of_what_is_not_theirs() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let must_not: [(&str, &[&str]); 14] = [
        ("clinical", &["serde", "serde_json", "rusqlite", "reqwest", "tokio", "tauri", "fhir"]),
        ("record", &["clinical", "rusqlite", "reqwest", "tokio", "tauri", "vault"]),
        ("fhir", &["rusqlite", "tauri", "vault"]),
        ("connectors", &["rusqlite", "reqwest", "tauri", "vault", "fhir"]),
        ("vault", &["reqwest", "tokio", "tauri", "fhir"]),
        ("sync", &["tauri", "rusqlite", "charts"]),
        ("charts", &["rusqlite", "reqwest", "tokio", "tauri", "vault"]),
        ("bedside", &["tauri", "reqwest", "rusqlite", "tokio", "sync", "charts"]),
        ("trends", &["tauri", "reqwest", "rusqlite", "tokio", "sync"]),
        ("documents", &["tauri", "reqwest", "rusqlite", "tokio", "sync"]),
        ("console", &["tauri", "reqwest", "rusqlite", "ward-sim"]),
        ("cli", &["tauri", "vault", "sync", "rusqlite", "reqwest", "bedside", "trends", "documents"]),
        ("vigil", &["vault", "rusqlite", "reqwest", "bedside", "trends", "documents"]),
        ("ward-sim", &["clinical", "fhir", "vault", "sync", "console", "tauri"]),
    ];
    for (room, banned) in must_not {
        let package = metadata.packages.iter().find(|p| p.name.as_str() == room).unwrap();
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            assert!(!banned.contains(&dependency.name.as_str()), "{room} must never use {}", dependency.name);
        }
    }
}

/// Every source below a folder.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let place = path.to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(sources(&place));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push((place.clone(), read(&place)));
        }
    }
    found
}

#[test]
fn what_people_do_and_take_out_passes_the_gate_alone() {
    let past_it = [
        ".record_actions(",
        ".set_site(",
        ".unset_site(",
        ".set_for_unit(",
        ".unpark(",
        ".carry_on_by_hand(",
        ".audit(",
        ".change_staff(",
    ];
    // Upkeep closes the cache and says in its log what was done; a cache that is being opened, or signed in to, has no console yet.
    // What a site's file says nobody at the station does, nor that nobody watched.
    let of_their_own = [
        ("upkeep", ".audit("),
        ("one_server", ".audit("),
        ("its_units", ".audit("),
        ("signing", ".audit("),
        ("listening", ".audit("),
        ("watching", ".audit("),
        ("site_file", ".set_site("),
        ("site_file", ".unset_site("),
    ]
    .map(|(module, call)| (format!("crates/console/src/{module}.rs"), call));
    for folder in ["crates/console/src", "crates/cli/src", "src-tauri/src"] {
        for (place, source) in
            sources(folder).iter().filter(|(place, _)| !place.ends_with("console/src/gate.rs"))
        {
            let is_its_own = |call: &&str| of_their_own.contains(&(place.clone(), *call));
            for call in past_it.into_iter().filter(|call| !is_its_own(call)) {
                assert!(
                    !source.contains(call),
                    "{place} calls {call}..): it passes crates/console/src/gate.rs"
                );
            }
            let leaves = ["export_csv(", "export_bundle(", "report_pages(", "ward_list(", "handover("];
            let made_elsewhere = !place.ends_with("console/src/disclosures.rs");
            for call in leaves.into_iter().filter(|_| made_elsewhere) {
                assert!(!source.contains(call), "{place} makes {call}..) without the gate");
            }
        }
    }
    let gate = read("crates/console/src/gate.rs");
    assert!(
        past_it.iter().all(|call| gate.contains(call)),
        "the gate calls them, or this test holds nothing"
    );
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

/// Every `subject::command` of the one list.
fn listed() -> Vec<String> {
    let list = read("src-tauri/src/commands/list.rs");
    let body = list.split("$made_of_them! {").nth(1).unwrap();
    let names =
        body.lines().filter_map(|line| line.trim().strip_suffix(',')).filter(|line| line.contains("::"));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn every_command_is_listed_and_async() {
    let mut written = Vec::new();
    for entry in std::fs::read_dir("src-tauri/src")
        .unwrap()
        .chain(std::fs::read_dir("src-tauri/src/commands").unwrap())
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let (source, subject) = (read(path.to_str().unwrap()), path.file_stem().unwrap().to_str().unwrap());
        for part in source.split("#[tauri::command]").skip(1) {
            let head = part.split('(').find(|head| head.contains("fn ")).unwrap();
            assert!(head.contains("async fn"), "a command that is not async: {head}");
            written.push(format!("{subject}::{}", head.rsplit(' ').next().unwrap()));
        }
    }
    written.sort();
    assert!(written.len() > 40);
    assert_eq!(listed(), written);
}

#[test]
fn the_window_may_call_the_listed_commands_one_by_one_and_nothing_else() {
    // What `build.rs` handed to Tauri, as Tauri read it.
    let capabilities: serde_json::Value =
        serde_json::from_str(&read("gen/schemas/capabilities.json")).unwrap();
    let capabilities = capabilities.as_object().unwrap();
    assert_eq!(capabilities.keys().collect::<Vec<_>>(), ["main"]);
    let main = &capabilities["main"];
    assert!(main.get("remote").is_none_or(serde_json::Value::is_null), "no page from elsewhere may call");
    assert_eq!(main["windows"], serde_json::json!(["main"]));
    let config: serde_json::Value = serde_json::from_str(&read("tauri.conf.json")).unwrap();
    assert!(
        config["app"]["security"].get("capabilities").is_none(),
        "a second list of what the window may call"
    );
    let permitted = main["permissions"].as_array().unwrap();
    let mut permitted: Vec<String> = permitted
        .iter()
        .map(|p| p.as_str().unwrap().strip_prefix("allow-").unwrap().replace('-', "_"))
        .collect();
    permitted.sort();
    let mut names: Vec<String> =
        listed().iter().map(|path| path.rsplit("::").next().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(permitted, names);
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

#[test]
fn documents_name_files_that_exist() {
    let mut documents: Vec<std::path::PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"].map(Into::into).to_vec();
    for folder in ["docs", "docs/decisions"] {
        let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        documents.extend(found.filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    let (mut named, mut gone) = (0, Vec::new());
    for document in &documents {
        let text = read(&document.to_string_lossy());
        let folder = document.parent().unwrap();
        // A link is looked up from its document, a path in code marks from the root.
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains("://")).map(|link| folder.join(link));
        let rooms = ["crates/", "src-tauri/", "ui/src/", "tests/", "xtask/", "benches/", "docs/"];
        let code = text.split('`').skip(1).step_by(2);
        let paths = code
            .filter(|word| rooms.iter().any(|room| word.starts_with(room)) && !word.contains(['*', '<', ' ']))
            .map(std::path::PathBuf::from);
        for path in links.chain(paths) {
            named += 1;
            if !path.exists() {
                gone.push(format!("{}: {}", document.display(), path.display()));
            }
        }
    }
    assert!(named > 60, "only {named} names were found: is this test looking?");
    assert!(gone.is_empty(), "named, and not there:\n{}", gone.join("\n"));
}
