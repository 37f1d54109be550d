// Every button that does something about an alarm, as it stands in the sources and as it is shown.
import { readdirSync, readFileSync } from 'node:fs';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { parse } from 'svelte/compiler';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, item, live, NOW, OWNED, station, tile, waiting } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import { handling } from '../lib/handling.svelte';
import HandledDialog from '../parts/HandledDialog.svelte';
import Queue from '../parts/Queue.svelte';
import Alerts from './alerts/Alerts.svelte';
import Patient from './patient/Patient.svelte';

vi.mock('../backend', () => import('../backend/fake'));
vi.mock('../parts/WaveStrip.svelte', () => ({ default: () => {} }));
vi.mock('./patient/trends/Trends.svelte', () => ({ default: () => {} }));
const hand = userEvent.setup();

/** What is done about an alarm, or asks for the words of it. */
const ACTS = new RegExp(
  [
    'backend\\.(take|handled|pauseSound|release|handTo|note|escalate|retryAction|carryOnByHand)\\b',
    'board\\.(takeAlarm|undo)\\b',
    'handling\\.ask\\b',
    'asking = verb',
    'handing = id',
  ].join('|'),
);

type Node = { type?: string; name?: string; start: number; end: number; attributes?: Node[]; [key: string]: unknown };

/** Buttons of a source that act on an alarm, each with whether it bears `whole` and has a name of its own. */
function buttons(file: string): { line: string; whole: boolean; named: boolean }[] {
  const source = readFileSync(file, 'utf8');
  const root = parse(source, { modern: true });
  const text = (node: Node) => source.slice(node.start, node.end);
  // A function of the file that acts is as good as what it does.
  const own = ((root.instance?.content.body ?? []) as unknown as Node[]).flatMap((statement) => {
    const name = /^(?:async )?function (\w+)|^const (\w+) =/.exec(text(statement));
    return ACTS.test(text(statement)) && name ? [name[1] ?? name[2] ?? ''] : [];
  });
  const acts = (node: Node | undefined) =>
    node !== undefined && (ACTS.test(text(node)) || own.some((name) => new RegExp(`\\b${name}\\b`).test(text(node))));
  const found: { line: string; whole: boolean; named: boolean }[] = [];
  const walk = (value: unknown, form: Node | undefined) => {
    if (Array.isArray(value)) return value.forEach((one) => walk(one, form));
    if (value === null || typeof value !== 'object') return;
    const node = value as Node;
    const of = (name: string) => node.attributes?.find((one) => one.type === 'Attribute' && one.name === name);
    const inForm = node.type === 'RegularElement' && node.name === 'form' ? of('onsubmit') : form;
    if (node.type === 'RegularElement' && node.name === 'button') {
      const submits = !of('onclick') && !of('type');
      if (acts(of('onclick')) || (submits && acts(form)))
        found.push({
          line: `${file}: ${text(node).replace(/\s+/g, ' ').slice(0, 300)}`,
          whole: node.attributes?.some((one) => one.type === 'AttachTag' && text(one).includes('whole')) ?? false,
          named: /whose|named|what\(w\)|wards\.place/.test(text(node)),
        });
    }
    for (const part of Object.values(node)) walk(part, inForm);
  };
  walk(root.fragment, undefined);
  return found;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));

it('lets no key that sticks act on an alarm, and says with each button whose alarm it is', () => {
  const all = files.flatMap((name) => buttons(`src/${name}`));
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((one) => !one.whole || !one.named).map((one) => one.line)).toEqual([]);
});

beforeEach(() => {
  begin();
  [board.app, board.link, board.loaded, board.alarmsRead] = [station, live, true, true];
  [board.now, board.clock, board.past, board.taken] = [NOW, NOW, null, null];
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.order = ['p1'];
  board.waiting = [
    waiting({ episode: 'free', parked: '403: not allowed' }),
    waiting({ id: 'w2', episode: '', patient: 'p1' }),
  ];
  board.queue = [
    item({ episode: 'free', verbs: ['take', 'audio-pause', 'handled', 'hand-to', 'release', 'escalate', 'note'] }),
    item({ episode: 'more' }),
    item({ ...OWNED, episode: 'mine', mine: true }),
  ];
});
afterEach(() => {
  cleanup();
  handling.item = null;
  board.waiting = [];
});

const ACTING = /^(take|taken|pause|handle|undo|episode|retry|hand)-|^(take-all|reason-record|hand-record)$/;
const acting = () =>
  [...document.querySelectorAll<HTMLButtonElement>('button[data-testid]')].filter((one) =>
    ACTING.test(one.dataset.testid ?? ''),
  );
const nameless = () =>
  acting()
    .map((one) => `${one.dataset.testid}: ${one.getAttribute('aria-label') ?? one.textContent}`)
    .filter((name) => !name.includes('Bed 12'));

it.each([
  ['the queue', Queue, 9],
  ['alerts', Alerts, 13],
  ['the page of a patient', Patient, 7],
] as const)('names whose alarm it is, with each button: %s', async (_, part, least) => {
  board.open('p1');
  render(part as typeof Queue);
  await tick();
  expect(acting().length).toBeGreaterThanOrEqual(least);
  expect(nameless()).toEqual([]);
});

it('names it too where words are asked for, and after it was taken', async () => {
  render(Alerts);
  await hand.click(screen.getByTestId('episode-note'));
  await hand.click(screen.getByTestId('hand-w1'));
  for (const id of ['episode-say', 'hand-record']) expect(screen.getByTestId(id)).toBeTruthy();
  expect(nameless()).toEqual([]);
  await hand.click(screen.getByTestId('take-more'));
  expect(screen.getByTestId('taken-more')).toBeTruthy();
  expect(nameless()).toEqual([]);
  cleanup();
  handling.ask(item());
  render(HandledDialog);
  expect((await screen.findByTestId('reason-record')).getAttribute('aria-label')).toContain('Bed 12');
});

it('does nothing about an alarm while a key is down, and once when it is let go', async () => {
  render(Queue);
  screen.getByTestId('pause-free').focus();
  await hand.keyboard('{Enter>5}');
  expect(asked).toEqual([]);
  await hand.keyboard('{/Enter}');
  expect(asked).toEqual([['pauseSound', 'free']]);
});
