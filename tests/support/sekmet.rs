//! sekmet-fhir, a third-party FHIR server from PyPI, started for a test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server that ends with its owner.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// sekmet-fhir 0.1.1 in a virtual environment of its own, kept between runs.
fn sekmet() -> PathBuf {
    let home = std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"), PathBuf::from);
    let venv = home.join("vigil/sekmet-0.1.1");
    let binary = venv.join("bin/sekmet");
    if !binary.exists() {
        assert!(Command::new("python3").args(["-m", "venv"]).arg(&venv).status().unwrap().success());
        let pip = Command::new(venv.join("bin/pip"))
            .args(["install", "-q", "sekmet-fhir==0.1.1"])
            .status()
            .unwrap();
        assert!(pip.success(), "sekmet-fhir 0.1.1 comes from PyPI");
    }
    binary
}

/// Starts it in `folder` and gives its base.
#[allow(dead_code)]
pub(crate) async fn serve(folder: &Path) -> (Server, String) {
    serve_with(folder, "").await
}

/// The same with more of its settings.
pub(crate) async fn serve_with(folder: &Path, more: &str) -> (Server, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}/fhir");
    let settings = folder.join("settings.yaml");
    std::fs::write(
        &settings,
        format!("base_url: {base}\nhost: 127.0.0.1\nport: {port}\nsimulator:\n  enabled: false\n{more}"),
    )
    .unwrap();
    let child = Command::new(sekmet())
        .args(["serve", "-c"])
        .arg(&settings)
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server(child);
    for _ in 0..600 {
        if reqwest::get(format!("{base}/metadata")).await.is_ok_and(|r| r.status().is_success()) {
            return (server, base);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("sekmet-fhir never answered");
}
