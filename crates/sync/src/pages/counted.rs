//! What the server counted of a search, and what of that it gave: the ledger's part of reading.

use clinical::Instant;
use vault::{Gap, PageCommit};

use super::Pages;
use crate::progress::SyncError;
use crate::task::on_vault;
use crate::totals::{NOT_GIVEN, Total, asks_since, channel, counts_more};

impl Pages {
    /// How many alarms more than it gives this server always counts, as far as that is known.
    pub(super) async fn always(&mut self, channel: &str) -> Result<u64, SyncError> {
        if let Some(known) = self.totals.always(channel) {
            return Ok(known);
        }
        let kept = self.cursor(&always(channel)).await?;
        let known = kept.and_then(|kept| kept.parse().ok()).unwrap_or_default();
        self.totals.knows(channel, known);
        Ok(known)
    }

    /// What a server always does is kept and said once; its search goes on as if it had given all.
    pub(super) async fn learn(&mut self, query: &str, total: &Total) -> Result<(), SyncError> {
        let (now, name) = (self.now(), channel(query).to_owned());
        let Some(more) = self.totals.learn(&name, total, now) else { return Ok(()) };
        let cursors = vec![(always(&name), more.to_string())];
        self.commit(PageCommit { cursors, received: now, ..Default::default() }).await?;
        if more == 0 {
            return Ok(());
        }
        let why = counts_more(more);
        tracing::warn!(channel = name, more, "this server always counts more than it gives");
        self.progress.note(format!("{name}: {why}"));
        on_vault(&self.vault, &self.beats, move |vault| {
            vault.close_short(name.clone(), Instant(0), 0, now)?;
            let (events, read_at) = (Some(more), Some(now));
            let gap = Gap { channel: name, events, since: now, until: now, why, read_at, ..Gap::default() };
            vault.note_gap(gap)
        })
        .await
    }

    /// A search came to its end: what the server counted of it, and what of that it gave, stands in the ledger.
    pub(super) async fn count(&mut self, query: &str, total: &Total) -> Result<(), SyncError> {
        let now = self.now();
        let (name, since) = (channel(query).to_owned(), asks_since(query));
        let Some(due) = self.totals.add(query, total, now) else { return Ok(()) };
        let missing = total.missing().unwrap_or_default();
        if missing > 0 {
            tracing::warn!(channel = name, missing, "counted by the server and not given");
            self.progress.problem(&format!("{name}: {missing} more were {NOT_GIVEN}"));
        }
        on_vault(&self.vault, &self.beats, move |vault| {
            vault.count_events(name.clone(), due.counts, now)?;
            if missing > 0 {
                let (events, why) = (Some(missing), NOT_GIVEN.into());
                let gap = Gap { channel: name, events, since, until: now, why, ..Gap::default() };
                return vault.note_short(gap);
            }
            if due.is_whole { vault.close_short(name, since, due.counts.came, now) } else { Ok(()) }
        })
        .await
    }
}

/// Under which name it is kept how many more than it gives a server always counts.
fn always(channel: &str) -> String {
    format!("counts-more/{channel}")
}
