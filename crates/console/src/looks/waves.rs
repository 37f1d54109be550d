//! Waves are two thirds of what a monitored bed sends, so they are asked for when they are looked at, and kept for the site's
//! time from then on: what was looked at once opens without a network.

use clinical::{DAY_MS, Instant, MINUTE_MS, PatientId};
use trends::{Waves, WavesRequest, wave_codes};

use crate::console::Console;
use crate::error::ConsoleError;

/// Strips are asked for in whole minutes; no more than this many at once.
const MOST_MINUTES: i64 = 60;

impl Console {
    /// Asks the server for the waves of a time, where this station has not asked before; gives whether it has all of it now.
    /// A server that is out of reach is no error: what is kept can be looked at.
    ///
    /// # Errors
    /// Of the cache.
    pub async fn fetch_waves(
        &self,
        patient: &PatientId,
        from: Instant,
        to: Instant,
    ) -> Result<bool, ConsoleError> {
        let (Some(engine), now) = (self.engine(), self.now()) else { return Ok(false) };
        // Nobody is asked for who is not on this station's board, and no list is made of years.
        self.known(patient)?;
        let minutes = from.0.div_euclid(MINUTE_MS)..=to.min(now).0.div_euclid(MINUTE_MS);
        if minutes.end().saturating_sub(*minutes.start()) > 2 * MOST_MINUTES {
            return Ok(false);
        }
        let keeps = i64::from(self.retention()?.waves) * DAY_MS;
        let unknown = self.asked_waves().unknown(patient, minutes, keeps, now);
        let (Some(first), Some(last)) = (unknown.first(), unknown.last()) else { return Ok(true) };
        if last - first > MOST_MINUTES || !engine.link().online {
            return Ok(false);
        }
        // A resource of ten seconds may have begun in the minute before.
        let (from, to) = (Instant(first * MINUTE_MS - 30_000), Instant((last + 1) * MINUTE_MS));
        if engine.fetch_waves(patient, &wave_codes(), from, to).await.is_err() {
            return Ok(false);
        }
        self.asked_waves().asked(patient, unknown, now);
        Ok(true)
    }

    /// Waves as one picture, from the cache.
    ///
    /// # Errors
    /// Of the cache or the renderer.
    pub fn waves(&self, request: &WavesRequest) -> Result<Waves, ConsoleError> {
        Ok(self.read_of(&request.patient, "waves", |reader| Ok(trends::waves(reader, request)))??)
    }
}
