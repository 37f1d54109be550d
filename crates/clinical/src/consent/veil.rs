//! What the consents of many leave to be seen by whoever looks, from moment to moment.

use std::collections::BTreeMap;

use crate::consent::codes::{Coded, covers_purpose};
use crate::consent::decide::{Decision, decide};
use crate::consent::glass::BREAK_GLASS;
use crate::consent::model::{Consent, Provision, Scope, Status};
use crate::consent::request::{Looker, Overarching, Record, Request};
use crate::consent::sight::as_seen;
use crate::{Instant, PatientId, TimeRange};

/// What consents say to whoever looks. The default hides nothing: it is for what watches, and shows nobody anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Veil {
    looker: Option<Looker>,
    site: Overarching,
    consents: BTreeMap<PatientId, Vec<Consent>>,
}

impl Veil {
    /// These consents, for whoever looks.
    pub fn new(looker: Looker, consents: impl IntoIterator<Item = Consent>) -> Veil {
        let mut of: BTreeMap<PatientId, Vec<Consent>> = BTreeMap::new();
        for consent in consents.into_iter().filter(|consent| consent.status == Status::Active) {
            if consent.scope != Scope::AdvanceDirective {
                let own = of.entry(consent.patient.clone()).or_default();
                own.push(as_seen(consent, &looker));
            }
        }
        Veil { looker: Some(looker), site: Overarching::default(), consents: of }
    }

    /// Whether anything of this patient may be withheld.
    pub fn is_over(&self, patient: &PatientId) -> bool {
        let Some(looker) = &self.looker else { return false };
        let without = covers_purpose(&Coded::purpose("TREAT"), &looker.purpose);
        !without || self.consents.contains_key(patient)
    }

    /// Whether nothing of anybody is withheld.
    pub fn is_clear(&self) -> bool {
        self.looker.as_ref().is_none_or(|looker| {
            self.consents.is_empty() && covers_purpose(&Coded::purpose("TREAT"), &looker.purpose)
        })
    }

    /// The consents of a patient that are in force.
    pub fn of(&self, patient: &PatientId) -> &[Consent] {
        self.consents.get(patient).map_or(&[], Vec::as_slice)
    }

    /// Who looks; nobody where nothing is hidden.
    pub fn looker(&self) -> Option<&Looker> {
        self.looker.as_ref()
    }

    /// What becomes of a record that is looked at now. Whoever broke the glass over its patient still treats: nothing that they saw
    /// before is withheld for it, and what they did not see is decided by that purpose.
    pub fn decide(&self, record: &Record, at: Instant) -> Decision<'_> {
        let Some(looker) = &self.looker else { return Decision::Allowed { by: None } };
        let wanted_for = |purpose: Coded| {
            let request = Request { who: looker.who.clone(), purpose, action: looker.action, at };
            decide(&self.site, self.of(record.patient), &request, record)
        };
        match wanted_for(looker.purpose.clone()) {
            Decision::Withheld { .. } if looker.glass_over(record.patient, at).is_some() => {
                wanted_for(Coded::purpose(BREAK_GLASS))
            }
            decision => decision,
        }
    }

    /// Whether the clock alone changed what is withheld of anybody since `before`: whether the time of a provision, or of a broken
    /// glass, began or ended.
    pub fn turned(&self, before: Instant, now: Instant) -> bool {
        let broken = self.looker.iter().flat_map(|looker| &looker.broken);
        let mut turned = broken.into_iter().any(|glass| glass.holds(before) != glass.holds(now));
        self.consents.values().flatten().for_each(|consent| {
            each(&consent.provision, &mut |one| {
                turned |= one.period.contains(before) != one.period.contains(now)
            });
        });
        turned
    }

    /// The first and last moments of the times of data that provisions of a patient name: between two that follow each other nothing
    /// changes but by labels and by name.
    pub fn borders(&self, patient: &PatientId) -> Vec<i64> {
        let mut borders = Vec::new();
        let mut add = |period: TimeRange| borders.extend([period.from().0, period.to().0.saturating_add(1)]);
        self.of(patient).iter().for_each(|consent| {
            each(&consent.provision, &mut |one| one.data_period.into_iter().for_each(&mut add));
        });
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    /// Whether a provision of a patient names this resource itself.
    pub fn names(&self, patient: &PatientId, reference: &str) -> bool {
        self.any_named(patient, &|name| name == reference)
    }

    /// Whether one names any resource of a kind, whose references begin so.
    pub fn names_any(&self, patient: &PatientId, beginning: &str) -> bool {
        self.any_named(patient, &|name| name.starts_with(beginning))
    }

    fn any_named(&self, patient: &PatientId, is_meant: &dyn Fn(&str) -> bool) -> bool {
        let mut found = false;
        self.of(patient).iter().for_each(|consent| {
            each(&consent.provision, &mut |one| {
                found |= one.data.iter().any(|data| is_meant(&data.reference));
            });
        });
        found
    }
}

fn each(provision: &Provision, take: &mut impl FnMut(&Provision)) {
    take(provision);
    provision.nested.iter().for_each(|nested| each(nested, take));
}

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::*;
    use crate::Actor;
    use crate::consent::model::{ConsentAction, DataRef, Effect, Meaning, Party, PartyRole};
    use crate::consent::{Glass, GlassReason, Label, Why};

    const NOW: Instant = Instant(1_000);

    fn consent(provision: Provision) -> Consent {
        Consent {
            id: "c".into(),
            patient: "p".into(),
            status: Status::Active,
            scope: Scope::Privacy,
            categories: Vec::new(),
            given: None,
            provision,
        }
    }

    fn deny() -> Provision {
        Provision::all(Effect::Deny)
    }

    /// What becomes of a value under this code, for somebody who is known and is of an organisation.
    fn heart_rate(provision: Provision, who: &[&str]) -> Result<(), Why> {
        let looker = Looker {
            who: who.iter().map(|who| SmolStr::new(*who)).collect(),
            purpose: Coded::purpose("TREAT"),
            action: ConsentAction::Access,
            broken: Vec::new(),
        };
        seen(looker, provision)
    }

    /// What becomes of a value of `p` under the code of the heart rate.
    fn seen(looker: Looker, provision: Provision) -> Result<(), Why> {
        let veil = Veil::new(looker, [consent(provision)]);
        let record = Record {
            patient: &"p".into(),
            reference: "Observation/1",
            classes: &[Coded::new("http://hl7.org/fhir/resource-types", "Observation")],
            codes: &[Coded::new("urn:iso:std:iso:11073:10101", "147842")],
            labels: &[],
            authors: &[],
            related: &[],
            time: Some(TimeRange::starting(NOW, 0)),
        };
        match veil.decide(&record, NOW) {
            Decision::Allowed { .. } => Ok(()),
            Decision::Withheld { why, .. } => Err(why),
        }
    }

    #[test]
    fn a_refusal_by_what_a_station_cannot_tell_withholds_and_a_permission_by_it_permits_nothing() {
        let code = |system: &str, code: &str| vec![Coded::new(system, code)];
        let data = |meaning, reference: &str| vec![DataRef { meaning, reference: reference.into() }];
        let to = |who: &str| vec![Party { role: PartyRole::Recipient, who: who.into() }];
        let known = &["Practitioner/1", "Organization/1"][..];
        let unknown = &[][..];
        type Row<'a> = (&'a str, Provision, &'a [&'a str], bool);
        let rows: [Row; 17] = [
            ("of all", deny(), known, false),
            ("to another", Provision { actors: to("Practitioner/2"), ..deny() }, known, true),
            ("to who looks", Provision { actors: to("Practitioner/1"), ..deny() }, known, false),
            (
                "to somebody, and who looks is not known",
                Provision { actors: to("Practitioner/2"), ..deny() },
                unknown,
                false,
            ),
            ("to another organisation", Provision { actors: to("Organization/2"), ..deny() }, known, true),
            (
                "to a team, and teams are not known",
                Provision { actors: to("CareTeam/2"), ..deny() },
                known,
                false,
            ),
            ("to a relative", Provision { actors: to("RelatedPerson/2"), ..deny() }, known, true),
            ("for payment", Provision { purposes: vec![Coded::purpose("HPAYMT")], ..deny() }, known, true),
            (
                "for a purpose of its own",
                Provision { purposes: code("urn:x", "FooBar"), ..deny() },
                known,
                false,
            ),
            (
                "of heart rate, under its other code",
                Provision { codes: code("http://loinc.org", "8867-4"), ..deny() },
                known,
                false,
            ),
            ("of pressure", Provision { codes: code("http://loinc.org", "85354-9"), ..deny() }, known, true),
            (
                "of vital signs",
                Provision { codes: code("http://loinc.org", "85353-1"), ..deny() },
                known,
                false,
            ),
            (
                "by a code that is not kept",
                Provision { codes: code("http://snomed.info/sct", "1"), ..deny() },
                known,
                false,
            ),
            (
                "of another kind",
                Provision { classes: code("http://hl7.org/fhir/resource-types", "Flag"), ..deny() },
                known,
                true,
            ),
            (
                "by a profile",
                Provision { classes: code("urn:ietf:rfc:3986", "http://x/y"), ..deny() },
                known,
                false,
            ),
            (
                "of another by name",
                Provision { data: data(Meaning::Instance, "Observation/2"), ..deny() },
                known,
                true,
            ),
            (
                "by an author",
                Provision { data: data(Meaning::AuthoredBy, "Practitioner/2"), ..deny() },
                known,
                false,
            ),
        ];
        for (name, provision, who, shown) in rows {
            assert_eq!(heart_rate(provision.clone(), who).is_ok(), shown, "refused {name}");
            // The other way round nothing but what is known to be meant is permitted.
            let permit = Provision { effect: Effect::Permit, ..provision };
            if !name.contains("other code") && !name.contains("vital signs") && !shown {
                // Who agreed to another purpose did not refuse to be treated.
                let is_told = ["of all", "to who looks", "for a purpose of its own"].contains(&name);
                assert_eq!(heart_rate(permit, who).is_ok(), is_told, "permitted {name}");
            }
        }
        // A permission is not widened to codes that it does not name.
        let permit =
            Provision { codes: code("http://loinc.org", "8867-4"), ..Provision::all(Effect::Permit) };
        assert_eq!(heart_rate(permit, known), Err(Why::OtherData));
    }

    #[test]
    fn who_gave_no_consent_and_who_only_watches_see_everything() {
        let looker = Looker::to_treat(&Actor::known("Practitioner/1", "A"), &["Organization/1".into()]);
        assert_eq!(looker.who, ["Practitioner/1", "Organization/1"]);
        assert!(Looker::to_treat(&Actor::named("A"), &[]).who.is_empty());
        assert!(Looker::to_treat(&Actor::at_station("s", "A/B"), &[]).who.is_empty());
        let veil = Veil::new(looker, [consent(deny())]);
        assert!(veil.is_over(&"p".into()) && !veil.is_over(&"q".into()) && !veil.is_clear());
        assert!(Veil::default().is_clear() && !Veil::default().is_over(&"p".into()));
        let over = Consent { status: Status::Inactive, ..consent(deny()) };
        assert!(Veil::new(Looker::to_treat(&Actor::named("A"), &[]), [over]).is_clear());
    }

    #[test]
    fn a_broken_glass_shows_of_its_patient_what_a_consent_permits_for_it_and_hides_nothing_that_was_seen() {
        let by = Actor::known("Practitioner/1", "A");
        let glass = |patient: &str, since: i64| {
            let why = (GlassReason::Emergency, "");
            Glass::broken(patient.into(), &by, why, Instant(since), 500).expect("a glass")
        };
        let for_purpose = |effect, purpose: &str| Provision {
            effect,
            purposes: vec![Coded::purpose(purpose)],
            ..Provision::all(effect)
        };
        let except = |root: Provision, nested: Provision| Provision { nested: vec![nested], ..root };
        let permit = || Provision::all(Effect::Permit);
        let for_btg = for_purpose(Effect::Permit, "BTG");
        let rows = [
            // What a consent says; what is seen without a glass, and with one.
            ("refused, but for this", except(deny(), for_btg.clone()), false, true),
            ("refused", deny(), false, false),
            (
                "refused but for emergencies",
                except(deny(), for_purpose(Effect::Permit, "ETREAT")),
                false,
                true,
            ),
            ("refused but for research", except(deny(), for_purpose(Effect::Permit, "HRESCH")), false, false),
            ("permitted, but not for this", except(permit(), for_purpose(Effect::Deny, "BTG")), true, true),
            ("not for treatment", except(permit(), for_purpose(Effect::Deny, "TREAT")), false, false),
            ("unreadable", Provision::unread("?"), false, false),
        ];
        for (name, provision, without, with) in rows {
            let looker = || Looker::to_treat(&by, &[]);
            let see = |broken: Vec<Glass>| seen(looker().breaking(broken), provision.clone()).is_ok();
            assert_eq!((see(Vec::new()), see(vec![glass("p", NOW.0)])), (without, with), "{name}");
            let others = [glass("q", NOW.0), glass("p", NOW.0 - 500), glass("p", NOW.0 + 1)];
            assert_eq!(
                others.map(|other| see(vec![other])),
                [without; 3],
                "{name}: another's, over, not yet"
            );
            let both = vec![glass("q", NOW.0), glass("p", NOW.0)];
            assert_eq!(see(both), with, "{name}");
        }
        let looker = Looker::to_treat(&by, &[]).breaking(vec![glass("p", 100)]);
        let veil = Veil::new(looker, [consent(deny())]);
        let turns: Vec<i64> = (0..2_000).filter(|at| veil.turned(Instant(at - 1), Instant(*at))).collect();
        assert_eq!(turns, [100, 600], "it ends on the screen without a message");
    }

    #[test]
    fn the_moments_at_which_a_veil_changes_by_itself_are_known() {
        let nested = Provision {
            period: TimeRange::of_ms(20, 30).expect("a range"),
            data_period: TimeRange::of_ms(1, 4).ok(),
            labels: vec![Label::Tag(Coded::new("s", "t"))],
            ..deny()
        };
        let root = Provision { period: TimeRange::until(Instant(50)), nested: vec![nested], ..deny() };
        let veil = Veil::new(Looker::to_treat(&Actor::named("A"), &[]), [consent(root)]);
        let turns: Vec<i64> = (0..60).filter(|at| veil.turned(Instant(at - 1), Instant(*at))).collect();
        assert_eq!(turns, [20, 31, 51]);
        assert_eq!(veil.borders(&"p".into()), [1, 5]);
    }
}
