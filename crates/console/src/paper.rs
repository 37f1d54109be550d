//! One patient on paper: a chart as a file, and the report.

use charts::{Event, EventKind, Figure, Ink, PAGE_HEIGHT, PAGE_WIDTH, Page, Row, pdf, time_ticks};
use clinical::{Instant, Priority, Verb};
use vault::Reader;

use crate::board::{Tile, board};
use crate::error::ConsoleError;
use crate::handover::Cover;
use crate::lanes::{local, read_lanes, theme, zone_offset_ms};
use crate::records::annotations;
use crate::review::timeline;

/// What part of whose trends goes into a file.
#[derive(Clone, Debug)]
pub struct ChartRequest {
    /// Logical id of the Patient.
    pub patient: String,
    /// First moment; `None` is a day before the last.
    pub from: Option<Instant>,
    /// Last moment; `None` is the newest value of the patient.
    pub to: Option<Instant>,
    /// On a light ground.
    pub light: bool,
    /// Draws every sample, for comparison.
    pub every_sample: bool,
}

/// The range of a request: what it names, else the day that ends with the newest value.
///
/// # Errors
/// Where the cache does not know the patient, or the range ends before it begins.
pub fn chart_range(reader: &Reader, request: &ChartRequest) -> Result<(Instant, Instant), ConsoleError> {
    let newest = reader.latest(Some(&request.patient))?.iter().map(|v| v.taken_at).max();
    let known = newest.is_some() || reader.ward()?.persons.iter().any(|p| p.id == request.patient);
    if !known {
        return Err(ConsoleError::NoPatient);
    }
    let to = request.to.or(newest).unwrap_or(Instant(0));
    let from = request.from.unwrap_or(to - 86_400_000);
    if from >= to {
        return Err(ConsoleError::Drawing("the range is empty: its end must be after its beginning".into()));
    }
    Ok((from, to))
}

/// The figure of a patient's trends. Panels without a value in the range are left out, unless none has one.
///
/// # Errors
/// Of the cache, or as [`chart_range`].
pub fn chart(reader: &Reader, request: &ChartRequest, width: u32) -> Result<Figure, ConsoleError> {
    let (from, to) = chart_range(reader, request)?;
    let lanes = read_lanes(reader, &request.patient, from, to)?;
    let is_empty = |panel: &charts::Panel| match &panel.content {
        charts::Content::Line { times, .. } => times.is_empty(),
        charts::Content::Dots(dots) => dots.is_empty(),
        charts::Content::Bars(bars) => bars.is_empty(),
    };
    let nothing = lanes.iter().all(|l| is_empty(&l.panel));
    let rows = lanes
        .into_iter()
        .filter(|l| nothing || !is_empty(&l.panel))
        .map(|l| Row {
            label: l.lane.label.to_owned(),
            unit: l.unit.to_owned(),
            theme: theme(l.lane, request.light),
            panel: charts::Panel { every_sample: request.every_sample, ..l.panel },
        })
        .collect();
    let most = (width / 110).clamp(2, 14) as usize;
    let days = to.ms_since(from) > 72 * 3_600_000;
    let word = |t: i64| local(Instant(t), if days { "%d %b" } else { "%H:%M" });
    let ticks = time_ticks(from.0, to.0, most, zone_offset_ms(to));
    Ok(Figure {
        from: from.0,
        to: to.0,
        title: title(reader, &request.patient, from, to)?,
        rows,
        time_ticks: ticks.into_iter().map(|t| (t, word(t))).collect(),
        events: events(reader, &request.patient, from, to)?,
    })
}

/// Whose trends these are: a picture without a name is mistaken for another's.
fn title(reader: &Reader, patient: &str, from: Instant, to: Instant) -> Result<Vec<String>, ConsoleError> {
    let persons = reader.ward()?.persons;
    let Some(person) = persons.into_iter().find(|p| p.id == patient) else { return Ok(Vec::new()) };
    let name = [person.family, person.given].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>();
    let mrn = if person.mrn.is_empty() { "none" } else { &person.mrn };
    let born = person.birth_date.as_deref().unwrap_or("not known");
    Ok(vec![
        format!("{} · MRN {mrn} · born {born}", name.join(", ")),
        format!("{} to {}", local(from, STAMP), local(to, STAMP)),
    ])
}

fn events(reader: &Reader, patient: &str, from: Instant, to: Instant) -> Result<Vec<Event>, ConsoleError> {
    let mut found: Vec<Event> = reader
        .episodes_since(from)?
        .into_iter()
        .filter(|e| e.patient == patient && e.onset >= from && e.onset <= to)
        .map(|e| Event { t: e.onset.0, kind: EventKind::Alarm, text: e.text })
        .collect();
    for dose in reader.doses(patient, from)?.into_iter().filter(|d| d.at <= to) {
        let amount = dose.amount.map_or_else(String::new, |(v, unit)| format!(" {v} {unit}"));
        found.push(Event { t: dose.at.0, kind: EventKind::Dose, text: format!("{}{amount}", dose.what) });
    }
    for note in annotations(patient, &reader.actions()?).into_iter().filter(|n| n.at >= from && n.at <= to) {
        let text = format!("{} – {}", note.text, note.by);
        found.push(Event { t: note.at.0, kind: EventKind::Note, text });
    }
    found.sort_by_key(|e| e.t);
    Ok(found)
}

const LEFT: f32 = 40.0;
const RIGHT: f32 = PAGE_WIDTH - 40.0;
const BOTTOM: f32 = PAGE_HEIGHT - 60.0;
const STAMP: &str = "%a %d %b %Y %H:%M";

/// Writes the report of one patient: who, the score, the trends, what happened, and lines to sign.
///
/// # Errors
/// Of the cache, where the patient is not on the board, or where the pages cannot be written.
pub fn report(
    reader: &Reader,
    request: &ChartRequest,
    now: Instant,
    cover: &Cover,
) -> Result<Vec<u8>, ConsoleError> {
    let (from, to) = chart_range(reader, request)?;
    let tiles = board(&reader.ward()?, now).tiles;
    let tile = tiles.into_iter().find(|t| t.patient == request.patient).ok_or(ConsoleError::NoPatient)?;
    let mut sheet = Report { pages: vec![Page::default()], y: 56.0 };
    sheet.identity(&tile, from, to, now, cover);
    sheet.score(&tile);
    let light = ChartRequest { light: true, from: Some(from), to: Some(to), ..request.clone() };
    let figure = Figure { title: Vec::new(), ..chart(reader, &light, 780)? };
    let height = 60 + 92 * figure.rows.len() as u32;
    let drawn = figure.svg(780, height).map_err(ConsoleError::Drawing)?;
    let points = RIGHT - LEFT;
    let tall = points * height as f32 / 780.0;
    sheet.title("Trends", tall + 30.0);
    sheet.y += 8.0;
    let y = sheet.y;
    sheet.page().picture(LEFT, y, points, (780, height), &drawn);
    sheet.y += tall;
    for lane in read_lanes(reader, &request.patient, from, to)? {
        sheet.line(Ink::quiet(8.5), 11.0, &lane.summary);
    }
    sheet.alarms(reader, &request.patient, from, to, now)?;
    sheet.doses(reader, &request.patient, from, to)?;
    sheet.notes(reader, &request.patient, from, to)?;
    sheet.signatures();
    let foot = format!("Patient report · printed from cache at {} · {}", local(now, STAMP), cover.station);
    pdf(&sheet.finish(&foot), "Patient report").map_err(ConsoleError::Drawing)
}

/// Pages being filled from the top.
struct Report {
    pages: Vec<Page>,
    y: f32,
}

impl Report {
    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Page::default());
            self.y = 56.0;
        }
    }

    fn at(&mut self, x: f32, ink: Ink, text: &str) {
        let y = self.y;
        self.page().text(x, y, ink, text);
    }

    fn line(&mut self, ink: Ink, height: f32, text: &str) {
        self.room(height);
        self.y += height;
        self.at(LEFT, ink, text);
    }

    /// A heading that stays with the `height` points below it.
    fn title(&mut self, text: &str, height: f32) {
        self.room(27.0 + height.min(BOTTOM - 90.0));
        self.y += 22.0;
        self.at(LEFT, Ink::bold(12.0), text);
        self.y += 5.0;
        let y = self.y;
        self.page().line(LEFT, y, RIGHT, y);
    }

    fn identity(&mut self, tile: &Tile, from: Instant, to: Instant, now: Instant, cover: &Cover) {
        let name: Vec<&str> =
            [tile.family.as_str(), tile.given.as_str()].into_iter().filter(|n| !n.is_empty()).collect();
        self.at(LEFT, Ink::bold(20.0), &name.join(", "));
        let age = tile.age.map_or("age not known".to_owned(), |age| format!("{age} years"));
        let born = tile.birth_date.as_deref().unwrap_or("not known");
        let place = if tile.home { "at home".to_owned() } else { format!("{} bed {}", tile.ward, tile.bed) };
        let mrn = if tile.mrn.is_empty() { "none" } else { &tile.mrn };
        self.line(Ink::plain(10.0), 17.0, &format!("MRN {mrn} · born {born} · {age} · {place}"));
        let range = format!("{} to {}", local(from, STAMP), local(to, STAMP));
        self.line(Ink::plain(10.0), 14.0, &range);
        let written = format!("printed from cache at {} by {}", local(now, STAMP), cover.user);
        self.line(Ink::quiet(9.0), 13.0, &written);
        self.line(Ink::quiet(9.0), 12.0, "Secondary display – the bedside alarm is primary");
    }

    fn score(&mut self, tile: &Tile) {
        let news = &tile.news;
        let words = match (&news.not_for, news.total) {
            (Some(why), _) => why.clone(),
            (None, Some(total)) => format!("NEWS2 {total}"),
            (None, None) if news.band.is_none() => "NEWS2: nothing is known".to_owned(),
            (None, None) => format!(
                "NEWS2 at least {}; missing: {}",
                news.partial,
                news.missing.iter().map(|p| p.label()).collect::<Vec<_>>().join(", ")
            ),
        };
        self.title("Score now", 40.0);
        self.line(Ink::bold(10.0), 15.0, &words);
        let inputs: Vec<String> = news
            .inputs
            .iter()
            .filter(|i| !i.text.is_empty())
            .map(|i| {
                let at = i.taken_at.map(|t| local(t, " %H:%M")).unwrap_or_default();
                let points = i.points.map_or("–".to_owned(), |p| p.to_string());
                format!("{} {}{at} = {points}", i.parameter.label(), i.text)
            })
            .collect();
        for part in inputs.chunks(4) {
            self.line(Ink::plain(9.0), 12.0, &part.join("     "));
        }
    }

    fn alarms(
        &mut self,
        reader: &Reader,
        patient: &str,
        from: Instant,
        to: Instant,
        now: Instant,
    ) -> Result<(), ConsoleError> {
        let found: Vec<_> = reader
            .episodes_since(from)?
            .into_iter()
            .filter(|e| e.patient == patient && e.onset <= to)
            .collect();
        self.title(&format!("Alarms · {}", found.len()), 20.0);
        if found.is_empty() {
            self.line(Ink::quiet(9.0), 14.0, "none in this range");
        }
        for episode in found {
            let mark = match episode.priority {
                Priority::High => "***",
                Priority::Medium => "**",
                Priority::Low => "*",
                Priority::Technical => "INOP",
            };
            let ended =
                episode.ended.map_or("still on".to_owned(), |at| format!("to {}", local(at, "%H:%M")));
            let head = format!("{}  {mark} {}  {ended}", local(episode.onset, "%a %d %H:%M"), episode.text);
            self.line(Ink::bold(9.0), 14.0, &head);
            for entry in timeline(reader, &episode.id, now)? {
                let (Some(by), Some(verb)) = (&entry.by, Verb::from_code(entry.what)) else { continue };
                let note = entry.note.as_deref().map_or_else(String::new, |n| format!(": {n}"));
                let text = format!("      {} {by} {}{note}", local(entry.at, "%H:%M"), verb.code());
                self.line(Ink::quiet(8.5), 11.0, &text.chars().take(120).collect::<String>());
            }
        }
        Ok(())
    }

    fn doses(
        &mut self,
        reader: &Reader,
        patient: &str,
        from: Instant,
        to: Instant,
    ) -> Result<(), ConsoleError> {
        let found: Vec<_> = reader.doses(patient, from)?.into_iter().filter(|d| d.at <= to).collect();
        self.title(&format!("Doses · {}", found.len()), 20.0);
        if found.is_empty() {
            self.line(Ink::quiet(9.0), 14.0, "none recorded in this range");
        }
        for dose in found {
            let amount = dose.amount.map_or_else(String::new, |(v, unit)| format!(" {v} {unit}"));
            let text = format!("{}  {}{amount}", local(dose.at, "%a %d %H:%M"), dose.what);
            self.line(Ink::plain(9.0), 13.0, &text);
        }
        Ok(())
    }

    fn notes(
        &mut self,
        reader: &Reader,
        patient: &str,
        from: Instant,
        to: Instant,
    ) -> Result<(), ConsoleError> {
        let all = annotations(patient, &reader.actions()?);
        let found: Vec<_> = all.into_iter().filter(|n| n.at >= from && n.at <= to).collect();
        if found.is_empty() {
            return Ok(());
        }
        self.title(&format!("Notes · {}", found.len()), 20.0);
        for note in found {
            let here = if note.sent { "" } else { " (this station only)" };
            let text = format!("{}  {} – {}{here}", local(note.at, "%a %d %H:%M"), note.text, note.by);
            self.line(Ink::plain(9.0), 13.0, &text.chars().take(130).collect::<String>());
        }
        Ok(())
    }

    fn signatures(&mut self) {
        self.room(100.0);
        self.y += 34.0;
        let y = self.y;
        for (x, words) in [(LEFT, "Reviewed by"), (LEFT + 265.0, "Countersigned by")] {
            let page = self.page();
            page.text(x, y, Ink::bold(10.0), words);
            page.frame(x, y + 8.0, 240.0, 44.0);
            page.text(x + 6.0, y + 47.0, Ink::quiet(7.5), "name, time, signature");
        }
        self.y += 60.0;
    }

    fn finish(mut self, foot: &str) -> Vec<Page> {
        let of = self.pages.len();
        for (n, page) in self.pages.iter_mut().enumerate() {
            page.text(LEFT, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), foot);
            page.text(RIGHT - 60.0, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), &format!("page {} of {of}", n + 1));
        }
        self.pages
    }
}
