//! Who is here and who could come, as a screen shows them.

use bedside::Board;
use clinical::{LIMIT_ROLES, PatientId, Right};
use identity::stands;
use vault::StaffMember;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::Seat;
use crate::view::{BrokenGlass, Colleague, Locked, Member, StripItem, Who};

impl Console {
    /// Who is here, and what they may not do.
    pub fn who(&self) -> Who {
        let now = self.now();
        let here = self.here();
        let role = here.who().and_then(|who| who.role.clone());
        let locked = match &here.seat {
            Seat::Empty { since, why } => Some(Locked::new(*since, why.words())),
            _ => None,
        };
        let limit_roles = match &role {
            Some(role) => LIMIT_ROLES.into_iter().filter(|known| *known == role.as_str()).collect(),
            None => LIMIT_ROLES.to_vec(),
        };
        Who {
            sitting: here.sitting,
            of_people: !matches!(here.seat, Seat::Configured(_)),
            locked,
            name: here.who().map_or_else(String::new, |who| who.name.to_string()),
            not_allowed: Who::not_allowed(role.as_ref()),
            role: role.map(|role| role.to_string()),
            limit_roles,
            glasses: here
                .who()
                .map_or_else(Vec::new, |who| here.broken_by(who, now))
                .into_iter()
                .map(BrokenGlass::from)
                .collect(),
            must_choose_pin: here.must_choose_pin,
            may_choose_pin: here.may_choose_pin.is_some_and(|until| now <= until),
        }
    }

    /// Everybody who could come, and what of it takes a full sign-in first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn colleagues(&self) -> Result<Vec<Colleague>, ConsoleError> {
        self.colleagues_as(Colleague::new)
    }

    pub(crate) fn colleagues_as<T>(
        &self,
        shown: impl Fn(StaffMember, Option<String>) -> T,
    ) -> Result<Vec<T>, ConsoleError> {
        let passed = self.vault.time_passed(self.now())?;
        let (staff, site) = self.vault.read(|reader| Ok((reader.staff()?, reader.site()?)))?;
        let colleague = |member: StaffMember| {
            let why = stands(&member, passed, site.lease_ms).err().map(|why| why.to_string());
            shown(member, why)
        };
        Ok(staff.into_iter().map(colleague).collect())
    }

    /// The people of this station as IT sees them; of a PIN or a badge that there is one, and nothing else.
    ///
    /// # Errors
    /// Where that sitting is over, or who is here may not; that stands in the log.
    pub fn members_in(&self, sitting: u32) -> Result<Vec<Member>, ConsoleError> {
        self.may_look(&self.who_sits(sitting)?, Right::ManagePeople)?;
        let last = self.vault.read(|reader| reader.last_sign_ins())?;
        self.colleagues_as(|member, why_not| Member::new(member, why_not, &last))
    }

    /// The alarms of a board for a station at which nobody is: where and how urgent, and nobody's name.
    pub fn strip(board: &Board) -> Vec<StripItem> {
        let mut strip: Vec<(Option<&PatientId>, StripItem)> = Vec::new();
        for item in board.queue.iter().filter(|item| item.line.presence.is_live()) {
            let of = item.patient.as_ref();
            match strip.iter_mut().find(|(other, _)| of.is_some() && *other == of) {
                Some((_, first)) => first.add(item),
                None => strip.push((of, StripItem::from(item))),
            }
        }
        strip.into_iter().map(|(_, item)| item).collect()
    }
}
