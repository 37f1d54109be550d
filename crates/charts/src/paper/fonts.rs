//! The typefaces of paper: Inter, and one for each script that Inter has no letters of (licences and sources: `fonts/README.md`).
//!
//! They lie in the program's file and are read where a letter asks for one, so a ward without such a name pays nothing.

use std::sync::{Arc, OnceLock};

use resvg::usvg::{FontFamily, FontResolver, Options, Tree, fontdb};
use rustybuzz::Face;

/// A typeface and the letters it is asked for.
pub(crate) struct Typeface {
    pub(crate) family: &'static str,
    data: &'static [u8],
    /// First and last of each range.
    letters: &'static [(u32, u32)],
    face: OnceLock<Option<Face<'static>>>,
}

macro_rules! typeface {
    ($family:literal, $file:literal, $($range:expr),*) => {
        Typeface {
            family: $family,
            data: include_bytes!(concat!("../../fonts/", $file)),
            letters: &[$($range),*],
            face: OnceLock::new(),
        }
    };
}

static INTER: [Typeface; 2] = [
    typeface!("Inter", "Inter-Regular.ttf", (0, 0x52f), (0x1e00, 0x2fff), (0xfb00, 0xfb06)),
    typeface!("Inter", "Inter-Bold.ttf", (0, 0x52f), (0x1e00, 0x2fff), (0xfb00, 0xfb06)),
];

/// What stands in for Inter. None has a bold cut: bold is drawn by a thin outline.
static FALLBACKS: [Typeface; 21] = [
    // Vietnamese, polytonic Greek, marks: of Latin, Greek and Cyrillic what Inter has not.
    typeface!(
        "Noto Sans",
        "NotoSans.ttf",
        (0x100, 0x52f),
        (0x1e00, 0x1fff),
        (0x2010, 0x205e),
        (0x20a0, 0x20bf),
        (0x2100, 0x214f),
        (0x2190, 0x22ff)
    ),
    typeface!("Noto Sans Arabic", "NotoSansArabic.ttf", (0x600, 0x6ff), (0x750, 0x77f)),
    typeface!("Noto Sans Hebrew", "NotoSansHebrew.ttf", (0x590, 0x5ff)),
    typeface!(
        "Noto Sans Devanagari",
        "NotoSansDevanagari.ttf",
        (0x900, 0x97f),
        (0x1cd0, 0x1cff),
        (0xa8e0, 0xa8ff)
    ),
    typeface!("Noto Sans Thai", "NotoSansThai.ttf", (0xe00, 0xe7f)),
    typeface!("Noto Sans Bengali", "NotoSansBengali.ttf", (0x980, 0x9ff)),
    typeface!("Noto Sans Gurmukhi", "NotoSansGurmukhi.ttf", (0xa00, 0xa7f)),
    typeface!("Noto Sans Gujarati", "NotoSansGujarati.ttf", (0xa80, 0xaff)),
    typeface!("Noto Sans Tamil", "NotoSansTamil.ttf", (0xb80, 0xbff)),
    typeface!("Noto Sans Telugu", "NotoSansTelugu.ttf", (0xc00, 0xc7f)),
    typeface!("Noto Sans Kannada", "NotoSansKannada.ttf", (0xc80, 0xcff)),
    typeface!("Noto Sans Malayalam", "NotoSansMalayalam.ttf", (0xd00, 0xd7f)),
    typeface!("Noto Sans Sinhala", "NotoSansSinhala.ttf", (0xd80, 0xdff)),
    typeface!("Noto Sans Lao", "NotoSansLao.ttf", (0xe80, 0xeff)),
    typeface!("Noto Sans Myanmar", "NotoSansMyanmar.ttf", (0x1000, 0x109f)),
    typeface!(
        "Noto Sans Georgian",
        "NotoSansGeorgian.ttf",
        (0x10a0, 0x10ff),
        (0x1c90, 0x1cbf),
        (0x2d00, 0x2d2f)
    ),
    typeface!("Noto Sans Armenian", "NotoSansArmenian.ttf", (0x530, 0x58f)),
    typeface!("Noto Sans Ethiopic", "NotoSansEthiopic.ttf", (0x1200, 0x137f)),
    typeface!("Noto Sans Khmer", "NotoSansKhmer.ttf", (0x1780, 0x17ff)),
    typeface!(
        "Noto Sans CJK KR",
        "NotoSansKR.otf",
        (0x1100, 0x1112),
        (0x1161, 0x1175),
        (0x11a8, 0x11c2),
        (0x3131, 0x318e),
        (0xac00, 0xd7a3)
    ),
    typeface!(
        "Droid Sans Fallback",
        "DroidSansFallback.ttf",
        (0x2e80, 0x2fdf),
        (0x3000, 0x312f),
        (0x31a0, 0x31bf),
        (0x4e00, 0x9fff),
        (0xf900, 0xfaff),
        (0xff01, 0xff5e),
        (0xff66, 0xff9d)
    ),
];

impl Typeface {
    /// As it is shaped with; `None` for a file that cannot be read, which a test rules out.
    pub(crate) fn face(&self) -> Option<&Face<'static>> {
        self.face.get_or_init(|| Face::from_slice(self.data, 0)).as_ref()
    }

    pub(crate) fn is_inter(&self) -> bool {
        self.family == "Inter"
    }

    fn is_asked_for(&self, letter: char) -> bool {
        let code = u32::from(letter);
        self.letters.iter().any(|(first, last)| (*first..=*last).contains(&code))
    }
}

/// The typefaces that may have a letter, the best first.
pub(crate) fn typefaces(letter: char, bold: bool) -> impl Iterator<Item = &'static Typeface> {
    let inter = &INTER[usize::from(bold)];
    std::iter::once(inter).chain(FALLBACKS.iter()).filter(move |face| face.is_asked_for(letter))
}

fn load(into: &mut fontdb::Database, face: &Typeface) {
    into.load_font_source(fontdb::Source::Binary(Arc::new(face.data)));
}

fn inter() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let read = || {
        let mut fonts = fontdb::Database::new();
        INTER.iter().for_each(|face| load(&mut fonts, face));
        Arc::new(fonts)
    };
    FONTS.get_or_init(read).clone()
}

/// Reads SVG with the typefaces of paper, each from the first text that names it.
pub(crate) fn tree(svg: &str) -> Result<Tree, String> {
    let as_named = FontResolver::default_font_selector();
    let fonts = FontResolver {
        select_font: Box::new(move |font, known| {
            for face in &FALLBACKS {
                let is_named =
                    |family: &FontFamily| matches!(family, FontFamily::Named(name) if name == face.family);
                let is_known = |known: &fontdb::Database| {
                    known.faces().any(|of| of.families.iter().any(|(name, _)| name == face.family))
                };
                if font.families().iter().any(is_named) && !is_known(known) {
                    load(Arc::make_mut(known), face);
                }
            }
            as_named(font, known)
        }),
        // Every text names the typeface that has its letters (`text.rs`).
        select_fallback: Box::new(|_, _, _| None),
    };
    let options =
        Options { fontdb: inter(), font_family: "Inter".into(), font_resolver: fonts, ..Options::default() };
    Tree::from_str(svg, &options).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_typeface_is_named_as_its_file_says_and_has_most_of_what_it_is_asked_for() {
        for face in INTER.iter().chain(&FALLBACKS) {
            let mut fonts = fontdb::Database::new();
            load(&mut fonts, face);
            let names: Vec<_> =
                fonts.faces().flat_map(|f| f.families.iter().map(|(name, _)| name.clone())).collect();
            assert!(names.iter().any(|name| name == face.family), "{}: {names:?}", face.family);
            let read = face.face().unwrap();
            let letters = face.letters.iter().flat_map(|(first, last)| *first..=*last);
            let has = letters.filter_map(char::from_u32).filter(|c| read.glyph_index(*c).is_some()).count();
            assert!(has > 50, "{} has {has} letters", face.family);
        }
    }
}
