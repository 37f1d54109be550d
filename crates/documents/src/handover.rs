//! The handover: one paper a person can print or read through, made of what is open, owned, paused and noted.

use std::collections::{BTreeSet, HashMap};

use bedside::local_time::local;
use bedside::{Board, QueueItem, ShiftNote, Slot, Tile, board, shift_notes};
use charts::{Ink, Page, isolated};
use clinical::{Group, HOUR_MS, Instant, PatientId, Sound};
use vault::Ward;

use crate::imprint::Imprint;
use crate::page_writer::{Column, LEFT, PageWriter, RIGHT};

/// Where the columns begin: the bed, the name, what it is, what is known of it.
const NAME: f32 = LEFT + 72.0;
const WHAT: f32 = LEFT + 200.0;
const ABOUT: f32 = LEFT + 330.0;
/// What belongs to somebody stands below them.
const BELOW: f32 = LEFT + 32.0;

/// What values are compared with on the page of the handover: milliseconds ago.
pub const HANDOVER_LOOKS_BACK: i64 = 8 * HOUR_MS;

/// The pages of a ward at `now`; `before` is the same ward [`HANDOVER_LOOKS_BACK`] that, for where the values come from.
pub fn handover(ward: &Ward, before: &Ward, now: Instant, imprint: &Imprint) -> Vec<Page> {
    let (shown, before) = (board(ward, now), board(before, now - HANDOVER_LOOKS_BACK));
    let mut paper = WardPages::new("Handover", &shown, now, imprint);
    paper.alerts(&shown);
    paper.patients(&shown, Some(&before), ward);
    paper.pages.signatures("I leave", "I take over");
    paper.pages.finish(&paper.foot)
}

/// The pages of the ward's list for the time without a network: who lies where, and what was last known.
pub fn ward_list(ward: &Ward, now: Instant, imprint: &Imprint) -> Vec<Page> {
    let shown = board(ward, now);
    let mut paper = WardPages::new("Ward list", &shown, now, imprint);
    paper.patients(&shown, None, ward);
    paper.pages.finish(&paper.foot)
}

fn stamp(at: Instant) -> String {
    local(at, "%a %d %b %Y %H:%M")
}

/// The hour, with its day where that was not today.
fn clock(at: Instant, now: Instant) -> String {
    local(at, if now.ms_since(at) > 20 * HOUR_MS { "%a %d %H:%M" } else { "%H:%M" })
}

/// The paper being written.
struct WardPages {
    pages: PageWriter,
    foot: String,
    now: Instant,
    /// Beds of several wards are on it: each says its own.
    several: bool,
}

impl WardPages {
    fn new(title: &str, board: &Board, now: Instant, imprint: &Imprint) -> WardPages {
        let foot = format!("{title} · printed from cache at {} · {}", stamp(now), isolated(&imprint.station));
        let mut pages = PageWriter::new();
        pages.write(LEFT, Ink::bold(20.0), title);
        let good = imprint.last_good.map_or("not known".to_owned(), stamp);
        let line = format!(
            "{} · {} · written by {} · last good data {good}",
            stamp(now),
            isolated(&imprint.station),
            isolated(&imprint.user)
        );
        pages.line(Ink::quiet(9.0), 16.0, &line);
        pages.line(Ink::quiet(9.0), 12.0, "Secondary display – the bedside alarm is primary");
        pages.y += 10.0;
        let wards: BTreeSet<&str> =
            board.tiles.iter().map(|t| t.ward.as_str()).filter(|ward| !ward.is_empty()).collect();
        WardPages { pages, foot, now, several: wards.len() > 1 }
    }

    fn clock(&self, at: Instant) -> String {
        clock(at, self.now)
    }

    /// The bed, and its ward where there are several: two beds of one number are two places.
    fn place(&self, bed: &str, ward: &str, home: bool, ink: Ink) -> Column {
        let bed = if bed.is_empty() { "–" } else { bed };
        let mut parts = vec![isolated(bed)];
        if self.several && !home {
            parts.push(isolated(if ward.is_empty() { "ward not known" } else { ward }));
        }
        Column::parts(LEFT, NAME, ink, &parts)
    }

    fn alerts(&mut self, board: &Board) {
        let of = |wanted: &[Group]| -> Vec<&QueueItem> {
            board.queue.iter().filter(|item| wanted.contains(&item.line.group())).collect()
        };
        let groups = [
            ("Open, nobody has it", of(&[Group::Unowned, Group::Latched])),
            ("Owned, still on", of(&[Group::Owned])),
            ("Handled, condition still on", of(&[Group::Handled])),
            ("Technical", of(&[Group::Technical])),
        ];
        for (name, items) in groups {
            self.pages.title(&format!("{name} · {}", items.len()), 33.0);
            if items.is_empty() {
                self.pages.y += 14.0;
                self.pages.write(LEFT, Ink::quiet(9.0), "none");
            }
            for item in items {
                self.alert(item);
            }
        }
    }

    fn alert(&mut self, item: &QueueItem) {
        let line = &item.line;
        let mut about = vec![format!("since {}", self.clock(line.onset))];
        if item.ended.is_some() {
            about.push("ended, nobody took it".into());
        }
        if let Some((owner, since)) = &line.owner {
            about.push(format!("{} {}", isolated(&owner.name), self.clock(*since)));
        }
        about.extend(line.handled_words(&|at| self.clock(at)));
        if let Sound::Paused(until) = line.sound {
            about.push(format!("audio paused until {}", self.clock(until)));
        }
        if let Some(due) = line.escalation() {
            about.push(format!("{} {}", due.call.words(&due.role), self.clock(due.at)));
            about.extend(due.call.remark());
        }
        if line.order_uncertain {
            about.push("order uncertain".into());
        }
        if line.known_here_only {
            about.push("this station only".into());
        }
        let columns = [
            self.place(&item.bed, &item.ward, item.home, Ink::bold(9.5)),
            Column::name(NAME, WHAT, Ink::plain(9.5), &item.name),
            Column::parts(WHAT, ABOUT, Ink::bold(9.5), &[isolated(&line.shown())]),
            Column::parts(ABOUT, RIGHT, Ink::plain(8.5), &about),
        ];
        self.pages.row(14.0, &columns);
    }

    fn patients(&mut self, board: &Board, before: Option<&Board>, ward: &Ward) {
        let mut notes: HashMap<PatientId, Vec<ShiftNote>> = HashMap::new();
        for note in shift_notes(ward, self.now) {
            notes.entry(note.patient.clone()).or_default().push(note);
        }
        self.pages.title(&format!("Patients · {}", board.tiles.len()), 33.0);
        if before.is_some() {
            self.pages.y += 11.0;
            self.pages.write(LEFT, Ink::quiet(8.5), "Values: eight hours ago, now");
        }
        let mut tiles: Vec<&Tile> = board.tiles.iter().map(AsRef::as_ref).collect();
        tiles.sort_by(|a, b| (a.home, &a.ward, &a.bed).cmp(&(b.home, &b.ward, &b.bed)));
        for tile in tiles {
            let own = notes.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            let earlier = before.and_then(|board| board.tiles.iter().find(|t| t.patient == tile.patient));
            let earlier = earlier.map(AsRef::as_ref);
            self.patient(tile, earlier, own);
        }
    }

    fn patient(&mut self, tile: &Tile, earlier: Option<&Tile>, notes: &[ShiftNote]) {
        self.pages.make_room(32.0 + 11.0 * notes.len().min(4) as f32);
        let name = [tile.family.as_str(), tile.given.as_str()]
            .into_iter()
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let age = tile.age.map(|age| format!("{age} y")).unwrap_or_default();
        let died = if tile.deceased { "deceased" } else { "" };
        let about = [tile.mrn.as_str(), &age, died].into_iter().filter(|word| !word.is_empty());
        let about: Vec<String> = about.map(str::to_owned).collect();
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
        let due = match tile.news.next_due {
            Some(due) if due <= self.now => format!("observations overdue since {}", self.clock(due)),
            Some(due) => format!("observations due {}", self.clock(due)),
            None => String::new(),
        };
        let columns = [
            self.place(&tile.bed, &tile.ward, tile.home, Ink::bold(9.5)),
            Column::name(NAME, WHAT, Ink::bold(9.5), &name),
            Column::parts(WHAT, ABOUT, Ink::quiet(8.5), &about),
            Column::parts(ABOUT, RIGHT, Ink::bold(8.5), &[score, due]),
        ];
        self.pages.row(17.0, &columns);
        let values: Vec<String> = tile
            .cells
            .iter()
            .map(|cell| {
                let label = match cell.slot {
                    Slot::Hr => "HR",
                    Slot::SpO2 => "SpO2",
                    Slot::Rr => "RR",
                    Slot::Bp => "BP",
                    Slot::Temp => "T",
                    Slot::Glucose => "Glucose",
                };
                let mark = cell.mark().map_or_else(String::new, |mark| format!(" {mark}"));
                let beside = cell.beside().map_or_else(String::new, |last| format!(" last {last}"));
                let was = earlier
                    .and_then(|tile| tile.cells.iter().find(|c| c.slot == cell.slot && c.mark().is_none()));
                let was = was.map_or(String::new(), |was| format!("{}, now ", was.text));
                // Of the two units of glucose it is said which; the others have one.
                let unit = if cell.slot == Slot::Glucose { format!(" {}", cell.unit) } else { String::new() };
                format!("{label} {was}{}{unit}{beside} ({}{mark})", cell.reads(), self.clock(cell.taken_at))
            })
            .collect();
        self.pages.flow(BELOW, Ink::plain(8.5), 12.0, &values, "   ");
        if !tile.withheld.is_empty() {
            self.pages.flow(BELOW, Ink::bold(8.5), 11.0, &[tile.withheld.to_string()], " ");
        }
        for note in notes.iter().rev().take(4) {
            let text =
                format!("{} {} – {}", self.clock(note.at), isolated(note.by.as_ref()), isolated(&note.text));
            self.pages.flow(BELOW, Ink::quiet(8.5), 11.0, &[text], " ");
        }
    }
}
