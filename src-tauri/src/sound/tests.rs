//! The speaker over devices that take, hang, get lost and panic.

use std::path::Path;
use std::sync::Mutex;

use rodio::mixer::{MixerSource, mixer};

use super::burst::{MONO, RATE};
use super::*;

fn beats() -> Beats {
    let start = Wall::now();
    Beats::new(Arc::new(move || start.elapsed()))
}

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
    let open = move |_| Some(Box::new(output.lock().ok()?.take()?) as Box<dyn Output>);
    let speaker = Speaker::over(open, beats(), move |alarms| tell.send(alarms).expect("the test listens"));
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

/// A speaker over devices that are made one after the other, each with what it is lost by.
fn over(
    make: impl Fn(usize, Arc<AtomicBool>) -> Option<Listening> + Send + 'static,
) -> (Speaker, mpsc::Receiver<usize>) {
    let (tell, opened) = mpsc::channel();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let open = move |lost| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        let _ = tell.send(n);
        Some(Box::new(make(n, lost)?) as Box<dyn Output>)
    };
    (Speaker::over(open, beats(), |_| {}), opened)
}

/// A mixer whose samples are taken for as long as there are any to come.
fn taking() -> Mixer {
    let (into, mut out) = mixer(MONO, RATE);
    std::thread::spawn(move || {
        let began = Wall::now();
        while began.elapsed() < Duration::from_secs(60) {
            if out.next().is_none() {
                std::thread::yield_now();
            }
        }
    });
    into
}

fn opened(devices: &mpsc::Receiver<usize>, n: usize) {
    while devices.recv_timeout(Duration::from_secs(20)).expect("the device is opened again") < n {}
}

#[test]
fn a_device_that_is_lost_is_opened_again_while_nothing_is_to_be_heard() {
    let (_speaker, devices) = over(|n, lost| {
        let into = taking();
        lost.store(n == 0, Ordering::Relaxed);
        Some(Listening(into))
    });
    opened(&devices, 1);
}

#[test]
fn a_device_that_takes_no_samples_is_opened_again_and_never_said_to_play() {
    // Nobody ever takes from the mixers, as with a device that hangs; nothing is to be heard.
    let (speaker, devices) = over(|_, _| Some(Listening(mixer(MONO, RATE).0)));
    for n in 0..3 {
        opened(&devices, n);
        assert_eq!(speaker.audio().trouble.as_deref(), Some("No sound"));
    }
    speaker.sound(Some(Priority::High), Vec::new());
    opened(&devices, 4);
    assert_eq!(speaker.audio().trouble.as_deref(), Some("No sound"));
}

#[test]
fn a_fault_in_the_library_of_sound_does_not_end_the_sound() {
    let (speaker, devices) = over(|n, _| {
        assert!(n > 0, "a fault of the library");
        Some(Listening(taking()))
    });
    opened(&devices, 1);
    let began = Wall::now();
    while speaker.audio().trouble.is_some() {
        assert!(began.elapsed() < Duration::from_secs(20), "it never sounds again");
        std::thread::yield_now();
    }
}

#[test]
fn trouble_that_no_alarm_can_say_is_heard() {
    let (speaker, mut out, _) = listening();
    speaker.trouble(true);
    assert!(wait_for_sound(&mut out), "no sound");
}

#[test]
fn without_a_device_the_speaker_says_so() {
    let (tried, tries) = mpsc::channel();
    let speaker = Speaker::over(
        move |_| {
            // This runs in the speaker's own thread: `PID/task/TID`, nothing where the system has no such file.
            tried
                .send(std::fs::read_link("/proc/thread-self").unwrap_or_default())
                .expect("the test listens");
            None
        },
        beats(),
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
    assert_eq!(speaker.audio().trouble.as_deref(), Some("No sound"));
    if let (Some(before), Some(after)) = (before, spent(&thread)) {
        assert!(after - before < 100_000_000, "{} ns of processor", after - before);
    }
}
