import { expect, it, vi } from 'vitest';
import { tile } from '../backend/fake';

vi.mock('../backend', () => import('../backend/fake'));
const { find } = await import('./search');

const bed = (patient: string, ward: string, number: string, name: string, mrn: string) =>
  tile({ patient, ward, bed: number, place: `Bed ${number}`, name, mrn });
const everybody = [
  bed('a', 'Ward 2', '01', 'Müller, Änne', '7B-004-219'),
  bed('b', 'Ward 1', '01', "O'Brien-Łukasz, Þór", '9900112'),
  bed('c', 'Ward 1', '12', 'Adeyemi, Ruth', '0012'),
  bed('d', 'Ward 1', '10', 'عبد الرحمن, محمد', '5512'),
  bed('e', 'Ward 1', '2', '王, 小明', '77'),
  bed('f', 'Ward 1', '3', 'Ruthven, Ann', '88'),
  tile({ patient: 'h', ward: '', home: true, bed: 'H3', place: 'Home H3', name: 'Marsh, Dylan', mrn: '31' }),
];

it.each([
  ['a name, whatever is above its letters', 'muller', 'a'],
  ['a name as it is written', 'Müller', 'a'],
  ['a part of a double name', 'lukasz', 'b'],
  ['what follows an apostrophe', 'brien', 'b'],
  ['a given name before a longer family name', 'ruth', 'cf'],
  ['two words in any order', 'ruth ade', 'c'],
  ['a name with its comma', 'Adeyemi, Ruth', 'c'],
  ['a name in Arabic', 'محمد', 'd'],
  ['a name in Chinese', '小明', 'e'],
  ['a bed, then numbers that hold it', '12', 'cbd'],
  ['the same bed in each ward', '1', 'ba'],
  ['a bed with its zero', '01', 'ba'],
  ['a bed in words', 'bed 12', 'cb'],
  ['a bed and its ward', '01 ward 2', 'a'],
  ['somebody at home', 'h3', 'h'],
  ['a number', '7b-004-219', 'a'],
  ['a part of a number', '004', 'a'],
  ['nobody', 'zzz', ''],
])('finds %s', (_, words, wanted) => {
  const found = find(everybody, words).map((one) => one.patient);
  // Who is meant stands first; others that the letters are in may follow.
  expect(found.slice(0, wanted.length).join('')).toBe(wanted);
  if (wanted === '') expect(found).toEqual([]);
});

it('shows everybody where nothing is asked for, ward by ward as beds are counted', () => {
  expect(
    find(everybody, ' ')
      .map((one) => one.patient)
      .join(''),
  ).toBe('hbefdca');
});
