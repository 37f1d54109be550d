//! `cargo xtask demo`: Vigil on the demo ward, on a screen or on a virtual one.

use std::process::Command;

use crate::tools::{cargo, root, run as run_command, target_folder};

pub(crate) fn run(headless: bool, release: bool) -> Result<(), String> {
    if headless {
        return photographed();
    }
    let mut build = cargo(&["build", "--features", "custom-protocol"]);
    if release {
        build.arg("--release");
    }
    run_command(&mut build)?;
    let screen = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if cfg!(target_os = "linux") && !screen {
        return Err("there is no display; try `cargo xtask demo --headless`".into());
    }
    let mut app = Command::new(binary(release)?);
    app.arg("--demo");
    run_command(&mut app)
}

/// The screens one after the other, photographed; the test builds the program itself.
fn photographed() -> Result<(), String> {
    let mut test = cargo(&[
        "test",
        "--features",
        "custom-protocol",
        "--test",
        "window",
        "--",
        "journeys::screens_of_the_demo",
        "--exact",
    ]);
    run_command(test.env("VIGIL_SHOTS", root().join("target/demo")))?;
    println!("screenshots in target/demo/");
    Ok(())
}

/// The built program.
pub(crate) fn binary(release: bool) -> Result<std::path::PathBuf, String> {
    let name = format!("vigil{}", std::env::consts::EXE_SUFFIX);
    Ok(target_folder()?.join(if release { "release" } else { "debug" }).join(name))
}
