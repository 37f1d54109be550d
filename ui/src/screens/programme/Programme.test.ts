import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, atHome, begin, contacts, live, NOW, programme, station, tile, who } from '../../backend/fake';
import { board, Row } from '../../lib/board.svelte';
import Programme from './Programme.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();

const low = {
  kind: 'very-low',
  problem: 'person',
  problemWord: 'Person',
  words: '2.1 % below 3.0 mmol/L, goal less than 1 %',
  basis: '3912 readings of 14 days, 97 % of the time',
  since: null,
};
const silent = { ...low, kind: 'silent', problem: 'device', problemWord: 'Device', words: 'Nothing comes for 30 h' };
const people = [
  atHome({ patient: 'h1', name: 'Marsh, Dylan', due: true, reasons: [low, silent] }),
  atHome({
    patient: 'h2',
    name: 'Iversen, Signe',
    mrn: '0911',
    days: 4,
    lastData: NOW - 30 * 3_600_000,
    due: true,
    reasons: [silent],
  }),
  atHome({
    patient: 'h3',
    name: 'Torres, Lucia',
    days: 12,
    reasons: [low],
    answeredUntil: NOW + 3_600_000,
    calls: [{ at: NOW - 60_000, by: 'L. Chen', reached: true, lookAgain: NOW + 3_600_000, words: 'eats', sent: false }],
  }),
  atHome({ patient: 'h4', name: 'Haddad, Karim', days: 30, range: null }),
];
const home = (patient: string, name: string, mrn = '1') => tile({ patient, name, mrn, home: true, ward: '' });

beforeEach(() => {
  begin();
  answer({ programme: () => Promise.resolve(programme({ rows: people })) });
  sessionStorage.clear();
  [board.app, board.link, board.past, board.who] = [station, live, null, null];
  [board.now, board.clock, board.initials, board.trouble] = [NOW, NOW, false, null];
  const tiles = people.map((row) => home(row.patient, row.name, row.mrn));
  board.rows = new Map(tiles.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = people.map((row) => row.patient);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const rows = () => screen.queryAllByTestId(/^home-h\d/).map((row) => row.dataset.testid);
const show = async () => {
  render(Programme);
  await screen.findByTestId('home-h1');
};

it('shows who has to be called first, with the reason and whose problem it is, then who was called', async () => {
  await show();
  expect(rows()).toEqual(['home-h1', 'home-h2', 'home-h3', 'home-h4']);
  const groups = [...document.querySelectorAll('.grp')].map((one) => one.textContent);
  expect(groups).toEqual(['Call today · 2', 'Called, to be looked at again later · 1', 'No reason to call · 1']);
  const first = screen.getByTestId('home-h1').textContent;
  expect(first).toContain('Person');
  expect(first).toContain('2.1 % below 3.0 mmol/L, goal less than 1 %');
  expect(first).toContain('1 more: Nothing comes for 30 h');
  expect(within(screen.getByTestId('home-h3')).getByTestId('answered').textContent).toMatch(
    /^Called \d\d:\d\d, reached; again/,
  );
  expect(screen.getByTestId('programme-count').textContent).toBe('2 to call today · 4 at home');
});

it('sorts by a column, filters by the problem and finds by name and number', async () => {
  await show();
  await hand.click(screen.getByTestId('sort-days'));
  expect(rows()).toEqual(['home-h2', 'home-h3', 'home-h1', 'home-h4']);
  expect(document.querySelector('th.days')?.getAttribute('aria-sort')).toBe('ascending');
  await hand.click(screen.getByTestId('sort-days'));
  expect(rows()[0]).toBe('home-h4');
  await hand.click(screen.getByTestId('programme-device'));
  expect(rows()).toEqual(['home-h1', 'home-h2']);
  await hand.click(screen.getByTestId('programme-any'));
  await hand.click(screen.getByTestId('programme-called'));
  expect(rows()).toEqual(['home-h3']);
  await hand.click(screen.getByTestId('programme-all'));
  await hand.type(screen.getByTestId('programme-search'), 'iver');
  expect(rows()).toEqual(['home-h2']);
  await hand.clear(screen.getByTestId('programme-search'));
  await hand.type(screen.getByTestId('programme-search'), '0911');
  expect(rows()).toEqual(['home-h2']);
  await hand.type(screen.getByTestId('programme-search'), 'x');
  expect(screen.getByText('Nobody matches.')).toBeTruthy();
});

it('keeps how somebody looks at it, and not whom they looked for', async () => {
  await show();
  await hand.click(screen.getByTestId('sort-range'));
  await hand.click(screen.getByTestId('programme-due'));
  await hand.type(screen.getByTestId('programme-search'), 'marsh');
  expect(JSON.stringify({ ...sessionStorage })).not.toContain('marsh');
  cleanup();
  await show();
  expect(rows()).toEqual(['home-h1', 'home-h2']);
  expect((screen.getByTestId('programme-search') as HTMLInputElement).value).toBe('');
});

it('shows beside the list what each reason rests on, and opens the patient', async () => {
  await show();
  await hand.click(screen.getByTestId('home-h1'));
  const side = screen.getByTestId('home-person');
  expect(within(side).getByTestId('reason-very-low').textContent).toContain('3912 readings of 14 days');
  expect(side.textContent).toContain('last day 84, week before 73');
  await hand.click(screen.getByTestId('home-open'));
  expect([board.screen, board.patient]).toEqual(['patient', 'h1']);
});

it('shows beside the list how somebody is reached, says why it is not known, and hides it with the names', async () => {
  answer({
    contacts: (patient) =>
      patient === 'h1'
        ? Promise.resolve(
            contacts({
              languages: ['pl'],
              address: '4 Mill Lane, Eastbury',
              people: [{ name: 'Eva Marsh', relationship: 'Daughter', points: [] }],
            }),
          )
        : patient === 'h2'
          ? Promise.resolve(contacts({ points: [], unknown: 'Withheld: the patient refused it' }))
          : Promise.reject(new Error('The cache could not be read')),
  });
  await show();
  const told = async (row: string, words: string) => {
    await hand.click(screen.getByTestId(row));
    await vi.waitFor(() => expect(screen.getByTestId('reach').textContent).toContain(words));
  };
  await told('home-h1', '020 7946 0123');
  const text = screen.getByTestId('reach').textContent;
  for (const words of ['Polish', '4 Mill Lane, Eastbury', 'Eva Marsh', 'Daughter', 'No telephone is told'])
    expect(text).toContain(words);
  await told('home-h2', 'Withheld: the patient refused it.');
  expect(screen.getByTestId('reach').textContent).not.toContain('020');
  await told('home-h3', 'Not known: The cache could not be read');
  board.initials = true;
  await told('home-h1', 'Not shown while names are hidden');
  expect(screen.getByTestId('reach').textContent).not.toContain('020');
});

it('logs a call with its outcome, the words and when to look again, and asks anew', async () => {
  await show();
  await hand.click(screen.getByTestId('home-h1'));
  await hand.click(screen.getByTestId('log-call'));
  const record = await screen.findByTestId('call-record');
  expect((record as HTMLButtonElement).disabled).toBe(true);
  await hand.click(screen.getByTestId('call-not-reached'));
  await hand.type(screen.getByTestId('call-words'), 'no answer');
  await hand.click(screen.getByTestId('again-hours'));
  const looks = asked.filter(([name]) => name === 'programme').length;
  await hand.click(record);
  expect(asked.filter(([name]) => name === 'logCall')).toEqual([
    ['logCall', 'h1', false, 'no answer', NOW + 7_200_000],
  ]);
  await vi.waitFor(() => expect(asked.filter(([name]) => name === 'programme').length).toBeGreaterThan(looks));
  expect(screen.queryByTestId('call-dialog')).toBeNull();
});

it('keeps the words of a call that could not be recorded', async () => {
  answer({ logCall: () => Promise.reject(new Error('when to look again is still to come')) });
  await show();
  await hand.click(screen.getByTestId('home-h1'));
  await hand.click(screen.getByTestId('log-call'));
  await hand.click(await screen.findByTestId('call-reached'));
  await hand.type(screen.getByTestId('call-words'), 'slept');
  await hand.click(screen.getByTestId('call-record'));
  expect(board.trouble).toBe('when to look again is still to come');
  expect((screen.getByTestId('call-words') as HTMLInputElement).value).toBe('slept');
});

it('asks again at once while some are still to be worked out, and says so', async () => {
  let left = 2;
  answer({ programme: () => Promise.resolve(programme({ rows: people, pending: 40 * left-- })) });
  render(Programme);
  expect((await screen.findByTestId('programme-pending')).textContent).toContain('months of');
  await vi.waitFor(() => expect(screen.queryByTestId('programme-pending')).toBeNull());
  expect(asked.filter(([name]) => name === 'programme')).toHaveLength(3);
});

it('shows what it knows while the station cannot tell, and of when that is', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  render(Programme);
  await vi.waitFor(() => expect(rows()).toHaveLength(4));
  answer({ programme: () => Promise.reject(new Error('the cache is damaged')) });
  await vi.advanceTimersByTimeAsync(15_000);
  await tick();
  expect(screen.getByTestId('programme-trouble').textContent).toContain('the cache is damaged');
  expect(rows()).toHaveLength(4);
});

it('asks for nothing that the role may not see, and says who may', async () => {
  board.who = who({ role: 'IT', notAllowed: [{ right: 'programme', why: 'IT may not see whom to call' }] });
  render(Programme);
  await tick();
  expect(screen.getByTestId('programme-may-not').textContent).toBe('IT may not see whom to call');
  expect(asked).toEqual([]);
});

it('shows no name and no number where names are hidden', async () => {
  board.initials = true;
  await show();
  await hand.click(screen.getByTestId('home-h2'));
  const text = screen.getByTestId('programme').textContent;
  expect(text).not.toContain('Iversen');
  expect(text).not.toContain('0911');
});

it('says how much is withheld, and until when the server was heard', async () => {
  const withheld = { count: 3, words: '3 withheld: the patient refused it (3)' };
  answer({
    programme: () => Promise.resolve(programme({ rows: people, withheld, notHeardSince: NOW - 60_000, without: 2 })),
  });
  await show();
  expect(screen.getByTestId('programme-withheld').textContent).toBe(withheld.words);
  expect(screen.getByTestId('programme-not-heard').textContent).toContain('nobody counts as silent');
  expect(screen.getByTestId('programme-count').textContent).toContain('2 more never sent anything');
});

it('of five hundred people has the rows in sight', async () => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(63);
  const many = Array.from({ length: 500 }, (_, n) => atHome({ patient: `h${n + 1}` }));
  answer({ programme: () => Promise.resolve(programme({ rows: many })) });
  await show();
  expect(rows().length).toBeLessThan(60);
  expect(screen.getByTestId('programme-rows').getAttribute('aria-rowcount')).toBe('502');
  vi.restoreAllMocks();
});

it('blames no device for what was not read yet', async () => {
  answer({ programme: () => Promise.resolve(programme({ rows: people, isFortnightRead: false })) });
  await show();
  expect(screen.getByTestId('programme-history').textContent).toContain('no fault of a device');
  expect(screen.getByTestId('programme-rows').textContent).toContain('No reason known yet');
});
