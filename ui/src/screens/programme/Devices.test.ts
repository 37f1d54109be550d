// The second view of Home: every device, what is to be put right first.
import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, device, devices, live, NOW, station, tile, who } from '../../backend/fake';
import { board, Row } from '../../lib/board.svelte';
import Programme from './Programme.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();

const silent = {
  kind: 'silent',
  words: 'Silent for 5 h',
  basis: 'Other data of this person still come',
  at: NOW - 5 * 3_600_000,
};
const transmitter = { ...silent, kind: 'transmitter-silent', words: 'Transmitter silent for 15 days' };
const low = { ...silent, kind: 'battery-low', words: 'Battery 9 %', basis: 'Newest level' };
const all = [
  device({
    key: 'h3/icd',
    patient: 'h3',
    owner: 'Torres, Lucia',
    name: 'ICD',
    kind: 'ICD',
    implant: true,
    battery: null,
    lastTransmission: NOW - 15 * 86_400_000,
    faults: [transmitter],
    state: transmitter.words,
  }),
  device({
    key: 'h1/cgm',
    name: 'Glucose sensor',
    kind: 'Glucose sensor',
    battery: null,
    faults: [silent, low],
    state: silent.words,
  }),
  device({ key: 'h2/hub', patient: 'h2', owner: 'Iversen, Signe', mrn: '0911' }),
  device({
    key: 'h2/x',
    patient: 'h2',
    owner: 'Iversen, Signe',
    mrn: '0911',
    name: null,
    battery: null,
    lastSeen: null,
  }),
];

beforeEach(() => {
  begin();
  answer({ devices: () => Promise.resolve(devices({ rows: all })) });
  sessionStorage.clear();
  [board.app, board.link, board.past, board.who] = [station, live, null, null];
  [board.now, board.clock, board.initials, board.trouble] = [NOW, NOW, false, null];
  const tiles = all.map((row) => tile({ patient: row.patient, name: row.owner, mrn: row.mrn, home: true, ward: '' }));
  board.rows = new Map(tiles.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = [...board.rows.keys()];
});
afterEach(cleanup);

const rows = () => screen.queryAllByTestId(/^device-h\d/).map((row) => row.dataset.testid);
const show = async () => {
  render(Programme);
  await hand.click(screen.getByTestId('view-devices'));
  await screen.findByTestId('device-h3/icd');
};

it('shows a silent transmitter first, then what is to be fixed with its cause, then the others', async () => {
  await show();
  expect(rows()).toEqual(['device-h3/icd', 'device-h1/cgm', 'device-h2/hub', 'device-h2/x']);
  const groups = [...document.querySelectorAll('.grp')].map((one) => one.textContent);
  expect(groups).toEqual(['Transmitter silent · 1', 'Fix today · 1', 'Nothing to fix today · 2']);
  const sensor = screen.getByTestId('device-h1/cgm').textContent;
  expect(sensor).toContain('Silent for 5 h');
  expect(sensor).toContain('Other data of this person still come · 1 more: Battery 9 %');
  expect(screen.getByTestId('device-h2/hub').textContent).toContain('−3.1 points a day');
  expect(screen.getByTestId('devices-count').textContent).toBe('2 to fix today · 4 devices');
});

it('says of everything that was not given that it was not, and leaves nothing blank', async () => {
  await show();
  const unknown = screen.getByTestId('device-h2/x');
  const cells = [...unknown.querySelectorAll('td')].map((cell) => cell.textContent.trim());
  expect(cells.filter((text) => text === '')).toEqual([]);
  expect(cells[0]).toContain('Name not given');
  expect(cells[0]).toContain('type not given');
  expect(cells.slice(3)).toEqual(['not given', 'not given', 'not given', 'not given']);
  await hand.click(unknown);
  const facts = screen.getByTestId('device-facts');
  for (const pair of facts.querySelectorAll('.kv')) expect(pair.querySelector('.push')?.textContent).toBeTruthy();
  expect(within(facts).getByText('Sensor ends').nextElementSibling?.textContent).toBe('not given');
});

it('shows of an implant its last transmission and the next, beside everything that is wrong', async () => {
  await show();
  await hand.click(screen.getByTestId('device-h3/icd'));
  const side = screen.getByTestId('device-side');
  expect(within(side).getByTestId('fault-transmitter-silent').textContent).toContain('Transmitter silent for 15 days');
  expect(within(side).getByText('Last transmission').nextElementSibling?.textContent).toMatch(/8 Nov/);
  expect(within(side).getByText('Next expected').nextElementSibling?.textContent).toBe('not given');
  await hand.click(screen.getByTestId('device-open'));
  expect([board.screen, board.patient]).toEqual(['patient', 'h3']);
});

it('filters and sorts', async () => {
  await show();
  await hand.click(screen.getByTestId('devices-fix'));
  expect(rows()).toEqual(['device-h3/icd', 'device-h1/cgm']);
  await hand.click(screen.getByTestId('devices-implants'));
  expect(rows()).toEqual(['device-h3/icd']);
  await hand.click(screen.getByTestId('devices-all'));
  await hand.click(screen.getByTestId('sort-owner'));
  expect(rows()[0]).toBe('device-h2/hub');
  expect(document.querySelector('th.who')?.getAttribute('aria-sort')).toBe('ascending');
});

it('finds by whose a device is and by what it is', async () => {
  await show();
  await hand.type(screen.getByTestId('programme-search'), '0911');
  expect(rows()).toEqual(['device-h2/hub', 'device-h2/x']);
  await hand.clear(screen.getByTestId('programme-search'));
  await hand.type(screen.getByTestId('programme-search'), 'gluc');
  expect(rows()).toEqual(['device-h1/cgm']);
});

it('asks for the list that is shown and for no other, and keeps which one that is', async () => {
  await show();
  const times = (name: string) => asked.filter(([one]) => one === name).length;
  const before = times('programme');
  board.acts += 1;
  await vi.waitFor(() => expect(times('devices')).toBe(2));
  expect(times('programme')).toBe(before);
  cleanup();
  render(Programme);
  await screen.findByTestId('device-h3/icd');
  expect(screen.getByTestId('programme').dataset.view).toBe('devices');
});

it('keeps the focus on the choice between the views', async () => {
  await show();
  expect(document.activeElement).toBe(screen.getByTestId('view-devices'));
});

it('blames no device for what was not read yet, or is withheld, or came while the server was not heard', async () => {
  const withheld = { count: 3, words: '3 withheld: the patient refused it (3)' };
  const answered = devices({ rows: all, isFortnightRead: false, withheld, notHeardSince: NOW - 60_000 });
  answer({ devices: () => Promise.resolve(answered) });
  await show();
  expect(screen.getByTestId('devices-history').textContent).toContain('no fault of a device');
  expect(screen.getByTestId('devices-withheld').textContent).toBe(withheld.words);
  expect(screen.getByTestId('devices-not-heard').textContent).toContain('no device counts as silent');
  expect(screen.getByTestId('device-rows').textContent).toContain('Nothing to fix known yet');
});

it('shows no name and no number where names are hidden', async () => {
  board.initials = true;
  await show();
  await hand.click(screen.getByTestId('device-h2/hub'));
  const text = screen.getByTestId('programme').textContent;
  expect(text).not.toContain('Iversen');
  expect(text).not.toContain('0911');
});

it('asks for nothing that the role may not see', async () => {
  sessionStorage.setItem('vigil.programme', JSON.stringify({ view: 'devices' }));
  board.who = who({ role: 'IT', notAllowed: [{ right: 'programme', why: 'IT may not see whom to call' }] });
  render(Programme);
  await vi.waitFor(() => expect(screen.getByTestId('programme-may-not').textContent).toContain('IT may not'));
  expect(asked).toEqual([]);
});
