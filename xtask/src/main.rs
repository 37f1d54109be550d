//! The project's own commands. No dependency, so that it builds in a second on a machine that has nothing yet.

mod demo;
mod setup;
mod tests;
mod tools;

use std::process::ExitCode;

const HELP: &str = "cargo xtask <command>

  demo [--headless] [--release]   set up what is missing and open Vigil on the demo ward;
                                  headless: under Xvfb, screenshots in target/demo/
  test                            set up what is missing and run every test
  torture [--kills N] [--seed S] [--json]
                                  kill a busy station N times (200; 10000 for a night) and look for harm
  weeks [--runs N] [--seed S] [--only SEED]
                                  simulate two stations and a server through faults (10000 runs)
  day [HOURS]                     live through a simulated day and print the table of alarms (24)
  interop [--server URL] [--validate]
                                  the conformance journey on a FHIR R4 server (without one: sekmet-fhir)
  bench store [--json FILE]       measure the cache and the sync beside the plain way (release build)
  bench charts [--json FILE]      measure the trends beside uPlot in the same engine (release build)
  bench [--json FILE]             measure the figures of the README (release build)
  fuzz [SECONDS]                  the parser of pages and the reader of chunks under libFuzzer (cargo-fuzz and nightly)
  bundle                          build the .deb and the .rpm and look into them
  no-gl                           put the EGL vendor of machines without a GPU where the packages take it from
  bindings                        write ui/src/backend/bindings.ts from the commands
  setup                           only set up what is missing";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let result = match arguments.first().map(String::as_str) {
        Some("demo") => setup::run(rest.contains(&"--headless")).and_then(|()| demo::run(&rest)),
        Some("test") => setup::run(true).and_then(|()| tests::run()),
        Some(what @ ("torture" | "weeks" | "interop")) => {
            setup::run(true).and_then(|()| tests::sync_test(what, &rest))
        }
        Some("day") => setup::run(true).and_then(|()| tests::day(rest.first().copied().unwrap_or("24"))),
        Some("bench") => setup::run(true).and_then(|()| tests::bench(&rest)),
        Some("fuzz") => tests::fuzz(rest.first().copied().unwrap_or("60")),
        Some("bundle") => setup::run(true).and_then(|()| tests::bundle()),
        Some("no-gl") => tests::no_gl(),
        Some("bindings") => tests::bindings(),
        Some("setup") => setup::run(true),
        _ => {
            println!("{HELP}");
            return if arguments.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
