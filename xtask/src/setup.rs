//! Installs what a machine lacks: system packages through apt, npm packages from the lock file.

use std::fs;
use std::path::Path;

use crate::tools::{has, npm, output, program, root, run as run_command};

/// To build the app (Tauri, SQLCipher, alarm sounds).
const BUILD: [&str; 7] = [
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libasound2-dev",
    "fonts-dejavu-core",
];
/// To drive and photograph a window, and to build and open packages.
const WINDOW: [&str; 21] = [
    "webkit2gtk-driver",
    "xvfb",
    "dbus",
    "dbus-x11",
    "imagemagick",
    "poppler-utils",
    "procps",
    "python3-venv",
    "rpm",
    "tzdata",
    "libasound2-plugins",
    "pulseaudio",
    "pulseaudio-utils",
    "pipewire",
    "pipewire-pulse",
    "wireplumber",
    "x11-utils",
    "xdotool",
    "at-spi2-core",
    "gir1.2-atspi-2.0",
    "python3-gi",
];

fn packages(window: bool) -> Result<(), String> {
    let wanted = BUILD.iter().chain(WINDOW.iter().filter(|_| window));
    let installed = |name: &str| {
        output("dpkg-query", &["-W", "-f=${Status}", name])
            .is_some_and(|status| status == "install ok installed")
    };
    let missing: Vec<&str> = wanted.copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get update && apt-get install -y {}", missing.join(" "));
    let is_root = output("id", &["-u"]).as_deref() == Some("0");
    let sudo = !is_root && has("sudo") && output("sudo", &["-n", "true"]).is_some();
    if !is_root && !sudo {
        return Err(format!(
            "these packages are missing; paste this line, then run the same command again:\n\n    sudo sh -c '{line}'\n"
        ));
    }
    println!("installing {}", missing.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = if sudo { program("sudo", &["-n", "apt-get"]) } else { program("apt-get", &[]) };
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run_command(&mut command)
    };
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install)
}

/// Sets up what is missing; `window` adds what tests and the headless demo need.
pub(crate) fn run(window: bool) -> Result<(), String> {
    if cfg!(target_os = "linux") {
        if has("dpkg-query") {
            packages(window)?;
        } else if !has("pkg-config") {
            return Err("install WebKitGTK 4.1, librsvg, OpenSSL and pkg-config with their headers (see CONTRIBUTING.md)".into());
        }
    } else if cfg!(target_os = "macos") && !has("cc") {
        return Err("the compiler is missing; run: xcode-select --install".into());
    } else if cfg!(windows) && output("where", &["cl"]).is_none() {
        println!(
            "note: if linking fails, install the Visual Studio Build Tools with C++ and the WebView2 runtime"
        );
    }
    if !has(if cfg!(windows) { "npm.cmd" } else { "npm" }) {
        return Err("Node.js with npm is missing (20 or newer): https://nodejs.org".into());
    }
    page()
}

/// `npm ci` when the lock file changed, then the built page when a source did.
fn page() -> Result<(), String> {
    let ui = root().join("ui");
    let lock = fs::read(ui.join("package-lock.json")).map_err(|e| format!("ui/package-lock.json: {e}"))?;
    let kept = ui.join("node_modules/.vigil-lock");
    if fs::read(&kept).ok().as_deref() != Some(&lock) {
        run_command(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&kept, &lock).map_err(|e| format!("{}: {e}", kept.display()))?;
    }
    let built = fs::metadata(ui.join("dist/index.html")).and_then(|m| m.modified()).ok();
    let newest = ["src", "index.html", "package-lock.json", "vite.config.ts"]
        .iter()
        .filter_map(|p| newest(&ui.join(p)))
        .max();
    if built.is_none() || newest > built { run_command(&mut npm(&["run", "build"])) } else { Ok(()) }
}

fn newest(path: &Path) -> Option<std::time::SystemTime> {
    let meta = fs::metadata(path).ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    fs::read_dir(path).ok()?.filter_map(|entry| newest(&entry.ok()?.path())).max()
}
