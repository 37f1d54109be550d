//! What comes from others: licences, sources and known faults (cargo-deny), what nobody uses (cargo-machete), and the page's side of
//! the same (npm audit).

use std::path::PathBuf;
use std::process::Command;

use crate::tools::{npm, program, root, run as go, succeeds_within};

/// Name and version. They are built when they are first needed and kept beside the other caches of the project.
const TOOLS: [(&str, &str); 2] = [("cargo-deny", "0.20.2"), ("cargo-machete", "0.9.2")];

/// Builds what is missing, without optimisation: each runs for a second or two, and a machine from nothing waits for the compiler.
pub(crate) fn install() -> Result<(), String> {
    for (name, version) in TOOLS {
        if tool(name)?.is_file() {
            continue;
        }
        let root = folder(name, version)?;
        let exact = format!("{name}@{version}");
        let mut build = program("cargo", &["install", "--quiet", "--locked", "--debug", &exact, "--root"]);
        // Its own compiler flags and target folder, whatever this project's are.
        build.arg(&root).env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_TARGET_DIR", root.join("target"));
        go(&mut build)?;
        let _ = std::fs::remove_dir_all(root.join("target"));
    }
    Ok(())
}

fn folder(name: &str, version: &str) -> Result<PathBuf, String> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    let cache = cache.or(home.map(|home| home.join(".cache"))).ok_or("there is no home folder")?;
    Ok(cache.join("vigil").join(format!("{name}-{version}")))
}

fn tool(name: &str) -> Result<PathBuf, String> {
    let version = TOOLS.iter().find(|(known, _)| *known == name).map_or("", |(_, version)| version);
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(folder(name, version)?.join("bin").join(file))
}

fn run(name: &str) -> Result<Command, String> {
    let mut command = Command::new(tool(name)?);
    command.current_dir(root());
    Ok(command)
}

/// Runs all three.
pub(crate) fn check() -> Result<(), String> {
    go(&mut run("cargo-machete")?)?;
    let mut deny = run("cargo-deny")?;
    // A duplicate is a line, not the tree of all who brought it.
    deny.args(["--workspace", "check", "--hide-inclusion-graph"]);
    // The database of known faults is a git repository. Where it is out of reach the rest is still looked at.
    if succeeds_within(60, run("cargo-deny")?.args(["fetch", "db"])) {
        deny.arg("advisories");
    } else {
        println!(
            "cargo-deny: the database of known faults (RustSec) is out of reach; they were not looked for"
        );
    }
    go(deny.args(["bans", "licenses", "sources"]))?;
    audit()
}

/// What npm's registry knows of the page's packages: a grave fault is a failure, also in what only builds the page.
fn audit() -> Result<(), String> {
    let said = npm(&["audit", "--json"]).output().map_err(|e| format!("npm audit: {e}"))?;
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
    let Some(found) = said["metadata"]["vulnerabilities"].as_object() else {
        println!("npm audit: the registry gave no answer; known faults were not looked for");
        return Ok(());
    };
    let number = |grade: &str| found.get(grade).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let (critical, high, total) = (number("critical"), number("high"), number("total"));
    println!("npm audit: {total} known faults, {high} high, {critical} critical");
    if critical + high > 0 { Err("npm audit: see `npm --prefix ui audit`".into()) } else { Ok(()) }
}
