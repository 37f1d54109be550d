//! Rooms: their order, their sizes, and who uses whom.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::circles::{Circle, circles};
use super::module::read_crate;

/// From the top down: a room uses only rooms of lines above its own, so those of one line do not know each other.
pub const ORDER: [&[&str]; 10] = [
    &["clinical", "record", "ward-sim", "no-gl"],
    &["charts", "fhir", "vault", "connectors"],
    &["sync", "identity"],
    &["bedside"],
    &["trends"],
    &["documents"],
    &["console"],
    &["cli"],
    &["vigil"],
    &["xtask"],
];

/// One room.
pub struct Room {
    /// As cargo knows it; `vigil` is `src-tauri`.
    pub name: String,
    /// Source files of the program, tests left out.
    pub files: usize,
    /// Their lines.
    pub lines: usize,
    /// Rooms that it uses.
    pub uses: BTreeSet<String>,
    /// Modules that use each other.
    pub circles: Vec<Circle>,
}

/// All rooms, in their order.
pub struct House(pub Vec<Room>);

/// Reads the workspace that the caller stands in.
///
/// # Errors
/// As [`read_house`].
pub fn read_this_house() -> Result<House, String> {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".into());
    let metadata = Command::new(cargo).args(["metadata", "--no-deps", "--format-version", "1"]).output();
    let metadata = metadata.map_err(|e| format!("cargo metadata: {e}"))?;
    read_house(&String::from_utf8_lossy(&metadata.stdout))
}

/// Reads the workspace from what `cargo metadata --no-deps` printed.
///
/// # Errors
/// A package that is no room, or a source that cannot be read.
pub fn read_house(metadata: &str) -> Result<House, String> {
    let metadata: Value = serde_json::from_str(metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let mut rooms = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        place(name)
            .ok_or_else(|| format!("{name} is no room: give it a line in xtask/src/house/rooms.rs"))?;
        let uses = package["dependencies"].as_array().into_iter().flatten();
        let uses = uses
            .filter(|d| d["kind"] != "dev")
            .filter_map(|d| d["name"].as_str().filter(|n| names.contains(n)).map(str::to_owned))
            .collect();
        let mut files = std::collections::BTreeMap::new();
        let mut found = Vec::new();
        for root in roots(package) {
            let source = read_crate(&root)?;
            found.extend(circles(&source));
            files.extend(source.files);
        }
        rooms.push(Room {
            name: name.to_owned(),
            files: files.len(),
            lines: files.values().sum(),
            uses,
            circles: found,
        });
    }
    rooms.sort_by_key(|room| (place(&room.name), room.name.clone()));
    Ok(House(rooms))
}

/// Root files of what a package ships: its library and its programs.
fn roots(package: &Value) -> Vec<PathBuf> {
    let targets = package["targets"].as_array().into_iter().flatten();
    targets
        .filter(|target| {
            let kinds = target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str);
            kinds.into_iter().any(|kind| matches!(kind, "lib" | "bin" | "cdylib" | "proc-macro"))
        })
        .filter_map(|target| target["src_path"].as_str())
        .map(|path| Path::new(path).to_owned())
        .collect()
}

fn place(name: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&name))
}

/// Arrows that do not lead upwards to a room of an earlier line.
pub fn wrong_arrows(house: &House) -> Vec<String> {
    let mut out = Vec::new();
    for room in &house.0 {
        for used in &room.uses {
            if place(used) >= place(&room.name) {
                out.push(format!("{} must not use {used}", room.name));
            }
        }
    }
    out
}

/// Everything that is wrong: arrows, then circles.
pub fn wrong(house: &House) -> Vec<String> {
    let mut out = wrong_arrows(house);
    for room in &house.0 {
        out.extend(room.circles.iter().map(|circle| format!("a circle in {}: {circle}", room.name)));
    }
    out
}

impl House {
    /// The map, a room a line.
    pub fn map(&self) -> String {
        let mut out = format!("{:<10} {:>5} {:>6}  uses\n", "room", "files", "lines");
        for room in &self.0 {
            let uses: Vec<&str> = room.uses.iter().map(String::as_str).collect();
            out += &format!("{:<10} {:>5} {:>6}  {}\n", room.name, room.files, room.lines, uses.join(" "));
        }
        let sum = |of: fn(&Room) -> usize| self.0.iter().map(of).sum::<usize>();
        out + &format!("{:<10} {:>5} {:>6}\n", "", sum(|r| r.files), sum(|r| r.lines))
    }
}
