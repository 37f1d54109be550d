//! Lets alarms be heard: the worst one that nobody has, also while the window is hidden.
//!
//! Which alarm sounds is the fold's business (`clinical::fold`); this file only repeats its burst and says when there is no
//! device to play it on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant as Wall};

use clinical::{Priority, Sound, burst, samples};
use console::Board;
use rodio::OutputStreamBuilder;
use rodio::buffer::SamplesBuffer;

const RATE: u32 = 44_100;
/// A device that was pulled out is looked for again this often.
const LOOK: Duration = Duration::from_secs(10);

/// The speaker of this station.
pub(crate) struct Speaker {
    wanted: Sender<Option<Priority>>,
    works: Arc<AtomicBool>,
}

/// The alarm that is to be heard: the highest that is on and that nobody has, none of them paused.
pub(crate) fn audible(board: &Board) -> Option<Priority> {
    board.queue.iter().filter(|item| item.line.sound == Sound::On).map(|item| item.line.priority).max()
}

impl Speaker {
    /// Starts the thread that plays.
    pub fn start() -> Speaker {
        let (wanted, asked) = mpsc::channel();
        let works = Arc::new(AtomicBool::new(false));
        let told = works.clone();
        let thread = std::thread::Builder::new().name("speaker".into());
        if thread.spawn(move || play(&asked, &told)).is_err() {
            tracing::error!("the speaker's thread could not be started");
        }
        Speaker { wanted, works }
    }

    /// What is to be heard from now on. A higher alarm than before is heard at once.
    pub fn sound(&self, priority: Option<Priority>) {
        // Without its thread there is no sound, which `works` says.
        let _ = self.wanted.send(priority);
    }

    /// Whether there is a device that sounds.
    pub fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }
}

fn play(asked: &mpsc::Receiver<Option<Priority>>, works: &AtomicBool) {
    let mut stream = None;
    let mut looked: Option<Wall> = None;
    let mut now: Option<Priority> = None;
    let mut next = Wall::now();
    loop {
        if stream.is_none() && looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Wall::now());
            stream = OutputStreamBuilder::open_default_stream().ok().map(|mut stream| {
                stream.log_on_drop(false);
                stream
            });
            works.store(stream.is_some(), Ordering::Relaxed);
        }
        let wait = if now.is_some() { next.saturating_duration_since(Wall::now()) } else { LOOK };
        match asked.recv_timeout(wait.min(LOOK)) {
            Ok(wanted) => {
                if wanted > now {
                    next = Wall::now();
                }
                now = wanted;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if let (Some(priority), Some(stream)) = (now, &stream)
            && Wall::now() >= next
        {
            let burst = burst(priority);
            stream.mixer().add(SamplesBuffer::new(1, RATE, samples(&burst, RATE)));
            next = Wall::now() + Duration::from_secs(burst.repeat_s.into());
        }
    }
}
