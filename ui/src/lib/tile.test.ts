import { describe, expect, it } from 'vitest';
import type { Tile } from '../backend';
import { same, times } from './tile';

const NOW = Date.UTC(2026, 10, 23, 14, 6);

/** What a tile's words of time are made of. */
function tile(parts: Partial<Tile>): Tile {
  const cell = (slot: string, ago: number) => ({ slot, takenAt: NOW - ago }) as Tile['cells'][number];
  return {
    cells: [cell('hr', 4_000), cell('rr', 44_000)],
    alarm: null,
    staleSince: null,
    news: { nextDue: null },
    ...parts,
  } as Tile;
}
const alarm = (ownedAt: number | null) => ({ onset: NOW - 72_000, ownedAt }) as Tile['alarm'];

describe('what a tile says of time', () => {
  it('stands still while values come as they should', () => {
    const at = (seconds: number) => times(tile({}), NOW + seconds * 1000);
    expect(at(0)).toEqual({ ages: { hr: '<10 s', rr: '40 s' }, lasting: '', due: '', overdue: false });
    expect(same(at(0), at(5))).toBe(true);
    expect(same(at(0), at(6))).toBe(false);
  });
  it('tells how long an alarm that nobody has, and a silence, have lasted', () => {
    expect(times(tile({ alarm: alarm(null) }), NOW).lasting).toBe('1 min');
    expect(times(tile({ alarm: alarm(NOW) }), NOW).lasting).toBe('');
    expect(times(tile({ staleSince: NOW - 5_000 }), NOW).lasting).toBe('<10 s');
  });
  it('knows when observations are due, and for how long they have been', () => {
    const due = (inMs: number) => times(tile({ news: { nextDue: NOW + inMs } as Tile['news'] }), NOW);
    expect([due(780_000).due, due(780_000).overdue]).toEqual(['13 min', false]);
    expect([due(-780_000).due, due(-780_000).overdue]).toEqual(['13 min', true]);
  });
});
