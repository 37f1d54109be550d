//! What keeps others out stands in files that nobody looks at again: a line that is lost there is noticed here.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Every file of these kinds below a folder, tests of the page left out, with its name from the root.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            found.extend(files(&name, endings));
        } else if endings.iter().any(|end| name.ends_with(end)) && !name.ends_with(".test.ts") {
            found.push((name.clone(), read(&name)));
        }
    }
    found
}

#[test]
fn the_page_loads_and_reaches_nothing_but_the_program() {
    let config: Value = serde_json::from_str(&read("tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let policy = security["csp"].as_str().unwrap();
    let of = |directive: &str| {
        let mut all = policy.split(';').map(str::trim);
        let found = all.find_map(|part| part.strip_prefix(directive)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("no {directive}"))
    };
    for (directive, wanted) in [
        ("default-src", "'self'"),
        ("script-src", "'self'"),
        ("connect-src", "ipc: http://ipc.localhost 'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
        ("form-action", "'none'"),
    ] {
        assert_eq!(of(directive), wanted, "{directive}");
    }
    assert!(!policy.contains("unsafe-eval") && !policy.contains('*'), "{policy}");
    let elsewhere: Vec<&str> = policy.split([' ', ';']).filter(|word| word.contains("://")).collect();
    assert_eq!(elsewhere, ["http://ipc.localhost"]);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["assetProtocol"]["enable"], false);
    assert!(security.get("dangerousDisableAssetCspModification").is_none());
    assert_eq!(config["app"]["withGlobalTauri"], false);
    // Files, requests and programs of the system are Rust's; a plugin would hand them to the page.
    assert!(!read("Cargo.lock").contains("name = \"tauri-plugin"));
}

#[test]
fn no_text_of_a_server_becomes_markup_or_a_script() {
    let page = files("ui/src", &[".svelte", ".ts"]);
    assert!(page.len() > 50, "is this test looking?");
    let ways = [
        "{@html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "srcdoc",
    ];
    for (name, text) in page {
        for way in ways {
            assert!(!text.contains(way), "{name}: {way}");
        }
    }
}

#[test]
fn the_page_keeps_nothing_on_the_disk_and_puts_nothing_on_the_clipboard() {
    let ways = [
        "localStorage",
        "indexedDB",
        "document.cookie",
        "caches.",
        "clipboard",
        "execCommand",
        "serviceWorker",
    ];
    for (name, text) in files("ui/src", &[".svelte", ".ts"]) {
        for way in ways {
            assert!(!text.contains(way), "{name}: {way}");
        }
        assert!(!text.contains("sessionStorage") || name == "ui/src/lib/kept.ts", "{name} keeps something");
    }
    // Even that is in a window whose store is in memory.
    assert!(read("src-tauri/src/window.rs").contains(".incognito("));
}

#[test]
fn no_code_accepts_a_bad_certificate() {
    let sources = [files("crates", &[".rs"]), files("src-tauri", &[".rs"])].concat();
    assert!(sources.len() > 200, "is this test looking?");
    for (name, text) in sources {
        for way in ["accept_invalid", "danger_", ".dangerous()", "ServerCertVerifier", "tls_sni(false)"] {
            assert!(!text.contains(way), "{name}: {way}");
        }
    }
}

#[test]
fn what_the_program_is_built_from_is_named_to_the_byte() {
    let lock = read("Cargo.lock");
    for package in lock.split("[[package]]").filter(|block| block.contains("\nsource = ")) {
        let registry = "\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert!(package.contains(registry) && package.contains("\nchecksum = \""), "{package}");
    }
    let npm: Value = serde_json::from_str(&read("ui/package-lock.json")).unwrap();
    let npm = npm["packages"].as_object().unwrap();
    assert!(npm.len() > 100);
    for (name, package) in npm.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package["integrity"].as_str().unwrap().starts_with("sha512-"), "{name}");
        let place = package["resolved"].as_str().unwrap_or("https://registry.npmjs.org/");
        assert!(place.starts_with("https://registry.npmjs.org/"), "{name}: {place}");
    }
    let deny = read("deny.toml");
    for wanted in
        ["unknown-registry = \"deny\"", "unknown-git = \"deny\"", "yanked = \"deny\"", "wildcards = \"deny\""]
    {
        assert!(deny.lines().any(|line| line == wanted), "{wanted}");
    }
    let toolchain = read("rust-toolchain.toml");
    let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap();
    assert!(channel.trim_matches('"').split('.').count() == 3, "a compiler by its whole number: {channel}");
    for (name, text) in files(".github/workflows", &[".yml"]) {
        assert!(text.contains("permissions:\n  contents: read"), "{name} may do more than read");
        for action in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, action)| action) {
            let at = action.split(['@', ' ']).nth(1).unwrap_or_default();
            let is_commit = at.len() == 40 && at.bytes().all(|c| c.is_ascii_hexdigit());
            assert!(is_commit, "{name}: {action} is no commit");
        }
    }
}

#[test]
fn a_release_shows_its_own_page_and_no_developers() {
    // What stops the compiler where a release would load a page from a port of this machine.
    let shell = read("src-tauri/src/lib.rs");
    let guard = "#[cfg(not(any(debug_assertions, feature = \"custom-protocol\")))]\ncompile_error!(";
    assert!(shell.contains(guard));
    let manifest = read("Cargo.toml");
    let tauri = manifest.lines().find(|line| line.starts_with("tauri = ")).unwrap();
    assert_eq!(
        tauri, "tauri = { version = \"2\", features = [] }",
        "an inspector in releases is a feature of it"
    );
}

#[test]
fn there_is_one_way_to_the_network_and_it_follows_no_redirect_and_no_environment() {
    let sources = [files("crates", &[".rs"]), files("src-tauri", &[".rs"])].concat();
    let of_the_program = sources.iter().filter(|(name, _)| {
        name.contains("/src/") && !name.starts_with("crates/ward-sim/") && !name.contains("tests")
    });
    let mut found = Vec::new();
    for (name, text) in of_the_program {
        let ways = [
            "Client::builder()",
            "reqwest::get",
            "TcpStream::connect",
            "connect_async",
            "UdpSocket",
            "::bind(",
        ];
        found.extend(ways.iter().filter(|way| text.contains(**way)).map(|way| format!("{name} {way}")));
    }
    found.sort();
    let wanted = [
        "crates/connectors/src/mllp/listener.rs ::bind(",
        "crates/fhir/src/client/socket.rs TcpStream::connect",
        "crates/fhir/src/client/way.rs Client::builder()",
        "crates/identity/src/loopback.rs ::bind(",
    ];
    assert_eq!(found, wanted);
    let way = read("crates/fhir/src/client/way.rs");
    assert!(way.contains(".redirect(reqwest::redirect::Policy::none())") && way.contains(".no_proxy()"));
    assert!(read("crates/identity/src/loopback.rs").contains("TcpListener::bind((Ipv4Addr::LOCALHOST, 0))"));
    let mllp = read("crates/connectors/src/mllp/listener.rs");
    assert!(mllp.contains("if door.tls.is_none() && !address.ip().to_canonical().is_loopback()"));
}
