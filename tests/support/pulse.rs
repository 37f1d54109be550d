//! A real sound server with a null sink, for tests of what is heard: PulseAudio, or PipeWire in its place.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Desk, Running};

/// Who answers behind the same protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    PulseAudio,
    /// With its session manager, on a session bus of its own.
    PipeWire,
}

/// A sound server of a test's own.
pub(crate) struct Pulse {
    kind: Kind,
    folder: tempfile::TempDir,
    server: Option<Running>,
}

impl Pulse {
    /// One with a single sink, which nobody hears.
    pub(crate) fn start() -> Pulse {
        Pulse::of(Kind::PulseAudio)
    }

    /// The same of a kind.
    pub(crate) fn of(kind: Kind) -> Pulse {
        let mut pulse = Pulse { kind, folder: tempfile::tempdir().unwrap(), server: None };
        pulse.begin();
        pulse
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("pulse/native")
    }

    /// Begins it, or begins it again.
    pub(crate) fn begin(&mut self) {
        let folder = self.folder.path();
        let _ = std::fs::remove_file(self.socket());
        std::fs::create_dir_all(folder.join("pulse")).unwrap();
        let mut server = match self.kind {
            Kind::PulseAudio => {
                let mut server = Command::new("pulseaudio");
                server.args(["-n", "--daemonize=no", "--exit-idle-time=-1"]);
                server.args(["--use-pid-file=no", "--disable-shm", "--load=module-null-sink sink_name=ward"]);
                let socket = self.socket();
                let listen =
                    format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
                server.arg(format!("--load={listen}")).env("PULSE_RUNTIME_PATH", folder);
                server
            }
            Kind::PipeWire => {
                let mut server = Command::new("dbus-run-session");
                // The manager ends with the first, the last when the bus does.
                let all = "pipewire & until [ -S \"$XDG_RUNTIME_DIR/pipewire-0\" ]; do sleep 0.05; done
                    wireplumber & exec pipewire-pulse";
                server.args(["--", "sh", "-c", all]).env_remove("DBUS_SESSION_BUS_ADDRESS");
                server
            }
        };
        let child = server
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sound server is installed (cargo xtask test installs it)");
        self.server = Some(Running(child));
        self.wait_until("it answers", |pulse| pulse.ask(&["info"]));
        if self.kind == Kind::PipeWire {
            self.wait_until("it has a sink", |pulse| {
                pulse.ask(&["load-module", "module-null-sink", "sink_name=ward"])
            });
            self.wait_until("it plays there", |pulse| pulse.ask(&["set-default-sink", "ward"]));
        }
    }

    fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Pulse) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
            std::thread::yield_now();
        }
    }

    /// Asks or tells it something as `pactl` does; whether it took it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> bool {
        self.tool("pactl").args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Mutes a sink that has just come: its manager may set it up anew for a moment, and it has to stay muted.
    pub(crate) fn mute_for_good(&self, sink: &str) {
        let mut in_a_row = 0;
        self.wait_until("it stays muted", |pulse| {
            let said = pulse.tool("pactl").args(["get-sink-mute", sink]).output().unwrap().stdout;
            in_a_row = if said.starts_with(b"Mute: yes") { in_a_row + 1 } else { 0 };
            if in_a_row == 0 {
                pulse.ask(&["set-sink-mute", sink, "1"]);
            }
            in_a_row > 50
        });
    }

    /// Asks for something of all that plays. The program may open its device anew between the look and the word: then it is asked of what
    /// plays then, and of what it leaves behind as well.
    pub(crate) fn ask_of_stream(&self, verb: &str, what: &str) {
        self.wait_until("what plays takes a word", |pulse| {
            let list = pulse.tool("pactl").args(["list", "short", "sink-inputs"]).output().unwrap().stdout;
            let list = String::from_utf8(list).unwrap();
            let all: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
            !all.is_empty() && all.iter().all(|stream| pulse.ask(&[verb, stream, what]))
        });
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("PULSE_SERVER", format!("unix:{}", self.socket().display())).stderr(Stdio::null());
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
        let Some(server) = self.server.take() else { return };
        for pid in super::tree(&server.0.id().to_string()) {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
    }

    /// The environment of an app that is heard by it.
    pub(crate) fn environment(&self) -> (&'static str, PathBuf) {
        ("PULSE_SERVER", PathBuf::from(format!("unix:{}", self.socket().display())))
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

impl Drop for Pulse {
    fn drop(&mut self) {
        self.end();
    }
}
