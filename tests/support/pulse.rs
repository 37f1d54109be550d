//! A real PulseAudio server with a null sink, for tests of what is heard.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Desk, Running};

/// A sound server of a test's own.
pub(crate) struct Pulse {
    socket: PathBuf,
    _folder: tempfile::TempDir,
    server: Option<Running>,
}

impl Pulse {
    /// One with a single sink, which nobody hears.
    pub(crate) fn start() -> Pulse {
        let folder = tempfile::tempdir().unwrap();
        let mut pulse = Pulse { socket: folder.path().join("native"), _folder: folder, server: None };
        pulse.begin();
        pulse
    }

    /// Begins it, or begins it again.
    pub(crate) fn begin(&mut self) {
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

    /// Asks or tells it something as `pactl` does; whether it took it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> bool {
        self.tool("pactl").args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// The number of the one stream that plays.
    pub(crate) fn stream(&self) -> String {
        let began = Instant::now();
        loop {
            let list = self.tool("pactl").args(["list", "short", "sink-inputs"]).output().unwrap().stdout;
            let list = String::from_utf8(list).unwrap();
            if let Some(number) = list.split_whitespace().next() {
                return number.to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "nothing plays");
            std::thread::yield_now();
        }
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("PULSE_SERVER", format!("unix:{}", self.socket.display())).stderr(Stdio::null());
        command
    }

    /// Whether anything but silence comes out within this time.
    pub(crate) fn is_heard(&self, within: Duration) -> bool {
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

    /// The longest time without a sound while this long is listened.
    pub(crate) fn longest_silence(&self, during: Duration) -> Duration {
        let mut record = self.tool("parec");
        record.args([
            "--device=ward.monitor",
            "--format=s16le",
            "--rate=8000",
            "--channels=1",
            "--latency-msec=20",
        ]);
        let mut record = Running(record.stdout(Stdio::piped()).spawn().unwrap());
        let mut out = record.0.stdout.take().unwrap();
        // Time is counted in samples: how late this process reads them changes nothing.
        let mut some = [0u8; 320];
        let (mut silent, mut longest, mut heard) = (0u32, 0, 0u32);
        while u128::from(heard) < during.as_millis() * 8 {
            std::io::Read::read_exact(&mut out, &mut some).unwrap();
            heard += 160;
            silent = if some.iter().any(|byte| *byte != 0) { 0 } else { silent + 160 };
            longest = longest.max(silent);
        }
        Duration::from_millis(u64::from(longest / 8))
    }

    /// It ends as if it had crashed.
    pub(crate) fn end(&mut self) {
        drop(self.server.take());
    }

    /// The environment of an app that is heard by it.
    pub(crate) fn environment(&self) -> (&'static str, PathBuf) {
        ("PULSE_SERVER", PathBuf::from(format!("unix:{}", self.socket.display())))
    }

    /// The settings of a person who hears it: a file's name and text.
    const HOME: (&'static str, &'static str) =
        (".asoundrc", "pcm.!default { type pulse }\nctl.!default { type pulse }\n");

    /// The environment of a person with this home who hears it.
    pub(crate) fn at_home(&self, home: &std::path::Path) -> [(&'static str, PathBuf); 2] {
        std::fs::write(home.join(Pulse::HOME.0), Pulse::HOME.1).unwrap();
        [self.environment(), ("HOME", home.to_owned())]
    }

    /// A desk where it is heard.
    pub(crate) fn desk(&self) -> Desk {
        Desk { with: vec![self.environment()], home: vec![Pulse::HOME], ..Desk::default() }
    }
}
