//! The glucose report of one person: the figures with their goals, the profile, and every day.

use bedside::board;
use bedside::local_time::local;
use charts::{Ink, Page, Size, draw_days_svg, draw_profile_svg, draw_shares_svg, isolated};
use clinical::glucose::{Figures, TargetSet, Trace};
use clinical::{Date, Instant, PatientId, Shown, TimeRange, WallClock};
use trends::{
    Insulin, dose_marks, glucose_day_cells, glucose_days, glucose_profile, glucose_shares, glucose_shown,
    glucose_theme, glucose_trace, glucose_words, insulin, insulin_findings, insulin_units, on_wall,
};
use vault::Reader;

use crate::chart::{STAMP, glass_words, withheld_words};
use crate::error::DocumentError;
use crate::imprint::Imprint;
use crate::page_writer::{LEFT, PageWriter, RIGHT};

/// What a PDF of it says it is.
pub const GLUCOSE_TITLE: &str = "Glucose report";

/// Units of a picture in a point of the page.
const UNITS: f32 = 2.0;
/// Of the profile, in points.
const PROFILE_TALL: f32 = 150.0;
/// Of a day, in points.
const DAY_TALL: f32 = 46.0;
/// Room for the numbers on the left of the profile, and for the percentiles on its right.
const BESIDE: (f32, f32) = (28.0, 24.0);
/// Days in a row.
const COLUMNS: u32 = 7;

/// Of whom, over which time, by whose goals and clock.
#[derive(Clone, Debug)]
pub struct GlucoseAsked {
    /// Whose.
    pub patient: PatientId,
    /// Its last moment belongs to the next period.
    pub period: TimeRange,
    /// Whose goals.
    pub set: TargetSet,
    /// Where the person lives.
    pub clock: WallClock,
}

/// Its pages.
///
/// # Errors
/// Of the cache, where the patient is not on the board, or where nothing can be drawn.
pub fn glucose_pages(
    reader: &Reader,
    asked: &GlucoseAsked,
    now: Instant,
    imprint: &Imprint,
) -> Result<Vec<Page>, DocumentError> {
    let GlucoseAsked { patient, period, set, clock } = asked;
    let tiles = board(&reader.ward()?, now).tiles;
    let tile = tiles.into_iter().find(|t| t.patient == *patient).ok_or(DocumentError::NoPatient)?;
    let shown = glucose_shown(reader, patient)?;
    let trace = glucose_trace(reader, patient, *period, clock)?;
    let figures = Figures::of(&trace);
    let insulin = insulin(reader, patient, *period, now, clock)?;
    let mut page = PageWriter::new();
    page.identity(&tile, period.from(), period.to(), now, imprint);
    page.consent(glass_words(reader, patient));
    page.consent(withheld_words(reader, patient, *period)?);
    page.consent(figures.too_little.map(|missing| format!("Too little for a report: {missing}.")));
    page.figures(&trace, &figures, *set, &shown)?;
    page.profile(&trace, *set, &shown)?;
    page.days(&trace, &figures, *set, &shown, insulin.as_ref())?;
    page.line(Ink::quiet(8.0), 14.0, &format!("Goals: {}.", set.targets().source));
    page.line(
        Ink::quiet(8.0),
        11.0,
        "All readings of the sensor count, lows under pressure too. Percentiles are not smoothed. Days are the calendar's.",
    );
    if let Some(insulin) = &insulin {
        page.insulin(insulin, clock);
    }
    let foot = format!(
        "{GLUCOSE_TITLE} · printed from cache at {} · {}",
        local(now, STAMP),
        isolated(&imprint.station)
    );
    Ok(page.finish(&foot))
}

/// Colours of a part of the day, as reports have them: red below, green within, yellow and orange above.
fn colour(key: &str) -> (u8, u8, u8) {
    match key {
        "very-low" => (140, 20, 20),
        "low" => (214, 64, 52),
        "in-range" => (74, 150, 92),
        "high" => (236, 196, 72),
        _ => (226, 132, 40),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page has few points")]
fn units(points: f32) -> u32 {
    (points * UNITS).round().max(1.0) as u32
}

fn points(units: i32) -> f32 {
    units as f32 / UNITS
}

impl PageWriter {
    fn figures(
        &mut self,
        trace: &Trace,
        figures: &Figures,
        set: TargetSet,
        shown: &Shown,
    ) -> Result<(), DocumentError> {
        self.title("Time in range", 60.0);
        let shares = glucose_shares(trace, set, shown);
        if shares.is_empty() {
            self.line(Ink::plain(10.0), 15.0, "No reading of a sensor in this time.");
        } else {
            let parts: Vec<_> = shares.iter().map(|share| (share.percent, colour(share.key))).collect();
            let room = RIGHT - LEFT;
            let size = (units(room), units(12.0));
            let (svg, _) = draw_shares_svg(&parts, size).map_err(DocumentError::Drawing)?;
            self.y += 8.0;
            let y = self.y;
            self.page().picture(LEFT, y, room, size, &svg);
            self.y += 14.0;
            let words: Vec<String> =
                shares.iter().map(|share| format!("{} {:.1} %", share.label, share.percent)).collect();
            self.flow(LEFT, Ink::quiet(8.5), 10.0, &words, "   ·   ");
        }
        let rows = glucose_words(trace, figures, set, shown);
        // What has a goal on the left, with room for it.
        let (aimed, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.goal.is_some());
        let middle = LEFT + 318.0;
        for n in 0..aimed.len().max(others.len()) {
            self.make_room(13.0);
            self.y += 13.0;
            let y = self.y;
            if let Some(row) = aimed.get(n) {
                let met = row.met.map_or("", |met| if met { ": met" } else { ": not met" });
                let goal = format!("{}{met}", row.goal.as_deref().unwrap_or_default());
                let ink = if row.met == Some(false) { Ink::bold(8.5) } else { Ink::plain(8.5) };
                let page = self.page();
                page.text_within(LEFT, y, 106.0, Ink::plain(8.5), &row.label);
                page.text_within(LEFT + 107.0, y, 119.0, ink, &row.value);
                page.text_within(LEFT + 228.0, y, 86.0, Ink::quiet(8.0), &goal);
            }
            if let Some(row) = others.get(n) {
                let page = self.page();
                page.text_within(middle, y, 104.0, Ink::plain(8.5), &row.label);
                page.text_within(middle + 106.0, y, RIGHT - middle - 106.0, Ink::plain(8.5), &row.value);
            }
        }
        Ok(())
    }

    fn profile(&mut self, trace: &Trace, set: TargetSet, shown: &Shown) -> Result<(), DocumentError> {
        self.title(&format!("Profile by time of day, {}", shown.word()), PROFILE_TALL + 30.0);
        let (left, right) = (LEFT + BESIDE.0, RIGHT - BESIDE.1);
        let room = right - left;
        let size = Size { width: units(room), height: units(PROFILE_TALL), scale: f64::from(UNITS) };
        let profile = glucose_profile(trace, set, shown);
        let (svg, facts) =
            draw_profile_svg(&profile, &size, &glucose_theme(true)).map_err(DocumentError::Drawing)?;
        self.y += 8.0;
        let top = self.y;
        let page = self.page();
        page.picture(left, top, room, (size.width, size.height), &svg);
        page.frame(left, top, room, PROFILE_TALL);
        let digits = usize::from(shown.digits);
        let mut marked: Vec<f32> = Vec::new();
        for (value, row) in &facts.bounds {
            let y = top + points(*row) + 3.0;
            marked.push(y);
            page.text_within(LEFT, y, BESIDE.0, Ink::bold(7.5), &format!("{value:.digits$}"));
        }
        for (value, row) in &facts.ticks {
            let y = top + points(*row) + 3.0;
            if marked.iter().all(|other| (other - y).abs() > 9.0) {
                page.text_within(LEFT, y, BESIDE.0, Ink::quiet(7.5), &format!("{value}"));
            }
        }
        for (hour, column) in &facts.hours {
            let x = (left + points(*column) - 8.0).max(left);
            page.text(x, top + PROFILE_TALL + 9.0, Ink::quiet(7.5), &format!("{hour:02}:00"));
        }
        let mut free = f32::MAX;
        for (row, percent) in facts.ends.iter().flatten().zip([5, 25, 50, 75, 95]) {
            let y = (top + points(*row) + 3.0).min(free);
            page.text(right + 3.0, y, Ink::quiet(7.0), &format!("{percent} %"));
            free = y - 8.0;
        }
        self.y += PROFILE_TALL + 12.0;
        if profile.bins.is_empty() {
            self.line(Ink::quiet(8.5), 12.0, "Nothing to draw.");
        }
        Ok(())
    }

    fn days(
        &mut self,
        trace: &Trace,
        figures: &Figures,
        set: TargetSet,
        shown: &Shown,
        insulin: Option<&Insulin>,
    ) -> Result<(), DocumentError> {
        self.title("Days", DAY_TALL + 30.0);
        let room = RIGHT - LEFT;
        for week in figures.days.chunks(COLUMNS as usize) {
            self.make_room(DAY_TALL + 24.0);
            let mut days = glucose_days(trace, week, set, shown, COLUMNS);
            let shots = insulin.iter().flat_map(|insulin| &insulin.shots).map(|shot| &shot.shot);
            days.marks = dose_marks(shots, week, trace.clock());
            let size = Size { width: units(room), height: units(DAY_TALL), scale: f64::from(UNITS) };
            let (svg, cells) =
                draw_days_svg(&days, &size, &glucose_theme(true)).map_err(DocumentError::Drawing)?;
            self.y += 12.0;
            let y = self.y;
            let page = self.page();
            page.picture(LEFT, y + 4.0, room, (size.width, size.height), &svg);
            for day in glucose_day_cells(trace, week, set, &cells) {
                let (left, _, width, height) = day.cell;
                let place = |units: u32| units as f32 / UNITS;
                let x = LEFT + place(left);
                page.frame(x, y + 4.0, place(width), place(height));
                page.text_within(
                    x,
                    y,
                    place(width),
                    Ink::quiet(7.5),
                    &day_words(day.date, day.in_range, day.hours),
                );
            }
            self.y += DAY_TALL + 6.0;
        }
        Ok(())
    }

    /// What was given, and what was found of it.
    fn insulin(&mut self, insulin: &Insulin, clock: &WallClock) {
        self.title("Insulin", 40.0);
        self.line(Ink::quiet(8.0), 14.0, "At the foot of each day: a diamond is a bolus, a square a basal dose, an empty diamond one of a kind that is not known.");
        if let Some(mean) = insulin.mean_day() {
            let parts = [
                format!("Mean of {} whole days: {} a day", mean.days, insulin_units(mean.total)),
                format!("basal {}", insulin_units(mean.long)),
                format!("bolus {}", insulin_units(mean.rapid)),
            ];
            self.flow(LEFT, Ink::plain(9.0), 13.0, &parts, "   ·   ");
        }
        let board = &insulin.on_board;
        let unnamed = if board.unknown_units > 0.0 {
            format!(", and {} of a kind that is not known", insulin_units(board.unknown_units))
        } else {
            String::new()
        };
        let at = on_wall(clock, insulin.at);
        self.line(
            Ink::plain(9.0),
            13.0,
            &format!("On board at {at}: {}{unnamed}", insulin_units(board.units)),
        );
        for found in insulin_findings(insulin, clock) {
            let ink = if found.is_urgent { Ink::bold(8.5) } else { Ink::plain(8.5) };
            self.line(ink, 13.0, &found.text);
            self.line(Ink::quiet(8.0), 10.0, &found.cause);
        }
    }
}

/// `12 Mar  64 %`, with the hours of a day that has not 24 of them.
fn day_words(date: Date, in_range: Option<f64>, hours: Option<f64>) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, month, day) = date.ymd();
    let month = usize::try_from(month - 1).ok().and_then(|n| MONTHS.get(n)).copied().unwrap_or_default();
    let found = in_range.map_or_else(|| "no reading".to_owned(), |percent| format!("{percent:.0} %"));
    let hours = hours.map_or_else(String::new, |hours| format!(" · {hours} h"));
    format!("{day} {month}  {found}{hours}")
}
