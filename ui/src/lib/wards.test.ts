import { beforeEach, expect, it, vi } from 'vitest';
import { begin, NOW, tile } from '../backend/fake';

vi.mock('../backend', () => import('../backend/fake'));
const { board, Row } = await import('./board.svelte');
const { wards } = await import('./wards.svelte');

function lie(...people: Parameters<typeof tile>[0][]) {
  const tiles = people.map((parts, n) => tile({ patient: `p${n}`, ...parts }));
  board.rows = new Map(tiles.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = tiles.map((one) => one.patient);
}
const place = (n: number) => wards.place(board.rows.get(`p${n}`)!.tile);

beforeEach(() => {
  begin();
  sessionStorage.clear();
  wards.chosen = '';
});

it('tells six beds 01 apart by their wards', () => {
  const names = ['Ward 2', 'Ward 10', 'Ward 1', 'ICU', 'HDU', 'Ward 7B Step-down, second floor, east wing'];
  lie(...names.map((ward) => ({ ward, bed: '01', place: 'Bed 01' })));
  const said = names.map((_, n) => place(n));
  expect(said[5]).toBe('Bed 01 · Ward 7B Step-down, second floor, east wing');
  expect(new Set(said).size).toBe(6);
  expect(wards.names.slice(2, 5)).toEqual(['Ward 1', 'Ward 2', 'Ward 7B Step-down, second floor, east wing']);
});

it('says no ward where there is one, and none of who is at home', () => {
  lie({ ward: 'Ward 1' }, { ward: '', home: true, place: 'Home H3' });
  expect([place(0), place(1)]).toEqual(['Bed 12', 'Home H3']);
  lie({ ward: 'Ward 1' }, { ward: 'Ward 2' }, { ward: '', home: true, place: 'Home H3' }, { ward: '' });
  expect([place(2), place(3)]).toEqual(['Home H3', 'Bed 12 · ward not known']);
});

it('keeps the ward that is looked at over a reload, and hides nobody with one that is gone', async () => {
  lie({ ward: 'Ward 1' }, { ward: 'Ward 2' });
  wards.chosen = 'Ward 2';
  vi.resetModules();
  const again = await import('./wards.svelte');
  const { board: boardAgain, Row: RowAgain } = await import('./board.svelte');
  boardAgain.rows = new Map(
    ['Ward 1', 'Ward 2'].map((ward, n) => [`p${n}`, new RowAgain(tile({ patient: `p${n}`, ward }), NOW)]),
  );
  boardAgain.order = ['p0', 'p1'];
  expect(again.wards.chosen).toBe('Ward 2');
  boardAgain.order = ['p0'];
  expect(again.wards.chosen).toBe('');
});

it('says where somebody lay whose alarm is still there and who left the board', () => {
  lie({ ward: 'Ward 1' }, { ward: 'Ward 2' });
  const gone = { patient: 'p9', place: 'Not on the board', ward: 'Ward 2' };
  expect([wards.place(gone), wards.of('p9', 'Ward 2')]).toEqual(['Not on the board · Ward 2', 'Ward 2']);
  expect(wards.place({ patient: '', place: 'No patient named', ward: '' })).toBe('No patient named');
  lie({ ward: 'Ward 1' });
  expect(wards.place(gone)).toBe('Not on the board');
});
