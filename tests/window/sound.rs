//! Sound that is there: a real PulseAudio server with a null sink, which is muted, turned down, ended and begun again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::station::alarm;
use crate::support::{App, Desk, Running, station};
use crate::turn;

/// A sound server of a test's own.
struct Pulse {
    socket: PathBuf,
    _folder: tempfile::TempDir,
    server: Option<Running>,
}

impl Pulse {
    fn start() -> Pulse {
        let folder = tempfile::tempdir().unwrap();
        let mut pulse = Pulse { socket: folder.path().join("native"), _folder: folder, server: None };
        pulse.begin();
        pulse
    }

    fn begin(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
        let folder = self.socket.parent().unwrap();
        let child = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm"])
            .arg("--load=module-null-sink sink_name=ward")
            .arg(format!(
                "--load=module-native-protocol-unix auth-anonymous=1 socket={}",
                self.socket.display()
            ))
            .env("HOME", folder)
            .env("PULSE_RUNTIME_PATH", folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pulseaudio is installed (cargo xtask test installs it)");
        self.server = Some(Running(child));
        let began = Instant::now();
        while !self.ask(&["info"]) {
            assert!(began.elapsed() < Duration::from_secs(20), "the sound server never answered");
            std::thread::yield_now();
        }
    }

    fn ask(&self, arguments: &[&str]) -> bool {
        self.tool("pactl").args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("PULSE_SERVER", format!("unix:{}", self.socket.display())).stderr(Stdio::null());
        command
    }

    /// Whether anything but silence comes out within this time.
    fn is_heard(&self, within: Duration) -> bool {
        let mut record = self.tool("parec");
        record.args(["--device=ward.monitor", "--format=s16le", "--rate=8000", "--channels=1"]);
        let mut record = Running(record.stdout(Stdio::piped()).spawn().unwrap());
        let mut out = record.0.stdout.take().unwrap();
        let began = Instant::now();
        let mut some = [0u8; 1600];
        while began.elapsed() < within {
            if std::io::Read::read(&mut out, &mut some).is_ok_and(|n| some[..n].iter().any(|byte| *byte != 0))
            {
                return true;
            }
        }
        false
    }
}

/// What the bar says of the sound; empty where it says nothing.
const BAR: &str = "document.querySelector('[data-testid=no-audio]')?.textContent ?? ''";

async fn says(app: &App, words: &str) {
    let began = Instant::now();
    app.until(words, &format!("return ({BAR}) === '{words}'")).await;
    println!("\"{words}\" after {} ms", began.elapsed().as_millis());
}

async fn heard_by(pulse: &Pulse, folder: &Path, base: &str) -> App {
    let desk = Desk {
        with: vec![("PULSE_SERVER", PathBuf::from(format!("unix:{}", pulse.socket.display())))],
        home: vec![(".asoundrc", "pcm.!default { type pulse }\nctl.!default { type pulse }\n")],
        ..Desk::default()
    };
    App::start_at(&["--server", base, "--data-dir", folder.to_str().unwrap()], desk).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_is_muted_turned_down_or_gone_is_said_and_comes_back_by_itself() {
    let _turn = turn::beside_others().await;
    let mut pulse = Pulse::start();
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = heard_by(&pulse, folder.path(), sim.base()).await;
    app.see("[data-testid=app]").await;
    says(&app, "").await;

    assert!(pulse.ask(&["set-sink-mute", "ward", "1"]));
    says(&app, "Muted").await;
    app.painted().await;
    app.shot("sound-muted");
    assert!(pulse.ask(&["set-sink-mute", "ward", "0"]));
    says(&app, "").await;
    assert!(pulse.ask(&["set-sink-volume", "ward", "5%"]));
    says(&app, "Volume 5 %").await;
    assert!(pulse.ask(&["set-sink-volume", "ward", "100%"]));
    says(&app, "").await;

    alarm(sim.base(), "before", "high", "SpO2 80 < 90", false).await;
    app.see("[data-testid=alert-before]").await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "an alarm that is on was not heard");

    drop(pulse.server.take());
    says(&app, "No sound").await;
    app.shot("sound-gone");
    pulse.begin();
    says(&app, "").await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "the alarm is on and was not heard again");
    let log = std::fs::read_to_string(app.home().join("log")).unwrap();
    assert!(log.len() < 4_000, "{} bytes of log", log.len());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_can_hear_whether_the_sound_works() {
    let _turn = turn::beside_others().await;
    let pulse = Pulse::start();
    // A server without an alarm: nothing else is heard.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let quiet =
        ward_sim::OddServer::start(ward_sim::Manners::default(), i64::try_from(now).unwrap()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = heard_by(&pulse, folder.path(), quiet.base()).await;
    app.click("[data-testid=nav-settings]").await;
    app.see("[data-testid=test-sound]").await;
    app.painted().await;
    app.shot("sound-test");
    assert!(!pulse.is_heard(Duration::from_secs(2)), "something else is heard");
    let listening = std::thread::spawn(move || (pulse.is_heard(Duration::from_secs(30)), pulse));
    app.click("[data-testid=test-sound]").await;
    let (heard, _pulse) = listening.join().unwrap();
    assert!(heard, "the test was not heard");
    app.close().await;
}
