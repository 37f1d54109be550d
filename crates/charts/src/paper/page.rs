//! Paper: pages of A4 with real text, written as SVG and bound into one vector PDF.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::picture::Picture;
use crate::pixels::pixels;

/// Width of a page in points.
pub const WIDTH: f32 = 595.0;
/// Height of a page in points.
pub const HEIGHT: f32 = 842.0;

/// A page being written. Places are in points from the top left corner.
#[derive(Clone, Debug, Default)]
pub struct Page {
    svg: String,
}

/// How a line of text looks.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    /// Points.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// Grey value: 0 is black.
    pub grey: u8,
}

impl Ink {
    /// Plain black text.
    pub const fn plain(size: f32) -> Ink {
        Ink { size, bold: false, grey: 0 }
    }

    /// Bold black text.
    pub const fn bold(size: f32) -> Ink {
        Ink { size, bold: true, grey: 0 }
    }

    /// Text that stands back.
    pub const fn quiet(size: f32) -> Ink {
        Ink { size, bold: false, grey: 90 }
    }
}

impl Page {
    /// Writes a line with its baseline at `y`.
    pub fn text(&mut self, x: f32, y: f32, ink: Ink, text: &str) {
        let (weight, grey) = (if ink.bold { 700 } else { 400 }, ink.grey);
        // A string takes every write.
        let _ = write!(
            self.svg,
            r#"<text x="{x}" y="{y}" font-family="Inter" font-size="{}" font-weight="{weight}" fill="rgb({grey},{grey},{grey})" xml:space="preserve">{}</text>"#,
            ink.size,
            escape(text)
        );
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

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            // The typeface on paper has no such digit.
            '₂' => out.push('2'),
            c => out.push(c),
        }
    }
    out
}

/// Inter, the one typeface of window and paper (SIL Open Font License, see `fonts/OFL.txt`).
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(include_bytes!("../../fonts/Inter-Regular.ttf").to_vec());
        fonts.load_font_data(include_bytes!("../../fonts/Inter-Bold.ttf").to_vec());
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}

/// Reads SVG with the typeface of paper.
pub(crate) fn tree(svg: &str) -> Result<Tree, String> {
    let options = Options { fontdb: fonts(), font_family: "Inter".into(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|e| e.to_string())
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
