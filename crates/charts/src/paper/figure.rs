//! A whole figure: panels below each other with their axes in words, for a file or for paper.
//!
//! The panels are the screen's own; the words around them are text in SVG and PDF, and drawn in Inter in a PNG.

use std::fmt::Write;

use resvg::tiny_skia::{Pixmap, Transform};

use crate::draw::panel::{draw, draw_svg};
use crate::panel::{Facts, Panel, Theme, Viewport};
use crate::paper::fonts::tree;
use crate::paper::ink::Ink;
use crate::paper::page::{bind, draw as draw_line, escape};
use crate::paper::text::{Line, fitted};
use crate::picture::Picture;

/// What happened at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EventKind {
    Alarm,
    Dose,
    Note,
    /// From here on values come from another device.
    Device,
}

/// Something beside the numbers, marked below the panels: a triangle, a diamond, a square or a bar with two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since 1970 UTC.
    pub t: i64,
    /// Its shape.
    pub kind: EventKind,
    /// In a few words.
    pub text: String,
}

/// One panel with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As shown.
    pub label: String,
    /// As shown.
    pub unit: String,
    /// What stands in it.
    pub panel: Panel,
    /// Its colours.
    pub theme: Theme,
}

/// Everything a figure shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// First moment, milliseconds since 1970 UTC.
    pub from: i64,
    /// Last moment.
    pub to: i64,
    /// One or two lines above the panels.
    pub title: Vec<String>,
    /// Top first.
    pub rows: Vec<Row>,
    /// Moments of the time axis with their words.
    pub time_ticks: Vec<(i64, String)>,
    /// What happened beside the numbers.
    pub events: Vec<Event>,
}

/// Room for words, in pixels: beside, above and below the panels. None of them where the figure is too small for words.
struct Frame {
    left: u32,
    right: u32,
    top: u32,
    row: u32,
}

/// How many rows or lines there are; a figure has room for a few.
fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// How the first line of a title looks.
pub const HEAD: Ink = Ink::bold(14.0);
const BELOW_HEAD: Ink = Ink::plain(11.0);
/// What stays free beside a title, in pixels.
pub const EDGES: f32 = 8.0;
/// Said where a name holds a letter that no typeface has.
const SHORT: &str = "? stands for a letter that cannot be drawn here: see the screen";
const GAP: u32 = 6;
const EVENTS: u32 = 16;

impl Figure {
    fn frame(&self, width: u32, height: u32) -> Frame {
        let rows = number(self.rows.len()).max(1);
        let title = 18 * number(self.title.len());
        let words = width >= 240 && height >= title + 60 + rows * 30;
        let events = if self.events.is_empty() { 0 } else { EVENTS };
        let (left, right, top, bottom) = if words { (84, 56, title + 8, 22 + events) } else { (0, 0, 0, 0) };
        let gaps = if words { GAP * (rows - 1) } else { 0 };
        Frame { left, right, top, row: (height.saturating_sub(top + bottom + gaps) / rows).max(1) }
    }

    fn viewport(&self, width: u32, frame: &Frame) -> Viewport {
        let width = width.saturating_sub(frame.left + frame.right).max(1);
        Viewport { from: self.from, to: self.to, width, height: frame.row, scale: 1.0 }
    }

    fn place(&self, n: usize, frame: &Frame) -> u32 {
        let gap = if frame.left > 0 { GAP } else { 0 };
        frame.top + number(n) * (frame.row + gap)
    }

    fn check(&self, width: u32, height: u32) -> Result<(), String> {
        if width == 0 || height == 0 {
            return Err("a figure needs a width and a height of at least one pixel".into());
        }
        if width > 16_384 || height > 8_192 {
            return Err("a figure can be 16,384 by 8,192 pixels at most".into());
        }
        if self.to <= self.from {
            return Err("the range is empty: its end must be after its beginning".into());
        }
        Ok(())
    }

    /// The words around the panels, as SVG elements.
    fn words(&self, width: u32, facts: &[Facts], frame: &Frame) -> String {
        let mut out = String::new();
        if frame.left == 0 {
            return out;
        }
        let dark = self.rows.first().is_some_and(|row| row.theme.background.0 < 128);
        let (ink, quiet) = if dark { ("#f2f6f9", "#9aa8b5") } else { ("#05080b", "#56636f") };
        let mut text = |x: f64, y: f64, size: u8, bold: bool, fill: &str, anchor: &str, words: &str| {
            let ink = Ink { size: f32::from(size), bold, grey: 0 };
            draw_line(&mut out, &Line::new(words, ink), (x, y), ink, fill, anchor);
        };
        let is_short = self.title.iter().any(|line| Line::new(line, BELOW_HEAD).is_short);
        let last = self.title.len().saturating_sub(1);
        for (n, line) in self.title.iter().enumerate() {
            let line = if n == last && is_short { format!("{line} · {SHORT}") } else { line.clone() };
            let (look, size, fill) = if n == 0 { (HEAD, 14, ink) } else { (BELOW_HEAD, 11, quiet) };
            let line = fitted(&line, look, width as f32 - EDGES);
            text(f64::from(EDGES) / 2.0, 16.0 + 18.0 * n as f64, size, look.bold, fill, "start", &line);
        }
        let plot = f64::from(width - frame.left - frame.right);
        let across =
            |t: i64| f64::from(frame.left) + (t - self.from) as f64 / (self.to - self.from) as f64 * plot;
        for (n, (row, facts)) in self.rows.iter().zip(facts).enumerate() {
            let top = f64::from(self.place(n, frame));
            text(4.0, top + 13.0, 12, true, ink, "start", &row.label);
            text(4.0, top + 26.0, 10, false, quiet, "start", &row.unit);
            for (value, y) in &facts.ticks {
                let y = top + f64::from(*y) + 3.5;
                text(f64::from(frame.left) - 5.0, y, 10, false, quiet, "end", &format!("{value}"));
            }
            for (value, y) in &facts.limits {
                let (x, y) = (f64::from(width - frame.right) + 4.0, top + f64::from(*y) + 3.5);
                text(x, y, 10, true, quiet, "start", &format!("limit {value}"));
            }
            let mut free = f64::from(frame.left);
            for (t, value, y) in &facts.dots {
                let (x, y) = (across(*t), top + f64::from(*y) + 3.5);
                let right = x + 7.0 < f64::from(width - frame.right) - 20.0;
                let (at, anchor) = if right { (x + 7.0, "start") } else { (x - 7.0, "end") };
                if right || at - 24.0 > free {
                    text(at, y, 9, false, quiet, anchor, &format!("{value:.1}"));
                }
                free = x + 31.0;
            }
            if facts.samples == 0 {
                let middle = f64::from(frame.left) + f64::from(width - frame.left - frame.right) / 2.0;
                let words = format!("no {} in this range", row.label);
                text(middle, top + f64::from(frame.row) / 2.0 + 4.0, 11, false, quiet, "middle", &words);
            }
        }
        let below = f64::from(self.place(self.rows.len(), frame)) - f64::from(GAP);
        let events = if self.events.is_empty() { 0.0 } else { f64::from(EVENTS) };
        for (t, words) in &self.time_ticks {
            let x = across(*t);
            let anchor = if x < f64::from(frame.left) + 24.0 { "start" } else { "middle" };
            text(x, below + events + 15.0, 10, false, quiet, anchor, words);
        }
        if events > 0.0 {
            text(4.0, below + 13.0, 10, false, quiet, "start", "Events");
        }
        for event in self.events.iter().filter(|e| e.t >= self.from && e.t <= self.to) {
            let (x, y) = (across(event.t), below + 9.0);
            let (shape, fill) = match event.kind {
                EventKind::Alarm => ("M-5 4 L0 -5 L5 4 Z", "#d92d20"),
                EventKind::Dose => ("M0 -5 L5 0 L0 5 L-5 0 Z", "#2f7ddb"),
                EventKind::Note => ("M-4 -4 H4 V4 H-4 Z", "#8a6d3b"),
                EventKind::Device => ("M-4 -5 H4 V-3 H1 V3 H4 V5 H-4 V3 H-1 V-3 H-4 Z", "#6b7a88"),
            };
            let _ = write!(
                out,
                r#"<path transform="translate({x:.1} {y:.1})" d="{shape}" fill="{fill}"><title>{}</title></path>"#,
                escape(&event.text)
            );
        }
        out
    }

    fn ground(&self) -> (u8, u8, u8) {
        self.rows.first().map_or((255, 255, 255), |row| row.theme.background)
    }

    /// The figure as an SVG document with real text.
    ///
    /// # Errors
    /// In words, where the range is empty, the size cannot be drawn or the renderer fails.
    pub fn svg(&self, width: u32, height: u32) -> Result<String, String> {
        self.check(width, height)?;
        let frame = self.frame(width, height);
        let viewport = self.viewport(width, &frame);
        let (r, g, b) = self.ground();
        let mut out = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="rgb({r},{g},{b})"/>"#
        );
        let mut facts = Vec::new();
        for (n, row) in self.rows.iter().enumerate() {
            let (svg, found) = draw_svg(&row.panel, &viewport, &row.theme)?;
            let at = svg.find("<svg ").ok_or("the renderer gave no picture")?;
            let _ = write!(
                out,
                r#"<svg x="{}" y="{}" {}"#,
                frame.left,
                self.place(n, &frame),
                &svg[at + "<svg ".len()..]
            );
            facts.push(found);
        }
        out.push_str(&self.words(width, &facts, &frame));
        out.push_str("</svg>");
        Ok(out)
    }

    /// The figure as one page of vector PDF, a pixel three quarters of a point.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn pdf(&self, width: u32, height: u32, title: &str) -> Result<Vec<u8>, String> {
        bind(&[self.svg(width, height)?], (width as f32 * 0.75, height as f32 * 0.75), title)
    }

    /// The figure as PNG: the panels pixel by pixel as the window shows them.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn png(&self, width: u32, height: u32) -> Result<Vec<u8>, String> {
        self.check(width, height)?;
        let frame = self.frame(width, height);
        let viewport = self.viewport(width, &frame);
        let (r, g, b) = self.ground();
        let mut rgb: Vec<u8> = [r, g, b].repeat(width as usize * height as usize);
        let mut facts = Vec::new();
        for (n, row) in self.rows.iter().enumerate() {
            let drawn = draw(&row.panel, &viewport, &row.theme)?;
            let top = self.place(n, &frame) as usize;
            let line = drawn.picture.width as usize * 3;
            for (y, pixels) in drawn.picture.rgb.chunks_exact(line).enumerate() {
                let at = ((top + y) * width as usize + frame.left as usize) * 3;
                if let Some(target) = rgb.get_mut(at..at + line) {
                    target.copy_from_slice(pixels);
                }
            }
            facts.push(drawn.facts);
        }
        let words = self.words(width, &facts, &frame);
        if !words.is_empty() {
            let document = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{words}</svg>"#
            );
            let mut over = Pixmap::new(width, height).ok_or("the figure is too large")?;
            resvg::render(&tree(&document)?, Transform::identity(), &mut over.as_mut());
            for (pixel, word) in rgb.chunks_exact_mut(3).zip(over.pixels()) {
                let ground = 255 - u32::from(word.alpha());
                for (channel, ink) in pixel.iter_mut().zip([word.red(), word.green(), word.blue()]) {
                    // The words' colours are premultiplied.
                    *channel =
                        u8::try_from(u32::from(ink) + u32::from(*channel) * ground / 255).unwrap_or(u8::MAX);
                }
            }
        }
        Picture { width, height, rgb }.png().map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Content;

    fn figure(every_sample: bool) -> Figure {
        let times: Vec<i64> = (0..60_000).map(|n| n * 1000).collect();
        let values = times.iter().map(|t| 80.0 + ((t / 1000) % 977) as f64 / 40.0).collect();
        let theme = Theme {
            background: (255, 255, 255),
            grid: (213, 220, 227),
            limit: (110, 122, 134),
            hue: (27, 122, 69),
            mark: (5, 8, 11),
        };
        let panel = Panel {
            content: Content::Line { times, values, gap_ms: 10_000 },
            limits: Vec::new(),
            artefacts: vec![5000],
            every_sample,
            focus: None,
            also: None,
            heard: None,
            least: (50.0, 110.0),
        };
        Figure {
            from: 0,
            to: 60_000_000,
            title: vec!["A <b>title</b>".into()],
            rows: vec![Row { label: "HR".into(), unit: "/min".into(), panel, theme }],
            time_ticks: vec![(30_000_000, "08:20".into())],
            events: vec![Event { t: 1_000_000, kind: EventKind::Dose, text: "4 U".into() }],
        }
    }

    #[test]
    fn the_file_is_what_every_sample_would_draw() {
        let (m4, every) = (figure(false), figure(true));
        assert_eq!(m4.png(900, 240).unwrap(), every.png(900, 240).unwrap());
        assert_ne!(m4.png(900, 240).unwrap(), m4.png(901, 240).unwrap());
    }

    #[test]
    fn svg_and_pdf_carry_real_text_and_small_figures_none() {
        let figure = figure(false);
        let svg = figure.svg(900, 240).unwrap();
        assert!(svg.contains(">HR</text>") && svg.contains("&lt;b&gt;") && !svg.contains("<b>"));
        assert!(figure.pdf(900, 240, "Trends").unwrap().starts_with(b"%PDF-"));
        assert!(!figure.svg(100, 40).unwrap().contains("<text"));
        figure.png(1, 1).unwrap();
        assert!(figure.png(0, 10).is_err() && figure.png(20_000, 10).is_err());
        assert!(Figure { to: 0, ..figure }.svg(900, 240).unwrap_err().contains("range is empty"));
    }
}
