//! The code systems that a mapping knows by name.

pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const MDC: &str = "urn:iso:std:iso:11073:10101";
pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const PHYSICAL_TYPE: &str = "http://terminology.hl7.org/CodeSystem/location-physical-type";
pub(crate) const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// The verbs of an action on an alert.
pub(crate) const ALERT_ACTION: &str = "urn:vigil:alert-action";
/// The system of a call's identifier and of its category.
pub(crate) const CALL: &str = "urn:vigil:call";
/// Which role of the chain a call is to: 1 for the first.
pub(crate) const CALL_LEVEL: &str = "urn:vigil:call-level";
/// The system of a role's name.
pub(crate) const ROLE: &str = "urn:vigil:role";
/// What people record about a patient or the unit, beside the alarms.
pub(crate) const WARD_RECORD: &str = "urn:vigil:ward-record";
/// Words about stations' records: no act of anybody, and nothing about a patient.
pub(crate) const RECORD: &str = "urn:vigil:record";
/// Settings of units: nothing about a patient either.
pub(crate) const UNIT_SETTING: &str = "urn:vigil:unit-setting";
/// The system of an identifier that says who acted; the display beside it is what others may share.
pub(crate) const ACTOR: &str = "urn:vigil:actor";
/// In what role somebody acted.
pub(crate) const ACTOR_ROLE: &str = "urn:vigil:actor-role";
/// Tells technical alarms from physiological ones in `DetectedIssue.code`.
pub(crate) const ALARM_KIND: &str = "urn:vigil:alarm-kind";
