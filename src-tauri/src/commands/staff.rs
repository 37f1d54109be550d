//! Who works at the station: IT takes people in, and gives them what lets them in.

use console::Act;
use console::view::{Failure, Member, StaffDeed};
use tauri::State;

use super::work::{Answer, act, work};
use crate::session::Session;

/// The people of this station, for who manages them.
#[tauri::command]
#[specta::specta]
pub(super) async fn staff(session: State<'_, Session>, sitting: u32) -> Answer<Vec<Member>> {
    work(&session, move |console| console.members_in(sitting)).await
}

/// Changes who works here, or what lets them in.
#[tauri::command]
#[specta::specta]
pub(super) async fn change_staff(
    session: State<'_, Session>,
    sitting: u32,
    id: String,
    deed: StaffDeed,
) -> Answer<()> {
    let change = deed.about(&id);
    let change = change.ok_or_else(|| {
        Failure::failed("give an identifier, such as Practitioner/123; nothing was changed")
    })?;
    act(&session, sitting, Act::Staff(change)).await
}
