// A pair of calipers on a wave: where they lie, and what they say: time, the rate it would be, and the height in the wave's unit.

import type { View } from '../lib/view';

/** From where to where, as moments of the wave and pixels down from the top of its strip. */
export interface Calipers {
  from: number;
  to: number;
  y: number;
  y2: number;
}

/** Where they lie on a strip that shows `view`, in per cent of its width: they stay on their beat, and where it has left the strip
 *  there is nothing to be measured any more. */
export function lying({ from, to }: Calipers, view: View): { left: number; width: number } | null {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  if (first < view.from || last > view.to) return null;
  const all = view.to - view.from;
  return { left: ((first - view.from) / all) * 100, width: ((last - first) / all) * 100 };
}

/** `ms` a pixel, `gain` pixels a unit. */
export function calipers(dx: number, dy: number, ms: number, gain: number, unit: string): string {
  const time = Math.abs(dx) * ms;
  const parts = [`${Math.round(time)} ms`];
  // Under 20 and over 300 it is no heart that is measured.
  if (time >= 200 && time <= 3000) parts.push(`${Math.round(60000 / time)} /min`);
  if (unit !== '' && Math.abs(dy) >= 2) parts.push(`${(dy / gain).toFixed(2)} ${unit}`);
  return parts.join(' · ');
}
