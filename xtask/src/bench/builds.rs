//! How long somebody waits for the compiler: from nothing, and after one line of one room.

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::state::State;
use crate::tools::{output, run as go};

/// Prints both states beside each other.
pub(crate) fn print(revision: &str, room: &str) -> Result<(), String> {
    // What is not committed yet belongs to this state too; it is built in a work tree, so that nobody's files are touched.
    let now =
        output("git", &["stash", "create"]).filter(|commit| !commit.is_empty()).unwrap_or("HEAD".into());
    let states = [State::of(revision, "before")?, State::of(&now, "now")?];
    let mut rows = Vec::new();
    for state in states {
        rows.push(times(state, room)?);
    }
    println!("{:<44} {:>9} {:>9} {:>7}", "build (debug)", "before", "now", "now is");
    for ((what, before), (_, now)) in rows[0].iter().zip(&rows[1]) {
        println!("{what:<44} {before:>7.1} s {now:>7.1} s {:>6.2}x", now / before);
    }
    Ok(())
}

fn times(state: State, room: &str) -> Result<Vec<(String, f64)>, String> {
    let state = State { target: state.target.with_extension("cold"), ..state };
    let _ = fs::remove_dir_all(&state.target);
    fs::create_dir_all(state.folder.join("ui/dist")).map_err(|e| e.to_string())?;
    // What is built must be here already: a download is not the compiler's time.
    go(&mut state.cargo(&["fetch", "--quiet", "--locked"]))?;
    let all = ["build", "--workspace", "--features", "custom-protocol"];
    let alone = ["build", "--package", room];
    let file = state.folder.join("crates").join(room).join("src/lib.rs");
    let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let change = |line: &str| {
        fs::write(&file, format!("{text}\nconst _: &str = \"{line}\";\n")).map_err(|e| e.to_string())
    };
    let cold = seconds(&mut state.cargo(&all))?;
    // The room alone has other features of its dependencies than the workspace; those are built before the line is changed.
    go(&mut state.cargo(&alone))?;
    change("once")?;
    let one = seconds(&mut state.cargo(&alone))?;
    change("twice")?;
    let app = seconds(&mut state.cargo(&all))?;
    fs::write(&file, text).map_err(|e| e.to_string())?;
    let _ = fs::remove_dir_all(&state.target);
    Ok(vec![
        ("the workspace from nothing".into(), cold),
        (format!("{room} alone after one line of it"), one),
        (format!("the workspace after one line of {room}"), app),
    ])
}

fn seconds(command: &mut Command) -> Result<f64, String> {
    let began = Instant::now();
    go(command)?;
    Ok(began.elapsed().as_secs_f64())
}
