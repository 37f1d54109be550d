//! `cargo xtask test`, `day`, `torture`, `weeks`, `interop`, `bench`, `bundle` and `bindings`.

use std::fs;

use crate::demo::binary;
use crate::tools::{cargo, npm, output, program, run as go};

/// Every test: style, page, rooms, house, journeys, real server.
pub fn run() -> Result<(), String> {
    go(&mut cargo(&["fmt", "--all", "--check"]))?;
    go(&mut npm(&["run", "check"]))?;
    go(&mut npm(&["run", "test"]))?;
    go(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "custom-protocol",
        "--",
        "-D",
        "warnings",
    ]))?;
    go(&mut cargo(&["test", "--workspace", "--features", "custom-protocol"]))
}

/// One of the long tests of the sync room, with options of its own.
pub fn sync_test(name: &str, options: &[&str]) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "sync", "--test", name, "--"]);
    go(test.args(options))
}

/// The table of alarms of a simulated day.
pub fn day(hours: &str) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "console", "--test", "day", "--", "--nocapture"]);
    go(test.env("VIGIL_DAY_HOURS", hours))
}

/// The README's figures, in a release build.
pub fn bench(arguments: &[&str]) -> Result<(), String> {
    if arguments.first() == Some(&"store") {
        let mut bench = cargo(&["bench", "-p", "sync", "--bench", "store", "--"]);
        return go(bench.args(&arguments[1..]));
    }
    go(&mut cargo(&["build", "--release", "--features", "custom-protocol"]))?;
    let (name, arguments) = match arguments {
        ["charts", rest @ ..] => ("charts", rest),
        all => ("figures", all),
    };
    let mut bench = cargo(&["bench", "--features", "custom-protocol", "--bench", name, "--"]);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if *argument == "--json" {
            let file = rest.next().ok_or("--json FILE")?;
            let file = std::path::absolute(file).map_err(|e| e.to_string())?;
            bench.arg("--json").arg(file);
        }
    }
    if name == "charts" {
        // A peer whose work is its script gets the compiler that our page does without; in the run both have it.
        bench.env("JSC_useJIT", "1");
    }
    go(bench.env("VIGIL_BINARY", binary(true)?))
}

/// Both fuzz targets, each for so many seconds. The property tests of the same code are part of `test`; this looks longer.
pub fn fuzz(seconds: &str) -> Result<(), String> {
    if output("cargo", &["fuzz", "--version"]).is_none() {
        return Err("cargo-fuzz is not installed; paste: cargo install cargo-fuzz && rustup toolchain install nightly".into());
    }
    for target in ["bundle", "chunk"] {
        let time = format!("-max_total_time={seconds}");
        // The fuzzer's flags are nightly's; a stable compiler takes them when it is told to.
        let mut run = cargo(&["fuzz", "run", target, "--", &time, "-rss_limit_mb=2048"]);
        go(run.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

/// The packages, and a look into both.
pub fn bundle() -> Result<(), String> {
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
        for wanted in ["usr/bin/vigil", "usr/lib/vigil/libno_gl.so", ".desktop", ".png"] {
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
    Ok(())
}

/// Builds the EGL vendor of machines without a GPU into `gen/`, where the packages take it from.
pub fn no_gl() -> Result<(), String> {
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

/// Writes the page's side of the commands anew.
pub fn bindings() -> Result<(), String> {
    let mut test = cargo(&["test", "--quiet", "--test", "house", "the_page_is_built"]);
    go(test.env("VIGIL_WRITE_BINDINGS", "1"))?;
    go(&mut program("git", &["--no-pager", "diff", "--stat", "--", "ui/src/backend/bindings.ts"]))
}
