//! PulseAudio, and PipeWire which speaks the same.

use std::ffi::CString;
use std::io::BufReader;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{
    AuthParams, AuthReply, ChannelVolume, Command, CommandReply, DEFAULT_SINK, GetSinkInfo, MAX_VERSION,
    Prop, Props, ProtocolError, SetClientNameReply, SinkInfo, SinkInputInfo, SinkInputInfoList, SinkState,
    Volume, read_reply_message, write_command_message,
};

use super::heard::{Heard, heard};

pub(super) const LOOK: Duration = Duration::from_secs(2);
/// A sound server that hangs is one that says nothing.
const ANSWER: Duration = Duration::from_secs(2);
/// The usual volume.
const NORM: u32 = 0x1_0000;

/// A connection that asks one thing after the other. The library's own client does not ask for streams.
pub(super) struct Server {
    socket: BufReader<UnixStream>,
    version: u16,
    number: u32,
    /// This process, as a stream's properties name it.
    mine: CString,
}

/// A stream of this program, and where what comes out of its sink can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Playing {
    pub stream: u32,
    pub monitor: u32,
}

/// Asks the server, which is connected to anew where it was lost.
pub(super) fn look(server: &mut Option<Server>) -> (Heard, Option<Playing>) {
    if server.is_none() {
        *server = Server::connect();
    }
    let Some(open) = server.as_mut() else { return Default::default() };
    open.heard().unwrap_or_else(|_| {
        *server = None;
        Default::default()
    })
}

impl Server {
    pub(super) fn connect() -> Option<Server> {
        let socket = UnixStream::connect(pulseaudio::socket_path_from_env()?).ok()?;
        socket.set_read_timeout(Some(ANSWER)).ok()?;
        socket.set_write_timeout(Some(ANSWER)).ok()?;
        let mine = CString::new(std::process::id().to_string()).ok()?;
        let mut server = Server { socket: BufReader::new(socket), version: MAX_VERSION, number: 0, mine };
        let cookie =
            pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let answer: AuthReply = server.ask(&Command::Auth(auth)).ok()?;
        server.version = MAX_VERSION.min(answer.version);
        let mut properties = Props::new();
        properties.set(Prop::ApplicationName, c"Vigil");
        let _: SetClientNameReply = server.ask(&Command::SetClientName(properties)).ok()?;
        Some(server)
    }

    pub(super) fn ask<T: CommandReply>(&mut self, what: &Command) -> Result<T, ProtocolError> {
        self.number = self.number.wrapping_add(1);
        write_command_message(self.socket.get_mut(), self.number, what, self.version)?;
        Ok(read_reply_message(&mut self.socket, self.version)?.1)
    }

    /// What it says from now on, unasked, beside what was read of it already.
    pub(super) fn into_parts(self) -> (UnixStream, Vec<u8>, u16) {
        let read = self.socket.buffer().to_vec();
        (self.socket.into_inner(), read, self.version)
    }

    /// What each stream of this program passes; where there is none yet, what it would.
    fn heard(&mut self) -> Result<(Heard, Option<Playing>), ProtocolError> {
        let all: SinkInputInfoList = self.ask(&Command::GetSinkInputInfoList)?;
        let is_mine = |stream: &SinkInputInfo| {
            stream.props.get(Prop::ApplicationProcessId) == Some(self.mine.to_bytes_with_nul())
        };
        let mine: Vec<SinkInputInfo> = all.into_iter().filter(is_mine).collect();
        if mine.is_empty() {
            let sink = self.sink(GetSinkInfo { index: None, name: Some(DEFAULT_SINK.to_owned()) })?;
            return Ok((of(&sink), None));
        }
        let (mut found, mut playing) = (Heard::Unknown, None);
        for stream in mine {
            let sink = self.sink(GetSinkInfo { index: Some(stream.sink_index), name: None })?;
            found = found.and(heard(stream.muted, percent(&stream.cvolume))).and(of(&sink));
            // A sink that rests while somebody plays to it was put to rest by somebody.
            if sink.state == SinkState::Suspended {
                found = found.and(Heard::Silent);
            }
            playing = sink
                .monitor_source_index
                .map(|monitor| Playing { stream: stream.index, monitor })
                .or(playing);
        }
        Ok((found, playing))
    }

    fn sink(&mut self, which: GetSinkInfo) -> Result<SinkInfo, ProtocolError> {
        self.ask(&Command::GetSinkInfo(which))
    }
}

fn of(sink: &SinkInfo) -> Heard {
    heard(sink.muted, percent(&sink.cvolume))
}

/// The loudest channel, in hundredths of the usual volume.
fn percent(volume: &ChannelVolume) -> u32 {
    let loudest = volume.channels().iter().map(Volume::as_u32).max().unwrap_or(NORM);
    (loudest.saturating_mul(100).saturating_add(NORM / 2)) / NORM
}
