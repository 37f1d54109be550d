import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alarm, begin, HANDLED, live, news, NOW, tile, OWNED } from '../../backend/fake';
import type { Cell } from '../../backend';
import { board, Row } from '../../lib/board.svelte';
import { wards } from '../../lib/wards.svelte';
import TileCard from './TileCard.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const show = (parts: Parameters<typeof tile>[0]) => render(TileCard, { row: new Row(tile(parts), NOW) });
const banner = () => screen.getByTestId('banner');

beforeEach(() => {
  begin();
  board.link = live;
  [board.now, board.past, board.initials] = [NOW, null, false];
  [board.order, wards.chosen] = [[], ''];
});
afterEach(cleanup);

it('says that nobody has the alarm, and flashes only then', () => {
  show({ alarm: alarm() });
  expect([banner().dataset.state, screen.getByTestId('owner').textContent]).toEqual(['new', 'Not owned']);
  cleanup();
  show({ alarm: alarm(OWNED) });
  expect([banner().dataset.state, screen.getByTestId('owner').textContent]).toEqual(['owned', 'Owned by N. Okafor']);
});

it('shows an alarm of before the link broke as last known, and does not flash', () => {
  board.link = {
    online: false,
    live: false,
    since: NOW - 60_000,
    lastGood: NOW - 60_000,
    message: null,
    clockOffsetMs: 0,
    clockIsOff: false,
    clockIsUnchecked: false,
    isInClear: false,
    outage: null,
  };
  show({ alarm: alarm() });
  expect(banner().dataset.state).toBe('last-known');
});

it('says that only this station knows who took it', () => {
  show({ alarm: alarm({ ...OWNED, owner: 'S. Varga', knownHereOnly: true }) });
  expect(screen.getByTestId('owner').textContent).toBe('Only here: S. Varga');
});

it('never shows an incomplete score as a whole one', () => {
  show({ news: news({ total: null, partial: 4, shown: '≥4', missing: ['ACVPU'] }) });
  expect(screen.getByTestId('news').textContent).toContain('≥4');
  expect(screen.getByTestId('news').getAttribute('aria-label')).toContain('missing ACVPU');
});

it('shows nobody at home as half scored, and hides no score that is bad already', () => {
  const partial = (parts: Parameters<typeof news>[0]) => news({ total: null, missing: ['ACVPU'], ...parts });
  for (const [home, score, shown] of [
    [true, partial({ partial: 0, band: 'zero', colour: null, shown: '≥0' }), '–Home'],
    [true, partial({ partial: 3, band: 'low', colour: null, shown: '≥3' }), '–Home'],
    [true, partial({ partial: 0, band: null, colour: null, shown: '–' }), '–Home'],
    [true, partial({ partial: 7, band: 'high', colour: 'high', shown: '≥7' }), '≥7NEWS2'],
    [true, news(), '2NEWS2'],
    [false, partial({ partial: 0, band: 'zero', colour: null, shown: '≥0' }), '≥0NEWS2'],
  ] as const) {
    show({ home, news: score });
    expect(screen.getByTestId('news').textContent?.replace(/\s+/g, '')).toBe(shown);
    cleanup();
  }
});

it('keeps beside the longest alarm how many more there are, and has the whole of what is too long', () => {
  const shown = `*** Arterial pressure, mean, below the limit ${'x '.repeat(40)}`.trim();
  const name = `Featherstonehaugh-Cholmondeley, ${'Ann '.repeat(20)}`.trim();
  show({ name, alarm: alarm({ shown, more: 3 }) });
  const words = banner().querySelector('.words');
  expect([words?.textContent, words?.getAttribute('title')]).toEqual([shown, shown]);
  expect(banner().querySelector('b > em')?.textContent).toBe('+3');
  expect(document.querySelector('.who b')?.getAttribute('title')).toBe(name);
});

it('says in words that nothing comes any more', () => {
  show({ staleSince: NOW - 12 * 60_000 });
  expect(screen.getByRole('button').textContent).toMatch(/INOP No data.*Last value \d\d:\d\d.*12 min/s);
});

it('shows a value that was never measured as none', () => {
  show({ cells: [] });
  expect(screen.getByTestId('v-hr').textContent).toContain('–');
});

it('has a sign for an implant, a sensor or a pen where the person has one, and for nothing else', () => {
  const device = (name: string, kind: string | null, word = '') => ({ name, kind, word, battery: null });
  show({ devices: [device('Bedside monitor', null), device('Loop recorder', 'implant', 'Implant')] });
  const signs = () => [...document.querySelectorAll('.dev use')].map((sign) => sign.getAttribute('href'));
  expect(signs()).toEqual(['#i-implant']);
  expect(document.querySelector('.dev')?.textContent?.trim()).toBe('Implant');
  cleanup();
  show({ home: true, layout: 'glucose', devices: [device('Glucose sensor', 'glucose-sensor')] });
  expect(signs()).toEqual(['#i-drop']);
});

it('has its ward beside its bed where tiles of several wards are shown', () => {
  const people = [tile(), tile({ patient: 'p2', ward: 'Ward B' })];
  board.rows = new Map(people.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = ['p1', 'p2'];
  show({});
  expect(screen.getByRole('button').textContent).toMatch(/12\s*Ward A/);
  cleanup();
  wards.chosen = 'Ward A';
  show({});
  expect(screen.getByRole('button').textContent).not.toContain('Ward A');
});

it('says in words what its signs show', () => {
  const battery = { percent: 80, low: false };
  show({ battery, devices: [{ name: 'Glucose sensor', kind: 'glucose-sensor', word: '', battery: null }] });
  const words = [...document.querySelectorAll('.dev')].map((sign) => sign.textContent?.trim());
  expect(words).toEqual(['Battery 80%', 'Glucose sensor']);
  cleanup();
  show({ battery: { percent: 18, low: true } });
  expect(document.querySelector('.dev.bad [aria-hidden] ~ .sr')?.textContent).toBe('Battery 18%');
});

it('gives a name the direction of its letters', () => {
  show({ name: 'כהן, שרה' });
  expect(screen.getByText('כהן, שרה').classList).toContain('rtl');
});

it('gives a good score of values that no longer come no colour of good news, and keeps a bad one', () => {
  const score = (colour: 'low' | 'high') => ({ ...tile().news, colour });
  for (const [colour, staleSince, band] of [
    ['low', null, 'low'],
    ['low', 1, 'none'],
    ['high', 1, 'high'],
  ] as const) {
    cleanup();
    show({ news: score(colour), staleSince });
    expect(screen.getByTestId('news').dataset.band, `${colour} ${staleSince}`).toBe(band);
  }
});

it('never shows a number as measured now that is not, and keeps the last good one beside the mark', () => {
  const cell = (parts: Partial<Cell>) => ({ ...tile().cells[1]!, ...parts });
  for (const link of [live, { ...live, online: false }]) {
    board.link = link;
    for (const [parts, reads, struck] of [
      [{}, '95', false],
      [{ stale: true, mark: 'old' }, '95', false],
      [{ stale: true, lost: true, mark: 'no signal', reads: '–?–', beside: '95' }, '–?–95', false],
      [{ artefact: true, mark: 'artefact', reads: '–?–', beside: '95' }, '–?–95', false],
      [{ artefact: true, mark: 'artefact', reads: '312', text: '312' }, '312', true],
    ] as const) {
      show({ cells: [cell(parts)] });
      const value = screen.getByTestId('v-spo2');
      expect(value.querySelector('dd')?.textContent?.trim()).toBe(reads);
      expect(value.dataset.mark ?? null).toBe('mark' in parts ? parts.mark : null);
      expect(value.querySelector('dd')?.classList.contains('artefact')).toBe(struck);
      cleanup();
    }
  }
});

it('keeps a value marked whose alarm was handled and is still on', () => {
  show({ alarm: alarm(HANDLED), cells: [{ ...tile().cells[1]!, alarm: 'high' }] });
  expect(screen.getByTestId('owner').textContent).toMatch(/^handled \d\d:\d\d\S* N\. Okafor, still on$/);
  expect(screen.getByTestId('v-spo2').dataset.alarm).toBe('high');
});

it.each([
  ['Arabic', 'الحسن, محمد'],
  ['Hebrew', 'כהן, שרה'],
  ['Chinese', '張, 偉'],
])('lets a name in %s turn neither the bed nor the hour beside it around', (_, name) => {
  show({ name, bed: 'خ 3', alarm: alarm({ ...OWNED, owner: name, moreOwner: name, more: 2 }) });
  const own = [...document.querySelectorAll<HTMLElement>('bdi, .rtl, .who b')];
  for (const text of [name, 'خ 3']) expect(own.map((e) => e.textContent)).toContain(text);
  expect(screen.getByTestId('owner').querySelectorAll('bdi').length).toBe(2);
  expect(screen.getByTestId('owner').textContent).toBe(`Owned by ${name} · +2 Owned by ${name}`);
});

it('says what is withheld in its place and with its count, and keeps the alarm', () => {
  const words = '2 withheld: the patient refused it (2)';
  show({
    cells: tile().cells.filter((c) => c.slot !== 'hr'),
    withheld: { count: 2, words },
    withheldSlots: ['hr'],
    alarm: alarm({ shown: '*** Alarm, words withheld' }),
  });
  expect(screen.getByTestId('v-hr').textContent).toContain('withheld');
  expect(screen.getByTestId('v-spo2').textContent).not.toContain('withheld');
  const told = screen.getByTestId('withheld');
  expect([told.textContent?.trim(), told.title]).toEqual(['2 withheld', words]);
  expect([banner().dataset.alarm, banner().dataset.state]).toEqual(['high', 'new']);
  expect(banner().textContent).toContain('words withheld');
});

it('says nothing of consent where nothing is withheld', () => {
  show({ cells: [] });
  expect(screen.queryByTestId('withheld')).toBeNull();
  expect(screen.getByTestId('v-hr').textContent).not.toContain('withheld');
});
