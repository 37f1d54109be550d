//! One entry of the record on a sheet of paper, with its proof as a QR code: who has the sheet can show, without a station and without a
//! network, that the entry stands in the record.

use std::fmt::Write;

use bedside::local_time::local;
use charts::{Ink, Page, isolated};
use clinical::Instant;
use qrcode::{Color, EcLevel, QrCode};

use crate::chart::STAMP;
use crate::error::DocumentError;
use crate::imprint::Imprint;
use crate::page_writer::{LEFT, PageWriter, RIGHT};

/// What a PDF of it says it is.
pub const PROOF_TITLE: &str = "Proof of an entry";

/// How wide the code is, in points. The largest code has 177 modules in a row: 0.9 mm each.
const WIDE: f32 = 470.0;
/// Modules of white around a code (ISO/IEC 18004).
const QUIET: u32 = 4;

/// The sheet: what the entry says, by name, and the code with `proof`.
///
/// # Errors
/// Where the proof is longer than a code holds.
pub fn proof_pages(
    says: &[(&str, String)],
    proof: &str,
    now: Instant,
    imprint: &Imprint,
) -> Result<Vec<Page>, DocumentError> {
    let (svg, modules) = code(proof)?;
    let mut page = PageWriter::new();
    page.title(PROOF_TITLE, 60.0);
    page.y += 4.0;
    for (name, words) in says.iter().filter(|(_, words)| !words.is_empty()) {
        page.line(Ink::plain(10.0), 14.0, &format!("{name}: {}", isolated(words)));
    }
    page.y += 6.0;
    page.line(
        Ink::quiet(8.5),
        11.0,
        "The code holds the entry, its place in the record and the record's signature. Whoever scans it into a file checks it with \
         vigil audit verify FILE, without a key and without a network; the record's checkpoints, which the server keeps, are given \
         with --known.",
    );
    page.make_room(WIDE + 12.0);
    page.y += 12.0;
    let (x, y) = (LEFT + (RIGHT - LEFT - WIDE) / 2.0, page.y);
    page.page().picture(x, y, WIDE, (modules, modules), &svg);
    page.y += WIDE;
    let foot = format!("{PROOF_TITLE} · printed at {} · {}", local(now, STAMP), isolated(&imprint.station));
    Ok(page.finish(&foot))
}

/// A code as SVG, one unit a module, and how many units wide it is. As much of it may be lost as there is room for.
fn code(text: &str) -> Result<(String, u32), DocumentError> {
    let levels = [EcLevel::Q, EcLevel::M, EcLevel::L];
    let made = levels.into_iter().find_map(|level| QrCode::with_error_correction_level(text, level).ok());
    let made = made.ok_or_else(|| {
        DocumentError::Drawing(format!(
            "the proof has {} letters, more than a QR code holds: write it into a file (--out)",
            text.len()
        ))
    })?;
    let across = made.width();
    let mut path = String::new();
    for (n, _) in made.to_colors().iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        let (x, y) = (n % across + QUIET as usize, n / across + QUIET as usize);
        // A string takes every write.
        let _ = write!(path, "M{x} {y}h1v1h-1z");
    }
    let modules = u32::try_from(across).unwrap_or(u32::MAX).saturating_add(2 * QUIET);
    let svg = format!(r##"<path d="{path}" fill="#000" shape-rendering="crispEdges"/>"##);
    Ok((svg, modules))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use charts::sheets;

    use super::*;

    fn imprint() -> Imprint {
        Imprint { station: "7B-1".into(), user: "A. Auditor".into(), last_good: None }
    }

    /// What a reader of codes finds on the sheet, as a scanner at 200 dots an inch sees it.
    fn scanned(pages: &[Page]) -> Vec<String> {
        let picture = sheets(pages, 1654).unwrap();
        let (wide, high) = (picture.width as usize, picture.height as usize);
        let grey = |x: usize, y: usize| picture.rgb[(y * wide + x) * 3];
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(wide, high, grey);
        seen.detect_grids().into_iter().map(|code| code.decode().unwrap().1).collect()
    }

    #[test]
    fn what_is_scanned_from_the_sheet_is_the_proof_to_the_letter() {
        for letters in [300, 1_200, 2_600] {
            let line = "c2sp.org/tlog-proof@v1\nextra QUJD+/==\n\n\u{2014} 7B-1 ";
            let proof: String = line.chars().cycle().take(letters).collect();
            let says = [("Entry", "7".to_owned()), ("Who", "N. Okafor".to_owned()), ("About", String::new())];
            let pages = proof_pages(&says, &proof, Instant(0), &imprint()).unwrap();
            assert_eq!((pages.len(), scanned(&pages)), (1, vec![proof]), "{letters}");
        }
    }

    #[test]
    fn a_proof_that_no_code_holds_is_refused_with_what_to_do() {
        let why = proof_pages(&[], &"x".repeat(3_000), Instant(0), &imprint()).unwrap_err().to_string();
        assert!(why.contains("3000 letters") && why.contains("--out"), "{why}");
    }
}
