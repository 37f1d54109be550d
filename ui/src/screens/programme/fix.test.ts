import { expect, it } from 'vitest';
import { device } from '../../backend/fake';
import { clickedDevices, deviceDirection, deviceLines, sortedDevices, wantedDevices, type DeviceColumn } from './fix';

const fault = (kind: string) => ({ kind, words: kind, basis: 'why', at: 0 });
const rows = [
  device({ key: 'icd', name: 'ICD', implant: true, kind: 'ICD', faults: [fault('transmitter-silent')], battery: null }),
  device({ key: 'cgm', owner: 'Bo', kind: 'Glucose sensor', faults: [fault('silent')], lastSeen: null }),
  device({ key: 'hub', owner: 'Ahl', lastSeen: 9 }),
];
const by = (column: DeviceColumn, back = false) => ({ column, back });
const keys = (all: { key: string }[]) => all.map((row) => row.key);

it('keeps the order of Rust, a silent transmitter in a group of its own before all others', () => {
  const lines = deviceLines(sortedDevices(rows, by('fix')), by('fix'), false);
  expect(lines.map((line) => line.group ?? line.key)).toEqual([
    'Transmitter silent · 1',
    'icd',
    'Fix today · 1',
    'cgm',
    'Nothing to fix today · 1',
    'hub',
  ]);
});

it('says of nobody that there is no fault while something is still to be read', () => {
  const heads = deviceLines(rows, by('fix'), true).flatMap((line) => line.group ?? []);
  expect(heads[2]).toBe('Nothing to fix known yet · 1');
});

it('sorts by a column with what was not given last, whichever way', () => {
  expect(keys(sortedDevices(rows, by('owner')))).toEqual(['hub', 'cgm', 'icd']);
  const batteries = [device({ key: 'a' }), device({ key: 'none', battery: null }), { ...device(), key: 'low' }];
  const low = batteries[2];
  if (low?.battery) low.battery = { ...low.battery, percent: 9 };
  expect(keys(sortedDevices(batteries, by('battery')))).toEqual(['low', 'a', 'none']);
  expect(keys(sortedDevices(batteries, by('battery', true)))).toEqual(['a', 'low', 'none']);
  expect(keys(sortedDevices(rows, by('seen')))).toEqual(['hub', 'icd', 'cgm']);
  expect(clickedDevices(by('seen'), 'seen')).toEqual(by('seen', true));
  expect(deviceDirection(by('seen', true), 'seen')).toBe('descending');
  expect(deviceDirection(by('fix'), 'fix')).toBeUndefined();
});

it('filters what is to be fixed, implants, and by whose it is or what it is', () => {
  expect(keys(wantedDevices(rows, 'fix', '', null))).toEqual(['icd', 'cgm']);
  expect(keys(wantedDevices(rows, 'implants', '', null))).toEqual(['icd']);
  expect(keys(wantedDevices(rows, 'all', ' GLUCOSE', new Set()))).toEqual(['cgm']);
  expect(keys(wantedDevices(rows, 'all', 'marsh', new Set(['h1'])))).toEqual(['icd', 'cgm', 'hub']);
  expect(keys(wantedDevices(rows, 'all', 'zz', new Set()))).toEqual([]);
});
