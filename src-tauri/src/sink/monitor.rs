//! Listens to what comes out of the sink that this program plays to: the peaks of its own stream, a few a second, and only while
//! something sounds. A desktop shows that somebody records; a station that is quiet should not look as if.

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant as Wall};

use pulseaudio::protocol::{
    ChannelMap, Command, CreateRecordStreamReply, DESCRIPTOR_SIZE, RecordStreamParams, SampleFormat,
    SampleSpec, read_descriptor,
    stream::{BufferAttr, StreamFlags},
};

use super::heard::Heard;
use super::pulse::{Playing, Server};

/// Peaks a second.
const RATE: u32 = 25;
/// Bytes of one.
const PEAK: u32 = 4;
/// What was begun so long ago has come out, through every buffer on the way.
const THROUGH: Duration = Duration::from_secs(3);
/// Longer than any alarm pauses between two bursts.
const SOUNDS: Duration = Duration::from_secs(60);

/// Listens to one stream.
pub(super) struct Monitor {
    playing: Playing,
    socket: UnixStream,
    version: u16,
    /// What was read and is no whole packet.
    read: Vec<u8>,
    since: Wall,
    heard: Option<Wall>,
}

/// Whether what was played last comes out; nothing is known where the sound server lets nobody listen.
pub(super) fn look(monitor: &mut Option<Monitor>, playing: Option<Playing>, played: Option<Wall>) -> Heard {
    let playing = playing.filter(|_| played.is_some_and(|played| played.elapsed() < SOUNDS));
    if monitor.as_ref().map(|open| open.playing) != playing {
        *monitor = playing.and_then(Monitor::open);
    }
    let Some(open) = monitor.as_mut() else { return Heard::Unknown };
    if open.listen().is_none() {
        *monitor = None;
        return Heard::Unknown;
    }
    comes_out(played, open.heard, open.since, Wall::now())
}

/// Of a sound that began at `played`, where something was heard last at `heard`, listening since `since`.
fn comes_out(played: Option<Wall>, heard: Option<Wall>, since: Wall, now: Wall) -> Heard {
    let Some(played) = played.filter(|played| *played >= since) else { return Heard::Unknown };
    if heard.is_some_and(|heard| heard >= played) {
        Heard::Yes
    } else if now.saturating_duration_since(played) >= THROUGH {
        Heard::Silent
    } else {
        Heard::Unknown
    }
}

impl Monitor {
    fn open(playing: Playing) -> Option<Monitor> {
        let mut server = Server::connect()?;
        let params = RecordStreamParams {
            sample_spec: SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: RATE },
            channel_map: ChannelMap::mono(),
            source_index: Some(playing.monitor),
            buffer_attr: BufferAttr { fragment_size: RATE * PEAK, ..BufferAttr::default() },
            flags: StreamFlags {
                peak_detect: true,
                no_move: true,
                adjust_latency: true,
                // A sink that nobody plays to may rest.
                no_inhibit_auto_suspend: true,
                ..StreamFlags::default()
            },
            direct_on_input_index: Some(playing.stream),
            ..RecordStreamParams::default()
        };
        let _: CreateRecordStreamReply = server.ask(&Command::CreateRecordStream(params)).ok()?;
        let (socket, read, version) = server.into_parts();
        socket.set_nonblocking(true).ok()?;
        Some(Monitor { playing, socket, version, read, since: Wall::now(), heard: None })
    }

    /// Takes in what came; nothing where the stream has ended.
    fn listen(&mut self) -> Option<()> {
        let mut some = [0u8; 4096];
        loop {
            match self.socket.read(&mut some) {
                Ok(0) => return None,
                Ok(n) => self.read.extend_from_slice(&some[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        let (taken, said) = packets(&self.read, self.version);
        self.read.drain(..taken);
        if said.heard {
            self.heard = Some(Wall::now());
        }
        (!said.ended).then_some(())
    }
}

/// What a number of packets say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    /// Something but silence.
    heard: bool,
    /// That there will be no more.
    ended: bool,
}

/// Reads whole packets; gives the number of bytes of them.
fn packets(bytes: &[u8], version: u16) -> (usize, Said) {
    let (mut at, mut said) = (0, Said::default());
    while let Some(mut head) = bytes.get(at..at + DESCRIPTOR_SIZE) {
        let Ok(packet) = read_descriptor(&mut head) else { break };
        let from = at + DESCRIPTOR_SIZE;
        let Some(body) =
            usize::try_from(packet.length).ok().and_then(|length| bytes.get(from..from + length))
        else {
            break;
        };
        at = from + body.len();
        if packet.channel == u32::MAX {
            let command = Command::read_tag_prefixed(&mut &*body, version);
            said.ended |= matches!(command, Ok((_, Command::RecordStreamKilled(_))));
        } else {
            let peaks = body.as_chunks::<4>().0.iter().map(|peak| f32::from_le_bytes(*peak));
            said.heard |= peaks.into_iter().any(|peak| peak.abs() > SILENCE);
        }
    }
    (at, said)
}

/// Less than the smallest step of 24 bits.
const SILENCE: f32 = 1.0e-7;

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(channel: u32, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap_or(0);
        let mut bytes = [length.to_be_bytes(), channel.to_be_bytes()].concat();
        bytes.extend([0; 12]);
        bytes.extend(body);
        bytes
    }

    #[test]
    fn a_sound_that_was_played_and_does_not_come_out_within_three_seconds_is_silent() {
        let start = Wall::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let cases = [
            (None, None, 60_000, Heard::Unknown),
            // Played before anybody listened.
            (Some(0), None, 60_000, Heard::Unknown),
            (Some(5_000), None, 7_900, Heard::Unknown),
            (Some(5_000), None, 8_000, Heard::Silent),
            (Some(5_000), Some(4_900), 8_000, Heard::Silent),
            (Some(5_000), Some(5_100), 8_000, Heard::Yes),
            (Some(15_000), Some(5_100), 16_000, Heard::Unknown),
            (Some(15_000), Some(5_100), 18_000, Heard::Silent),
        ];
        for (played, heard, now, wanted) in cases {
            let found = comes_out(played.map(at), heard.map(at), at(1_000), at(now));
            assert_eq!(found, wanted, "played {played:?}, heard {heard:?}, now {now}");
        }
    }

    #[test]
    fn peaks_are_read_packet_by_packet_and_never_of_half_a_one() {
        let (silence, sound) = ([0u8; 8], [0.0f32.to_le_bytes(), 0.25f32.to_le_bytes()].concat());
        let both = [packet(0, &silence), packet(0, &sound)].concat();
        let first = packet(0, &silence).len();
        for cut in 0..both.len() {
            let (taken, said) = packets(&both[..cut], 35);
            assert_eq!(taken, if cut < first { 0 } else { first }, "{cut}");
            assert_eq!(said, Said::default());
        }
        assert_eq!(packets(&both, 35), (both.len(), Said { heard: true, ended: false }));
    }
}
