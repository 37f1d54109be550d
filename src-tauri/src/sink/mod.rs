//! What the system says of where the sound goes: whether this program or the device that it plays to is muted, or turned down, and
//! whether what is played comes out. Where it does not say, nothing is known.

mod heard;

#[cfg(target_os = "linux")]
mod monitor;

#[cfg(target_os = "linux")]
mod pulse;

use std::time::Instant as Wall;

pub(crate) use heard::Heard;

/// Tells every two seconds what the system says, until nobody wants to know; `played` is when a sound began last.
#[cfg(target_os = "linux")]
pub(crate) fn watch(
    played: impl Fn() -> Option<Wall> + Send + 'static,
    tell: impl Fn(Heard) -> bool + Send + 'static,
) {
    let thread = std::thread::Builder::new().name("sink".into());
    let started = thread.spawn(move || {
        let (mut server, mut monitor) = (None, None);
        loop {
            let (heard, stream) = pulse::look(&mut server);
            let comes_out = monitor::look(&mut monitor, stream, played());
            if !tell(heard.and(comes_out)) {
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
pub(crate) fn watch(
    _played: impl Fn() -> Option<Wall> + Send + 'static,
    tell: impl Fn(Heard) -> bool + Send + 'static,
) {
    tell(Heard::Unknown);
}
