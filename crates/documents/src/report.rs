//! The report of one patient: who, the score, the trends, what happened, and lines to sign.

use bedside::local_time::local;
use bedside::{Tile, annotations, board, timeline};
use charts::{Figure, Ink, Page, isolated, pdf};
use clinical::{Instant, PatientId, Verb};
use trends::all_panels;
use vault::Reader;

use crate::chart::{
    ChartRequest, STAMP, chart, chart_range, device_changes, dose_words, glass_words, withheld_words,
};
use crate::error::DocumentError;
use crate::imprint::Imprint;
use crate::page_writer::{LEFT, PageWriter, RIGHT, headed};

/// What a PDF of it says it is.
pub const TITLE: &str = "Patient report";

/// Writes the report of one patient as a PDF: who, the score, the trends, what happened, and lines to sign.
///
/// # Errors
/// Of the cache, where the patient is not on the board, or where the pages cannot be written.
pub fn report(
    reader: &Reader,
    request: &ChartRequest,
    now: Instant,
    imprint: &Imprint,
) -> Result<Vec<u8>, DocumentError> {
    pdf(&report_pages(reader, request, now, imprint)?, TITLE).map_err(DocumentError::Drawing)
}

/// Its pages.
///
/// # Errors
/// As [`report`].
pub fn report_pages(
    reader: &Reader,
    request: &ChartRequest,
    now: Instant,
    imprint: &Imprint,
) -> Result<Vec<Page>, DocumentError> {
    let range = chart_range(reader, request)?;
    let (from, to) = (range.from(), range.to());
    let tiles = board(&reader.ward()?, now).tiles;
    let tile = tiles.into_iter().find(|t| t.patient == request.patient).ok_or(DocumentError::NoPatient)?;
    let mut page = PageWriter::new();
    page.identity(&tile, from, to, now, imprint);
    page.consent(glass_words(reader, &request.patient));
    page.consent(withheld_words(reader, &request.patient, range)?);
    page.score(&tile);
    let light = ChartRequest { light: true, from: Some(from), to: Some(to), ..request.clone() };
    let figure = Figure { title: Vec::new(), ..chart(reader, &light, 780)? };
    let rows = u32::try_from(figure.rows.len()).map_err(|e| DocumentError::Drawing(e.to_string()))?;
    let height = 60 + 92 * rows;
    let drawn = figure.svg(780, height).map_err(DocumentError::Drawing)?;
    let points = RIGHT - LEFT;
    let tall = points * height as f32 / 780.0;
    page.title("Trends", tall + 30.0);
    page.y += 8.0;
    let y = page.y;
    page.page().picture(LEFT, y, points, (780, height), &drawn);
    page.y += tall;
    let panels = all_panels(reader, &request.patient, range, true)?;
    for panel in &panels {
        page.line(Ink::quiet(8.5), 11.0, &panel.summary);
    }
    page.alarms(reader, &request.patient, from, to, now)?;
    page.doses(reader, &request.patient, from, to)?;
    page.notes(reader, &request.patient, from, to)?;
    page.changes(&device_changes(reader, &panels, range)?);
    page.signatures("Reviewed by", "Countersigned by");
    let foot =
        format!("{TITLE} · printed from cache at {} · {}", local(now, STAMP), isolated(&imprint.station));
    Ok(page.finish(&foot))
}

impl PageWriter {
    pub(crate) fn identity(
        &mut self,
        tile: &Tile,
        from: Instant,
        to: Instant,
        now: Instant,
        imprint: &Imprint,
    ) {
        let name: Vec<&str> =
            [tile.family.as_str(), tile.given.as_str()].into_iter().filter(|n| !n.is_empty()).collect();
        let died = if tile.deceased { " (deceased)" } else { "" };
        let ink = Ink::bold(20.0);
        self.write(LEFT, ink, &headed(&name.join(", "), died, ink, RIGHT - LEFT));
        let age = tile.age.map_or("age not known".to_owned(), |age| format!("{age} years"));
        let born = tile.birth_date.as_deref().unwrap_or("not known");
        let place = if tile.home {
            "at home".to_owned()
        } else {
            format!("{} bed {}", isolated(&tile.ward), isolated(&tile.bed))
        };
        let mrn = if tile.mrn.is_empty() { "none" } else { &tile.mrn };
        self.line(Ink::plain(10.0), 17.0, &format!("MRN {mrn} · born {born} · {age} · {place}"));
        let range = format!("{} to {}", local(from, STAMP), local(to, STAMP));
        self.line(Ink::plain(10.0), 14.0, &range);
        let written = format!("printed from cache at {} by {}", local(now, STAMP), isolated(&imprint.user));
        self.line(Ink::quiet(9.0), 13.0, &written);
        self.line(Ink::quiet(9.0), 12.0, "Secondary display – the bedside alarm is primary");
    }

    /// What is withheld is said on paper, with its count, as on the screen; and that the glass was broken.
    pub(crate) fn consent(&mut self, words: Option<String>) {
        if let Some(words) = words {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            self.flow(LEFT, Ink::bold(9.5), 15.0, &words, " ");
        }
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
            self.flow(LEFT, Ink::plain(9.0), 12.0, part, "     ");
        }
    }

    fn alarms(
        &mut self,
        reader: &Reader,
        patient: &PatientId,
        from: Instant,
        to: Instant,
        now: Instant,
    ) -> Result<(), DocumentError> {
        let found: Vec<_> = reader
            .episodes_since(from)?
            .into_iter()
            .filter(|e| e.patient.as_ref() == Some(patient) && e.onset <= to)
            .collect();
        self.title(&format!("Alarms · {}", found.len()), 20.0);
        if found.is_empty() {
            self.line(Ink::quiet(9.0), 14.0, "none in this range");
        }
        for episode in found {
            let mark = episode.priority.marks();
            let ended =
                episode.ended.map_or("still on".to_owned(), |at| format!("to {}", local(at, "%H:%M")));
            let head = format!(
                "{}  {mark} {}  {ended}",
                local(episode.onset, "%a %d %H:%M"),
                isolated(&episode.text)
            );
            self.line(Ink::bold(9.0), 14.0, &head);
            for entry in timeline(reader, &episode.id, now)?.unwrap_or_default() {
                let (Some(by), Some(verb)) = (&entry.by, Verb::from_code(entry.what)) else { continue };
                let note = entry.note.as_deref().map_or_else(String::new, |n| format!(": {}", isolated(n)));
                let by = isolated(by.as_ref());
                let text = format!("{} {by} {}{note}", local(entry.at, "%H:%M"), verb.code());
                self.flow(LEFT + 16.0, Ink::quiet(8.5), 11.0, &[text], " ");
            }
        }
        Ok(())
    }

    fn doses(
        &mut self,
        reader: &Reader,
        patient: &PatientId,
        from: Instant,
        to: Instant,
    ) -> Result<(), DocumentError> {
        let found: Vec<_> = reader.doses(patient, from)?.into_iter().filter(|d| d.at <= to).collect();
        self.title(&format!("Doses · {}", found.len()), 20.0);
        if found.is_empty() {
            self.line(Ink::quiet(9.0), 14.0, "none recorded in this range");
        }
        for dose in found {
            let text = format!("{}  {}", local(dose.at, "%a %d %H:%M"), isolated(&dose_words(&dose)));
            self.line(Ink::plain(9.0), 13.0, &text);
        }
        Ok(())
    }

    fn notes(
        &mut self,
        reader: &Reader,
        patient: &PatientId,
        from: Instant,
        to: Instant,
    ) -> Result<(), DocumentError> {
        let all = annotations(patient, &reader.actions_about(patient)?);
        let found: Vec<_> = all.into_iter().filter(|n| n.at >= from && n.at <= to).collect();
        if found.is_empty() {
            return Ok(());
        }
        self.title(&format!("Notes · {}", found.len()), 20.0);
        for note in found {
            let here = if note.sent { "" } else { " (this station only)" };
            let (at, by) = (local(note.at, "%a %d %H:%M"), note.by.to_string());
            let text = format!("{at}  {} – {}{here}", isolated(&note.text), isolated(&by));
            self.line(Ink::plain(9.0), 13.0, &text);
        }
        Ok(())
    }

    fn changes(&mut self, found: &[(Instant, String)]) {
        if found.is_empty() {
            return;
        }
        self.title(&format!("Device changes · {}", found.len()), 20.0);
        for (at, words) in found {
            let text = format!("{}  {words}", local(*at, "%a %d %H:%M"));
            self.line(Ink::plain(9.0), 13.0, &text);
        }
    }
}
