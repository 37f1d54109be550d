//! Paper: pages of A4 with real text, written as SVG and bound into one vector PDF.

use std::collections::BTreeSet;
use std::fmt::Write;

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::Tree;

use crate::paper::fonts::tree;
use crate::paper::ink::Ink;
use crate::paper::text::{Line, fitted};
use crate::picture::Picture;
use crate::pixels::pixels;

/// Width of a page in points.
pub const WIDTH: f32 = 595.0;
/// Height of a page in points.
pub const HEIGHT: f32 = 842.0;
/// What stays free on either side of a page, in points.
pub const MARGIN: f32 = 40.0;

/// A page being written. Places are in points from the top left corner.
#[derive(Clone, Debug, Default)]
pub struct Page {
    svg: String,
    /// Lines on it with letters that no typeface of paper has.
    short: BTreeSet<String>,
}

impl Page {
    /// Writes one line of text with its baseline at `y`; what would run over the right margin is cut.
    pub fn text(&mut self, x: f32, y: f32, ink: Ink, text: &str) {
        self.text_within(x, y, WIDTH - MARGIN - x, ink, text);
    }

    /// As [`Page::text`], in a column of `room` points.
    pub fn text_within(&mut self, x: f32, y: f32, room: f32, ink: Ink, text: &str) {
        let text = fitted(text, ink, room);
        let line = Line::new(&text, ink);
        if line.is_short {
            self.short.insert(text);
        }
        let grey = ink.grey;
        let fill = format!("rgb({grey},{grey},{grey})");
        draw(&mut self.svg, &line, (f64::from(x), f64::from(y)), ink, &fill, "start");
    }

    /// How many lines on it hold letters that no typeface of paper has: each of these stands there as a question mark.
    pub fn short_lines(&self) -> usize {
        self.short.len()
    }

    /// Draws a hairline.
    pub fn line(&mut self, x0: f32, y0: f32, x1: f32, y1: f32) {
        let _ = write!(
            self.svg,
            r##"<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#777" stroke-width="0.5"/>"##
        );
    }

    /// Draws an empty box to be ticked or signed in.
    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let _ = write!(
            self.svg,
            r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="#777" stroke-width="0.7"/>"##
        );
    }

    /// Sets an SVG document of `width` by `height` units with its top left corner at a place, scaled to `points` wide.
    pub fn picture(&mut self, x: f32, y: f32, points: f32, size: (u32, u32), svg: &str) {
        let scale = points / size.0.max(1) as f32;
        let _ = write!(self.svg, r#"<g transform="translate({x} {y}) scale({scale})">{svg}</g>"#);
    }

    /// What stands on it as shapes, places in points: for whoever puts it on another surface.
    ///
    /// # Errors
    /// In words, where the page cannot be read.
    pub fn shapes(&self) -> Result<Tree, String> {
        tree(&self.document())
    }

    fn document(&self) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">{}</svg>"#,
            self.svg
        )
    }
}

/// Puts a line into a document. In SVG that is opened elsewhere, too, each piece asks for a typeface that has its letters.
pub(crate) fn draw(svg: &mut String, line: &Line, (x, y): (f64, f64), ink: Ink, fill: &str, anchor: &str) {
    let weight = if ink.bold { 700 } else { 400 };
    let size = ink.size;
    let width = f64::from(line.width);
    let (start, anchor) = match (line.pieces.len(), anchor) {
        // One piece is placed by whoever draws it, in its own typeface.
        (..=1, anchor) => (x, anchor),
        (_, "middle") => (x - width / 2.0, "start"),
        (_, "end") => (x - width, "start"),
        _ => (x, "start"),
    };
    for piece in &line.pieces {
        let at = start + f64::from(piece.x);
        // A string takes every write.
        let _ = write!(
            svg,
            r#"<text x="{at:.2}" y="{y:.2}" font-family="{}" font-size="{size}" font-weight="{weight}" fill="{fill}" text-anchor="{anchor}" xml:space="preserve""#,
            piece.typeface.family
        );
        if ink.bold && !piece.typeface.is_inter() {
            let _ = write!(svg, r#" stroke="{fill}" stroke-width="{}" stroke-linejoin="round""#, size * 0.03);
        }
        let _ = write!(svg, ">{}</text>", escape(&piece.text));
    }
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // No document holds these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Pages as they lie on paper, below each other in one picture of this many pixels across.
///
/// # Errors
/// In words, where a page cannot be drawn or the picture is too large.
pub fn sheets(pages: &[Page], width: u32) -> Result<Picture, String> {
    let scale = width as f32 / WIDTH;
    let (mut rgb, height) = (Vec::new(), pixels(f64::from((HEIGHT * scale).round())));
    for page in pages {
        let mut drawn = Pixmap::new(width, height).ok_or("the pages are too large")?;
        drawn.fill(Color::WHITE);
        resvg::render(&page.shapes()?, Transform::from_scale(scale, scale), &mut drawn.as_mut());
        // On a white ground every pixel is opaque.
        rgb.extend(drawn.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]));
    }
    Ok(Picture { width, height: height * u32::try_from(pages.len()).map_err(|e| e.to_string())?, rgb })
}

/// Binds pages into a PDF; text stays text.
///
/// # Errors
/// In words, where a page cannot be written.
pub fn pdf(pages: &[Page], title: &str) -> Result<Vec<u8>, String> {
    let documents: Vec<String> = pages.iter().map(Page::document).collect();
    bind(&documents, (WIDTH, HEIGHT), title)
}

/// Binds SVG documents of one size, in points, into a PDF. The same documents give the same bytes.
pub(crate) fn bind(documents: &[String], size: (f32, f32), title: &str) -> Result<Vec<u8>, String> {
    let none = || "a page without a size".to_owned();
    let size = Size::from_wh(size.0, size.1).ok_or_else(none)?;
    let mut pdf = Document::new();
    for document in documents {
        let drawn = tree(document)?;
        let mut page = pdf.start_page_with(PageSettings::new(size));
        let mut surface = page.surface();
        surface.draw_svg(&drawn, size, SvgSettings::default()).ok_or_else(none)?;
    }
    // No date: it would be the only thing that differs between two of one content.
    pdf.set_metadata(Metadata::new().title(title.into()).producer("Vigil".into()));
    pdf.finish().map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_bound_and_nothing_in_a_name_breaks_them() {
        let mut page = Page::default();
        page.text(40.0, 60.0, Ink::bold(14.0), "O'Brien <b>&\u{202e} Ωé Ж</b>");
        page.line(40.0, 70.0, 500.0, 70.0);
        page.frame(40.0, 80.0, 10.0, 10.0);
        let bytes = pdf(&[page.clone(), page], "Handover").unwrap();
        assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 2000);
        let count = |what: &[u8]| bytes.windows(what.len()).filter(|w| *w == what).count();
        assert!(count(b"/Count 2") == 1, "two pages");
    }
}
