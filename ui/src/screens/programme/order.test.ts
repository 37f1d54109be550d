import { expect, it } from 'vitest';
import { atHome } from '../../backend/fake';
import { clicked, direction, lines, sorted, wanted, type Column } from './order';
import type { Sort } from './ranked';

const range = (percent: number | null) => ({ percent, text: '', met: null, words: '', tooLittle: null });
const reason = (problem: string) => ({ kind: 'x', problem, problemWord: problem, words: '', basis: '', since: null });
const rows = [
  atHome({
    patient: 'a',
    name: 'Zhu',
    lastData: 30,
    days: 3,
    range: range(40),
    due: true,
    reasons: [reason('person')],
  }),
  atHome({
    patient: 'b',
    name: 'Ahl',
    lastData: null,
    days: 30,
    range: null,
    reasons: [reason('device')],
    answeredUntil: 9,
  }),
  atHome({
    patient: 'c',
    name: 'Lund',
    lastData: 10,
    days: null,
    range: range(90),
    alerts: [0, 2, 0, 0],
    deviceOrder: 5,
  }),
  atHome({ patient: 'd', name: 'Mo', lastData: 20, days: 9, range: range(null), alerts: [1, 0, 0, 0], deviceOrder: 2 }),
];
const ids = (found: { patient: string }[]) => found.map((row) => row.patient).join('');
const by = (column: Column, back = false): Sort<Column> => ({ column, back });

it.each([
  ['call', 'abcd', 'dcba'],
  ['name', 'bcda', 'adcb'],
  // What wants somebody first: the longest silent, the fewest days, the least in range, the most alerts, the worst device.
  ['last', 'cdab', 'adcb'],
  ['days', 'adbc', 'bdac'],
  ['range', 'acbd', 'cabd'],
  ['alerts', 'dcab', 'abcd'],
  ['device', 'cdab', 'abdc'],
] as [Column, string, string][])('sorts by %s, and rows without it stand last either way', (column, first, back) => {
  expect([ids(sorted(rows, by(column))), ids(sorted(rows, by(column, true)))]).toEqual([first, back]);
});

it('turns with a second click, and begins anew with another column', () => {
  const once = clicked(by('call'), 'last');
  expect([once, clicked(once, 'last'), clicked(clicked(once, 'last'), 'days')]).toEqual([
    by('last'),
    by('last', true),
    by('days'),
  ]);
  expect([direction(once, 'last'), direction(clicked(once, 'last'), 'last')]).toEqual(['ascending', 'descending']);
  expect([direction(by('alerts'), 'alerts'), direction(once, 'days')]).toEqual(['descending', undefined]);
});

it('shows whom somebody asked for', () => {
  expect(ids(wanted(rows, 'all', 'any', null))).toBe('abcd');
  expect(ids(wanted(rows, 'due', 'any', null))).toBe('a');
  expect(ids(wanted(rows, 'called', 'any', null))).toBe('b');
  expect(ids(wanted(rows, 'all', 'device', null))).toBe('b');
  expect(ids(wanted(rows, 'all', 'any', new Set(['c', 'x'])))).toBe('c');
});

it('says of nobody that there is no reason while months are still read', () => {
  const heads = (pending: number) => lines(rows, by('call'), pending).flatMap((line) => line.group ?? []);
  expect(heads(0)).toEqual(['Call today · 1', 'Called, to be looked at again later · 1', 'No reason to call · 2']);
  expect(heads(4)[2]).toBe('No reason known yet · 2');
  expect(lines(rows, by('name'), 0).every((line) => line.row !== null)).toBe(true);
});

it('loses and doubles nobody of five hundred, whichever way they are sorted', () => {
  const many = Array.from({ length: 500 }, (_, n) =>
    atHome({ patient: `p${n}`, name: `N${(n * 37) % 500}`, days: n % 31 }),
  );
  const all = new Set(many.map((row) => row.patient));
  for (const column of ['name', 'days', 'range', 'alerts'] as Column[])
    for (const back of [false, true]) {
      const shown = lines(sorted(wanted(many, 'all', 'any', null), { column, back }), by(column), 0);
      const people = shown.flatMap((line) => line.row?.patient ?? []);
      expect(people.length).toBe(500);
      expect(new Set(people)).toEqual(all);
    }
});
