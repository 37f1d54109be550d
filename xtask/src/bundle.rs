//! `cargo xtask bundle`: the packages, a look into both, and the list of what is in them.

use std::fs;

use xtask::sbom;

use crate::demo::binary;
use crate::tools::{cargo, output, program, root, run as go};

pub(crate) fn run() -> Result<(), String> {
    // The Tauri CLI from cargo where somebody has it, else the ready-made one from npm.
    let build = ["build", "--bundles", "deb,rpm"];
    if output("cargo", &["tauri", "--version"]).is_some() {
        go(program("cargo", &["tauri"]).args(build))?;
    } else {
        go(program("npx", &["--yes", "@tauri-apps/cli@2"]).args(build))?;
    }
    let target = binary(true)?;
    let folder = target.parent().ok_or("no target folder")?.join("bundle");
    for (kind, tool, arguments) in
        [("deb", "dpkg-deb", ["-c"].as_slice()), ("rpm", "rpm", ["-qlp"].as_slice())]
    {
        let package = fs::read_dir(folder.join(kind))
            .map_err(|e| format!("no {kind}: {e}"))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|e| e == kind))
            .ok_or_else(|| format!("no .{kind} was made"))?;
        let mut list = arguments.to_vec();
        let path = package.to_string_lossy().into_owned();
        list.push(&path);
        let held = output(tool, &list).ok_or_else(|| format!("{tool} cannot read {path}"))?;
        for wanted in [
            "usr/bin/vigil",
            "usr/lib/vigil/libno_gl.so",
            "usr/lib/systemd/user/vigil.service",
            ".desktop",
            ".png",
        ] {
            if !held.contains(wanted) {
                return Err(format!("{path} holds no {wanted}"));
            }
        }
        println!(
            "{path}: {} files, {} KiB",
            held.lines().count(),
            fs::metadata(&package).map_or(0, |m| m.len() / 1024)
        );
    }
    sbom::write(&root(), sbom::WITH_DEMO, None, &folder.join("vigil.cdx.json"))
}

/// Builds the EGL vendor of machines without a GPU into `gen/`, where the packages take it from.
pub(crate) fn no_gl() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    go(cargo(&["build", "--release", "--package", "no-gl"]).env_remove("CARGO_BUILD_TARGET"))?;
    let built = binary(true)?.with_file_name("libno_gl.so");
    fs::create_dir_all("gen")
        .and_then(|()| fs::copy(&built, "gen/libno_gl.so"))
        .map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(())
}
