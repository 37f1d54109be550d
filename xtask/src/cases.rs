//! `cargo xtask cases`: inputs from the field, told and judged by a program that lies beside the project where it is there at all.

use std::path::{Path, PathBuf};

use crate::tools::{cargo, output, program, root, run as go, target_folder};

/// Runs the cases, or those that are named, and their controls, which pass where the quirk is left out.
pub(crate) fn run(ids: &[String]) -> Result<(), String> {
    let folder = root().join("../shared/cases");
    if let Some(why) = missing(&folder) {
        println!("cases: not run: {why}");
        return Ok(());
    }
    // As the tests have built it: a plain build has other features, and builds everything once more.
    let page = ["--workspace", "--features", "custom-protocol", "--test", "cli"];
    go(cargo(&["test", "--no-run"]).args(page))?;
    let vigil = with_a_reason(&target_folder()?.join("debug"))?;
    let python = |file: &str| {
        let mut run = program("python3", &[file]);
        run.current_dir(&folder).env("VIGIL_BIN", &vigil).env("PYTHONDONTWRITEBYTECODE", "1");
        run
    };
    go(python("run.py").args(ids))?;
    if ids.is_empty() { go(&mut python("controls.py")) } else { Ok(()) }
}

fn missing(folder: &Path) -> Option<&'static str> {
    if cfg!(not(unix)) {
        return Some("they are started by a shell's script");
    }
    if !folder.join("run.py").exists() {
        return Some("they are not here");
    }
    let here = |tool: &str, version: &str| output(tool, &[version]).is_some();
    (!here("python3", "--version") || !here("pdftotext", "-v"))
        .then_some("they need python3 and pdftotext (poppler-utils)")
}

/// The cases print reports without a reason, which the station does not give; this says one for them.
fn with_a_reason(debug: &Path) -> Result<PathBuf, String> {
    let script = debug.join("vigil-for-cases.sh");
    let vigil = debug.join("vigil");
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = report ]; then exec '{0}' \"$@\" --why test; fi\nexec '{0}' \"$@\"\n",
        vigil.display()
    );
    std::fs::write(&script, text).map_err(|e| format!("{}: {e}", script.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let runs = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&script, runs).map_err(|e| format!("{}: {e}", script.display()))?;
    }
    Ok(script)
}
