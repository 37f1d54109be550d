//! Turns what the engine says into what is heard, and into messages for the page: coalesced, and only what changed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use clinical::{EpisodeId, Instant, PatientId};
use console::view::{
    Audio, Late, Moment, Past, Progress, QueueItem, Spark, StripItem, Tile, Unwatched, Update, Waiting, Who,
    count,
};
use console::{Board, Console};
use sync::{Stage, SyncEvent};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::open::Open;

/// Changes are collected for this long before one message goes out; the page shows them with its next beat.
const COALESCE: Duration = Duration::from_millis(500);
/// Without any change the board is looked at this often: values grow stale by themselves.
const LOOK: Duration = Duration::from_secs(2);
/// How often freed memory is given back to the system: what a look or a page of a server needed lies between what stays.
const TIDY: Duration = Duration::from_secs(15);
/// Sparklines drawn anew at one look.
const SPARKS: usize = 6;

/// A page answers this often that it shows what it was sent.
const BEAT: Duration = Duration::from_secs(2);

/// Looks at the board for as long as the station is open: lets alarms be heard and notified whether a page looks or not, and
/// tells the page what changed. A page that comes anew is told everything.
pub(crate) async fn pump(open: Arc<Open>) {
    let mut events = open.events.lock().await;
    let mut shown = Shown::default();
    // Which page was told, and of whose sitting.
    let mut told = (None, 0);
    let mut tidy_at = tokio::time::Instant::now() + TIDY;
    let mut beat = Beat::default();
    loop {
        // A page that came meanwhile does not wait.
        let is_known = told == (open.page.number(), open.console.sitting());
        let mut batch =
            if is_known { Batch::next(&open, &mut events, shown.behind).await } else { Batch::default() };
        while let Ok(event) = events.try_recv() {
            batch.take(event);
        }
        open.console.arrived(batch.raised);
        let page = open.page.number();
        let now_told = (page, open.console.sitting());
        let is_new = now_told != told;
        if is_new {
            shown = Shown::default();
            told = now_told;
        }
        let look = match (is_new && page.is_some(), batch.urgent) {
            (true, _) => Look::First,
            (false, true) => Look::Urgent,
            (false, false) => Look::Calm,
        };
        let now = tokio::time::Instant::now();
        if now >= tidy_at {
            tidy_at = now + TIDY;
            tauri::async_runtime::spawn_blocking(crate::platform::give_back);
        }
        let Some(mut update) = shown.look(&open, look).await else {
            // Whoever waits for a first board is told as soon as there is one.
            if is_new {
                told = (None, 0);
            }
            tokio::time::sleep(COALESCE).await;
            continue;
        };
        open.console.beats().beat(Stage::Board);
        // Who came or went meanwhile is told of with the next look, and sees nothing of this one.
        if page.is_none() || open.console.sitting() != now_told.1 {
            continue;
        }
        update.link = (look == Look::First || batch.link).then(|| open.console.link().into());
        update.progress = batch.progress;
        update.beat = beat.due(now);
        // The page goes by the station's time, and not by a clock that somebody set.
        update.now = update.beat.map(|_| open.console.now().0);
        if look == Look::First {
            let late = open.console.late();
            update.late = Some(late.into_iter().map(|(stage, since)| Late::new(stage, since)).collect());
        }
        if !update.is_empty() {
            // A page that is gone comes again.
            open.page.send(update);
        }
        if look == Look::First {
            open.shown.notify_one();
        }
    }
}

/// Numbers that the page answers.
#[derive(Default)]
struct Beat {
    number: u32,
    at: Option<tokio::time::Instant>,
}

impl Beat {
    fn due(&mut self, now: tokio::time::Instant) -> Option<u32> {
        if self.at.is_some_and(|at| now.duration_since(at) < BEAT) {
            return None;
        }
        self.at = Some(now);
        self.number = self.number.wrapping_add(1);
        Some(self.number)
    }
}

/// Why the board is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// The very first message carries the numbers; lines follow with the next ones.
    First,
    /// An alarm or somebody's click: nothing is drawn that can wait for the next message.
    Urgent,
    Calm,
}

#[derive(Default)]
struct Batch {
    link: bool,
    urgent: bool,
    progress: Option<Progress>,
    raised: Vec<(EpisodeId, Option<Instant>)>,
}

impl Batch {
    /// What comes until the next message is due. The first event sets its time; an alarm, or somebody's click, does not wait for
    /// it.
    async fn next(open: &Open, events: &mut UnboundedReceiver<SyncEvent>, is_behind: bool) -> Batch {
        let mut batch = Batch::default();
        let mut deadline = tokio::time::Instant::now() + if is_behind { COALESCE } else { LOOK };
        while !batch.urgent {
            tokio::select! {
                () = open.console.acted() => batch.urgent = true,
                () = open.page.came.notified() => return batch,
                Some(event) = events.recv() => {
                    batch.take(event);
                    deadline = deadline.min(tokio::time::Instant::now() + COALESCE);
                }
                () = tokio::time::sleep_until(deadline) => return batch,
            }
        }
        batch
    }

    fn take(&mut self, event: SyncEvent) {
        match event {
            SyncEvent::Link(_) => {
                self.link = true;
                self.urgent = true;
            }
            SyncEvent::Progress(p) => {
                self.progress = Some(Progress { done: count(p.done), total: count(p.total) });
            }
            SyncEvent::Outbox => self.urgent = true,
            SyncEvent::Changed { what, .. } => {
                self.urgent |= what.alerts_changed;
                self.raised.extend(what.raised);
            }
        }
    }
}

/// What the page has been told; while nobody is here that is a strip of alarms, and nothing else of anybody. Tiles and queue are those of
/// the console's own board, kept once for both.
#[derive(Default)]
struct Shown {
    tiles: HashMap<PatientId, Arc<console::Tile>>,
    /// Order and queue are this board's.
    board: Arc<Board>,
    /// The alarms of now that stand beside a past moment.
    present: Vec<QueueItem>,
    waiting: Vec<Waiting>,
    /// Whom the page was told of.
    who: Who,
    strip: Vec<StripItem>,
    sparks: HashMap<String, Spark>,
    quarantined: u32,
    settled: Option<u32>,
    unwatched: Option<Unwatched>,
    moment: Moment,
    audio: Option<Audio>,
    notifications: Option<String>,
    alarms_read: Option<bool>,
    looks: u32,
    /// Values were left out of the last message.
    behind: bool,
}

impl Shown {
    /// What changed; nothing where the board could not be read, which is said by its beat.
    async fn look(&mut self, open: &Arc<Open>, look: Look) -> Option<Update> {
        let console = open.console.clone();
        self.looks = self.looks.wrapping_add(1);
        let with_quarantine = look == Look::First || self.looks.is_multiple_of(10);
        let read = tauri::async_runtime::spawn_blocking(move || {
            let found = console.look()?;
            let patients: Vec<PatientId> = found.board.tiles.iter().map(|t| t.patient.clone()).collect();
            let most = if look == Look::Calm { SPARKS } else { 0 };
            let sparks = console.sparklines(&patients, most)?;
            let quarantined = if with_quarantine { Some(count(console.quarantine()?.len())) } else { None };
            let unwatched = console.unwatched()?.map(Unwatched::from);
            Ok::<_, console::ConsoleError>((found, sparks, console.waiting()?, quarantined, unwatched))
        })
        .await;
        let Ok(Ok((found, sparks, waiting, quarantined, unwatched))) = read else {
            tracing::error!("the board could not be read");
            return None;
        };
        let console::Look { board, present, past, alarms_read } = found;
        let mut update = Update::default();
        // Whoever looks back hears and sees the alarms of now all the same; nothing sounds for a moment that is over.
        let (wanted, fresh) = open.console.audible(&present);
        open.speaker.sound(wanted, fresh);
        open.notifier.look(&present);
        let shown_now = present.queue.iter().map(|item| &item.line.episode);
        update.raised =
            open.console.unlit(shown_now).into_iter().map(|(episode, _)| episode.into()).collect();
        replace(&mut self.who, open.console.who(), &mut update.who);
        if self.who.locked.is_some() {
            // One of nothing is one, too.
            let strip = Console::strip(&present);
            if look == Look::First || strip != self.strip {
                self.strip.clone_from(&strip);
                update.strip = Some(strip);
            }
            self.say_sound(open, &mut update);
            update.alarms_read = (self.alarms_read != Some(alarms_read)).then_some(alarms_read);
            self.alarms_read = Some(alarms_read);
            return Some(update);
        }
        let beside_the_past = if past.is_some() { items(&present) } else { Vec::new() };
        replace(&mut self.present, beside_the_past, &mut update.present);
        self.say_sound(open, &mut update);
        update.unwatched = unwatched.filter(|_| self.unwatched != unwatched);
        self.unwatched = unwatched;
        let notifications = Some(open.notifier.words());
        if self.notifications != notifications {
            self.notifications.clone_from(&notifications);
            update.notifications = notifications;
        }
        if self.alarms_read != Some(alarms_read) {
            self.alarms_read = Some(alarms_read);
            update.alarms_read = self.alarms_read;
        }
        if self.moment.past != past.map(Past::from) {
            // Another moment may have other people: nothing of the one before may stay.
            self.tiles.clear();
            self.sparks.clear();
        }
        self.behind = false;
        for tile in &board.tiles {
            let known = self.tiles.get(&tile.patient);
            if known.is_some_and(|known| Arc::ptr_eq(known, tile)) {
                continue;
            }
            let (before, now) = (known.map(|known| shown(known)), shown(tile));
            if before.as_ref() != Some(&now) {
                // A short message is carried at once, a long one is fetched by the page: values can wait for the next.
                if look == Look::Urgent && before.is_some_and(|before| before.alarm == now.alarm) {
                    self.behind = true;
                    continue;
                }
                update.tiles.push(now);
            }
            self.tiles.insert(tile.patient.clone(), tile.clone());
        }
        if !board.tiles.iter().map(|tile| &tile.patient).eq(self.board.tiles.iter().map(|tile| &tile.patient))
        {
            let order: Vec<String> = board.tiles.iter().map(|tile| (&tile.patient).into()).collect();
            // Who comes back is told of anew.
            let here: HashSet<&str> = order.iter().map(String::as_str).collect();
            self.tiles.retain(|patient, _| here.contains(patient.as_str()));
            self.sparks.retain(|patient, _| here.contains(patient.as_str()));
            update.order = Some(order);
        }
        if board.queue != self.board.queue {
            let fresh = items(&board);
            update.queue = (fresh != items(&self.board)).then_some(fresh);
        }
        self.board = board;
        replace(&mut self.waiting, waiting.into_iter().map(Waiting::from).collect(), &mut update.waiting);
        for (patient, lines) in sparks {
            let spark = Spark::new(&patient, lines);
            if self.sparks.get(patient.as_str()) != Some(&spark) {
                self.sparks.insert(patient.into(), spark.clone());
                update.sparks.push(spark);
            }
        }
        let settled = Some(open.console.settled());
        if self.settled != settled {
            (self.settled, update.settled) = (settled, settled);
        }
        replace(&mut self.moment, Moment { past: past.map(Past::from) }, &mut update.moment);
        if let Some(count) = quarantined.filter(|count| *count != self.quarantined) {
            self.quarantined = count;
            update.quarantined = Some(count);
        }
        Some(update)
    }
}

impl Shown {
    /// Whether alarms can be heard here.
    fn say_sound(&mut self, open: &Open, update: &mut Update) {
        let audio = Some(open.speaker.audio());
        if self.audio != audio {
            self.audio.clone_from(&audio);
            update.audio = audio;
        }
    }
}

/// The alarms of a board as the page shows them.
fn items(board: &Board) -> Vec<QueueItem> {
    board.queue.iter().cloned().map(QueueItem::from).collect()
}

/// A tile as the page shows it.
fn shown(tile: &console::Tile) -> Tile {
    tile.clone().into()
}

fn replace<T: Clone + PartialEq>(known: &mut T, fresh: T, out: &mut Option<T>) {
    if *known != fresh {
        known.clone_from(&fresh);
        *out = Some(fresh);
    }
}
