//! Tells the desktop that an alarm waits while nobody looks at the window. How many and how urgent, and never who, where or
//! what about: notifications stand on lock screens and are kept by desktops.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clinical::{EpisodeId, Presence, Priority};
use console::Board;
use sync::{Beats, Stage};

/// Whether the window has the focus.
static LOOKED_AT: AtomicBool = AtomicBool::new(true);

/// The window got the focus, or lost it.
pub(crate) fn looked_at(yes: bool) {
    LOOKED_AT.store(yes, Ordering::Relaxed);
}

/// Tells the desktop, and knows whether it takes what it is told.
pub(crate) struct Notifier {
    /// What was told already: the alarms that nobody has, each as urgent as it was.
    told: Mutex<Option<HashMap<EpisodeId, Priority>>>,
    beats: Beats,
    desktop: Arc<Mutex<Desktop>>,
}

/// What the desktop does with notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Desktop {
    /// It has not answered yet.
    #[default]
    Unknown,
    /// It takes them, by the name it gives itself.
    Takes(String),
    /// It takes none.
    Refuses,
}

impl Notifier {
    /// One whose beats somebody looks at. It asks the desktop at once who takes its notifications.
    pub(crate) fn new(beats: Beats) -> Notifier {
        let notifier = Notifier { told: Mutex::default(), beats, desktop: Arc::default() };
        notifier.aside(asked);
        notifier
    }

    /// What the desktop does with notifications, in words.
    pub(crate) fn words(&self) -> String {
        match &*self.desktop.lock().unwrap_or_else(PoisonError::into_inner) {
            Desktop::Unknown => "the desktop has not answered yet".to_owned(),
            Desktop::Takes(name) => format!("shown by {name}, without a name or a bed"),
            Desktop::Refuses => "this desktop shows none: alarms stand on the board".to_owned(),
        }
    }

    /// The desktop may be slow, or not there; nothing waits for it. One that does not answer is late.
    fn aside(&self, work: impl FnOnce() -> Desktop + Send + 'static) {
        let (beats, desktop) = (self.beats.clone(), self.desktop.clone());
        let tell = move || {
            let _working = beats.work(Stage::Notifications);
            let found = work();
            let mut known = desktop.lock().unwrap_or_else(PoisonError::into_inner);
            if found == Desktop::Refuses && *known != Desktop::Refuses {
                tracing::info!("the desktop shows no notifications");
            }
            *known = found;
        };
        // Without a thread there is no notification; the alarm is heard and stands on the board all the same.
        let _ = std::thread::Builder::new().name("notification".into()).spawn(tell);
    }

    /// Looks at the board of now; tells of alarms that are new since the last look.
    pub(crate) fn look(&self, board: &Board) {
        let is_urgent = |priority: Priority| matches!(priority, Priority::High | Priority::Medium);
        let lines = board.queue.iter().map(|item| &item.line);
        let free = lines.filter(|line| line.presence == Presence::Active && is_urgent(line.priority));
        let now = free.map(|line| (line.episode.clone(), line.priority)).collect();
        let fresh = fresh(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner), now);
        if let Some(words) = words(&fresh).filter(|_| !LOOKED_AT.load(Ordering::Relaxed)) {
            self.aside(move || tell(&words));
        }
    }

    /// Something on an alarm's way does not do its work.
    pub(crate) fn trouble(&self, stage: Stage) {
        // A window that shows nothing is not looked at, wherever the focus is.
        if stage == Stage::Page || !LOOKED_AT.load(Ordering::Relaxed) {
            let words =
                format!("Nothing new from {} for ten seconds. Watch the bedside monitors.", stage.what());
            self.aside(move || tell(&words));
        }
    }
}

/// How urgent those are that are new since the last look, or more urgent than they were. What stood there when the program began is
/// on the screen that was opened.
fn fresh(
    told: &mut Option<HashMap<EpisodeId, Priority>>,
    now: HashMap<EpisodeId, Priority>,
) -> Vec<Priority> {
    let before = told.replace(now);
    let (Some(before), Some(now)) = (before, told) else { return Vec::new() };
    let is_known =
        |episode: &EpisodeId, priority| before.get(episode).is_some_and(|before| *before >= priority);
    now.iter().filter(|(episode, priority)| !is_known(episode, **priority)).map(|(_, p)| *p).collect()
}

fn words(fresh: &[Priority]) -> Option<String> {
    let high = fresh.iter().filter(|p| **p == Priority::High).count();
    let said = match (high, fresh.len() - high) {
        (0, 0) => return None,
        (high, 0) => format!("{high} high"),
        (0, medium) => format!("{medium} medium"),
        (high, medium) => format!("{high} high, {medium} medium"),
    };
    let verb = if fresh.len() == 1 { "alarm waits" } else { "alarms wait" };
    Some(format!("New {verb} that nobody has: {said}. Secondary display: the bedside alarm is primary."))
}

/// Shows a notification.
fn tell(words: &str) -> Desktop {
    let mut notification = notify_rust::Notification::new();
    match notification.appname("Vigil").summary("Vigil").body(words).show() {
        Ok(_) => asked(),
        Err(_) => Desktop::Refuses,
    }
}

/// Asks who takes notifications here.
#[cfg(target_os = "linux")]
fn asked() -> Desktop {
    match notify_rust::get_server_information() {
        Ok(server) => Desktop::Takes(server.name.chars().filter(|c| !c.is_control()).take(40).collect()),
        Err(_) => Desktop::Refuses,
    }
}

/// These systems have one place for them, and do not say who looks at it.
#[cfg(not(target_os = "linux"))]
fn asked() -> Desktop {
    Desktop::Takes("the system".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_alarm_is_told_when_it_is_new_when_it_is_free_again_and_when_it_is_worse_and_not_twice() {
        let (mut told, high, medium) = (None, Priority::High, Priority::Medium);
        let mut look = |free: &[(&str, Priority)]| {
            fresh(&mut told, free.iter().map(|(id, priority)| ((*id).into(), *priority)).collect())
        };
        assert_eq!(look(&[("there at the start", high)]), []);
        assert_eq!(look(&[("there at the start", high), ("a", medium)]), [medium], "new");
        assert_eq!(look(&[("a", medium)]), [], "told already");
        assert_eq!(look(&[("a", high)]), [high], "worse");
        assert_eq!(look(&[("a", medium)]), [], "better");
        assert_eq!(look(&[]), [], "somebody has it");
        assert_eq!(look(&[("a", medium)]), [medium], "free again");
    }

    #[test]
    fn a_notification_says_how_many_and_how_urgent_and_nothing_else() {
        assert_eq!(words(&[]), None);
        assert_eq!(
            words(&[Priority::High]).unwrap(),
            "New alarm waits that nobody has: 1 high. Secondary display: the bedside alarm is primary."
        );
        assert!(words(&[Priority::High, Priority::Medium]).unwrap().contains("1 high, 1 medium"));
    }

    #[test]
    fn a_desktop_that_does_not_answer_is_late_and_one_that_refuses_is_said() {
        let clock = Arc::new(AtomicU64::new(0));
        let read = clock.clone();
        let beats = Beats::new(Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed))));
        let notifier = Notifier { told: Mutex::default(), beats: beats.clone(), desktop: Arc::default() };
        let (answer, answers) = mpsc::channel::<Desktop>();
        let (began, begins) = mpsc::channel();
        notifier.aside(move || {
            began.send(()).unwrap();
            answers.recv().unwrap()
        });
        begins.recv().unwrap();
        clock.store(9_600, Ordering::Relaxed);
        assert_eq!(beats.late().iter().map(|late| late.stage).collect::<Vec<_>>(), [Stage::Notifications]);
        answer.send(Desktop::Refuses).unwrap();
        while beats.silent(Stage::Notifications).is_some() {
            std::thread::yield_now();
        }
        assert!(beats.late().is_empty(), "an answer is one, whatever it says");
        assert!(notifier.words().contains("shows none"), "{}", notifier.words());
        notifier.aside(|| Desktop::Takes("a shell".to_owned()));
        while !notifier.words().contains("a shell") {
            std::thread::yield_now();
        }
    }
}
