//! Pages of A4 being filled from the top: what every pack and report is written with.

use charts::{Ink, PAGE_HEIGHT, PAGE_MARGIN, PAGE_WIDTH, Page, fitted, flowed, isolated, width};

/// The left margin, in points.
pub(crate) const LEFT: f32 = PAGE_MARGIN;
/// Where the right margin begins.
pub(crate) const RIGHT: f32 = PAGE_WIDTH - PAGE_MARGIN;
/// Between two columns.
const GUTTER: f32 = 6.0;
const BOTTOM: f32 = PAGE_HEIGHT - 60.0;
const TOP: f32 = 56.0;

/// From one line of a column to the next.
const MORE: f32 = 11.0;

/// A part of a row.
pub(crate) struct Column {
    x: f32,
    to: f32,
    ink: Ink,
    lines: Vec<String>,
}

impl Column {
    /// A name, on one line: one that is too long ends with an ellipsis.
    pub(crate) fn name(x: f32, next: f32, ink: Ink, name: &str) -> Column {
        let to = next - GUTTER;
        Column { x, to, ink, lines: vec![fitted(&isolated(name), ink, to - x)] }
    }

    /// Parts on as many lines as they need: nothing is left out.
    pub(crate) fn parts(x: f32, next: f32, ink: Ink, parts: &[String]) -> Column {
        let to = if next < RIGHT { next - GUTTER } else { next };
        Column { x, to, ink, lines: flowed(parts, " · ", ink, to - x) }
    }
}

/// Who it is at the head of a line, and what else is said of them: where that is too long, the name gives way and nothing else.
pub(crate) fn headed(name: &str, rest: &str, ink: Ink, room: f32) -> String {
    format!("{}{rest}", fitted(&isolated(name), ink, room - width(rest, ink)))
}

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

    /// Writes a line `height` points further down, on a new page where this one is full. What is longer than a line goes on below.
    pub(crate) fn line(&mut self, ink: Ink, height: f32, text: &str) {
        self.flow(LEFT, ink, height, &[text.to_owned()], " ");
    }

    /// Writes parts one after the other from the next line on, on as many as they need.
    pub(crate) fn flow(&mut self, x: f32, ink: Ink, height: f32, parts: &[String], between: &str) {
        for text in flowed(parts, between, ink, RIGHT - x) {
            self.make_room(height);
            self.y += height;
            self.write(x, ink, &text);
        }
    }

    /// Writes columns side by side `height` points further down, those that need more lines going on below the first.
    pub(crate) fn row(&mut self, height: f32, columns: &[Column]) {
        let lines = columns.iter().map(|column| column.lines.len()).max().unwrap_or(0);
        let more = lines.saturating_sub(1) as f32 * MORE;
        self.make_room(height + more);
        self.y += height;
        let y = self.y;
        for column in columns {
            for (n, text) in column.lines.iter().enumerate() {
                let room = column.to - column.x;
                self.page().text_within(column.x, y + n as f32 * MORE, room, column.ink, text);
            }
        }
        self.y += more;
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
            page.text_within(x, y, 240.0, Ink::bold(10.0), words);
            page.frame(x, y + 8.0, 240.0, 44.0);
            page.text(x + 6.0, y + 47.0, Ink::quiet(7.5), "name, time, signature");
        }
        self.y += 60.0;
    }

    /// The pages, each with this foot and its number.
    pub(crate) fn finish(mut self, foot: &str) -> Vec<Page> {
        let of = self.pages.len();
        for (n, page) in self.pages.iter_mut().enumerate() {
            let number = format!("page {} of {of}", n + 1);
            let short = match page.short_lines() {
                0 => None,
                1 => Some("1 line of this page holds".to_owned()),
                lines => Some(format!("{lines} lines of this page hold")),
            };
            if let Some(lines) = short {
                let text =
                    format!("{lines} letters that this paper cannot print, each shown as ?: see the screen");
                page.text(LEFT, PAGE_HEIGHT - 40.0, Ink::bold(8.5), &text);
            }
            let room = RIGHT - 60.0 - GUTTER - LEFT;
            page.text_within(LEFT, PAGE_HEIGHT - 28.0, room, Ink::quiet(7.5), foot);
            page.text(RIGHT - 60.0, PAGE_HEIGHT - 28.0, Ink::quiet(7.5), &number);
        }
        self.pages
    }
}
