//! How text on paper looks.

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
