//! Lets alarms be heard: the worst one that nobody has, also while the window is hidden.
//!
//! Which alarm sounds is the fold's business (`clinical::fold`); this file only repeats its burst and says when there is no
//! device to play it on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant as Wall};

use clinical::{Instant, Priority, Sound, burst, samples};
use console::{Board, Console};
use rodio::buffer::SamplesBuffer;
use rodio::mixer::Mixer;
use rodio::{ChannelCount, DeviceSinkBuilder, MixerDeviceSink, SampleRate, Source};

const RATE: SampleRate = SampleRate::new(44_100).unwrap();
const MONO: ChannelCount = ChannelCount::MIN;
/// A device that was pulled out is looked for again this often.
const LOOK: Duration = Duration::from_secs(10);

/// The speaker of this station.
pub(crate) struct Speaker {
    orders: Sender<Order>,
    works: Arc<AtomicBool>,
}

/// What the speaker's thread is told.
enum Order {
    /// To be heard from now on, and when the alarms that are new in it reached the server.
    Sound(Option<Priority>, Vec<Instant>),
    /// The first sample of a burst was played; these alarms are heard in it for the first time.
    Played(Vec<Instant>),
    /// The station is closed.
    Stop,
}

/// The alarm that is to be heard: the highest that is on and that nobody has, none of them paused; and when those of them
/// reached the server that are new.
pub(crate) fn audible(board: &Board, console: &Console) -> (Option<Priority>, Vec<Instant>) {
    let on = || board.queue.iter().filter(|item| item.line.sound == Sound::On);
    let worst = on().map(|item| item.line.priority).max();
    let of_it = on().filter(|item| Some(item.line.priority) == worst).map(|item| &item.line.episode);
    (worst, console.unlit(of_it).into_iter().map(|(_, reached)| reached).collect())
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

/// The device of this machine, where there is one.
fn device() -> Option<Box<dyn Output>> {
    let mut stream = DeviceSinkBuilder::open_default_sink().ok()?;
    stream.log_on_drop(false);
    Some(Box::new(stream))
}

impl Speaker {
    /// Starts the thread that plays; `heard` is told when the first sample of an alarm was.
    pub(crate) fn start(heard: impl Fn(Vec<Instant>) + Send + 'static) -> Speaker {
        Speaker::over(device, heard)
    }

    fn over(
        open: impl Fn() -> Option<Box<dyn Output>> + Send + 'static,
        heard: impl Fn(Vec<Instant>) + Send + 'static,
    ) -> Speaker {
        let (orders, asked) = mpsc::channel();
        let works = Arc::new(AtomicBool::new(false));
        let (told, played) = (works.clone(), orders.clone());
        let thread = std::thread::Builder::new().name("speaker".into());
        if thread.spawn(move || play(&asked, &played, &told, open, heard)).is_err() {
            tracing::error!("the speaker's thread could not be started");
        }
        Speaker { orders, works }
    }

    /// What is to be heard from now on. A higher alarm than before is heard at once.
    pub(crate) fn sound(&self, priority: Option<Priority>, fresh: Vec<Instant>) {
        // Without its thread there is no sound, which `works` says.
        let _ = self.orders.send(Order::Sound(priority, fresh));
    }

    /// Whether there is a device that sounds.
    pub(crate) fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
    }
}

/// A burst that says when its first sample is taken.
struct Burst {
    samples: SamplesBuffer,
    first: Option<(Sender<Order>, Vec<Instant>)>,
}

impl Iterator for Burst {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if let Some((to, fresh)) = self.first.take() {
            // Where nobody listens any more, nothing is measured.
            let _ = to.send(Order::Played(fresh));
        }
        self.samples.next()
    }
}

impl Source for Burst {
    fn current_span_len(&self) -> Option<usize> {
        self.samples.current_span_len()
    }

    fn channels(&self) -> ChannelCount {
        self.samples.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.samples.sample_rate()
    }

    fn total_duration(&self) -> Option<Duration> {
        self.samples.total_duration()
    }
}

fn play(
    asked: &mpsc::Receiver<Order>,
    played: &Sender<Order>,
    works: &AtomicBool,
    open: impl Fn() -> Option<Box<dyn Output>>,
    heard: impl Fn(Vec<Instant>),
) {
    let mut output = None;
    let mut looked: Option<Wall> = None;
    let mut now: Option<Priority> = None;
    let mut fresh = Vec::new();
    let mut next = Wall::now();
    loop {
        if output.is_none() && looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Wall::now());
            output = open();
            works.store(output.is_some(), Ordering::Relaxed);
        }
        // Without a device nothing is played, so nothing is waited for but the next look for one.
        let due = now.is_some() && output.is_some();
        let wait = if due { next.saturating_duration_since(Wall::now()) } else { LOOK };
        match asked.recv_timeout(wait.min(LOOK)) {
            Ok(Order::Sound(wanted, new)) => {
                if wanted > now {
                    next = Wall::now();
                    fresh = new;
                }
                now = wanted;
            }
            Ok(Order::Played(alarms)) => heard(alarms),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        if let (Some(priority), Some(output)) = (now, &output)
            && Wall::now() >= next
        {
            let burst = burst(priority);
            let samples = SamplesBuffer::new(MONO, RATE, samples(&burst, RATE.get()));
            let fresh = std::mem::take(&mut fresh);
            let first = (!fresh.is_empty()).then(|| (played.clone(), fresh));
            output.mixer().add(Burst { samples, first });
            next = Wall::now() + Duration::from_secs(burst.repeat_s.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;

    use rodio::mixer::{MixerSource, mixer};

    use super::*;

    struct Listening(Mixer);

    impl Output for Listening {
        fn mixer(&self) -> &Mixer {
            &self.0
        }
    }

    /// A speaker whose samples the test takes as a device would.
    fn listening() -> (Speaker, MixerSource, mpsc::Receiver<Vec<Instant>>) {
        let (into, out) = mixer(MONO, RATE);
        let (tell, told) = mpsc::channel();
        let output = Mutex::new(Some(Listening(into)));
        let open = move || Some(Box::new(output.lock().ok()?.take()?) as Box<dyn Output>);
        let speaker = Speaker::over(open, move |alarms| tell.send(alarms).expect("the test listens"));
        (speaker, out, told)
    }

    /// Takes samples until one is not silence, as many as a second holds over and over.
    fn wait_for_sound(out: &mut MixerSource) -> bool {
        let began = Wall::now();
        while began.elapsed() < Duration::from_secs(20) {
            match out.next() {
                Some(sample) if sample != 0.0 => return true,
                Some(_) => {}
                None => std::thread::yield_now(),
            }
        }
        false
    }

    #[test]
    fn a_new_alarm_is_heard_at_once_and_the_first_sample_is_what_counts() {
        let (speaker, mut out, told) = listening();
        speaker.sound(Some(Priority::Low), vec![Instant(7)]);
        assert!(wait_for_sound(&mut out), "no sound");
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(vec![Instant(7)]));
        // A higher one does not wait until the lower repeats, which is fifteen seconds and more.
        let began = Wall::now();
        speaker.sound(Some(Priority::High), vec![Instant(8)]);
        assert!(wait_for_sound(&mut out));
        let alarms = loop {
            if out.next().is_none() {
                std::thread::yield_now();
            }
            if let Ok(alarms) = told.try_recv() {
                break alarms;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "the higher alarm was never heard");
        };
        assert_eq!(alarms, [Instant(8)]);
    }

    /// Nanoseconds of processor that a thread has used, by its number; `None` where the system does not tell.
    fn spent(thread: &Path) -> Option<u64> {
        let stat = std::fs::read_to_string(Path::new("/proc").join(thread).join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse().ok()
    }

    #[test]
    fn without_a_device_the_speaker_says_so() {
        let (tried, tries) = mpsc::channel();
        let speaker = Speaker::over(
            move || {
                // This runs in the speaker's own thread: `PID/task/TID`, nothing where the system has no such file.
                tried
                    .send(std::fs::read_link("/proc/thread-self").unwrap_or_default())
                    .expect("the test listens");
                None
            },
            |_| {},
        );
        let thread = tries.recv_timeout(Duration::from_secs(20)).expect("a device is looked for");
        let before = spent(&thread);
        speaker.sound(Some(Priority::High), vec![Instant(1)]);
        // An alarm that cannot be heard costs nothing: it is waited for a device, and not asked for one over and over.
        let began = Wall::now();
        while began.elapsed() < Duration::from_millis(300) {
            std::thread::yield_now();
        }
        assert!(!speaker.works());
        if let (Some(before), Some(after)) = (before, spent(&thread)) {
            assert!(after - before < 100_000_000, "{} ns of processor", after - before);
        }
    }
}
