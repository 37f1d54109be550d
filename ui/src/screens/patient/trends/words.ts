// What stands in words on a panel: what happened, where there is room for it, and what is missing.
import { panelNames, type Mark, type Panel } from '../../../backend';
import { dayTime } from '../../../lib/time';
import type { View } from '../../../lib/view';

/** The name of a panel. */
export const nameOf = (key: string): string => panelNames.find((panel) => panel.key === key)?.label ?? key;

/** How things lie on the panels; the store is one. */
export interface Lying {
  readonly width: number;
  readonly shown: View;
  readonly film: View;
  at(t: number): number;
  isLast(t: number): boolean;
}

/** What a mark says. */
export function said(mark: Mark): string {
  return `${mark.shown}, at ${dayTime(mark.at)}${mark.more > 0 ? `, and ${mark.more} more near it` : ''}`;
}

/** Values that are told beside their dots. Where the last has its words on its left, the one before it may have no room. */
export function told(dots: Panel['dots'], on: Lying): Panel['dots'] {
  return dots.filter(([t], n) => {
    const next = dots[n + 1]?.[0];
    return next === undefined || !on.isLast(next) || on.at(next) - on.at(t) > 7200 / Math.max(on.width, 72);
  });
}

/** Where the amounts of doses have no room beside each other or an alarm, their signs stand alone. */
const DOSE = 44;

export function isRoomy(mark: Mark, marks: Mark[], on: Lying): boolean {
  const near = (DOSE / Math.max(on.width, 1)) * (on.shown.to - on.shown.from);
  const beside = (other: Mark) => (on.isLast(mark.at) ? mark.at - other.at : other.at - mark.at);
  return !marks.some(
    (other) => other !== mark && other.kind !== 'device' && beside(other) >= 0 && beside(other) < near,
  );
}

export interface Hole {
  left: number;
  right: number;
  ms: number;
  /** How much of it is seen, and how much of it lies to the right of what is: its words stand in the part that is seen. */
  room: number;
  past: number;
}

/** Times without values that are wide enough to be seen, in per cent of a panel. */
export function holes(gaps: Panel['gaps'], on: Lying): Hole[] {
  return gaps
    .map(([a, b]) => ({
      left: Math.max(on.at(on.film.from), on.at(a)),
      right: Math.min(on.at(on.film.to), on.at(b)),
      ms: b - a,
    }))
    .filter((hole) => hole.right - hole.left > 0.3)
    .map((hole) => ({
      ...hole,
      room: Math.min(100, hole.right) - Math.max(0, hole.left),
      past: (Math.max(0, hole.right - 100) / (hole.right - hole.left)) * 100,
    }));
}

/** Heights that the wire may leave open. */
export const heights = (of: [number | null, number | null][]) =>
  of.map(([value, y]): [number, number] => [value ?? 0, y ?? 0]);
