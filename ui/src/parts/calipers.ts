// What a pair of calipers says: time, the rate it would be, and the height in the wave's unit.

/** `ms` a pixel, `gain` pixels a unit. */
export function calipers(dx: number, dy: number, ms: number, gain: number, unit: string): string {
  const time = Math.abs(dx) * ms;
  const parts = [`${Math.round(time)} ms`];
  // Under 20 and over 300 it is no heart that is measured.
  if (time >= 200 && time <= 3000) parts.push(`${Math.round(60000 / time)} /min`);
  if (unit !== '' && Math.abs(dy) >= 2) parts.push(`${(dy / gain).toFixed(2)} ${unit}`);
  return parts.join(' · ');
}
