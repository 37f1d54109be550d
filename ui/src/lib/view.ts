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

/** Two fingers hold the moments they were put on: `from` where they began, `to` where they are, as shares of the width. */
export function pinch(view: View, from: [number, number], to: [number, number], now: number): View {
  const [a, b] = from;
  const apart = Math.max(0.02, Math.abs(to[1] - to[0])) / Math.max(0.02, Math.abs(b - a));
  const moved = pan(view, (a + b) / 2 - (to[0] + to[1]) / 2, now);
  return zoom(moved, 1 / apart, (to[0] + to[1]) / 2, now);
}

/** What a panel shows: its key, lowest and highest value. */
export type Axis = [string, number, number];

/** Axes that hold what both sides show; a panel that only one side has keeps its own. */
export function joined(a: Axis[], b: Axis[]): Axis[] {
  return a.flatMap(([key, low, high]): Axis[] => {
    const other = b.find(([theirs]) => theirs === key);
    return other ? [[key, Math.min(low, other[1]), Math.max(high, other[2])]] : [];
  });
}

/** Words beside lines of a panel, each with its height: those that would lie over each other are moved apart by as little as does. */
export function apart<T>(words: [T, number][], line: number): [T, number][] {
  const out = words.map(([word, y]): [T, number] => [word, y]).sort((a, b) => a[1] - b[1]);
  // One pair after the other, and again for those that were moved against a third.
  for (let again = 0; again < out.length; again += 1) {
    out.forEach((below, n) => {
      const above = out[n - 1];
      if (!above || below[1] - above[1] >= line) return;
      const over = (line - (below[1] - above[1])) / 2;
      above[1] -= over;
      below[1] += over;
    });
  }
  return out;
}

/** Words beside lines of a scale: those that have room, from the lowest value up. */
export function spaced<T>(words: [T, number][], line: number): [T, number][] {
  const out: [T, number][] = [];
  for (const word of [...words].sort((a, b) => b[1] - a[1])) {
    const last = out.at(-1);
    if (!last || last[1] - word[1] >= line) out.push(word);
  }
  return out;
}

/** Minutes of a step of time, so that a range has a hundred of them at most. */
export function stepOf(range: View): number {
  const minutes = (range.to - range.from) / 60_000;
  return [1, 5, 15, 60, 240, 720].find((step) => minutes / step <= 100) ?? 1440;
}
