//! What stands in a PDF, as another program reads it.

use std::path::Path;
use std::process::Command;

use charts::{Ink, Page, pdf};

/// What pdftotext reads in a file.
pub(crate) fn read_pdf(file: &Path) -> String {
    let read = Command::new("pdftotext").args(["-layout"]).arg(file).arg("-").output().unwrap();
    String::from_utf8_lossy(&read.stdout).into_owned()
}

/// Names of people, in every alphabet that the typeface of paper has; signs that SVG and PDF have a use of their own for.
const NAMES: [&str; 11] = [
    "Þórdís Guðmundsdóttir",
    "Łukasz Wiśniewski",
    "Šárka Řeháková",
    "Özgür Çağlayan",
    "Ελένη Παπαδοπούλου",
    "Наталія Їжакевич",
    "O’Brien & Söhne <b>",
    "office waffle fjord",
    "(5 L/min) 37.5 °C – 90 %",
    "AVATAR To Ye",
    "µmol/L ± ½",
];

/// The typeface puts a letter of it together from two, and readers of PDF see a blank beside that one.
const TOGETHER: &str = "Nguyễn Thị Ánh";

#[test]
fn a_name_on_paper_can_be_searched_for_and_copied_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("names.pdf");
    let mut page = Page::default();
    let mut y = 60.0;
    for name in NAMES.iter().chain(&[TOGETHER]) {
        page.text(40.0, y, Ink::plain(10.0), name);
        page.text(300.0, y, Ink::bold(12.0), name);
        y += 20.0;
    }
    std::fs::write(&file, pdf(&[page.clone(), page], "Names").unwrap()).unwrap();
    let read = read_pdf(&file);
    for name in NAMES {
        assert_eq!(read.matches(name).count(), 4, "{name} reads otherwise: {read}");
    }
    let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
    let found = without_blanks(&read).matches(&without_blanks(TOGETHER)).count();
    assert_eq!(found, 4, "{TOGETHER} reads otherwise: {read}");
}
