//! The gateway's alarms: what it raises over the simulated signals, as DetectedIssues, and what the staff did about them.

use serde_json::{Value, json};

use crate::ward::dates::iso;
use crate::ward::kind::LOINC;
use crate::ward::noise::one_of;
use crate::ward::observe::World;
use crate::ward::physiology::{Body, Signal};
use crate::ward::world::BEDS;

/// An alarm the gateway raises.
pub(crate) struct Alarm {
    pub id: String,
    pub person: usize,
    pub onset: i64,
    pub end: Option<i64>,
    pub severity: &'static str,
    pub technical: bool,
    loinc: Option<&'static str>,
    text: String,
}

impl World {
    /// Every alarm that began by `until`: those of single excursions, and the cues of the stories.
    pub(crate) fn alarms(&self, until: i64) -> Vec<Alarm> {
        let runs = self.runs();
        let mut out = Vec::new();
        for person in 0..BEDS {
            let body = self.body(person, &runs);
            for slot in Body::slots(self.origin - self.history, until) {
                let Some(e) = body.excursion(slot).filter(|e| e.from < until) else { continue };
                let middle = i64::midpoint(e.from, e.until);
                // A gateway's limit alarm waits a few seconds, and its text names the worst value so far.
                let (onset, end) =
                    (e.from + (e.until - e.from) / 8 + 4_000, e.until - (e.until - e.from) / 12);
                if onset > until {
                    continue;
                }
                let (severity, loinc, text) = if e.desaturation {
                    let Some(worst) = body.value(Signal::SpO2, middle).filter(|v| *v < 90.0) else {
                        continue;
                    };
                    let severity = if worst < 86.0 { "high" } else { "medium" };
                    (severity, "59408-5", format!("SpO2 {worst:.0} < 90"))
                } else {
                    let Some(worst) = body.value(Signal::Hr, middle).filter(|v| *v > 130.0) else { continue };
                    (if worst > 150.0 { "medium" } else { "low" }, "8867-4", format!("HR {worst:.0} > 130"))
                };
                let id = format!("{}-x{slot}", self.people[person].id);
                out.push(Alarm {
                    id,
                    person,
                    onset,
                    end: Some(end),
                    severity,
                    technical: false,
                    loinc: Some(loinc),
                    text,
                });
            }
        }
        for (index, run) in runs.iter().enumerate() {
            let body = self.body(run.patient, &runs);
            for (n, cue) in run.story.cues().into_iter().enumerate() {
                let onset = run.from + cue.after;
                if onset > until {
                    continue;
                }
                // The worst value counts: half a minute later for what is still falling.
                let at = (onset + 30_000).min(until);
                let value = match cue.loinc {
                    Some("8867-4") => body.value(Signal::Hr, at),
                    Some("59408-5") => body.value(Signal::SpO2, at).map(|v| v.min(89.0)),
                    Some("9279-1") => body
                        .value(Signal::Rr, at)
                        .map(|v| if cue.text.contains('<') { v.min(7.0) } else { v.max(26.0) }),
                    Some("105272-9") => body.value(Signal::Glucose, at).map(|v| v.min(3.8)),
                    _ => None,
                };
                let digits = usize::from(cue.loinc == Some("105272-9"));
                let text = value.map_or_else(
                    || cue.text.to_owned(),
                    |v| cue.text.replace("{}", &format!("{v:.digits$}")),
                );
                let id = format!("{}-s{index}-{n}", self.people[run.patient].id);
                let end = cue.lasts.map(|lasts| onset + lasts);
                let (severity, technical, loinc) = (cue.severity, cue.technical, cue.loinc);
                out.push(Alarm { id, person: run.patient, onset, end, severity, technical, loinc, text });
            }
        }
        out
    }

    /// Every alarm the gateway has raised by `now`, as (id, lastUpdated, onset, patient, resource).
    pub(crate) fn issues(&self, now: i64) -> Vec<(String, i64, i64, usize, String)> {
        self.alarms(now)
            .into_iter()
            .map(|alarm| {
                let ended = alarm.end.filter(|end| *end + 500 <= now);
                let updated = ended.unwrap_or(alarm.onset) + 500;
                (alarm.id.clone(), updated, alarm.onset, alarm.person, self.issue(&alarm, ended, updated))
            })
            .filter(|(_, updated, ..)| *updated <= now)
            .collect()
    }

    /// What the simulated staff did about the alarms that were over when the simulator began, with the time of each: the ward did not begin when the
    /// simulator did.
    pub(crate) fn past_actions(&self) -> Vec<(i64, Value)> {
        const STAFF: [&str; 3] = ["S. Varga", "T. Ahmadi", "N. Sato"];
        let over = |alarm: &Alarm| alarm.end.is_some_and(|end| end < self.origin);
        let mut out = Vec::new();
        for alarm in self.alarms(self.origin).iter().filter(|alarm| over(alarm)) {
            let by = STAFF[usize::try_from(one_of(self.seed, alarm.onset, 3)).unwrap_or(0)];
            for (verb, after, words) in [("take", 35_000, None), ("handled", 110_000, Some("Treated"))] {
                let key = format!("{}-{verb}", alarm.id);
                let mut note = json!({
                    "resourceType": "Communication", "id": key, "status": "completed",
                    "identifier": [{ "system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{key}") }],
                    "category": [{ "coding": [{ "system": "urn:vigil:alert-action", "code": verb }] }],
                    "subject": { "reference": format!("Patient/{}", self.people[alarm.person].id) },
                    "about": [{ "reference": format!("DetectedIssue/{}", alarm.id) }],
                    "sender": { "display": by }, "sent": iso(alarm.onset + after),
                });
                if let Some(words) = words {
                    note["payload"] = json!([{ "contentString": words }]);
                }
                out.push(((alarm.onset + after).min(self.origin), note));
            }
        }
        out
    }

    fn issue(&self, alarm: &Alarm, ended: Option<i64>, updated: i64) -> String {
        let mut coding = vec![
            json!({ "system": "urn:vigil:alarm-kind", "code": if alarm.technical { "technical" } else { "physiological" } }),
        ];
        if let Some(code) = alarm.loinc {
            coding.push(json!({ "system": LOINC, "code": code }));
        }
        let mut period = json!({ "start": iso(alarm.onset) });
        if let Some(end) = ended {
            period["end"] = json!(iso(end));
        }
        let person = &self.people[alarm.person];
        json!({
            "resourceType": "DetectedIssue", "id": alarm.id,
            "meta": { "versionId": if ended.is_some() { "2" } else { "1" }, "lastUpdated": iso(updated) },
            "identifier": [{ "system": "urn:vigil:episode", "value": alarm.id }],
            "status": if ended.is_some() { "final" } else { "preliminary" },
            "code": { "coding": coding, "text": alarm.text },
            "severity": match alarm.severity { "medium" => "moderate", other => other },
            "patient": { "reference": format!("Patient/{}", person.id) },
            "identifiedPeriod": period,
            "implicated": [{ "reference": format!("Device/{}", person.monitor()) }],
        })
        .to_string()
    }
}
