//! `cargo xtask test`, and the tests that run longer when they are asked: `day`, `torture`, `weeks`, `interop`, `fuzz`.

use crate::tools::{cargo, npm, output, run as go};
use crate::{cases, dependencies};

/// Everything that must pass before a commit: style, what comes from others, page, rooms, house, windows, real server.
pub(crate) fn run() -> Result<(), String> {
    go(&mut cargo(&["fmt", "--all", "--check"]))?;
    for script in ["format:check", "lint", "check", "test"] {
        go(&mut npm(&["run", script]))?;
    }
    dependencies::check()?;
    let page = ["--workspace", "--features", "custom-protocol"];
    go(cargo(&["clippy", "--all-targets"]).args(page).args(["--", "-D", "warnings"]))?;
    go(&mut cargo(&["test", "--package", "xtask", "--features", "house"]))?;
    go(cargo(&["test"]).args(page))?;
    cases::run(&[])?;
    hospital()
}

/// What a hospital gets has no demo ward in it. What of the tests asks for none is run on it: the command line, the house, and a
/// first start and a take in its window.
fn hospital() -> Result<(), String> {
    // The whole workspace, so that dependencies have the features that they were built with.
    let build = ["test", "--workspace", "--no-default-features", "--features", "custom-protocol"];
    // A third party's server answers both builds the same; it was asked above.
    let rest = ["--test", "cli", "--test", "house", "--", "--skip", "real_patients_on_a_third_party_server"];
    go(cargo(&build).args(rest))?;
    // Its window is opened to WebDriver for these alone; the tests above see that nothing else opens it.
    let driven = ["test", "--workspace", "--no-default-features", "--features", "custom-protocol,webdriver"];
    go(cargo(&driven).args(["--test", "window", "--", "journeys::the_first_run", "journeys::a_take_reaches"]))
}

/// One of the long tests of the sync room, with options of its own.
pub(crate) fn of_sync(name: &str, options: &[String]) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "sync", "--test", name, "--"]);
    go(test.args(options))
}

/// The table of alarms of a simulated day.
pub(crate) fn day(hours: u32) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "console", "--test", "day", "--", "--nocapture"]);
    go(test.env("VIGIL_DAY_HOURS", hours.to_string()))
}

/// The same of a day in which one thing after the other goes wrong on the way to the server; the choices follow from the seed.
pub(crate) fn day_of_faults(hours: u32, seed: u32) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "console", "--test", "day_of_faults", "--", "--nocapture"]);
    go(test.env("VIGIL_FAULT_HOURS", hours.to_string()).env("VIGIL_FAULT_SEED", seed.to_string()))
}

/// Touches and keys that nobody means: some twenty minutes of them.
const TOUCHES: &str = "100000";

/// Days of faults, then the window whose page is killed and stopped, whose sound is taken away and whose screen touches itself.
pub(crate) fn faults(days: u32) -> Result<(), String> {
    for seed in 1..=days {
        day_of_faults(24, seed)?;
    }
    let window = ["test", "--workspace", "--features", "custom-protocol", "--test", "window", "--"];
    let mut test = cargo(&window);
    test.args(["watch::", "sound::", "touches::", "--nocapture"]);
    go(test.env("VIGIL_TOUCHES", TOUCHES))
}

/// The fuzz targets, each for so many seconds. The property tests of the same code are part of `test`; this looks longer.
pub(crate) fn fuzz(seconds: u32) -> Result<(), String> {
    if output("cargo", &["fuzz", "--version"]).is_none() {
        return Err("cargo-fuzz is not installed; paste: cargo install cargo-fuzz && rustup toolchain install nightly".into());
    }
    for target in ["bundle", "chunk", "hl7v2"] {
        let time = format!("-max_total_time={seconds}");
        // The fuzzer's flags are nightly's; a stable compiler takes them when it is told to.
        let mut run = cargo(&["fuzz", "run", target, "--", &time, "-rss_limit_mb=2048"]);
        go(run.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}
