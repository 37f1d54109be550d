//! How a Consent stands in the text of its row: as JSON of the cache's own, with short names. What an older Vigil cannot read of a
//! newer one's is a Consent that cannot be read, and withholds.

use clinical::consent::{
    Coded, Consent, ConsentAction, DataRef, Effect, Label, Meaning, Party, PartyRole, Provision, Scope,
    Status,
};
use clinical::{ConsentId, PatientId, TimeRange};
use serde_json::{Value, json};

const STATUS: [(Status, &str); 6] = [
    (Status::Draft, "draft"),
    (Status::Proposed, "proposed"),
    (Status::Active, "active"),
    (Status::Rejected, "rejected"),
    (Status::Inactive, "inactive"),
    (Status::EnteredInError, "entered-in-error"),
];
const SCOPES: [(Scope, &str); 5] = [
    (Scope::Privacy, "privacy"),
    (Scope::Research, "research"),
    (Scope::Treatment, "treatment"),
    (Scope::AdvanceDirective, "directive"),
    (Scope::Other, "other"),
];
const ACTIONS: [(ConsentAction, &str); 5] = [
    (ConsentAction::Collect, "collect"),
    (ConsentAction::Access, "access"),
    (ConsentAction::Use, "use"),
    (ConsentAction::Disclose, "disclose"),
    (ConsentAction::Correct, "correct"),
];
const MEANINGS: [(Meaning, &str); 4] = [
    (Meaning::Instance, "instance"),
    (Meaning::Related, "related"),
    (Meaning::Dependents, "dependents"),
    (Meaning::AuthoredBy, "authoredby"),
];
const ROLES: [(PartyRole, &str); 2] = [(PartyRole::Recipient, "IRCP"), (PartyRole::PrimaryRecipient, "PRCP")];
const EFFECTS: [(Effect, &str); 2] = [(Effect::Permit, "permit"), (Effect::Deny, "deny")];

fn word<T: PartialEq>(list: &[(T, &'static str)], of: T) -> &'static str {
    list.iter().find(|(one, _)| *one == of).map_or("", |(_, word)| word)
}

fn by_word<T: Copy>(list: &[(T, &'static str)], value: &Value) -> Option<T> {
    let said = value.as_str()?;
    list.iter().find(|(_, word)| *word == said).map(|(one, _)| *one)
}

fn range(range: TimeRange) -> Value {
    let (from, to) = range.ms();
    json!([from, to])
}

fn coded(code: &Coded) -> Value {
    json!([code.system.as_str(), code.code.as_str()])
}

/// Labels, each as system and code; a level of confidentiality by its letter.
pub(crate) fn labels_text(labels: &[Label]) -> String {
    labels.iter().map(label).collect::<Value>().to_string()
}

fn label(label: &Label) -> Value {
    match label {
        Label::Confidentiality(level) => json!(*level as u8),
        Label::Tag(tag) => coded(tag),
    }
}

fn provision(of: &Provision) -> Value {
    let mut out = json!({ "effect": word(&EFFECTS, of.effect) });
    let mut put = |name: &str, list: Vec<Value>| {
        if !list.is_empty() {
            out[name] = list.into();
        }
    };
    put("who", of.actors.iter().map(|p| json!([word(&ROLES, p.role), p.who.as_str()])).collect());
    put("do", of.actions.iter().map(|action| json!(word(&ACTIONS, *action))).collect());
    put("for", of.purposes.iter().map(coded).collect());
    put("labels", of.labels.iter().map(label).collect());
    put("classes", of.classes.iter().map(coded).collect());
    put("codes", of.codes.iter().map(coded).collect());
    put("data", of.data.iter().map(|d| json!([word(&MEANINGS, d.meaning), d.reference.as_str()])).collect());
    put("but", of.nested.iter().map(provision).collect());
    if of.period != TimeRange::ALL {
        out["period"] = range(of.period);
    }
    if let Some(period) = of.data_period {
        out["time"] = range(period);
    }
    if let Some(why) = &of.unread {
        out["unread"] = json!(why.as_str());
    }
    out
}

/// The text of a Consent's row, without its id and patient.
pub(crate) fn consent_text(of: &Consent) -> String {
    let mut out = json!({
        "status": word(&STATUS, of.status), "scope": word(&SCOPES, of.scope), "says": provision(&of.provision),
    });
    if !of.categories.is_empty() {
        out["categories"] = of.categories.iter().map(coded).collect();
    }
    if let Some(given) = of.given {
        out["given"] = range(given);
    }
    out.to_string()
}

/// A list that may be missing; nothing where one of it cannot be read.
fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items.iter().map(read).collect(),
        _ => None,
    }
}

fn read_range(value: &Value) -> Option<TimeRange> {
    TimeRange::of_ms(value[0].as_i64()?, value[1].as_i64()?).ok()
}

fn read_some_range(value: &Value) -> Option<Option<TimeRange>> {
    if value.is_null() { Some(None) } else { read_range(value).map(Some) }
}

fn read_coded(value: &Value) -> Option<Coded> {
    Some(Coded::new(value[0].as_str()?, value[1].as_str()?))
}

fn read_label(value: &Value) -> Option<Label> {
    let level = |n: u64| {
        let code = ["U", "L", "M", "N", "R", "V"].get(usize::try_from(n).ok()?)?;
        Label::of("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code)
    };
    value.as_u64().map_or_else(|| read_coded(value).map(Label::Tag), level)
}

/// As [`labels_text`] writes them; nothing of what no version of this program wrote.
pub(crate) fn read_labels(text: &str) -> Option<Vec<Label>> {
    list(&serde_json::from_str(text).ok()?, read_label)
}

fn read_provision(value: &Value) -> Option<Provision> {
    let unread = match &value["unread"] {
        Value::Null => None,
        why => Some(why.as_str()?.into()),
    };
    Some(Provision {
        effect: by_word(&EFFECTS, &value["effect"])?,
        period: read_some_range(&value["period"])?.unwrap_or(TimeRange::ALL),
        actors: list(&value["who"], |v| {
            Some(Party { role: by_word(&ROLES, &v[0])?, who: v[1].as_str()?.into() })
        })?,
        actions: list(&value["do"], |v| by_word(&ACTIONS, v))?,
        purposes: list(&value["for"], read_coded)?,
        labels: list(&value["labels"], read_label)?,
        classes: list(&value["classes"], read_coded)?,
        codes: list(&value["codes"], read_coded)?,
        data_period: read_some_range(&value["time"])?,
        data: list(&value["data"], |v| {
            Some(DataRef { meaning: by_word(&MEANINGS, &v[0])?, reference: v[1].as_str()?.into() })
        })?,
        nested: list(&value["but"], read_provision)?,
        unread,
    })
}

/// As [`consent_text`] writes it. What cannot be read back withholds.
pub(crate) fn read_consent(id: ConsentId, patient: PatientId, text: &str) -> Consent {
    let read = |id: ConsentId, patient: PatientId| {
        let value: Value = serde_json::from_str(text).ok()?;
        Some(Consent {
            id,
            patient,
            status: by_word(&STATUS, &value["status"])?,
            scope: by_word(&SCOPES, &value["scope"])?,
            categories: list(&value["categories"], read_coded)?,
            given: read_some_range(&value["given"])?,
            provision: read_provision(&value["says"])?,
        })
    };
    read(id.clone(), patient.clone())
        .unwrap_or_else(|| withholding(id, patient, "another version of this program kept it"))
}

/// A Consent of which nothing is known but whose it is.
pub(crate) fn withholding(id: ConsentId, patient: PatientId, why: &str) -> Consent {
    let provision = Provision::unread(why);
    let (status, scope) = (Status::Active, Scope::Privacy);
    Consent { id, patient, status, scope, categories: Vec::new(), given: None, provision }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn full() -> Consent {
        let level =
            |code| Label::of("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code).unwrap();
        let nested = Provision {
            effect: Effect::Deny,
            period: TimeRange::of_ms(1, 2).unwrap(),
            actors: vec![Party { role: PartyRole::PrimaryRecipient, who: "Group/1".into() }],
            actions: ACTIONS.iter().map(|(action, _)| *action).collect(),
            purposes: vec![Coded::purpose("TREAT")],
            labels: ["U", "L", "M", "N", "R", "V"]
                .into_iter()
                .map(level)
                .chain([Label::Tag(Coded::new("s", "t"))])
                .collect(),
            classes: vec![Coded::new("a", "b")],
            codes: vec![Coded::new("c", "d")],
            data_period: TimeRange::of_ms(3, 4).ok(),
            data: MEANINGS
                .iter()
                .map(|(meaning, _)| DataRef { meaning: *meaning, reference: "X/1".into() })
                .collect(),
            nested: vec![Provision::unread("why")],
            unread: None,
        };
        Consent {
            id: "c".into(),
            patient: "p".into(),
            status: Status::Active,
            scope: Scope::Privacy,
            categories: vec![Coded::new("e", "f")],
            given: TimeRange::of_ms(5, 6).ok(),
            provision: Provision { nested: vec![nested], ..Provision::all(Effect::Permit) },
        }
    }

    #[test]
    fn a_consent_comes_back_from_the_cache_as_it_was_and_a_damaged_one_withholds() {
        let whole = full();
        let back = |text: &str| read_consent("c".into(), "p".into(), text);
        assert_eq!(back(&consent_text(&whole)), whole);
        for (status, _) in STATUS {
            for (scope, _) in SCOPES {
                let other = Consent { status, scope, given: None, ..whole.clone() };
                assert_eq!(back(&consent_text(&other)), other);
            }
        }
        let text = consent_text(&whole);
        for bad in
            ["", "{}", "[]", &text.replace("permit", "maybe"), &text.replace("\"do\"", "\"do\":7,\"x\"")]
        {
            assert!(back(bad).provision.unread.is_some(), "{bad}");
        }
        let labels = &whole.provision.nested[0].labels;
        assert_eq!(read_labels(&labels_text(labels)).as_ref(), Some(labels));
        assert_eq!((read_labels("{}"), read_labels("[9]")), (None, None));
    }
}
