//! A line of text before it is drawn: which typeface has which letter, which way it runs, how wide it is, where it is cut.
//!
//! Measured by the shaping that draws it. Deliberately not here: where a line stands.

use rustybuzz::{Direction, UnicodeBuffer, shape};
use unicode_bidi::{BidiInfo, Level};
use unicode_segmentation::UnicodeSegmentation;

use crate::paper::fonts::{Typeface, typefaces};
use crate::paper::ink::Ink;

/// Stands for a letter that no typeface of paper has.
const UNKNOWN: &str = "?";
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';
/// Without ink, and of the direction of Arabic and Hebrew: holds the spaces and brackets at the ends of such a piece in it.
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';

/// Letters of one typeface that run one way.
pub(crate) struct Piece {
    /// As it goes into the document.
    pub(crate) text: String,
    pub(crate) typeface: &'static Typeface,
    /// Points from the line's beginning.
    pub(crate) x: f32,
}

/// A line, its pieces from left to right.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) width: f32,
    /// Whether letters are missing that no typeface has.
    pub(crate) is_short: bool,
}

/// A name as it stands among other words: letters from right to left do not turn what is beside it around.
pub fn isolated(name: &str) -> String {
    // What runs from left to right in every letter needs no fence.
    if name.chars().all(|c| u32::from(c) < 0x590) {
        return name.to_owned();
    }
    format!("{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}")
}

/// How many points wide a line is.
pub fn width(text: &str, ink: Ink) -> f32 {
    Line::new(text, ink).width
}

/// The line, cut between two letters and ended by an ellipsis where it is wider than `room` points.
pub fn fitted(text: &str, ink: Ink, room: f32) -> String {
    if width(text, ink) <= room {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
    let cut = |at: usize| {
        let kept = text[..at].trim_end();
        let open = kept.chars().filter(|c| ('\u{2066}'..=FIRST_STRONG_ISOLATE).contains(c)).count();
        let closed = kept.chars().filter(|c| *c == POP_ISOLATE).count();
        let close = POP_ISOLATE.to_string().repeat(open.saturating_sub(closed));
        // Within the fence, so that it stands where the name would go on.
        format!("{kept}…{close}")
    };
    let mut fits = ends.partition_point(|at| width(&cut(*at), ink) <= room);
    // A letter at an end may be wider than the same within a word.
    while fits > 1 && width(&cut(ends[fits - 1]), ink) > room {
        fits -= 1;
    }
    cut(ends.get(fits.saturating_sub(1)).copied().unwrap_or(0))
}

/// Parts one after the other on as many lines of `room` points as they need. A part goes to the next line as a whole; one that is
/// wider than a line is broken at its spaces, and a word that is wider between two letters.
pub fn flowed(parts: &[String], between: &str, ink: Ink, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line}{between}{part}");
            if width(&longer, ink) <= room {
                *line = longer;
                continue;
            }
        }
        if width(part, ink) <= room {
            lines.push(part.clone());
        } else if part.contains(' ') {
            let words: Vec<String> = part.split(' ').map(str::to_owned).collect();
            lines.extend(flowed(&words, " ", ink, room));
        } else {
            lines.extend(broken(part, ink, room));
        }
    }
    lines
}

fn broken(word: &str, ink: Ink, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for letter in word.graphemes(true) {
        let last = lines.len() - 1;
        let longer = format!("{}{letter}", lines[last]);
        if lines[last].is_empty() || width(&longer, ink) <= room {
            lines[last] = longer;
        } else {
            lines.push(letter.to_owned());
        }
    }
    lines
}

/// What can stand in a document, one line of it: no controls, no codes that are none, nothing that turns around what follows.
fn clean(text: &str) -> String {
    let noncharacter = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => out.push(' '),
            '\u{2028}' | '\u{2029}' => out.push(' '),
            // Overrides, and what is only there to be broken at; variants of a letter are drawn as the letter.
            '\u{202a}'..='\u{202e}' | '\u{ad}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => {}
            '\u{e0100}'..='\u{e01ef}' => {}
            // The typeface on paper has no such digit.
            '₂' => out.push('2'),
            c if noncharacter(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Takes part in the order of a line or in shapes, and has no ink.
fn is_without_ink(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}')
}

/// Of these only the order of a line takes notice.
fn is_of_order(letter: &str) -> bool {
    letter
        .chars()
        .all(|c| matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'..='\u{2069}'))
}

/// What cannot be shaped apart, by where it begins in the text, and how wide it is.
struct Cluster {
    begins: usize,
    wide: f32,
    /// The widest of its glyphs.
    widest: f32,
}

/// Letters of one typeface in the order of the eye, in points; `None` where it lacks one.
fn shaped(text: &str, typeface: &Typeface, direction: Direction, size: f32) -> Option<Vec<Cluster>> {
    let face = typeface.face()?;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.set_direction(direction);
    let glyphs = shape(face, &[], buffer);
    let mut clusters: Vec<Cluster> = Vec::new();
    for (glyph, place) in glyphs.glyph_infos().iter().zip(glyphs.glyph_positions()) {
        if glyph.glyph_id == 0 {
            return None;
        }
        let (begins, wide) =
            (glyph.cluster as usize, place.x_advance as f32 * size / face.units_per_em() as f32);
        match clusters.last_mut().filter(|last| last.begins == begins) {
            Some(last) => {
                last.wide += wide;
                last.widest = last.widest.max(wide);
            }
            None => clusters.push(Cluster { begins, wide, widest: wide }),
        }
    }
    Some(clusters)
}

/// Whether a typeface has a letter with all its marks.
fn has(typeface: &Typeface, letter: &str) -> bool {
    let Some(face) = typeface.face() else { return false };
    let each = letter.chars().all(|c| is_without_ink(c) || face.glyph_index(c).is_some());
    // A letter and a mark may be there as one.
    each || (letter.chars().nth(1).is_some()
        && shaped(letter, typeface, Direction::LeftToRight, 1.0).is_some())
}

fn typeface_of(letter: &str, before: Option<&'static Typeface>, bold: bool) -> Option<&'static Typeface> {
    let first = letter.chars().find(|c| !is_without_ink(*c)).unwrap_or(' ');
    // Spaces, commas and brackets go with what they stand in.
    if let Some(before) = before.filter(|face| !first.is_alphanumeric() && has(face, letter)) {
        return Some(before);
    }
    typefaces(first, bold).find(|face| has(face, letter))
}

impl Line {
    pub(crate) fn new(text: &str, ink: Ink) -> Line {
        let text = clean(text);
        let mut line = Line::default();
        if text.is_ascii() {
            line.run(&text, false, ink);
            return line;
        }
        // Forms, labels and numbers stand from left to right.
        let bidi = BidiInfo::new(&text, Some(Level::ltr()));
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let backwards = levels.get(run.start).is_some_and(|level| level.is_rtl());
                line.run(&text[run], backwards, ink);
            }
        }
        line
    }

    /// Letters that run one way, cut by typeface.
    fn run(&mut self, text: &str, backwards: bool, ink: Ink) {
        let mut cut: Vec<(String, &'static Typeface)> = Vec::new();
        if text.is_ascii() {
            cut.extend(typefaces(' ', ink.bold).next().map(|face| (text.to_owned(), face)));
            self.pieces_of(cut, backwards, ink);
            return;
        }
        for letter in text.graphemes(true).filter(|letter| !is_of_order(letter)) {
            let before = cut.last().map(|(_, face)| *face);
            let found = typeface_of(letter, before, ink.bold);
            self.is_short |= found.is_none();
            let letter = if found.is_none() { UNKNOWN } else { letter };
            let Some(face) = found.or_else(|| typefaces('?', ink.bold).next()) else { continue };
            match cut.last_mut() {
                Some((piece, last)) if std::ptr::eq(*last, face) => piece.push_str(letter),
                _ => cut.push((letter.to_owned(), face)),
            }
        }
        if backwards {
            cut.reverse();
        }
        self.pieces_of(cut, backwards, ink);
    }

    fn pieces_of(&mut self, cut: Vec<(String, &'static Typeface)>, backwards: bool, ink: Ink) {
        let direction = if backwards { Direction::RightToLeft } else { Direction::LeftToRight };
        for (mut text, typeface) in cut {
            let clusters = shaped(&text, typeface, direction, ink.size).unwrap_or_default();
            let wide: f32 = clusters.iter().map(|cluster| cluster.wide).sum();
            // resvg gives a cluster the room of its widest glyph: where several stand side by side, as in scripts of India, each
            // cluster is placed by itself.
            if !backwards && clusters.iter().any(|cluster| cluster.wide > cluster.widest + 0.01) {
                let mut x = self.width;
                for (n, cluster) in clusters.iter().enumerate() {
                    let ends = clusters.get(n + 1).map_or(text.len(), |next| next.begins);
                    self.pieces.push(Piece { text: text[cluster.begins..ends].to_owned(), typeface, x });
                    x += cluster.wide;
                }
            } else {
                if backwards
                    && !(text.starts_with(char::is_alphabetic) && text.ends_with(char::is_alphabetic))
                {
                    text = format!("{RIGHT_TO_LEFT_MARK}{text}{RIGHT_TO_LEFT_MARK}");
                }
                self.pieces.push(Piece { text, typeface, x: self.width });
            }
            self.width += wide;
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
