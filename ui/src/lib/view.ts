// A range of time on the screen, and what a gesture makes of it. Pure, so that it can be tried without a window.

/** From and to, milliseconds since 1970. */
export interface View {
  from: number;
  to: number;
}

/** The narrowest range is a minute, the widest fifteen days. */
const NARROWEST = 60_000;
const WIDEST = 15 * 86_400_000;

/** Moved by a share of its width; never past `now`. */
export function pan(view: View, share: number, now: number): View {
  const width = view.to - view.from;
  const to = Math.min(view.to + share * width, now);
  return { from: to - width, to };
}

/** Wider (factor above 1) or narrower around the moment at `share` of its width; never past `now`. */
export function zoom(view: View, factor: number, share: number, now: number): View {
  const width = view.to - view.from;
  const wanted = Math.min(WIDEST, Math.max(NARROWEST, width * factor));
  const fixed = view.from + share * width;
  const to = Math.min(fixed + (1 - share) * wanted, now);
  return { from: to - wanted, to };
}

/** How a picture of `shown` lies on a panel that shows `view`: where its left edge is, and how wide it is, as shares. */
export function lies(shown: View, view: View): { left: number; scale: number } {
  const width = view.to - view.from;
  return { left: (shown.from - view.from) / width, scale: (shown.to - shown.from) / width };
}
