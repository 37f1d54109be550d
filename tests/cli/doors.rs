//! A build for a hospital opens its window to nobody, whatever its environment says.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The environment of the first process that a process started, by its name.
fn environment_of_child(of: u32, name: &str) -> Option<Vec<String>> {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).ok()?;
    let pid = children.split_whitespace().find(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.starts_with(name))
    })?;
    let environment = std::fs::read(PathBuf::from("/proc").join(pid).join("environ")).ok()?;
    Some(environment.split(|byte| *byte == 0).map(|one| String::from_utf8_lossy(one).into_owned()).collect())
}

#[test]
fn no_variable_of_the_environment_opens_the_window_of_a_hospital() {
    const DOORS: [&str; 3] =
        ["TAURI_WEBVIEW_AUTOMATION", "WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"];
    let mut screen = Command::new("Xvfb");
    screen.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1024x700x24"]);
    let mut screen = Running(screen.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut number = String::new();
    let mut out = screen.0.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(&mut out), &mut number).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut window = Command::new(env!("CARGO_BIN_EXE_vigil"));
    window
        .args(["--data-dir", folder.path().to_str().unwrap()])
        .env("DISPLAY", format!(":{}", number.trim()))
        .env("HOME", folder.path())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env(DOORS[0], "true")
        .env(DOORS[1], "127.0.0.1:1")
        .env(DOORS[2], "127.0.0.1:2")
        .env("VIGIL_TEST_OF_DOORS", "seen")
        .stderr(Stdio::null());
    let window = Running(window.spawn().unwrap());
    let began = Instant::now();
    let environment = loop {
        if let Some(environment) = environment_of_child(window.0.id(), "WebKitWebProces") {
            break environment;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no page was ever opened");
        std::thread::yield_now();
    };
    // What its page's process was given is what the window had when the engine looked.
    assert!(environment.iter().any(|one| one == "VIGIL_TEST_OF_DOORS=seen"), "{environment:?}");
    let open = |name: &str| environment.iter().any(|one| one.starts_with(&format!("{name}=")));
    let is_driven = cfg!(feature = "webdriver");
    for name in DOORS {
        assert_eq!(open(name), is_driven, "{name}");
    }
}
