//! The panels there are: which measures each shows, how it looks, and what is read for one.

use charts::{Panel, Theme};
use clinical::{Measure, Shown};

use crate::device_change::DeviceChange;

/// A panel of the patient page: what it shows, and how.
#[derive(Debug)]
pub struct PanelKind {
    /// As programs know it: `hr`, `spo2`, `rr`, `bp`, `temp`, `glucose`, `news`.
    pub key: &'static str,
    /// As shown.
    pub label: &'static str,
    /// As shown.
    pub unit: &'static str,
    /// What it shows; of pressures the systolic ones.
    pub measures: &'static [Measure],
    /// Its axis reaches at least from here to there.
    pub least: (f64, f64),
    /// Its hue on a dark ground.
    pub dark: (u8, u8, u8),
    /// Its hue on a light ground.
    pub light: (u8, u8, u8),
}

/// Hues of `tokens.css`.
pub(crate) const PANELS: [PanelKind; 6] = [
    PanelKind {
        key: "hr",
        label: "HR",
        unit: "/min",
        measures: &[Measure::HeartRate, Measure::PulseRate],
        least: (50.0, 110.0),
        dark: (126, 208, 155),
        light: (27, 122, 69),
    },
    PanelKind {
        key: "spo2",
        label: "SpO₂",
        unit: "%",
        measures: &[Measure::SpO2],
        least: (86.0, 100.0),
        dark: (134, 180, 255),
        light: (37, 89, 184),
    },
    PanelKind {
        key: "rr",
        label: "RR",
        unit: "/min",
        measures: &[Measure::RespRate],
        least: (8.0, 28.0),
        dark: (213, 219, 226),
        light: (65, 77, 89),
    },
    PanelKind {
        key: "bp",
        label: "BP",
        unit: "mmHg",
        measures: &[Measure::SystolicBp, Measure::ArterialSystolic],
        least: (50.0, 150.0),
        dark: (195, 163, 247),
        light: (106, 63, 192),
    },
    PanelKind {
        key: "temp",
        label: "Temp",
        unit: "°C",
        measures: &[Measure::Temperature],
        least: (36.0, 38.8),
        dark: (227, 168, 131),
        light: (162, 83, 31),
    },
    PanelKind {
        key: "glucose",
        label: "Glucose",
        unit: "mg/dL",
        measures: &[Measure::Glucose],
        least: (60.0, 200.0),
        dark: (238, 159, 208),
        light: (171, 43, 124),
    },
];

impl PanelKind {
    /// Digits behind the point of its values, in the unit they are shown in.
    pub fn digits(&self, unit: &str) -> u8 {
        match self.measures.first() {
            Some(measure) => Shown::of(*measure, [unit]).digits,
            None => 0,
        }
    }

    /// Of which of its values a table tells, where it shows several.
    pub fn tabled(&self) -> Option<&'static str> {
        self.is_pressure().then_some("systolic")
    }

    /// Whether it shows pressures: three series, of which the systolic one decides.
    pub(crate) fn is_pressure(&self) -> bool {
        self.key == "bp"
    }
}

/// The panel that shows a measure; the first one for what has none.
pub(crate) fn panel_of(measure: Measure) -> &'static str {
    let pressures =
        [Measure::DiastolicBp, Measure::MeanBp, Measure::ArterialDiastolic, Measure::ArterialMean];
    if pressures.contains(&measure) {
        return "bp";
    }
    PANELS.iter().find(|kind| kind.measures.contains(&measure)).map_or(PANELS[0].key, |kind| kind.key)
}

/// Every panel there is, in the order of the page.
pub fn panel_kinds() -> impl Iterator<Item = &'static PanelKind> {
    PANELS.iter().chain([&SCORE])
}

/// The panel of the score.
pub(crate) const SCORE: PanelKind = PanelKind {
    key: "news",
    label: "NEWS2",
    unit: "",
    measures: &[],
    least: (0.0, 9.0),
    dark: (151, 165, 179),
    light: (70, 83, 96),
};

/// A panel with what was read for it.
#[derive(Debug)]
pub struct ReadPanel {
    /// Which.
    pub kind: &'static PanelKind,
    /// The unit shown: a glucose that the site sends in mmol/L is read in mmol/L.
    pub unit: &'static str,
    /// What is drawn.
    pub panel: Panel,
    /// Where one device took over from another.
    pub device_changes: Vec<DeviceChange>,
    /// The same in words.
    pub summary: String,
}

/// The colours of a panel.
pub fn theme(kind: &PanelKind, light: bool) -> Theme {
    if light {
        Theme {
            background: (255, 255, 255),
            grid: (213, 220, 227),
            limit: (110, 122, 134),
            hue: kind.light,
            mark: (5, 8, 11),
        }
    } else {
        Theme {
            background: (7, 9, 12),
            grid: (30, 38, 46),
            limit: (120, 134, 147),
            hue: kind.dark,
            mark: (246, 249, 251),
        }
    }
}
