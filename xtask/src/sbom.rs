//! What is in the program: its crates and the page's packages, as CycloneDX 1.6.
//!
//! Crates: what `cargo tree` says the program is linked from, with the features that it is built with; what runs only in the compiler
//! (procedural macros, build scripts) is not in it. The page: what its lock file does not mark as needed for building alone. C code that
//! a crate brings (SQLite, SQLCipher, AWS-LC) stands under that crate; libraries of the system, the webview among them, are not listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

/// A hospital's build has no demo ward in it.
pub const HOSPITAL: &[&str] = &["--no-default-features", "--features", "custom-protocol"];

/// As the packages are built that `cargo xtask bundle` makes.
pub const WITH_DEMO: &[&str] = &["--features", "custom-protocol"];

/// What a list is made from. The same texts give the same list to the letter: it bears no time and no random number.
pub struct Sources {
    /// `cargo tree` of the program, one package a line.
    pub tree: String,
    /// `cargo metadata` with the same features.
    pub metadata: String,
    /// `Cargo.lock`.
    pub cargo_lock: String,
    /// `package-lock.json` of the page.
    pub npm_lock: String,
    /// The platform, as rustc names it.
    pub target: String,
    /// The features, as cargo is told them.
    pub features: String,
}

impl Sources {
    /// Asks cargo, and reads both lock files; without a platform it is this machine's.
    ///
    /// # Errors
    /// Cargo or a file that does not answer, by name.
    pub fn read(root: &Path, features: &[&str], target: Option<&str>) -> Result<Self, String> {
        let ask = |program: &str, arguments: &[&str]| {
            let done = Command::new(program).args(arguments).current_dir(root).output();
            let done = done.map_err(|e| format!("{program}: {e}"))?;
            if done.status.success() {
                Ok(String::from_utf8_lossy(&done.stdout).into_owned())
            } else {
                Err(format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr)))
            }
        };
        let file = |name: &str| std::fs::read_to_string(root.join(name)).map_err(|e| format!("{name}: {e}"));
        let target = match target {
            Some(target) => target.to_owned(),
            None => ask("rustc", &["-vV"])?
                .lines()
                .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
                .ok_or("rustc names no host")?,
        };
        let cargo = std::env::var("CARGO").unwrap_or("cargo".into());
        let linked = ["tree", "--locked", "--package", "vigil", "--edges", "normal,no-proc-macro"];
        let one_a_line = ["--prefix", "none", "--format", "{p}", "--target", &target];
        let all = ["metadata", "--locked", "--format-version", "1", "--filter-platform", &target];
        Ok(Self {
            tree: ask(&cargo, &[&linked[..], features, &one_a_line].concat())?,
            metadata: ask(&cargo, &[&all[..], features].concat())?,
            cargo_lock: file("Cargo.lock")?,
            npm_lock: file("ui/package-lock.json")?,
            target,
            features: features.join(" "),
        })
    }
}

/// Writes the list and says how long it is.
///
/// # Errors
/// As [`Sources::read`] and [`bom`], or of the disk.
pub fn write(root: &Path, features: &[&str], target: Option<&str>, out: &Path) -> Result<(), String> {
    let list = bom(&Sources::read(root, features, target)?)?;
    std::fs::write(out, format!("{list:#}\n")).map_err(|e| format!("{}: {e}", out.display()))?;
    println!("{}: {} components", out.display(), list["components"].as_array().map_or(0, Vec::len));
    Ok(())
}

/// The list, as CycloneDX has it.
///
/// # Errors
/// A text that is not what it should be.
pub fn bom(from: &Sources) -> Result<Value, String> {
    let metadata: Value = serde_json::from_str(&from.metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let npm_lock: Value = serde_json::from_str(&from.npm_lock).map_err(|e| format!("package-lock: {e}"))?;
    let (crates, mut uses) = crates(&from.tree, &metadata, &checksums(&from.cargo_lock))?;
    let (packages, uses_of_page) = packages(&npm_lock)?;
    let program = own_ref("vigil");
    for (by, used) in uses_of_page {
        let by = if by.is_empty() { program.clone() } else { by };
        uses.entry(by).or_default().extend(used);
    }
    let (own, others): (Vec<Value>, Vec<Value>) = crates.into_iter().partition(|c| c["bom-ref"] == program);
    let mut own = own.into_iter().next().ok_or("cargo tree does not name the program")?;
    own["type"] = json!("application");
    let dependencies: Vec<Value> =
        uses.iter().map(|(by, used)| json!({ "ref": by, "dependsOn": used })).collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": { "components": [{ "type": "application", "name": "cargo xtask sbom" }] },
            "component": own,
            "properties": [
                { "name": "vigil:target", "value": from.target },
                { "name": "vigil:features", "value": from.features },
            ],
        },
        "components": others.into_iter().chain(packages).collect::<Vec<_>>(),
        "dependencies": dependencies,
    }))
}

/// Who uses whom, by `bom-ref`.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Our rooms are in no registry, where others bear their names: they have no purl.
fn own_ref(name: &str) -> String {
    format!("vigil:{name}")
}

fn crates(
    tree: &str,
    metadata: &Value,
    checksums: &BTreeMap<(String, String), String>,
) -> Result<(Vec<Value>, Uses), String> {
    // `name v1.2.3`, and what is said of it behind that.
    let linked: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or(rest)))
        .collect();
    let all = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let mut refs = BTreeMap::new();
    let mut components = Vec::new();
    for package in all {
        let (id, name, version) = (text(package, "id")?, text(package, "name")?, text(package, "version")?);
        if !linked.contains(&(name, version)) {
            continue;
        }
        let mut component = Map::new();
        let bom_ref = if package["source"].is_null() {
            own_ref(name)
        } else {
            let purl = format!("pkg:cargo/{name}@{version}");
            component.insert("purl".into(), json!(purl));
            purl
        };
        let sum = checksums.get(&(name.to_owned(), version.to_owned()));
        let hash = sum.map(|sum| ("SHA-256", sum.clone()));
        describe(&mut component, &bom_ref, name, version, package["license"].as_str(), hash);
        components.push(Value::Object(component));
        refs.insert(id, bom_ref);
    }
    if components.len() < linked.len() {
        return Err(format!("of {} linked crates cargo metadata knows {}", linked.len(), components.len()));
    }
    let mut uses = Uses::new();
    for node in metadata["resolve"]["nodes"].as_array().ok_or("cargo metadata resolves nothing")? {
        let Some(by) = refs.get(text(node, "id")?) else { continue };
        let used = uses.entry(by.clone()).or_default();
        for dependency in node["deps"].as_array().into_iter().flatten() {
            let normal = |kinds: &Vec<Value>| kinds.iter().any(|kind| kind["kind"].is_null());
            if dependency["dep_kinds"].as_array().is_some_and(normal) {
                used.extend(refs.get(text(dependency, "pkg")?).cloned());
            }
        }
    }
    Ok((components, uses))
}

/// What both kinds have.
fn describe(
    component: &mut Map<String, Value>,
    bom_ref: &str,
    name: &str,
    version: &str,
    licence: Option<&str>,
    hash: Option<(&str, String)>,
) {
    component.insert("type".into(), json!("library"));
    component.insert("bom-ref".into(), json!(bom_ref));
    component.insert("name".into(), json!(name));
    component.insert("version".into(), json!(version));
    component.insert("scope".into(), json!("required"));
    if let Some(licence) = licence {
        // Older crates write `MIT/Apache-2.0`, which is no SPDX expression.
        let parts: Vec<&str> = licence.split('/').map(str::trim).collect();
        component.insert("licenses".into(), json!([{ "expression": parts.join(" OR ") }]));
    }
    if let Some((alg, content)) = hash {
        component.insert("hashes".into(), json!([{ "alg": alg, "content": content }]));
    }
}

fn text<'a>(of: &'a Value, name: &str) -> Result<&'a str, String> {
    of[name].as_str().ok_or_else(|| format!("cargo metadata: no {name}"))
}

/// What `Cargo.lock` says of each package, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for block in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            line.and_then(|rest| rest.strip_suffix('"')).map(str::to_owned)
        };
        if let (Some(name), Some(version), Some(sum)) = (value("name"), value("version"), value("checksum")) {
            found.insert((name, version), sum);
        }
    }
    found
}

/// What ends in the page. The page itself goes by an empty name.
fn packages(lock: &Value) -> Result<(Vec<Value>, Uses), String> {
    let all = lock["packages"].as_object().ok_or("package-lock.json names no packages")?;
    let mut components = BTreeMap::new();
    let mut uses = Uses::new();
    for (place, package) in all {
        let by = match bundled(all, place) {
            Some((purl, name, version)) => {
                let mut component = Map::new();
                component.insert("purl".into(), json!(purl));
                let hash = package["integrity"].as_str().and_then(|text| text.strip_prefix("sha512-"));
                let hash = hash.map(|text| from_base64(text).map(|hex| ("SHA-512", hex))).transpose()?;
                describe(&mut component, &purl, name, version, package["license"].as_str(), hash);
                components.insert(purl.clone(), Value::Object(component));
                purl
            }
            None if place.is_empty() => String::new(),
            None => continue,
        };
        let used = uses.entry(by).or_default();
        for kind in ["dependencies", "peerDependencies"] {
            for name in package[kind].as_object().into_iter().flat_map(Map::keys) {
                // Looked for as node does: beside the package, then in each folder around it.
                let mut around = Some(place.as_str());
                while let Some(folder) = around {
                    let beside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                    if let Some((found, ..)) = bundled(all, &format!("{beside}node_modules/{name}")) {
                        used.insert(found);
                        break;
                    }
                    around = folder.rsplit_once("node_modules/").map(|(up, _)| up.trim_end_matches('/'));
                }
            }
        }
    }
    Ok((components.into_values().collect(), uses))
}

/// The purl, name and version of what stands at a place of the lock file, where it is not needed for building alone.
fn bundled<'a>(all: &'a Map<String, Value>, place: &'a str) -> Option<(String, &'a str, &'a str)> {
    let (_, name) = place.rsplit_once("node_modules/")?;
    let package =
        all.get(place).filter(|package| package["dev"] != true && package["devOptional"] != true)?;
    let version = package["version"].as_str()?;
    Some((format!("pkg:npm/{}@{version}", name.replace('@', "%40")), name, version))
}

/// A digest of npm in the digits that CycloneDX has.
fn from_base64(text: &str) -> Result<String, String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut hex = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|d| *d == letter).and_then(|digit| u32::try_from(digit).ok());
        held = (held << 6 | digit.ok_or("a digest of npm is no base64")?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            hex.push_str(&format!("{:02x}", held >> bits & 0xff));
        }
    }
    Ok(hex)
}
