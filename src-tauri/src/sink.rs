//! What the system says of where the sound goes: whether it is muted, or turned down. Where it does not say, nothing is known.

/// Whether what is played can be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The system does not say.
    #[default]
    Unknown,
    Yes,
    Muted,
    /// So many hundredths of the usual volume.
    Quiet(u32),
}

/// Less than this is hardly heard on a ward, in hundredths of the usual volume.
#[cfg(any(target_os = "linux", test))]
const QUIET: u32 = 25;

/// What a sink says of itself.
#[cfg(any(target_os = "linux", test))]
fn heard(muted: bool, percent: u32) -> Heard {
    match (muted, percent) {
        (true, _) | (_, 0) => Heard::Muted,
        (false, 1..QUIET) => Heard::Quiet(percent),
        _ => Heard::Yes,
    }
}

/// Tells every two seconds what the system says, until nobody wants to know.
#[cfg(target_os = "linux")]
pub(crate) fn watch(tell: impl Fn(Heard) -> bool + Send + 'static) {
    let thread = std::thread::Builder::new().name("sink".into());
    let started = thread.spawn(move || {
        let mut server = None;
        loop {
            let heard = pulse::look(&mut server);
            if !tell(heard) {
                return;
            }
            std::thread::sleep(pulse::LOOK);
        }
    });
    if started.is_err() {
        tracing::warn!("whether the sound is muted is not known");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(tell: impl Fn(Heard) -> bool + Send + 'static) {
    tell(Heard::Unknown);
}

/// PulseAudio, and PipeWire which speaks the same.
#[cfg(target_os = "linux")]
mod pulse {
    use std::time::Duration;

    use pulseaudio::{Client, protocol};

    use super::{Heard, heard};

    pub(super) const LOOK: Duration = Duration::from_secs(2);
    /// A sound server that hangs is one that says nothing.
    const ANSWER: Duration = Duration::from_secs(2);
    /// The usual volume.
    const NORM: u32 = 0x1_0000;

    /// Asks the server, which is connected to anew where it was lost.
    pub(super) fn look(server: &mut Option<Client>) -> Heard {
        if server.is_none() {
            *server = Client::from_env(c"Vigil").ok();
        }
        let Some(client) = server.as_ref() else { return Heard::Unknown };
        let asked = client.sink_info_by_name(protocol::DEFAULT_SINK.to_owned());
        let answer = tauri::async_runtime::block_on(async { tokio::time::timeout(ANSWER, asked).await });
        let Ok(Ok(sink)) = answer else {
            *server = None;
            return Heard::Unknown;
        };
        let loudest = sink.cvolume.channels().iter().map(protocol::Volume::as_u32).max().unwrap_or(NORM);
        heard(sink.muted, (loudest.saturating_mul(100).saturating_add(NORM / 2)) / NORM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_is_muted_or_turned_down_is_not_one_that_is_heard() {
        let cases = [
            (true, 100, Heard::Muted),
            (false, 0, Heard::Muted),
            (false, 1, Heard::Quiet(1)),
            (false, 24, Heard::Quiet(24)),
            (false, 25, Heard::Yes),
            (false, 150, Heard::Yes),
        ];
        for (muted, percent, wanted) in cases {
            assert_eq!(heard(muted, percent), wanted, "{muted} {percent}");
        }
    }
}
