// What a tile says of time, as words. They are worked out apart from the values, so that a second that changes none of them
// paints nothing.
import type { Tile } from '../backend';
import { lasting, shortAge, span } from './time';

export type Times = {
  /** The age of each value, by its place. */
  ages: Record<string, string>;
  /** How long the alarm has lasted, or nothing has come. */
  lasting: string;
  /** Until the next observations are due, or since. */
  due: string;
  overdue: boolean;
};

export function times(tile: Tile, now: number): Times {
  // Of an alarm that somebody has the tile says since when.
  const since = tile.alarm === null ? tile.staleSince : tile.alarm.ownedAt === null ? tile.alarm.onset : null;
  const due = tile.news.nextDue === null ? null : tile.news.nextDue - now;
  return {
    ages: Object.fromEntries(tile.cells.map((cell) => [cell.slot, shortAge(cell.takenAt, now)])),
    lasting: since === null ? '' : lasting(since, now),
    due: due === null ? '' : span(due),
    overdue: due !== null && due < 0,
  };
}

/** Whether two read the same. */
export function same(a: Times, b: Times): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
