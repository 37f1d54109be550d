import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tick } from 'svelte';
import { backend, Refusal, type FoundPerson, type OnceLook } from '../backend';
import { alarm, begin, NOW, tile } from '../backend/fake';
import { board } from '../lib/board.svelte';
import Elsewhere from './Elsewhere.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();
const person: FoundPerson = {
  patient: 'x1',
  name: 'Park, Ada',
  initials: 'A.P.',
  mrn: '0012',
  birthDate: '1955-03-14',
  sex: 'female',
  deceased: false,
};
beforeEach(() => {
  begin();
  board.initials = false;
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function find(people: FoundPerson[], more = false) {
  const asked = vi.spyOn(backend, 'findPeople').mockResolvedValue({ people, more });
  render(Elsewhere, { back: () => {} });
  await hand.type(screen.getByTestId('elsewhere-words'), 'park');
  expect(asked).not.toHaveBeenCalled();
  await hand.click(screen.getByTestId('elsewhere-ask'));
  await screen.findByTestId('elsewhere-count');
  return asked;
}

it('asks the server once, when it is told to, and by what', async () => {
  const asked = await find([person], true);
  expect(asked.mock.calls).toEqual([['name', 'park']]);
  expect(screen.getByTestId('elsewhere-x1').textContent).toContain('Park, Ada');
  expect(screen.getByTestId('elsewhere-count').textContent).toContain('there are more');
  await hand.click(screen.getByTestId('by-birthDate'));
  await hand.click(screen.getByTestId('elsewhere-ask'));
  expect(asked.mock.lastCall).toEqual(['birthDate', 'park']);
});

it('says that nobody was found, and why a server gave nothing', async () => {
  await find([]);
  expect(screen.getByTestId('elsewhere-count').textContent).toContain('knows nobody');
  vi.spyOn(backend, 'findPeople').mockRejectedValue(new Refusal('failed', 'The server could not be reached'));
  await hand.click(screen.getByTestId('elsewhere-ask'));
  expect((await screen.findByTestId('elsewhere-trouble')).textContent).toContain('could not be reached');
});

it('shows values with their age and what is not to be trusted, and that nobody watches', async () => {
  const cells = tile().cells.map((cell, n) =>
    n === 0 ? { ...cell, reads: '–?–', beside: '71', mark: 'artefact' } : cell,
  );
  vi.spyOn(backend, 'lookOnce').mockResolvedValue({
    tile: tile({
      cells,
      place: 'Bed 04',
      ward: 'Ward 9',
      withheld: { count: 2, words: '2 withheld: the patient refused it (2)' },
    }),
    alarms: [alarm({ shown: '*** SpO2 low 84 < 88', owner: 'S. Varga' })],
    at: NOW,
    unread: ['Flag'],
  });
  await find([person]);
  await hand.click(screen.getByTestId('elsewhere-x1'));
  expect((await screen.findByTestId('once-where')).textContent).toContain('Bed 04, Ward 9');
  expect(screen.getByTestId('once-notice').textContent).toContain('Not watched here');
  expect(screen.getByTestId('once-values').textContent).toContain('artefact, last good 71');
  expect(screen.getByTestId('once-withheld').textContent).toContain('2 withheld');
  expect(screen.getByTestId('once-alarms').textContent).toContain('owned by S. Varga');
  expect(screen.getByTestId('once-unread').textContent).toContain('Flag');
});

it('never says that nobody has an alarm where the server did not give any', async () => {
  vi.spyOn(backend, 'lookOnce').mockResolvedValue({ tile: null, alarms: [], at: NOW, unread: ['DetectedIssue'] });
  await find([person]);
  await hand.click(screen.getByTestId('elsewhere-x1'));
  expect((await screen.findByTestId('once-where')).textContent).toContain('No stay is known');
  expect(screen.queryByTestId('once-quiet')).toBeNull();
  vi.spyOn(backend, 'lookOnce').mockResolvedValue({ tile: null, alarms: [], at: NOW, unread: [] });
  await hand.click(screen.getByTestId('once-back'));
  await hand.click(await screen.findByTestId('elsewhere-x1'));
  await waitFor(() => screen.getByTestId('once-quiet'));
});

it('names nobody where initials are wanted', async () => {
  board.initials = true;
  await find([person]);
  const row = screen.getByTestId('elsewhere-x1').textContent ?? '';
  expect(row).toContain('A.P.');
  expect(row).not.toMatch(/Park|0012|1955/);
});

it('never shows what was asked for somebody else, however late it comes', async () => {
  const other = { ...person, patient: 'x2', name: 'Berg, Ida' };
  const answers = new Map<string, (look: OnceLook) => void>();
  vi.spyOn(backend, 'lookOnce').mockImplementation((patient) => new Promise((told) => answers.set(patient, told)));
  const look = (place: string): OnceLook => ({ tile: tile({ place, ward: '' }), alarms: [], at: NOW, unread: [] });
  const where = () => screen.queryByTestId('once-where')?.textContent ?? '';
  for (const late of ['before', 'after']) {
    await find([person, other]);
    await hand.click(screen.getByTestId('elsewhere-x1'));
    await hand.click(screen.getByTestId('once-back'));
    await hand.click(screen.getByTestId('elsewhere-x2'));
    const tell = (patient: string, place: string) => answers.get(patient)?.(look(place));
    if (late === 'before') tell('x1', 'Bed of x1');
    await tick();
    expect([screen.getByTestId('once-name').textContent, where()]).toEqual(['Berg, Ida', '']);
    tell('x2', 'Bed of x2');
    if (late === 'after') tell('x1', 'Bed of x1');
    await waitFor(() => expect(where()).toContain('Bed of x2'));
    await hand.click(screen.getByTestId('once-back'));
    expect(screen.queryByTestId('once-name')).toBeNull();
    cleanup();
    vi.restoreAllMocks();
    vi.spyOn(backend, 'lookOnce').mockImplementation((patient) => new Promise((told) => answers.set(patient, told)));
  }
});
