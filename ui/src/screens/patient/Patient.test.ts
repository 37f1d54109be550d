import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  answer,
  asked,
  begin,
  glassReasons,
  glassWords,
  item,
  live,
  NOW,
  Refusal,
  station,
  tile,
  who,
} from '../../backend/fake';
import type { Patient as PatientPage } from '../../backend';
import { board, Row } from '../../lib/board.svelte';
import Patient from './Patient.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
vi.mock('../../parts/WaveStrip.svelte', () => ({ default: () => {} }));
vi.mock('./trends/Trends.svelte', () => ({ default: () => {} }));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  [board.app, board.link, board.loaded] = [station, live, true];
  [board.now, board.clock, board.past, board.queue] = [NOW, NOW, null, []];
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.order = ['p1'];
  [board.screen, board.patient] = ['ward', null];
});
afterEach(() => {
  cleanup();
  board.who = null;
});

it('shows the waves of the moment that somebody came for, and live waves to who came for none', async () => {
  board.open('p1', NOW - 3_600_000);
  const { unmount } = render(Patient);
  await tick();
  await hand.click(screen.getByTestId('view-waves'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('false');
  await hand.click(screen.getByTestId('live'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('true');
  unmount();
  board.open('p1');
  render(Patient);
  await hand.click(screen.getByTestId('view-waves'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('true');
});

it('begins at the name of who was opened, where what had the focus is gone', async () => {
  board.open('p1');
  render(Patient);
  await tick();
  await tick();
  expect(document.activeElement).toBe(screen.getByTestId('patient-name'));
});

it('stays with who was shown first when a new alarm changes the order of the board', async () => {
  board.rows = new Map(['p1', 'p2'].map((patient) => [patient, new Row(tile({ patient }), NOW)]));
  board.order = ['p1', 'p2'];
  const shown = () => screen.getByTestId('patient').dataset.patient;
  for (const again of [false, true]) {
    board.screen = 'patient';
    render(Patient);
    await tick();
    expect([again, shown()]).toEqual([again, 'p1']);
    board.order = ['p2', 'p1'];
    board.queue = [item({}, { patient: 'p2' })];
    await tick();
    expect([again, shown()]).toEqual([again, 'p1']);
    cleanup();
    board.screen = 'ward';
  }
});

it('shows nobody where nobody was on the board when it was opened', async () => {
  board.rows = new Map();
  board.order = [];
  board.screen = 'patient';
  render(Patient);
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.order = ['p1'];
  await tick();
  expect(screen.getByTestId('nobody').textContent).toContain('Choose a patient');
});

it('ticks only who is measured now, while values come, and wears no green for a score of values that no longer come', async () => {
  const old = tile().cells.map((cell) => ({ ...cell, mark: 'old' }));
  const late = (what: string) => [{ what, since: NOW - 12_000 }];
  const cases: [Parameters<typeof tile>[0], string[], RegExp, string][] = [
    [{}, [], /^Monitoring$/, 'low'],
    [{}, ["this station's speaker"], /^Monitoring$/, 'low'],
    [{ cells: [] }, [], /^No values$/, 'low'],
    [{ cells: old }, [], /^No values$/, 'low'],
    [{ cells: [...old, ...tile().cells.slice(1)] }, [], /^Monitoring$/, 'low'],
    [{}, ['the server'], /^Values late$/, 'low'],
    [{}, ["the server's values"], /^Values late$/, 'low'],
    [{}, ["this station's cache"], /^Values late$/, 'low'],
    [{}, ["this station's board"], /^Last known/, 'low'],
    [{ cells: old, staleSince: NOW - 600_000 }, [], /^No data since/, 'none'],
  ];
  for (const [parts, stages, words, band] of cases) {
    board.rows = new Map([['p1', new Row(tile(parts), NOW)]]);
    board.late = stages.flatMap(late);
    board.open('p1');
    render(Patient);
    await tick();
    const chip = screen.getByTestId('watched');
    expect(chip.textContent).toMatch(words);
    const ticked = chip.querySelector('use')?.getAttribute('href') === '#i-check';
    expect([String(words), ticked]).toEqual([String(words), chip.textContent === 'Monitoring']);
    expect(screen.getByTestId('news').dataset.band).toBe(band);
    cleanup();
  }
  board.late = [];
});

it('says what is withheld of now and of the last day, and what the patient said to telehealth', async () => {
  const now = { count: 1, words: '1 withheld: the patient refused it (1)' };
  const day = { count: 40, words: '40 withheld: the patient refused it (40)' };
  const whole = tile({ cells: [], withheld: now, withheldSlots: ['hr'] });
  answer({
    patient: () =>
      Promise.resolve({
        tile: whole,
        alarms: [],
        doses: [],
        withheld: day,
        said: [
          { to: 'Telehealth', agreed: true, words: 'agreed' },
          { to: 'Research', agreed: false, words: 'the patient refused it' },
        ],
      }),
  });
  board.rows = new Map([['p1', new Row(whole, NOW)]]);
  board.open('p1');
  render(Patient);
  await tick();
  await tick();
  const told = screen.getAllByTestId('withheld').map((line) => line.textContent?.trim());
  expect(told).toEqual([`Now: ${now.words}`, `Last 24 h: ${day.words}`]);
  expect(screen.getByTestId('watched').textContent).toContain('Values withheld');
  expect(screen.getByTestId('said').textContent).toMatch(/Telehealth\s*agreed\s*Research\s*the patient refused it/);
});

const held = () => tile({ cells: [], withheld: { count: 1, words: '1 withheld: the patient refused it (1)' } });

it('breaks the glass with a reason over whom something is withheld, and asks for words where the reason is another', async () => {
  board.who = who();
  board.open('p1');
  render(Patient);
  await tick();
  expect(screen.queryByTestId('break-glass'), 'nothing is withheld').toBeNull();
  board.rows = new Map([['p1', new Row(held(), NOW)]]);
  await tick();
  await hand.click(screen.getByTestId('break-glass'));
  const go = () => screen.getByTestId<HTMLButtonElement>('glass-break');
  expect(screen.getByTestId('glass-dialog').textContent).toContain('Bed 12, Ada Park');
  expect(go().disabled, 'no reason').toBe(true);
  const other = glassReasons.at(-1)?.code;
  await hand.click(screen.getByTestId(`glass-${other}`));
  const field = screen.getByTestId('glass-words');
  await hand.type(field, '. '.repeat(glassWords) + 'x'.repeat(glassWords - 1));
  expect(go().disabled, 'too few letters').toBe(true);
  await hand.type(field, 'y');
  expect(go().disabled).toBe(false);
  await hand.clear(field);
  await hand.click(screen.getByTestId('glass-emergency'));
  await hand.click(go());
  expect(asked.filter(([name]) => name === 'breakGlass')).toEqual([['breakGlass', 'p1', 'emergency', '']]);
  expect(screen.queryByTestId('glass-dialog')).toBeNull();
});

it('says why the glass is not broken: by the role, and where the record could not be written', async () => {
  board.rows = new Map([['p1', new Row(held(), NOW)]]);
  const why = 'Telemetry technician may not break the glass';
  board.who = who({ notAllowed: [{ right: 'break-glass', why }] });
  board.open('p1');
  render(Patient);
  await tick();
  const button = () => screen.getByTestId<HTMLButtonElement>('break-glass');
  expect([button().disabled, button().title]).toEqual([true, why]);
  board.who = who();
  await tick();
  const words = "this station's record could not be written (disk full), so nothing more is shown";
  answer({ breakGlass: () => Promise.reject(new Refusal('failed', words)) });
  await hand.click(button());
  await hand.click(screen.getByTestId('glass-harm'));
  await hand.click(screen.getByTestId('glass-break'));
  await tick();
  expect(board.trouble).toBe(words);
  board.trouble = null;
});

it('keeps nothing on the page of what was seen under a broken glass', async () => {
  const seen = { what: 'Naloxone', amount: '0.4 mg', at: NOW - 60_000 };
  const withGlass = who({
    glasses: [{ patient: 'p1', by: 'N. Okafor', reason: 'Emergency treatment', until: NOW + 60_000 }],
  });
  board.who = withGlass;
  answer({ patient: () => Promise.resolve({ tile: tile(), alarms: [], doses: [seen], withheld: null, said: [] }) });
  board.open('p1');
  render(Patient);
  await tick();
  await tick();
  expect(screen.getByTestId('patient').parentElement?.textContent).toContain('Naloxone');
  expect(screen.queryByTestId('break-glass')).toBeNull();
  // It ends, and the page of after is not there yet.
  answer({ patient: () => new Promise(() => {}) });
  board.who = who();
  await tick();
  expect(screen.getByTestId('patient').parentElement?.textContent).not.toContain('Naloxone');
});

const doses = (...amounts: string[]) =>
  amounts.map((amount) => ({ what: 'Insulin aspart', amount, at: NOW - 600_000 }));

it('never says that nothing was given before that is known, and shows a dose that no alarm tells of', async () => {
  let told: (page: PatientPage) => void = () => {};
  answer({ patient: () => new Promise((done) => (told = done)) });
  board.open('p1');
  render(Patient);
  await tick();
  expect(screen.queryByTestId('no-dose')).toBeNull();
  const page = { tile: tile(), alarms: [], doses: [], withheld: null, said: [] };
  told(page);
  expect(await screen.findByTestId('no-dose')).toBeTruthy();
  answer({ patient: () => Promise.resolve({ ...page, doses: doses('4 U') }) });
  board.now = NOW + 10_000;
  expect((await screen.findByTestId('dose')).textContent).toContain('Insulin aspart 4 U');
  answer({ patient: () => Promise.reject(new Refusal('failed', 'The cache could not be read')) });
  board.now = NOW + 20_000;
  expect((await screen.findByTestId('doses-failed')).textContent).toContain('The cache could not be read');
  expect([screen.queryByTestId('dose'), screen.queryByTestId('no-dose')]).toEqual([null, null]);
});

it('shows two pumps of one name, and two doses of one drug at one time', async () => {
  const pump = { name: 'Infusion pump', kind: 'pump', word: 'pump', battery: null };
  board.rows = new Map([['p1', new Row(tile({ devices: [pump, pump] }), NOW)]]);
  answer({
    patient: () => Promise.resolve({ tile: tile(), alarms: [], doses: doses('4 U', '6 U'), withheld: null, said: [] }),
  });
  board.open('p1');
  render(Patient);
  expect((await screen.findAllByTestId('dose')).map((one) => one.textContent)).toHaveLength(2);
  expect(screen.getAllByText('Infusion pump')).toHaveLength(2);
});
