//! Panels become pictures: each on a core of its own.

use charts::{Drawn, Viewport};
use rayon::prelude::*;

use crate::device_change::DeviceChange;
use crate::error::TrendsError;
use crate::panel::{PanelKind, ReadPanel, theme};

/// A panel as a picture, with its words. The values stay behind: they can be many.
pub(crate) struct DrawnPanel {
    pub kind: &'static PanelKind,
    pub unit: &'static str,
    pub drawn: Drawn,
    pub device_changes: Vec<DeviceChange>,
    pub summary: String,
}

/// Draws panels in their order.
pub(crate) fn draw(
    panels: Vec<ReadPanel>,
    viewport: &Viewport,
    light: bool,
) -> Result<Vec<DrawnPanel>, TrendsError> {
    let one = |read: ReadPanel| {
        let drawn = charts::draw(&read.panel, viewport, &theme(read.kind, light));
        let ReadPanel { kind, unit, device_changes, summary, .. } = read;
        let drawn = drawn.map_err(TrendsError::Drawing)?;
        Ok(DrawnPanel { kind, unit, drawn, device_changes, summary })
    };
    panels.into_par_iter().map(one).collect()
}
