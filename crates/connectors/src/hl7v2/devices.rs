//! Which device made a row: its own number (OBX-18, or PRT-10 of a segment after it), else that of the nearest device above it in the
//! tree that OBX-4 draws (`1.2.1.7` is a metric of channel `1.2.1` of the module `1.2` of the system `1`).

use std::collections::BTreeMap;

use clinical::{Device, DeviceId, PatientId};

use super::fault::{Fault, Kind};
use super::identity::{Named, device};
use super::message::Segment;
use crate::text::clean;

/// One row with what belongs to it.
pub(crate) struct Row<'a> {
    pub segment: &'a Segment<'a>,
    pub order: Option<&'a Segment<'a>>,
    /// PRT segments that follow it.
    pub taking_part: Vec<&'a Segment<'a>>,
}

impl Row<'_> {
    /// The device that it names itself.
    fn device(&self) -> Option<Named> {
        let by_part = || self.taking_part.iter().find_map(|part| device(&part.field(10).first()));
        device(&self.segment.field(18).first()).or_else(by_part)
    }

    /// Whether it is a row of the tree, and no value.
    fn is_branch(&self) -> bool {
        self.segment.field(2).is_empty() && self.segment.field(5).is_empty()
    }
}

/// Where a row stands in the tree; nothing where OBX-4 draws none. The zeros of a branch are no steps.
fn path(text: &str) -> Option<Vec<u32>> {
    if !text.contains('.') {
        return None;
    }
    let mut steps = text.split('.').map(|step| step.parse().ok()).collect::<Option<Vec<u32>>>()?;
    while steps.last() == Some(&0) {
        steps.pop();
    }
    Some(steps)
}

/// The devices of one patient's rows.
#[derive(Default)]
pub(crate) struct Tree {
    branches: BTreeMap<Vec<u32>, DeviceId>,
    names: BTreeMap<DeviceId, Name>,
    /// In the order in which they were named.
    order: Vec<DeviceId>,
    pub faults: Vec<Fault>,
}

#[derive(Default)]
struct Name {
    maker: String,
    model: String,
    /// Of the branch, or what goes with the number.
    other: String,
}

/// Of ISO/IEEE 11073-10101: the model's number, and who made it.
const MODEL: [&str; 2] = ["531969", "MDC_ID_MODEL_NUMBER"];
const MAKER: [&str; 2] = ["531970", "MDC_ID_MODEL_MANUFACTURER"];

impl Tree {
    /// Of all rows, in whichever order they stand.
    pub(crate) fn of(rows: &[Row]) -> Tree {
        let mut tree = Tree::default();
        for row in rows {
            let Some(named) = row.device() else { continue };
            if named.is_broken {
                let at = (row.segment.name, row.segment.line);
                tree.faults.push(Fault::of_field(at, 18, Kind::DataType, "its device's number is no EUI-64"));
            }
            if let Some(path) = path(&row.segment.field(4).text()).filter(|_| row.is_branch()) {
                tree.branches.entry(path).or_insert_with(|| named.id.clone());
            }
            if !tree.names.contains_key(&named.id) {
                tree.order.push(named.id.clone());
            }
            let name = tree.names.entry(named.id).or_default();
            if name.other.is_empty() {
                let kind = row.segment.field(3).first().text(2).into_owned();
                name.other = if row.is_branch() { in_words(&kind) } else { named.namespace };
            }
        }
        for row in rows {
            let code = row.segment.field(3).first();
            let (code, said) = (code.text(1), row.segment.field(5).text());
            let Some(name) = tree.device_of(row).and_then(|id| tree.names.get_mut(&id)) else { continue };
            if MODEL.contains(&code.as_ref()) {
                name.model = clean(&said, 40);
            } else if MAKER.contains(&code.as_ref()) {
                name.maker = clean(&said, 40);
            }
        }
        tree
    }

    /// The device of a row. A value whose place in the tree no device holds is a device's all the same, and nobody's who charts by hand.
    pub(crate) fn device_of(&self, row: &Row) -> Option<DeviceId> {
        if let Some(named) = row.device() {
            return Some(named.id);
        }
        let mut path = path(&row.segment.field(4).text())?;
        while !path.is_empty() {
            if let Some(id) = self.branches.get(&path) {
                return Some(id.clone());
            }
            path.pop();
        }
        Some("unnamed".into())
    }

    /// Every device that was named, as it is shown.
    pub(crate) fn devices(&self, patient: &PatientId) -> Vec<Device> {
        let shown = |id: &DeviceId, name: &Name| {
            let model = format!("{} {}", name.maker, name.model);
            let number = id.as_str().rsplit('|').next().unwrap_or_default();
            let names = [model.trim(), &name.other, number];
            clean(names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(), 60)
        };
        let of = |id: &DeviceId| {
            let name = shown(id, self.names.get(id)?);
            Some(Device { id: id.clone(), patient: Some(patient.clone()), name, active: true, make: None })
        };
        self.order.iter().filter_map(of).collect()
    }
}

/// `MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS` as people can read it.
fn in_words(reference: &str) -> String {
    let name = reference.strip_prefix("MDC_DEV_").unwrap_or(reference);
    let ends = ["_MDS", "_VMD", "_CHAN"];
    let name = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    clean(&name.replace('_', " ").to_lowercase(), 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_tree_is_read_and_a_number_of_a_row_is_none() {
        for (text, wanted) in [
            ("1.0.0.0", Some(vec![1])),
            ("1.2.0.0", Some(vec![1, 2])),
            ("1.2.1.7", Some(vec![1, 2, 1, 7])),
            ("1.2.1.7.3", Some(vec![1, 2, 1, 7, 3])),
            ("1", None),
            ("a.b", None),
            ("1..2", None),
            ("", None),
        ] {
            assert_eq!(path(text), wanted, "{text}");
        }
        assert_eq!(in_words("MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS"), "mon physio multi param");
    }
}
