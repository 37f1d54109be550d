//! Limits under a name, which a unit keeps to set them together.

use std::fmt;

use crate::limits::{adult, bounds, check_limits, parse_bounds, plain};
use crate::{Actor, Instant, LIMITED, LimitError, Limits, Measure, SeenAction, UnitLimits, Verb};

/// Limits under a name, to be set together. Whoever saves a name first owns it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Whose it is; `None` for the one every unit has.
    pub owner: Option<Actor>,
    /// What it sets.
    pub limits: Vec<(Measure, Limits)>,
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", plain(&self.name))?;
        for (measure, limits) in &self.limits {
            let spec = measure.spec();
            let code = spec.loinc.first().copied().unwrap_or_default();
            write!(f, "; {code} {}: {}", spec.label, bounds(*limits))?;
        }
        Ok(())
    }
}

fn parse_preset(text: &str, owner: &Actor) -> Option<Preset> {
    let mut parts = text.split("; ");
    let name = parts.next()?.trim().to_owned();
    let limits: Option<Vec<(Measure, Limits)>> = parts
        .map(|part| {
            let (named, limits) = part.split_once(": ")?;
            let measure = Measure::from_loinc(named.split(' ').next()?)?;
            Some((measure, parse_bounds(limits)?))
        })
        .collect();
    Some(Preset { name, owner: Some(owner.clone()), limits: limits? }).filter(|p| p.check().is_ok())
}

impl Preset {
    /// Whether it is this person's. One that was saved under a mere name is also that of who bears the name.
    pub fn may_be_changed_by(&self, who: &Actor) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.is(who) || owner.is_name_of(who))
    }

    /// Whether a unit accepts it.
    ///
    /// # Errors
    /// As for a single change, or where it has no name.
    pub fn check(&self) -> Result<(), LimitError> {
        if self.name.trim().is_empty() {
            return Err(LimitError::NoName);
        }
        for (measure, limits) in &self.limits {
            let unit = adult(*measure).ok_or(LimitError::NoLimits(measure.spec().label))?;
            check_limits(*measure, *limits, unit)?;
        }
        Ok(())
    }
}

/// The presets of a unit, by name. The first who saved a name owns it; what others save under it changes nothing.
pub fn presets(unit: &UnitLimits, actions: &[SeenAction]) -> Vec<Preset> {
    let mut saved: Vec<&SeenAction> = actions.iter().filter(|s| s.action.verb == Verb::SavePreset).collect();
    saved.sort_by(|a, b| {
        let key = |s: &SeenAction| (s.accepted_at.unwrap_or(Instant(i64::MAX)), s.action.at);
        key(a).cmp(&key(b)).then_with(|| a.action.id.cmp(&b.action.id))
    });
    let usual = LIMITED.iter().filter_map(|m| Some((*m, unit.of(*m)?))).collect();
    let mut found = vec![Preset { name: "Unit's own".into(), owner: None, limits: usual }];
    for seen in saved {
        let Some(preset) = seen.action.note.as_deref().and_then(|text| parse_preset(text, &seen.action.by))
        else {
            continue;
        };
        match found.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&preset.name)) {
            Some(known) if known.may_be_changed_by(&seen.action.by) => *known = preset,
            Some(_) => {}
            None => found.push(preset),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Action};
    use proptest::prelude::*;

    fn seen(id: &str, by: &str, at: i64, note: String) -> SeenAction {
        let action = Action {
            id: id.into(),
            about: About::Unit,
            verb: Verb::SavePreset,
            by: Actor::named(by),
            at: Instant(at),
            note: Some(note),
            to: None,
        };
        SeenAction { action, accepted_at: Some(Instant(at)) }
    }

    #[test]
    fn one_person_cannot_change_anothers_preset() {
        let save = |id: &str, by: &str, at: i64, low: f64| {
            let limits = vec![(Measure::SpO2, Limits { low: Some(low), high: None })];
            let preset = Preset { name: "COPD".into(), owner: None, limits };
            seen(id, by, at, preset.to_string())
        };
        let low = |actions: &[SeenAction]| {
            presets(&UnitLimits::default(), actions)
                .into_iter()
                .find(|p| p.name == "COPD")
                .map(|p| (p.owner.map(|o| o.name), p.limits[0].1.low.unwrap_or(0.0)))
        };
        let own = [save("1", "Varga", 1, 86.0), save("2", "Varga", 2, 87.0)];
        assert_eq!(low(&own), Some((Some("Varga".into()), 87.0)));
        let anothers = [own[0].clone(), own[1].clone(), save("3", "Okafor", 3, 70.0)];
        assert_eq!(low(&anothers), Some((Some("Varga".into()), 87.0)));
        let units = seen("9", "Okafor", 9, "Unit's own; 59408-5 SpO₂: 60 to -".into());
        assert_eq!(
            presets(&UnitLimits::default(), &[units])[0].limits[1].1.low,
            Some(90.0),
            "nor the unit's own"
        );
    }

    #[test]
    fn somebody_else_of_the_same_name_cannot_change_it_either() {
        let save = |id: &str, by: Actor, low: f64| {
            let limits = vec![(Measure::SpO2, Limits { low: Some(low), high: None })];
            let preset = Preset { name: "COPD".into(), owner: None, limits };
            let mut save = seen(id, "", id.parse().unwrap(), preset.to_string());
            save.action.by = by;
            save
        };
        let last = |actions: &[SeenAction]| {
            presets(&UnitLimits::default(), actions).pop().map(|p| p.limits[0].1.low.unwrap_or(0.0))
        };
        let (one, two) = (Actor::at_station("a", "Varga"), Actor::at_station("b", "Varga"));
        let both = [save("1", one.clone(), 86.0), save("2", two.clone(), 70.0)];
        assert_eq!(last(&both), Some(86.0));
        // Saved before stations told people apart: who bears the name goes on with it, and from then on it is that person's.
        let older = [save("1", Actor::named("Varga"), 86.0), save("2", one, 87.0), save("3", two, 70.0)];
        assert_eq!(last(&older), Some(87.0));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            let _ = parse_preset(&text, &Actor::named("x"));
        }
    }
}
