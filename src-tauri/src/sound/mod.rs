//! Lets alarms be heard: the worst one that nobody has, also while the window is hidden.
//!
//! Which alarm sounds is the fold's business (`clinical::fold`); this file only repeats its burst and says when there is no
//! device to play it on.

mod burst;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Wall};

use clinical::{Instant, Priority};
use console::view::Audio;
use rodio::cpal::ErrorKind;
use rodio::mixer::Mixer;
use rodio::{DeviceSinkBuilder, MixerDeviceSink};
use sync::{Beats, Stage};

use crate::sink::{self, Heard};
use burst::Burst;

/// A device that was pulled out is looked for again this often, and one that plays is asked for a sign.
const LOOK: Duration = Duration::from_secs(2);

/// So many gaps in what a device was given, and it is opened anew.
const MISSED: u32 = 100;

/// The speaker of this station.
pub(crate) struct Speaker {
    orders: Sender<Order>,
    state: Arc<State>,
}

/// What is known of whether it is heard.
#[derive(Default)]
struct State {
    /// There is a device, and it plays.
    works: AtomicBool,
    /// What the system says of where it plays to.
    sink: Mutex<Heard>,
    /// When the device took the first sample of a burst last.
    played: Mutex<Option<Wall>>,
}

/// What the speaker's thread is told.
enum Order {
    /// To be heard from now on, and when the alarms that are new in it reached the server.
    Sound(Option<Priority>, Vec<Instant>),
    /// The first sample of a burst was played; these alarms are heard in it for the first time.
    Played(Vec<Instant>),
    /// The device took what nobody hears: it plays.
    Taken,
    /// Something on an alarm's way does not work, and no alarm can say so; or it works again.
    Trouble(bool),
    /// Somebody wants to hear whether it works.
    Test,
    /// The station is closed.
    Stop,
}

/// Where bursts go: a device, or what a test listens with.
trait Output {
    fn mixer(&self) -> &Mixer;
}

impl Output for MixerDeviceSink {
    fn mixer(&self) -> &Mixer {
        MixerDeviceSink::mixer(self)
    }
}

/// The device of this machine, where there is one. It says by `lost` that it does not play any more: unplugged, or its server gone.
fn device(lost: Arc<AtomicBool>) -> Option<Box<dyn Output>> {
    quiet::this_thread();
    let mut missed = 0u32;
    let builder = DeviceSinkBuilder::from_default_device().ok()?.with_error_callback(move |error| {
        // The library's thread tries again at once, for ever, and would say so each time.
        quiet::this_thread();
        let is_harmless = match error.kind() {
            ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => true,
            // A station that is busy misses some now and then; a device that is gone gives nothing else.
            ErrorKind::Xrun => {
                missed += 1;
                missed < MISSED
            }
            _ => false,
        };
        if !is_harmless {
            lost.store(true, Ordering::Relaxed);
        }
    });
    let mut stream = builder.open_stream().ok()?;
    stream.log_on_drop(false);
    Some(Box::new(stream))
}

impl Speaker {
    /// Starts the thread that plays; `heard` is told when the first sample of an alarm was.
    pub(crate) fn start(beats: Beats, heard: impl Fn(Vec<Instant>) + Send + 'static) -> Speaker {
        let speaker = Speaker::over(device, beats, heard);
        let (state, asked) = (Arc::downgrade(&speaker.state), Arc::downgrade(&speaker.state));
        let played = move || *asked.upgrade()?.played.lock().unwrap_or_else(PoisonError::into_inner);
        sink::watch(played, move |heard| {
            let Some(state) = state.upgrade() else { return false };
            *state.sink.lock().unwrap_or_else(PoisonError::into_inner) = heard;
            true
        });
        speaker
    }

    fn over(
        open: impl Fn(Arc<AtomicBool>) -> Option<Box<dyn Output>> + Send + 'static,
        beats: Beats,
        heard: impl Fn(Vec<Instant>) + Send + 'static,
    ) -> Speaker {
        let (orders, asked) = mpsc::channel();
        let state = Arc::new(State::default());
        let (told, played) = (state.clone(), orders.clone());
        let thread = std::thread::Builder::new().name("speaker".into());
        beats.expect(Stage::Sound);
        let play = move || loop {
            let playing = || play(&asked, &played, &told, &beats, &open, &heard);
            // A fault in a library of sound must not end the sound.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(playing)).is_ok() {
                return;
            }
            told.works.store(false, Ordering::Relaxed);
            tracing::error!("the speaker stopped by a fault of its own; it is begun again");
        };
        if thread.spawn(play).is_err() {
            tracing::error!("the speaker's thread could not be started");
        }
        Speaker { orders, state }
    }

    /// What is to be heard from now on. A higher alarm than before is heard at once.
    pub(crate) fn sound(&self, priority: Option<Priority>, fresh: Vec<Instant>) {
        // Without its thread there is no sound, which `works` says.
        let _ = self.orders.send(Order::Sound(priority, fresh));
    }

    /// Something on an alarm's way does not work that no alarm can say: it is heard as a technical alarm is.
    pub(crate) fn trouble(&self, is_there: bool) {
        let _ = self.orders.send(Order::Trouble(is_there));
    }

    /// Plays a burst for somebody who wants to hear whether it works.
    pub(crate) fn test(&self) {
        let _ = self.orders.send(Order::Test);
    }

    /// Whether alarms can be heard, as far as the system says.
    pub(crate) fn audio(&self) -> Audio {
        let sink = *self.state.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = |trouble: &str, advice: &str| Audio {
            trouble: Some(trouble.to_owned()),
            advice: Some(advice.to_owned()),
        };
        match (self.state.works.load(Ordering::Relaxed), sink) {
            (false, _) => trouble(
                "No sound",
                "No sound device answers on this station: alarms are shown, not heard. Check the loudspeaker and its cable",
            ),
            (true, Heard::Muted) => {
                trouble("Muted", "This station's sound is muted: alarms are shown, not heard. Turn it on")
            }
            (true, Heard::Quiet(percent)) => trouble(
                &format!("Volume {percent} %"),
                "This station's volume is so low that alarms may not be heard. Turn it up",
            ),
            (true, Heard::Silent) => trouble(
                "Not heard",
                "What this station plays does not come out of its sound device: alarms are shown, not heard. Choose another device, or start the sound anew",
            ),
            (true, Heard::Unknown | Heard::Yes) => Audio::default(),
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
    }
}

fn play(
    asked: &mpsc::Receiver<Order>,
    played: &Sender<Order>,
    state: &State,
    beats: &Beats,
    open: impl Fn(Arc<AtomicBool>) -> Option<Box<dyn Output>>,
    heard: impl Fn(Vec<Instant>),
) {
    let works = &state.works;
    let lost = Arc::new(AtomicBool::new(false));
    let mut output = None;
    let mut looked: Option<Wall> = None;
    let mut now: Option<Priority> = None;
    let mut trouble = false;
    let mut fresh = Vec::new();
    let mut next = Wall::now();
    // What the device was given last, and has not begun to play.
    let mut begun: Option<Wall> = None;
    // Something passes through the device every few seconds, whether anything is to be heard or not.
    let mut passed = Wall::now();
    loop {
        beats.beat(Stage::Sound);
        let hangs = begun.is_some_and(|at| at.elapsed() >= LOOK);
        if output.is_some() && (lost.swap(false, Ordering::Relaxed) || hangs) {
            tracing::error!("the sound device plays no more; it is opened anew");
            (output, looked, begun, next) = (None, None, None, Wall::now());
            works.store(false, Ordering::Relaxed);
        }
        if output.is_none() && looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Wall::now());
            lost.store(false, Ordering::Relaxed);
            output = open(lost.clone());
            if output.is_none() && works.swap(false, Ordering::Relaxed) {
                tracing::info!(works = false, "sound device");
            }
            // One that opens and takes nothing, as under a sound server that has suspended it, plays nothing.
            passed = passed.checked_sub(LOOK).unwrap_or(passed);
        }
        if let Some(output) = output.as_ref().filter(|_| begun.is_none() && passed.elapsed() >= LOOK) {
            probe(output.as_ref(), played);
            (begun, passed) = (Some(Wall::now()), Wall::now());
        }
        // Trouble alone is heard as a technical alarm; beside an alarm it needs no sound of its own.
        let now_heard = now.max(trouble.then_some(Priority::Technical));
        // Without a device nothing is played, so nothing is waited for but the next look for one.
        let due = now_heard.is_some() && output.is_some();
        let wait = if due { next.saturating_duration_since(Wall::now()) } else { LOOK };
        match asked.recv_timeout(wait.min(LOOK)) {
            Ok(Order::Sound(wanted, new)) => {
                if wanted > now {
                    next = Wall::now();
                    fresh = new;
                }
                now = wanted;
            }
            Ok(Order::Taken) => {
                (begun, passed) = (None, Wall::now());
                if !works.swap(true, Ordering::Relaxed) {
                    tracing::info!(works = true, "sound device");
                }
            }
            Ok(Order::Played(alarms)) => {
                (begun, passed) = (None, Wall::now());
                works.store(true, Ordering::Relaxed);
                *state.played.lock().unwrap_or_else(PoisonError::into_inner) = Some(Wall::now());
                if !alarms.is_empty() {
                    heard(alarms);
                }
            }
            Ok(Order::Trouble(is_there)) => trouble = is_there,
            Ok(Order::Test) => {
                if let Some(output) = &output {
                    add(output.as_ref(), Priority::Medium, Vec::new(), played);
                    begun = Some(Wall::now());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        if let (Some(priority), Some(output)) = (now.max(trouble.then_some(Priority::Technical)), &output)
            && Wall::now() >= next
        {
            let repeat = add(output.as_ref(), priority, std::mem::take(&mut fresh), played);
            begun = Some(Wall::now());
            next = Wall::now() + repeat;
        }
    }
}

/// Plays a burst; gives after how long it is to be repeated.
fn add(output: &dyn Output, priority: Priority, fresh: Vec<Instant>, played: &Sender<Order>) -> Duration {
    let played = played.clone();
    // Where nobody listens any more, nothing is measured.
    let (burst, repeat) = Burst::sound(priority, move || drop(played.send(Order::Played(fresh))));
    output.mixer().add(burst);
    repeat
}

/// Gives the device one sample of silence, which it says it took.
fn probe(output: &dyn Output, played: &Sender<Order>) {
    let played = played.clone();
    output.mixer().add(Burst::silence(move || drop(played.send(Order::Taken))));
}

/// The system's library of sound writes to the terminal what goes wrong: at each look for a device that is not there, and without
/// end where one is gone.
mod quiet {
    #[cfg(target_os = "linux")]
    pub(super) fn this_thread() {
        // What it says is kept until the next call and read by nobody: there is a device, or not.
        let _ = alsa::Output::local_error_handler();
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn this_thread() {}
}

#[cfg(test)]
mod tests;
