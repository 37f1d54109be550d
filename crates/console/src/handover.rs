//! The handover: one pack a person can print or read through, made of what is open, owned, paused and noted.

use std::collections::HashMap;

use charts::{Ink, PAGE_HEIGHT, PAGE_WIDTH, Page, pdf};
use clinical::{Instant, Presence, Priority, SeenAction, Sound, Verb};
use jiff::tz::TimeZone;
use vault::Ward;

use crate::board::{Board, QueueItem, Tile, board};
use crate::error::ConsoleError;

/// Notes and hand-overs this old still matter to the next shift.
const SHIFT: i64 = 12 * 3_600_000;
const LEFT: f32 = 40.0;
const RIGHT: f32 = PAGE_WIDTH - 40.0;
const BOTTOM: f32 = PAGE_HEIGHT - 60.0;

/// What the pack says of itself.
#[derive(Clone, Debug)]
pub struct Cover {
    /// The station it was written on.
    pub station: String,
    /// Who wrote it.
    pub user: String,
    /// When data last arrived; `None` where that is not known.
    pub last_good: Option<Instant>,
}

/// Writes the pack of a ward at `now`.
///
/// # Errors
/// Where the pages cannot be written.
pub fn handover(ward: &Ward, now: Instant, cover: &Cover) -> Result<Vec<u8>, ConsoleError> {
    let board = board(ward, now);
    let mut sheet = Sheet::new("Handover", now, cover);
    sheet.alerts(&board);
    sheet.patients(&board, ward, now);
    sheet.signatures();
    pdf(&sheet.finish(), "Handover").map_err(ConsoleError::Drawing)
}

/// Writes the ward's list for the time without a network: who lies where, and what was last known.
///
/// # Errors
/// Where the pages cannot be written.
pub fn ward_list(ward: &Ward, now: Instant, cover: &Cover) -> Result<Vec<u8>, ConsoleError> {
    let mut sheet = Sheet::new("Ward list", now, cover);
    sheet.patients(&board(ward, now), ward, now);
    pdf(&sheet.finish(), "Ward list").map_err(ConsoleError::Drawing)
}

fn stamp(at: Instant) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::system());
    zoned.strftime("%a %d %b %Y %H:%M").to_string()
}

/// The hour, with its day where that was not today.
fn clock(at: Instant, now: Instant) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::system());
    let far = now.ms_since(at) > 20 * 3_600_000;
    zoned.strftime(if far { "%a %d %H:%M" } else { "%H:%M" }).to_string()
}

fn mark(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "***",
        Priority::Medium => "**",
        Priority::Low => "*",
        Priority::Technical => "INOP",
    }
}

/// Pages being filled from the top.
struct Sheet {
    pages: Vec<Page>,
    y: f32,
    head: String,
    now: Instant,
}

impl Sheet {
    fn new(title: &str, now: Instant, cover: &Cover) -> Sheet {
        let head = format!("{title} · printed from cache at {} · {}", stamp(now), cover.station);
        let mut sheet = Sheet { pages: vec![Page::default()], y: 56.0, head, now };
        sheet.write(LEFT, Ink::bold(20.0), title);
        sheet.y += 16.0;
        let good = cover.last_good.map_or("not known".to_owned(), stamp);
        let line =
            format!("{} · {} · written by {} · last good data {good}", stamp(now), cover.station, cover.user);
        sheet.write(LEFT, Ink::quiet(9.0), &line);
        sheet.y += 12.0;
        sheet.write(LEFT, Ink::quiet(9.0), "Secondary display – the bedside alarm is primary");
        sheet.y += 10.0;
        sheet
    }

    fn clock(&self, at: Instant) -> String {
        clock(at, self.now)
    }

    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn write(&mut self, x: f32, ink: Ink, text: &str) {
        let y = self.y;
        self.page().text(x, y, ink, text);
    }

    /// Makes room for `height` more points, on a new page where this one is full.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Page::default());
            self.y = 56.0;
        }
    }

    fn title(&mut self, text: &str) {
        self.room(60.0);
        self.y += 22.0;
        self.write(LEFT, Ink::bold(12.0), text);
        self.y += 5.0;
        let y = self.y;
        self.page().line(LEFT, y, RIGHT, y);
    }

    fn alerts(&mut self, board: &Board) {
        let of = |wanted: &dyn Fn(&QueueItem) -> bool| -> Vec<&QueueItem> {
            board.queue.iter().filter(|item| wanted(item)).collect()
        };
        let physiological = |item: &QueueItem| item.line.priority != Priority::Technical;
        let groups = [
            (
                "Open, nobody has it",
                of(&|i| physiological(i) && matches!(i.line.presence, Presence::Active | Presence::Latched)),
            ),
            ("Owned, still on", of(&|i| physiological(i) && i.line.presence == Presence::Owned)),
            ("Handled, condition still on", of(&|i| i.line.presence == Presence::Handled)),
            ("Technical", of(&|i| !physiological(i) && i.line.presence != Presence::Handled)),
        ];
        for (name, items) in groups {
            self.title(&format!("{name} · {}", items.len()));
            if items.is_empty() {
                self.y += 14.0;
                self.write(LEFT, Ink::quiet(9.0), "none");
            }
            for item in items {
                self.alert(item);
            }
        }
    }

    fn alert(&mut self, item: &QueueItem) {
        self.room(16.0);
        self.y += 14.0;
        let line = &item.line;
        self.write(LEFT, Ink::bold(9.5), &if item.bed.is_empty() { "–".into() } else { item.bed.clone() });
        self.write(LEFT + 32.0, Ink::plain(9.5), &item.name);
        self.write(LEFT + 170.0, Ink::bold(9.5), &format!("{} {}", mark(line.priority), line.text));
        let mut about = vec![format!("since {}", self.clock(line.onset))];
        if item.ended.is_some() {
            about.push("ended, nobody took it".into());
        }
        if let Some((owner, since)) = &line.owner {
            about.push(format!("{owner} {}", self.clock(*since)));
        }
        if let Sound::Paused(until) = line.sound {
            about.push(format!("audio paused until {}", self.clock(until)));
        }
        if let Some(call) = &line.escalation {
            about.push(format!("{} called", call.role));
        }
        if line.order_uncertain {
            about.push("order uncertain".into());
        }
        if line.known_here_only {
            about.push("this station only".into());
        }
        self.write(LEFT + 330.0, Ink::plain(8.5), &about.join(" · "));
    }

    fn patients(&mut self, board: &Board, ward: &Ward, now: Instant) {
        let owners: HashMap<&str, &str> =
            ward.episodes.iter().map(|e| (e.id.as_str(), e.patient.as_str())).collect();
        let mut notes: HashMap<&str, Vec<&SeenAction>> = HashMap::new();
        for seen in &ward.actions {
            let matters = matches!(seen.action.verb, Verb::Note | Verb::HandTo | Verb::Handled);
            if matters
                && now.ms_since(seen.action.at) < SHIFT
                && let Some(patient) = owners.get(seen.action.episode.as_str())
            {
                notes.entry(patient).or_default().push(seen);
            }
        }
        self.title(&format!("Patients · {}", board.tiles.len()));
        let mut tiles: Vec<&Tile> = board.tiles.iter().collect();
        tiles.sort_by(|a, b| (a.home, &a.ward, &a.bed).cmp(&(b.home, &b.ward, &b.bed)));
        for tile in tiles {
            let own = notes.get(tile.patient.as_str()).map_or(&[][..], Vec::as_slice);
            self.patient(tile, own);
        }
    }

    fn patient(&mut self, tile: &Tile, notes: &[&SeenAction]) {
        self.room(32.0 + 11.0 * notes.len().min(4) as f32);
        self.y += 17.0;
        self.write(LEFT, Ink::bold(11.0), &tile.bed);
        let name = [tile.family.as_str(), tile.given.as_str()]
            .into_iter()
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        self.write(LEFT + 32.0, Ink::bold(9.5), &name);
        let age = tile.age.map(|age| format!("{age} y")).unwrap_or_default();
        self.write(LEFT + 170.0, Ink::quiet(8.5), &[tile.mrn.as_str(), &age].join(" · "));
        let score = match (&tile.news.not_for, tile.news.total) {
            (Some(_), _) => "NEWS2 not used".to_owned(),
            (None, Some(total)) => format!("NEWS2 {total}"),
            (None, None) if tile.news.missing.len() < 3 => format!(
                "NEWS2 at least {}, no {}",
                tile.news.partial,
                tile.news.missing.iter().map(|p| p.label()).collect::<Vec<_>>().join(", ")
            ),
            (None, None) if tile.news.missing.len() < 7 => {
                format!("NEWS2 at least {}, {} of 7 missing", tile.news.partial, tile.news.missing.len())
            }
            (None, None) => "NEWS2 –".to_owned(),
        };
        self.write(LEFT + 330.0, Ink::bold(8.5), &score);
        self.y += 12.0;
        let values: Vec<String> = tile
            .cells
            .iter()
            .map(|cell| {
                let label = match cell.slot {
                    crate::Slot::Hr => "HR",
                    crate::Slot::SpO2 => "SpO2",
                    crate::Slot::Rr => "RR",
                    crate::Slot::Bp => "BP",
                    crate::Slot::Temp => "T",
                    crate::Slot::Glucose => "Glucose",
                };
                let old = if cell.stale { " old" } else { "" };
                format!("{label} {} ({}{old})", cell.text, self.clock(cell.taken_at))
            })
            .collect();
        self.write(LEFT + 32.0, Ink::plain(8.5), &values.join("   "));
        for seen in notes.iter().rev().take(4) {
            self.y += 11.0;
            let action = &seen.action;
            let what = action.note.as_deref().unwrap_or(action.verb.code());
            let text = format!("{} {} – {what}", self.clock(action.at), action.by);
            self.write(LEFT + 32.0, Ink::quiet(8.5), &text.chars().take(110).collect::<String>());
        }
    }

    fn signatures(&mut self) {
        self.room(110.0);
        self.y += 34.0;
        let y = self.y;
        for (x, words) in [(LEFT, "I leave"), (LEFT + 265.0, "I take over")] {
            let page = self.page();
            page.text(x, y, Ink::bold(10.0), words);
            page.frame(x, y + 8.0, 240.0, 44.0);
            page.text(x + 6.0, y + 47.0, Ink::quiet(7.5), "name, time, signature");
        }
        self.y += 60.0;
    }

    fn finish(mut self) -> Vec<Page> {
        let of = self.pages.len();
        let head = self.head;
        for (n, page) in self.pages.iter_mut().enumerate() {
            page.text(LEFT, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), &head);
            page.text(RIGHT - 60.0, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), &format!("page {} of {of}", n + 1));
        }
        self.pages
    }
}
