// The station's time. The system's clock may be set by hand while the program runs; the station does not follow every step of it, and
// what is old or new on a screen goes by the station.

/** A difference that is smaller is the way of a message, and no step. */
const STEP_MS = 3000;

/** By how much the station is ahead of the clock of this machine. */
let ahead = 0;
/** The same as the last beat had it: one that was late on its way agrees with no other. */
let said = 0;

export const stationNow = (): number => Date.now() + ahead;

/** The station said its time. */
export function stationSaid(now: number) {
  const by = now - Date.now();
  const agrees = Math.abs(by - said) < STEP_MS;
  said = by;
  if (agrees) ahead = Math.abs(by) < STEP_MS ? 0 : by;
}
