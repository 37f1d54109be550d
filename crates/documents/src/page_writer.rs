//! Pages of A4 being filled from the top: what every pack and report is written with.

use charts::{Ink, PAGE_HEIGHT, PAGE_WIDTH, Page};

/// The left margin, in points.
pub(crate) const LEFT: f32 = 40.0;
/// Where the right margin begins.
pub(crate) const RIGHT: f32 = PAGE_WIDTH - 40.0;
const BOTTOM: f32 = PAGE_HEIGHT - 60.0;
const TOP: f32 = 56.0;

/// Pages with the place where the next line goes.
pub(crate) struct PageWriter {
    pages: Vec<Page>,
    /// Points from the top of the page.
    pub y: f32,
}

impl PageWriter {
    pub(crate) fn new() -> PageWriter {
        PageWriter { pages: vec![Page::default()], y: TOP }
    }

    pub(crate) fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Writes at the place reached.
    pub(crate) fn write(&mut self, x: f32, ink: Ink, text: &str) {
        let y = self.y;
        self.page().text(x, y, ink, text);
    }

    /// Writes a line `height` points further down, on a new page where this one is full.
    pub(crate) fn line(&mut self, ink: Ink, height: f32, text: &str) {
        self.make_room(height);
        self.y += height;
        self.write(LEFT, ink, text);
    }

    /// Makes room for `height` more points, on a new page where this one is full.
    pub(crate) fn make_room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Page::default());
            self.y = TOP;
        }
    }

    /// A heading that stays with the `height` points below it.
    pub(crate) fn title(&mut self, text: &str, height: f32) {
        self.make_room(27.0 + height.min(BOTTOM - 90.0));
        self.y += 22.0;
        self.write(LEFT, Ink::bold(12.0), text);
        self.y += 5.0;
        let y = self.y;
        self.page().line(LEFT, y, RIGHT, y);
    }

    /// Two boxes to sign in.
    pub(crate) fn signatures(&mut self, left: &str, right: &str) {
        self.make_room(110.0);
        self.y += 34.0;
        let y = self.y;
        for (x, words) in [(LEFT, left), (LEFT + 265.0, right)] {
            let page = self.page();
            page.text(x, y, Ink::bold(10.0), words);
            page.frame(x, y + 8.0, 240.0, 44.0);
            page.text(x + 6.0, y + 47.0, Ink::quiet(7.5), "name, time, signature");
        }
        self.y += 60.0;
    }

    /// The pages, each with this foot and its number.
    pub(crate) fn finish(mut self, foot: &str) -> Vec<Page> {
        let of = self.pages.len();
        for (n, page) in self.pages.iter_mut().enumerate() {
            page.text(LEFT, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), foot);
            page.text(RIGHT - 60.0, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), &format!("page {} of {of}", n + 1));
        }
        self.pages
    }
}
