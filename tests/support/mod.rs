//! A real window under a display of its own, driven by WebDriver.
#![allow(dead_code)]

#[cfg(target_os = "linux")]
pub(crate) mod pulse;
pub(crate) mod station;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;

pub(crate) const PIN: &str = "2580-night";

/// The desktop asks for a dark page: without a word of it WebKitGTK says that it asks for a light one.
const DARK: &str = "Adwaita:dark";

/// A process that ends with its owner.
pub(crate) struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How large a screen is where nobody says otherwise, in the page's pixels.
const ROOM: (f64, f64) = (1440.0, 900.0);

/// Where a station stands.
pub(crate) struct Desk {
    /// Pixels of its screen to each of the page's: GTK knows whole numbers of them, and a larger text for what is left.
    pub scale: f64,
    /// Name of its time zone.
    pub zone: &'static str,
    /// More of its environment.
    pub with: Vec<(&'static str, PathBuf)>,
    /// Settings of its person's home: a file's name and text.
    pub home: Vec<(&'static str, &'static str)>,
    /// What its shell does before the app begins.
    pub before: &'static str,
    /// How large its screen is, in the page's pixels.
    pub room: (f64, f64),
}

impl Default for Desk {
    fn default() -> Desk {
        Desk { scale: 1.0, zone: "UTC", with: Vec::new(), home: Vec::new(), before: "", room: ROOM }
    }
}

/// The app in a real window.
pub(crate) struct App {
    pub page: Client,
    display: String,
    scratch: tempfile::TempDir,
    _driver: Running,
    _screen: Running,
}

/// Where the screenshots of this run go.
pub(crate) fn shots() -> PathBuf {
    let folder = std::env::var_os("VIGIL_SHOTS")
        .map_or_else(|| std::path::absolute("target/e2e").unwrap(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A display of its own, with this many pixels to each of the page's.
pub(crate) fn screen(scale: f64) -> (Running, String) {
    screen_of(scale, ROOM)
}

fn screen_of(scale: f64, (width, height): (f64, f64)) -> (Running, String) {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
        .arg(format!("{}x{}x24", width * scale, height * scale))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb is installed (cargo xtask test installs it)");
    let mut number = String::new();
    let mut byte = [0u8; 1];
    let mut out = child.stdout.take().unwrap();
    while out.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
        number.push(byte[0] as char);
    }
    (Running(child), format!(":{number}"))
}

/// What a display shows, into a file of this run.
fn shot(display: &str, name: &str) -> PathBuf {
    let file = shots().join(format!("{name}.png"));
    let done = Command::new("import").args(["-display", display, "-window", "root"]).arg(&file).status();
    assert!(done.is_ok_and(|s| s.success()), "import (imagemagick) takes the screenshots");
    file
}

/// The app as a person starts it: no WebDriver looks in, and the engine is set as in a hospital.
pub(crate) struct Unaided {
    child: Running,
    display: String,
    log: tempfile::NamedTempFile,
    _screen: Running,
}

impl Unaided {
    /// Starts `vigil` with these arguments and the PIN of the tests.
    pub(crate) fn start(arguments: &[&str]) -> Unaided {
        Unaided::start_with(arguments, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn start_with(arguments: &[&str], with: &[(&str, PathBuf)]) -> Unaided {
        let (screen, display) = screen(1.0);
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_vigil"))
            .args(arguments)
            .arg("--pin-stdin")
            .env("DISPLAY", &display)
            .env("GTK_THEME", DARK)
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
            .env("VIGIL_LOG", "warn,vigil_app=info")
            .envs(with.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PIN}\n").as_bytes()).unwrap();
        Unaided { child: Running(child), display, log, _screen: screen }
    }

    /// The X display it is on.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// The process and everything below it.
    pub(crate) fn processes(&self) -> Vec<String> {
        tree(&self.child.0.id().to_string())
    }

    /// What its display shows now.
    pub(crate) fn shot(&self, name: &str) -> PathBuf {
        shot(&self.display, name)
    }

    /// What it wrote to its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// Waits until a line of the log with these words stands there so often; gives how long that took. The limit is for a test
    /// that fails.
    pub(crate) async fn says(&self, words: &str, often: usize) -> Duration {
        says(|| self.log(), words, often).await
    }

    /// The process that draws the page.
    pub(crate) fn page(&self) -> String {
        let is_page = |pid: &String| {
            std::fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("WebKitWebProces"))
        };
        self.processes().into_iter().find(is_page).expect("the page has a process")
    }
}

async fn says(log: impl Fn() -> String, words: &str, often: usize) -> Duration {
    let began = std::time::Instant::now();
    while log().lines().filter(|line| line.contains(words)).count() < often {
        assert!(began.elapsed() < Duration::from_secs(90), "never said: {words}; {}", log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

/// Sends a signal to a process.
pub(crate) fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([name, pid]).status().unwrap().success(), "{name} {pid}");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The processes that a process started, itself first.
pub(crate) fn tree(root: &str) -> Vec<String> {
    let mut out = vec![root.to_owned()];
    let mut at = 0;
    while at < out.len() {
        let children =
            std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", out[at])).unwrap_or_default();
        out.extend(children.split_whitespace().map(str::to_owned));
        at += 1;
    }
    out
}

/// Puts a resource on a server; it has to be taken.
pub(crate) async fn put(base: &str, resource: &serde_json::Value) {
    let at =
        format!("{base}/{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
    let request = reqwest::Client::new().put(at).header("content-type", "application/fhir+json");
    let answer = request.body(resource.to_string()).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// Looks through every file below a folder; gives their number and bytes. None may hold any of these words.
pub(crate) fn none_holds(folder: &Path, words: &[&str]) -> (usize, usize) {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            let (more, held) = none_holds(&path, words);
            (files, bytes) = (files + more, bytes + held);
        }
        // The script that starts a test's app hands over the PIN from a file of its own.
        if !kind.is_file() || path.file_name().is_some_and(|name| name == "pin") {
            continue;
        }
        let held = std::fs::read(&path).unwrap();
        (files, bytes) = (files + 1, bytes + held.len());
        for word in words {
            let found = held.windows(word.len()).any(|w| w == word.as_bytes());
            assert!(!found, "{word} stands in {}", path.display());
        }
    }
    (files, bytes)
}

impl App {
    /// Where this app believes its person's home is: its log, and what the webview keeps.
    pub(crate) fn home(&self) -> &Path {
        self.scratch.path()
    }

    /// The X display it is on.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// Starts `vigil` with these arguments; a data folder of its own gets a PIN.
    pub(crate) async fn start(arguments: &[&str]) -> App {
        App::start_at(arguments, Desk::default()).await
    }

    /// As [`App::start`], where the station stands.
    pub(crate) async fn start_at(
        arguments: &[&str],
        Desk { scale, zone, with, home, before, room }: Desk,
    ) -> App {
        let (screen, display) = screen_of(scale, room);
        let scratch = tempfile::tempdir().unwrap();
        let pin = scratch.path().join("pin");
        std::fs::write(&pin, format!("{PIN}\n")).unwrap();
        // No printer of this machine is ever asked for: the one into a file alone.
        let settings = scratch.path().join(".config/gtk-3.0");
        std::fs::create_dir_all(&settings).unwrap();
        std::fs::write(settings.join("settings.ini"), "[Settings]\ngtk-print-backends=file\n").unwrap();
        for (name, text) in home {
            std::fs::write(scratch.path().join(name), text).unwrap();
        }
        // WebDriver starts the app; the script hands it the PIN and leaves its process id.
        let starter = scratch.path().join("start");
        let flag = if arguments.contains(&"--data-dir") && !arguments.contains(&"--no-pin") {
            "--pin-stdin"
        } else {
            ""
        };
        let script = format!(
            "#!/bin/sh\necho $$ > {0}/pid\ndate +%s%3N > {0}/started\n{before}\nexec {1} \"$@\" {flag} < {0}/pin 2> {0}/log\n",
            scratch.path().display(),
            env!("CARGO_BIN_EXE_vigil")
        );
        std::fs::write(&starter, script).unwrap();
        std::fs::set_permissions(&starter, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let port = free_port();
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .env("DISPLAY", &display)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("GTK_THEME", DARK)
            .env("HOME", scratch.path())
            .env_remove("XDG_CONFIG_HOME")
            .env("GDK_SCALE", scale.floor().to_string())
            .env("GDK_DPI_SCALE", (scale / scale.floor()).to_string())
            .env("TZ", zone)
            .envs(with)
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
            .stderr(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver is installed (cargo xtask test installs it)");
        let driver = Running(driver);
        let arguments: Vec<&str> = arguments.iter().copied().filter(|a| *a != "--no-pin").collect();
        let mut capabilities = Capabilities::new();
        capabilities.insert(
            "webkitgtk:browserOptions".into(),
            serde_json::json!({ "binary": starter, "args": arguments }),
        );
        // The driver is a process that needs a moment until it listens.
        let mut tries = 0;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            tries += 1;
            assert!(tries < 200, "the driver never listened");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        let connected = tokio::time::timeout(Duration::from_secs(60), builder.connect(&address)).await;
        let page = connected.expect("the driver opened no session in a minute").unwrap_or_else(|error| {
            panic!(
                "no session: {error}; {}",
                std::fs::read_to_string(scratch.path().join("log")).unwrap_or_default()
            )
        });
        App { page, display, scratch, _driver: driver, _screen: screen }
    }

    /// Waits until these words stand in its log so often; gives how long that took. The limit is for a test that fails.
    pub(crate) async fn logs(&self, words: &str, often: usize) -> Duration {
        let log = || std::fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default();
        says(log, words, often).await
    }

    /// The process id of the app.
    pub(crate) fn pid(&self) -> String {
        std::fs::read_to_string(self.scratch.path().join("pid")).unwrap().trim().to_owned()
    }

    /// When the app was started, milliseconds since 1970 UTC.
    pub(crate) fn started_ms(&self) -> f64 {
        std::fs::read_to_string(self.scratch.path().join("started")).unwrap().trim().parse().unwrap()
    }

    /// `kill -9`, as a power cut to the process.
    pub(crate) fn kill(&self) {
        assert!(Command::new("kill").args(["-9", &self.pid()]).status().unwrap().success());
    }

    /// Waits for an element; the limit is for a test that fails.
    pub(crate) async fn see(&self, css: &str) -> fantoccini::elements::Element {
        let found =
            async { self.page.wait().at_most(Duration::from_secs(60)).for_element(Locator::Css(css)).await };
        let found = tokio::time::timeout(Duration::from_secs(90), found).await;
        match found.unwrap_or_else(|_| panic!("{css}: the driver gave no answer")) {
            Ok(element) => element,
            Err(error) => {
                self.shot("failed");
                let log = std::fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default();
                panic!("{css} never came ({error}); see target/e2e/failed.png; {log}")
            }
        }
    }

    /// Clicks what is there. A list that is sorted anew between the look and the click puts another element in its place, and one
    /// whose cards grow by a line moves it: then it is looked for again, as a person would. So it is where the page says that it moved
    /// under the press, and that nothing was done.
    pub(crate) async fn click(&self, css: &str) {
        let mut tries = 0;
        loop {
            self.see(css).await;
            self.stands_still(css).await;
            let missed = self.missed().await;
            let found = self.see(css).await;
            let clicked = tokio::time::timeout(Duration::from_secs(30), found.click()).await;
            match clicked.unwrap_or_else(|_| panic!("click {css}: no answer")) {
                Ok(()) => match self.missed().await {
                    now @ Some(_) if tries < 20 && now != missed => tries += 1,
                    _ => return,
                },
                Err(fantoccini::error::CmdError::Standard(_)) if tries < 20 => {
                    tries += 1;
                    self.painted().await;
                }
                Err(e) => panic!("click {css}: {e:?}"),
            }
        }
    }

    /// How many presses met something that had moved. Nothing where the page is gone, or has a dialog of the system before it.
    async fn missed(&self) -> Option<serde_json::Value> {
        let ask = self.page.execute("return Number(document.documentElement.dataset.missed ?? 0)", vec![]);
        tokio::time::timeout(Duration::from_secs(5), ask).await.ok()?.ok()
    }

    /// Waits until something stands where it stood at the look before, three times in a row: a banner that comes, or a list that is sorted
    /// anew, moves what is aimed at, and the click would meet another. What never stands still is clicked all the same.
    async fn stands_still(&self, css: &str) {
        let look = format!(
            "const box = document.querySelector({css:?})?.getBoundingClientRect();
             const stands = JSON.stringify([{css:?}, box?.x, box?.y, box?.width, box?.height]);
             window.__still = window.__stands === stands ? (window.__still ?? 0) + 1 : 0;
             window.__stands = stands;
             return window.__still >= 3"
        );
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            let asked = tokio::time::timeout(Duration::from_secs(30), self.page.execute(&look, vec![])).await;
            if asked.is_ok_and(|answer| answer.is_ok_and(|still| still == true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Clicks a button that closes what it stands in. Where something moved it away under the pointer it is still there, and is clicked
    /// again, as a person would.
    pub(crate) async fn click_away(&self, css: &str) {
        let gone = format!("return !document.querySelector('{css}')");
        for _ in 0..5 {
            self.click(css).await;
            self.painted().await;
            if self.ask(&gone).await == true {
                return;
            }
        }
        self.shot("failed");
        panic!("{css} stays, whatever is clicked; see target/e2e/failed.png");
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        self.see(css).await.text().await.unwrap()
    }

    /// Waits until a script gives true.
    pub(crate) async fn until(&self, what: &str, script: &str) {
        self.until_within(what, script, Duration::from_secs(60)).await;
    }

    pub(crate) async fn until_within(&self, what: &str, script: &str, limit: Duration) {
        let began = std::time::Instant::now();
        loop {
            // The driver itself can lose its page; a question that nobody answers must not hang the test.
            let asked = tokio::time::timeout(limit, self.page.execute(script, vec![])).await;
            if asked.is_ok_and(|answer| answer.is_ok_and(|v| v == true)) {
                return;
            }
            if began.elapsed() > limit {
                self.shot("failed");
                let words = self.page.execute("return document.body.innerText.slice(0, 6000)", vec![]);
                let words = tokio::time::timeout(Duration::from_secs(5), words).await;
                let log = std::fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default();
                eprintln!("the page then: {words:?}; {log}");
                panic!("never true within {limit:?}: {what}; see target/e2e/failed.png");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn ask(&self, script: &str) -> serde_json::Value {
        self.page.execute(script, vec![]).await.unwrap()
    }

    /// Waits until the page has drawn a few more frames: the screen follows the page by one or two.
    pub(crate) async fn painted(&self) {
        self.ask("window.__frames = 0; const next = () => { window.__frames++; if (window.__frames < 30) requestAnimationFrame(next); }; requestAnimationFrame(next); return true").await;
        self.until("frames", "return window.__frames >= 30").await;
    }

    /// A picture of the whole screen: the window as a person sees it.
    pub(crate) fn shot(&self, name: &str) {
        shot(&self.display, name);
    }

    pub(crate) async fn close(self) {
        let _ = tokio::time::timeout(Duration::from_secs(10), self.page.clone().close()).await;
    }
}
