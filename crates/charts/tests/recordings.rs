//! Real recordings, drawn: an intensive-care stay, a week with diabetes at home, an ECG whose beats cardiologists marked.
//! The pictures are left under `target/tmp` to be looked at.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use charts::{
    Bar, Content, Event, EventKind, Figure, Panel, Row, Strip, Theme, TimeStep, Viewport, draw, draw_strip,
    time_ticks,
};
use clinical::{HOUR_MS, Limits, MINUTE_MS};

fn recordings(folder: &str) -> Option<PathBuf> {
    let place = Path::new("../../../shared/data").join(folder);
    if place.is_dir() {
        return Some(place);
    }
    println!("skipped: the recordings are not beside this checkout (../shared/data/{folder})");
    None
}

fn theme(hue: (u8, u8, u8)) -> Theme {
    Theme { background: (7, 9, 12), grid: (30, 38, 46), limit: (120, 134, 147), hue, mark: (246, 249, 251) }
}

const GREEN: (u8, u8, u8) = (126, 208, 155);
const VIOLET: (u8, u8, u8) = (195, 163, 247);
const AMBER: (u8, u8, u8) = (227, 168, 131);
const PINK: (u8, u8, u8) = (238, 159, 208);

fn panel(content: Content, least: (f64, f64), (low, high): (f64, f64)) -> Panel {
    let limits = vec![(0, Limits { low: Some(low), high: Some(high) })];
    Panel {
        content,
        limits,
        artefacts: Vec::new(),
        every_sample: false,
        least,
        focus: None,
        also: None,
        heard: None,
    }
}

fn row(label: &str, unit: &str, hue: (u8, u8, u8), panel: Panel) -> Row {
    Row { label: label.into(), unit: unit.into(), theme: theme(hue), panel }
}

fn ticks((from, to): (i64, i64), most: usize) -> Vec<i64> {
    time_ticks((from, to), TimeStep::of(to - from, most), &jiff::tz::TimeZone::UTC)
}

fn leave(name: &str, png: &[u8]) {
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), png).unwrap();
}

/// Columns of a panel that hold green; the edges of sloping lines hold a part of it, limits and grid none.
fn green_columns(panel: &Panel, view: &Viewport) -> Vec<usize> {
    let drawn = draw(panel, view, &theme(GREEN)).unwrap();
    let width = view.width as usize;
    let green = |p: &[u8]| i16::from(p[1]) - i16::from(p[0]) > 40;
    (0..width)
        .filter(|x| drawn.picture.rgb.chunks(width * 3).any(|line| green(&line[x * 3..x * 3 + 3])))
        .collect()
}

/// Lines, bars or dots by how often a measure came.
fn content(points: &[(i64, f64)]) -> Content {
    let (times, values): (Vec<i64>, Vec<f64>) = points.iter().copied().unzip();
    let mut steps: Vec<i64> = times.windows(2).map(|w| w[1] - w[0]).collect();
    steps.sort_unstable();
    match steps.get(steps.len() / 2) {
        Some(step) if *step <= HOUR_MS => Content::Line { times, values, gap_ms: 3 * step },
        _ => Content::Dots(points.to_vec()),
    }
}

#[test]
fn every_intensive_care_stay_is_drawn_and_ends_where_its_last_value_is() {
    let Some(folder) = recordings("icu") else { return };
    let mut stays: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    stays.sort();
    assert_eq!(stays.len(), 16);
    for stay in stays {
        let mut values: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
        for line in fs::read_to_string(&stay).unwrap().lines().skip(1) {
            let mut parts = line.split(',');
            let (time, what, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let (h, m) = time.split_once(':').unwrap();
            let t = h.parse::<i64>().unwrap() * HOUR_MS + m.parse::<i64>().unwrap() * MINUTE_MS;
            // Minus one is "not known" in this collection.
            let value = value.parse::<f64>().unwrap();
            if value > 0.0 {
                values.entry(what.into()).or_default().push((t, value));
            }
        }
        let view = Viewport { from: 0, to: 48 * HOUR_MS, width: 600, height: 80, scale: 1.0 };
        let rates = values.get("HR").unwrap();
        let heart = panel(content(rates), (50.0, 110.0), (50.0, 130.0));
        let seen = green_columns(&heart, &view);
        let last = rates.last().unwrap().0 as usize * 600 / (48 * HOUR_MS) as usize;
        let right = *seen.last().unwrap();
        assert!(
            right.abs_diff(last) <= 3,
            "{}: drawn up to {right}, the last value is at {last}",
            stay.display()
        );

        let Some((high, low)) = values
            .get("SysABP")
            .zip(values.get("DiasABP"))
            .or(values.get("NISysABP").zip(values.get("NIDiasABP")))
        else {
            continue;
        };
        let low: BTreeMap<i64, f64> = low.iter().copied().collect();
        let bars = high
            .iter()
            .filter_map(|(t, v)| Some(Bar { t: *t, low: *low.get(t)?, high: *v, mean: None }))
            .collect();
        let mut rows = vec![
            row("HR", "/min", GREEN, heart),
            row("BP", "mmHg", VIOLET, panel(Content::Bars(bars), (50.0, 150.0), (90.0, 180.0))),
        ];
        if let Some(temperature) = values.get("Temp") {
            rows.push(row("Temp", "°C", AMBER, panel(content(temperature), (36.0, 38.8), (35.0, 38.5))));
        }
        let ticks =
            ticks((0, 48 * HOUR_MS), 8).into_iter().map(|t| (t, format!("{} h", t / HOUR_MS))).collect();
        let title =
            vec!["Intensive care, 48 hours".into(), "PhysioNet / CinC Challenge 2012, ODC-BY 1.0".into()];
        let figure = Figure { from: 0, to: 48 * HOUR_MS, title, rows, time_ticks: ticks, events: Vec::new() };
        let name = stay.file_stem().unwrap().to_string_lossy().into_owned();
        leave(&format!("icu-{name}.png"), &figure.png(900, 380).unwrap());
    }
}

#[test]
fn days_with_diabetes_at_home_are_drawn_with_their_doses_and_gaps() {
    let Some(folder) = recordings("home") else { return };
    for person in 1..=6 {
        let text = fs::read_to_string(folder.join(format!("person-{person}.csv"))).unwrap();
        let (mut glucose, mut rates, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let (date, time) = cells[1].split_once(' ').unwrap();
            let numbers =
                |text: &str, by: char| text.split(by).map(|n| n.parse::<i64>().unwrap()).collect::<Vec<_>>();
            let (date, time) = (numbers(date, '-'), numbers(time, ':'));
            // Days within one year are enough for one person's week.
            let days =
                [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][date[1] as usize - 1] + date[2];
            let t = ((days * 24 + time[0]) * 60 + time[1]) * MINUTE_MS;
            let number = |n: usize| cells[n].parse::<f64>().ok().filter(|v| *v > 0.0);
            glucose.extend(number(2).map(|v| (t, v)));
            rates.extend(number(8).map(|v| (t, v)));
            events.extend(number(3).map(|v| Event { t, kind: EventKind::Dose, text: format!("{v:.0} U") }));
        }
        let (from, to) = (glucose[0].0, glucose.last().unwrap().0);
        let (times, values): (Vec<i64>, Vec<f64>) = glucose.into_iter().unzip();
        let gaps = times.windows(2).filter(|w| w[1] - w[0] > 15 * MINUTE_MS).count();
        let line = Content::Line { times, values, gap_ms: 15 * MINUTE_MS };
        let sugar = panel(line, (60.0, 200.0), (70.0, 250.0));
        let view = Viewport { from, to, width: 900, height: 120, scale: 1.0 };
        let drawn = draw(&sugar, &view, &theme(PINK)).unwrap();
        assert_eq!(drawn.facts.gaps.len(), gaps, "person {person}");
        let every = Panel { every_sample: true, ..sugar.clone() };
        assert_eq!(drawn.picture, draw(&every, &view, &theme(PINK)).unwrap().picture);
        let days = ticks((from, to), 6)
            .into_iter()
            .map(|t| (t, format!("day {}", (t - from) / (24 * HOUR_MS) + 1)))
            .collect();
        let title =
            vec!["Type 1 diabetes at home".into(), "D1NAMO (Dubosson et al., 2018), CC BY-SA 4.0".into()];
        let rows = vec![
            row("Glucose", "mg/dL", PINK, sugar),
            row("HR", "/min", GREEN, panel(content(&rates), (50.0, 110.0), (50.0, 130.0))),
        ];
        let figure = Figure { from, to, title, rows, time_ticks: days, events };
        leave(&format!("home-{person}.png"), &figure.png(900, 320).unwrap());
    }
}

/// Beats of a WFDB annotation file (format of the MIT-BIH databases), in samples.
fn beats(bytes: &[u8]) -> Vec<i64> {
    let (mut at, mut now, mut out) = (0, 0i64, Vec::new());
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    while at + 1 < bytes.len() {
        let (kind, step) = (word(at) >> 10, i64::from(word(at) & 0x3ff));
        at += 2;
        match kind {
            0 if step == 0 => break,
            59 => {
                now += (i64::from(word(at)) << 16) + i64::from(word(at + 2));
                at += 4;
            }
            60..=62 => {}
            63 => at += (step as usize).next_multiple_of(2),
            _ => {
                now += step;
                if (1..=13).contains(&kind) {
                    out.push(now);
                }
            }
        }
    }
    out
}

#[test]
fn an_ecg_peaks_where_cardiologists_marked_its_beats() {
    let Some(folder) = recordings("ecg") else { return };
    // Format 212: two samples of 12 bits in three bytes; the first channel is lead II, 200 steps a millivolt around 1024.
    let bytes = fs::read(folder.join("100.dat")).unwrap();
    let signed = |n: i32| if n > 2047 { n - 4096 } else { n };
    let values: Vec<f64> = bytes
        .chunks_exact(3)
        .map(|three| {
            f64::from(signed(i32::from(three[0]) | (i32::from(three[1] & 0x0f) << 8)) - 1024) / 200.0
        })
        .collect();
    assert_eq!(values.len(), 650_000);
    let times: Vec<i64> = (0..values.len() as i64).map(|n| n * 1000 / 360).collect();
    let beats = beats(&fs::read(folder.join("100.atr")).unwrap());
    assert_eq!(beats.len(), 2273, "as the database's own table counts record 100");
    let mm = 96.0 / 25.4;
    for minute in [0, 7, 20, 29] {
        let from = minute * MINUTE_MS;
        // Ten seconds at 25 mm/s and 10 mm/mV.
        let view = Viewport { from, to: from + 10_000, width: (250.0 * mm) as u32, height: 160, scale: 1.0 };
        let strip = Strip {
            times: times.clone(),
            values: values.clone(),
            gap_ms: 100,
            gain: Some(10.0 * mm),
            paper: Some(mm),
        };
        let drawn = draw_strip(&strip, &view, &theme(GREEN)).unwrap();
        let width = view.width as usize;
        let top = |x: usize| {
            let is_hue =
                |y: &usize| drawn.picture.rgb[(y * width + x) * 3..][..3] == [GREEN.0, GREEN.1, GREEN.2];
            (0..160).find(is_hue).unwrap_or(160)
        };
        let seen: Vec<i64> =
            beats.iter().map(|n| n * 1000 / 360).filter(|t| *t > from + 200 && *t < from + 9_800).collect();
        assert!(seen.len() >= 10, "{} beats in ten seconds", seen.len());
        let column = |t: i64| ((t - from) as f64 / 10_000.0 * f64::from(view.width)) as usize;
        for t in &seen {
            let x = column(*t);
            let peak = (x - 3..=x + 3).map(top).min().unwrap();
            // Half way to the next beat the line is low.
            let rest = top((x + 30).min(width - 1));
            assert!(peak + 20 < rest, "the beat at {t} ms rises from row {rest} to {peak}");
        }
        if minute == 0 {
            leave("ecg-100.png", &drawn.picture.png().unwrap());
        }
    }
}

/// Ten million samples with spikes, gaps and repeats.
#[test]
fn ten_million_samples_draw_what_every_one_of_them_would() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for n in [10usize, 1_000, 100_000, 10_000_000] {
        let (mut t, mut v) = (0i64, 80.0f64);
        let (mut times, mut values) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            let dice = random();
            t += if dice.is_multiple_of(900_001) { 4_000_000 } else { 1000 };
            v = match dice % 50_021 {
                0 => 290.0,
                1 => 5.0,
                _ if dice.is_multiple_of(3) => v,
                _ => (v + ((dice >> 40) % 5) as f64 - 2.0).clamp(40.0, 200.0),
            };
            times.push(t);
            values.push(v);
        }
        let last = t;
        let few = panel(Content::Line { times, values, gap_ms: 10_000 }, (60.0, 100.0), (50.0, 130.0));
        for (from, to, width) in [
            (0, last, 900),
            (last / 3, last / 2, 333),
            (last / 2, last / 2 + last / 1000 + 1, 1200),
            (0, last, 1),
        ] {
            let view = Viewport { from, to, width, height: 90, scale: 1.0 };
            let drawn = draw(&few, &view, &theme(GREEN)).unwrap();
            let every = Panel { every_sample: true, ..few.clone() };
            assert!(
                drawn.picture == draw(&every, &view, &theme(GREEN)).unwrap().picture,
                "{n} samples, {width} px"
            );
        }
    }
}
