//! A person's glucose for the page: one picture of the profile and the days, and everything that stands over it.

use charts::{Cell, Profile, ProfileFacts, Size, Theme, draw_days, draw_profile, stack};
use clinical::consent::Withheld;
use clinical::glucose::{DayRow, Figures, TargetSet, Trace};
use clinical::{DAY_MS, Date, HOUR_MS, Instant, Measure, PatientId, Shown, TimeRange, WallClock};
use vault::{Reader, SeriesInfo, VaultError};

use crate::error::TrendsError;
use crate::glucose::glucose_trace;
use crate::glucose_charts::{dose_marks, glucose_days, glucose_profile, target};
use crate::glucose_words::{GlucoseFigure, GlucoseShare, glucose_shares, glucose_words};
use crate::insulin::{Insulin, insulin};
use crate::insulin_words::{InsulinFinding, insulin_findings};
use crate::panel::{panel_kinds, theme};

/// Days in a row: weeks stand below each other.
const COLUMNS: u32 = 7;

/// What is asked of a person's glucose; sizes in CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct GlucoseRequest {
    /// Whose.
    pub patient: PatientId,
    /// Its last moment belongs to the next period.
    pub period: TimeRange,
    /// Whose goals.
    pub set: TargetSet,
    /// Of the picture.
    pub width: u32,
    /// Of the profile.
    pub height: u32,
    /// Of a row of days.
    pub row: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
    /// On a light ground.
    pub light: bool,
}

/// A person's glucose, drawn and in words.
#[derive(Debug)]
pub struct GlucosePicture {
    /// The unit shown.
    pub unit: &'static str,
    /// Digits behind the point.
    pub digits: u8,
    /// In the order in which they are read.
    pub figures: Vec<GlucoseFigure>,
    /// The parts of the day, the lowest first.
    pub shares: Vec<GlucoseShare>,
    /// What is missing before the figures stand for the person's glucose.
    pub too_little: Option<String>,
    /// What is withheld of the period.
    pub withheld: Withheld,
    /// Over the profile, in device pixels.
    pub profile: ProfileFacts,
    /// Each day and where it lies below the profile, in device pixels of the whole picture.
    pub days: Vec<GlucoseDayCell>,
    /// The profile, and below it the days.
    pub png: Vec<u8>,
    /// For who cannot see it.
    pub summary: String,
    /// What was given, with what was found of it; nothing of who has had none.
    pub insulin: Option<(Insulin, Vec<InsulinFinding>)>,
}

/// A day in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct GlucoseDayCell {
    /// Of the calendar.
    pub date: Date,
    /// Left, top, width, height.
    pub cell: Cell,
    /// How many readings it has.
    pub n: usize,
    /// In range, in percent; nothing where there is no reading.
    pub in_range: Option<f64>,
    /// Low episodes that began in it.
    pub hypos: usize,
    /// Its true length in hours, where that is not 24.
    pub hours: Option<f64>,
}

/// How a person's glucose is shown: in the site's unit, or in the one it comes in.
///
/// # Errors
/// Of the cache.
pub fn glucose_shown(reader: &Reader, patient: &PatientId) -> Result<Shown, VaultError> {
    let series = reader.series_of(patient)?;
    let is_glucose = |series: &&SeriesInfo| series.measure() == Some(Measure::Glucose);
    let sent = series.iter().filter(is_glucose).map(|series| series.unit.as_str());
    Ok(Shown::at(&reader.site()?, Measure::Glucose, sent))
}

/// The colours of glucose.
pub fn glucose_theme(light: bool) -> Theme {
    let kind = panel_kinds().find(|kind| kind.measures.contains(&Measure::Glucose));
    kind.map_or_else(|| theme(&crate::panel::SCORE, light), |kind| theme(kind, light))
}

/// Reads, works out and draws; `now` is the moment that is shown.
///
/// # Errors
/// Of the cache or the renderer.
pub fn glucose_picture(
    reader: &Reader,
    asked: &GlucoseRequest,
    now: Instant,
    clock: &WallClock,
) -> Result<GlucosePicture, TrendsError> {
    let shown = glucose_shown(reader, &asked.patient)?;
    let trace = glucose_trace(reader, &asked.patient, asked.period, clock)?;
    let figures = Figures::of(&trace);
    let profile = glucose_profile(&trace, asked.set, &shown);
    let mut days = glucose_days(&trace, &figures.days, asked.set, &shown, COLUMNS);
    let insulin = insulin(reader, &asked.patient, asked.period, now, clock)?;
    let shots = insulin.iter().flat_map(|insulin| &insulin.shots).map(|shot| &shot.shot);
    days.marks = dose_marks(shots, &figures.days, clock);
    let device = |css: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a picture has few pixels"
        )]
        let pixels = (css * asked.scale).round().clamp(1.0, 16_384.0) as u32;
        pixels
    };
    let rows = u32::try_from(figures.days.len()).unwrap_or(u32::MAX).div_ceil(COLUMNS).max(1);
    let (width, height) = (device(f64::from(asked.width)), device(f64::from(asked.height)));
    let top = Size { width, height, scale: asked.scale };
    let below = Size { height: device(f64::from(asked.row) * f64::from(rows)), ..top };
    let theme = glucose_theme(asked.light);
    let (drawn, facts) = draw_profile(&profile, &top, &theme).map_err(TrendsError::Drawing)?;
    let (drawn_days, cells) = draw_days(&days, &below, &theme).map_err(TrendsError::Drawing)?;
    let words = glucose_words(&trace, &figures, asked.set, &shown);
    Ok(GlucosePicture {
        unit: shown.word(),
        digits: shown.digits,
        shares: glucose_shares(&trace, asked.set, &shown),
        too_little: figures.too_little.map(|missing| missing.to_string()),
        withheld: reader.withheld_in(&asked.patient, asked.period)?,
        days: glucose_day_cells(&trace, &figures.days, asked.set, &cells)
            .into_iter()
            .map(|day| GlucoseDayCell {
                cell: (day.cell.0, day.cell.1 + height, day.cell.2, day.cell.3),
                ..day
            })
            .collect(),
        summary: summary(&profile, &words, &shown, days.marks.iter().map(Vec::len).sum()),
        insulin: insulin.map(|insulin| {
            let found = insulin_findings(&insulin, clock);
            (insulin, found)
        }),
        figures: words,
        profile: facts,
        png: stack(&[drawn, drawn_days]).png().map_err(|why| TrendsError::Drawing(why.to_string()))?,
    })
}

/// What is said of each day beside where it lies.
pub fn glucose_day_cells(
    trace: &Trace,
    rows: &[DayRow],
    set: TargetSet,
    cells: &[Cell],
) -> Vec<GlucoseDayCell> {
    let one = |(row, cell): (&DayRow, &Cell)| GlucoseDayCell {
        date: row.day.date,
        cell: *cell,
        n: row.spread.n(),
        in_range: in_range(trace, row.day.date, set),
        hypos: row.hypos,
        hours: (row.day.length_ms != DAY_MS).then(|| row.day.length_ms as f64 / HOUR_MS as f64),
    };
    rows.iter().zip(cells).map(one).collect()
}

/// How much of a day's readings lie in the range of the goals, in percent.
fn in_range(trace: &Trace, date: Date, set: TargetSet) -> Option<f64> {
    let (low, high) = target(set.targets().goals);
    let clock = trace.clock();
    let (mut all, mut within) = (0usize, 0usize);
    for reading in trace.readings().iter().filter(|reading| clock.date(reading.at) == date) {
        all += 1;
        within += usize::from((low..=high).contains(&reading.compared()));
    }
    (all > 0).then(|| 100.0 * within as f64 / all as f64)
}

/// The profile in words: where its median is lowest and highest; and how many doses stand below the days.
fn summary(profile: &Profile, words: &[GlucoseFigure], shown: &Shown, doses: usize) -> String {
    let marked = match doses {
        0 => String::new(),
        1 => " 1 dose of insulin is marked.".to_owned(),
        doses => format!(" {doses} doses of insulin are marked."),
    };
    let median = |bin: &&charts::ProfileBin| bin.values[2];
    let by_median = |a: &&charts::ProfileBin, b: &&charts::ProfileBin| median(a).total_cmp(&median(b));
    let (Some(low), Some(high)) =
        (profile.bins.iter().min_by(by_median), profile.bins.iter().max_by(by_median))
    else {
        return format!("No reading of glucose in this time.{marked}");
    };
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let digits = usize::from(shown.digits);
    let range = words.first().map_or_else(String::new, |row| format!("{}: {}. ", row.label, row.value));
    format!(
        "{range}The median is lowest at {}, {:.digits$} {unit}, and highest at {}, {:.digits$} {unit}.{marked}",
        clock(low.from),
        median(&low),
        clock(high.from),
        median(&high),
        unit = shown.word()
    )
}
