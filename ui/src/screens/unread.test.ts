// What each screen says where no alarm stands on it.
import { cleanup, render } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, item, live, NOW, station, tile } from '../backend/fake';
import Queue from '../parts/Queue.svelte';
import TopBar from '../parts/TopBar.svelte';
import Alerts from './alerts/Alerts.svelte';
import Handover from './handover/Handover.svelte';
import Patient from './patient/Patient.svelte';
import Ward from './ward/Ward.svelte';
import { board, Row } from '../lib/board.svelte';

vi.mock('../backend', () => import('../backend/fake'));
vi.mock('../parts/WaveStrip.svelte', () => ({ default: () => {} }));
vi.mock('./patient/trends/Trends.svelte', () => ({ default: () => {} }));

beforeEach(() => {
  begin();
  [board.app, board.link, board.loaded] = [station, live, true];
  [board.now, board.clock, board.past, board.queue, board.waiting] = [NOW, NOW, null, [], []];
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.order = ['p1'];
  board.open('p1');
});
afterEach(cleanup);

const SCREENS: [string, Component, RegExp, RegExp][] = [
  ['the queue', Queue, /Alarms are not read yet\. Watch the bedside/, /No alarm is waiting/],
  ['the top bar', TopBar, /–\s*High/, /0\s*High/],
  ['the ward', Ward, /Alarms are not read yet · 1/, /No active alarms · 1/],
  ['alerts', Alerts, /–\s+open alerts.*All –.*Alarms are not read yet\. Watch/s, /0\s+open alerts.*No open alert\./s],
  [
    'the page of a patient',
    Patient,
    /Active alerts\s*–.*not read yet\. Watch/s,
    /Active alerts\s*0.*No active alert\./s,
  ],
  ['the handover', Handover, /not read yet\. Watch.*nobody has it · –/s, /nobody has it · 0/],
];
const text = () => document.body.textContent ?? '';

it.each(SCREENS)('never calls alarms that were not read none: %s', async (_, part, unread, read) => {
  board.alarmsRead = false;
  const { unmount } = render(part);
  await tick();
  expect(text()).toMatch(unread);
  expect(text()).not.toMatch(/No (alarm|active alert|open alert)|(^|\D)0\s*(alert|High|open|All|alarm)| · 0/i);
  board.alarmsRead = true;
  await tick();
  expect(text()).toMatch(read);
  expect(text()).not.toContain('not read yet');
  unmount();
});

it.each(SCREENS.filter(([name]) => name !== 'the top bar' && name !== 'the ward'))(
  'says beside an alarm that is known that the others were not read: %s',
  async (_, part) => {
    [board.alarmsRead, board.queue] = [false, [item()]];
    render(part);
    await tick();
    expect(text()).toContain('SpO2 low');
    expect(text()).toContain('not read yet. Watch');
  },
);
