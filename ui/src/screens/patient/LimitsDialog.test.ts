import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, limits, NOW, Refusal, station } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import LimitsDialog from './LimitsDialog.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const record = () => screen.getByTestId('limit-record') as HTMLButtonElement;
const field = async (id: string) => (await screen.findByTestId(id)) as HTMLInputElement;
const close = vi.fn();

beforeEach(() => {
  begin();
  close.mockReset();
  [board.past, board.app] = [null, station];
});
afterEach(cleanup);

async function open() {
  render(LimitsDialog, { patient: 'p1', place: 'Bed 12', close });
  await field('low-59408-5');
}

it('sets no limit without a change, a role and a reason', async () => {
  await open();
  await hand.click(screen.getByTestId('role-Nurse'));
  await hand.type(screen.getByTestId('limit-reason'), 'COPD');
  expect(record().disabled).toBe(true);
  await hand.clear(await field('low-59408-5'));
  await hand.type(await field('low-59408-5'), '85');
  expect(record().disabled).toBe(false);
  await hand.clear(screen.getByTestId('limit-reason'));
  expect(record().disabled).toBe(true);
});

it('sends what changed and nothing else, for as long as was said', async () => {
  await open();
  await hand.clear(await field('low-59408-5'));
  await hand.type(await field('low-59408-5'), '85,5');
  await hand.click(screen.getByTestId('role-Physician'));
  await hand.type(screen.getByTestId('limit-reason'), 'COPD');
  await hand.click(record());
  const bounds = { code: '59408-5', unit: '%', low: 85.5, high: null };
  expect(asked.at(-1)).toEqual([
    'setLimits',
    'p1',
    [{ bounds, default: false, hours: 12, role: 'Physician', reason: 'COPD' }],
  ]);
  expect(close).toHaveBeenCalled();
});

it('changes nothing where a limit is no number', async () => {
  await open();
  await hand.type(await field('high-8867-4'), 'x');
  await hand.click(screen.getByTestId('role-Nurse'));
  await hand.type(screen.getByTestId('limit-reason'), 'fever');
  await hand.click(record());
  expect(screen.getByTestId('limit-trouble').textContent).toContain('nothing was changed');
  expect(asked.some(([name]) => name === 'setLimits')).toBe(false);
});

it('keeps what was typed where Rust refuses it, and says why', async () => {
  answer({ setLimits: () => Promise.reject(new Refusal('failed', 'a nurse may not widen this limit')) });
  await open();
  await hand.type(await field('high-8867-4'), '5');
  await hand.click(screen.getByTestId('role-Nurse'));
  await hand.type(screen.getByTestId('limit-reason'), 'fever');
  await hand.click(record());
  expect((await screen.findByTestId('limit-trouble')).textContent).toBe('a nurse may not widen this limit');
  expect((await field('high-8867-4')).value).toBe('1205');
  expect(close).not.toHaveBeenCalled();
});

it('sets nothing while the past is looked at', async () => {
  board.past = { at: 0, asShown: true };
  await open();
  await hand.type(await field('high-8867-4'), '5');
  await hand.click(screen.getByTestId('role-Nurse'));
  await hand.type(screen.getByTestId('limit-reason'), 'fever');
  expect(record().disabled).toBe(true);
});

it('begins in its first field, and not in the name of a preset', async () => {
  await open();
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('low-59408-5')));
});

it('lets a reader open what was changed so far', async () => {
  const change = {
    label: 'SpO₂',
    low: 84,
    high: null,
    default: false,
    by: 'L. Chen',
    role: 'Physician',
    at: NOW,
    until: null,
  };
  answer({ limits: () => Promise.resolve({ ...limits, history: [{ ...change, reason: 'COPD' }] }) });
  await open();
  const button = screen.getByRole('button', { name: '1 change so far' });
  const list = document.getElementById(button.getAttribute('aria-controls') ?? '');
  expect([button.getAttribute('aria-expanded'), list?.hidden]).toEqual(['false', true]);
  await hand.click(button);
  expect([button.getAttribute('aria-expanded'), list?.hidden]).toEqual(['true', false]);
  expect(list?.textContent).toContain('84 to none');
});

it.each([
  ['mmol/L', 3.9, '4,2', 4.2],
  ['mg/dL', 70, '75', 75],
])(
  'asks for glucose in %s where that is what the screen shows, and says so with what was typed',
  async (unit, low, typed, sent) => {
    const glucose = { code: '2339-0', label: 'Glucose', unit, low, high: null, own: false, until: null };
    answer({ limits: () => Promise.resolve({ ...limits, measures: [glucose], presets: [] }) });
    render(LimitsDialog, { patient: 'p1', place: 'Bed 12', close });
    const input = await field('low-2339-0');
    expect([input.value, screen.getByRole('rowheader', { name: /Glucose/ }).textContent]).toEqual([
      String(low),
      `Glucose ${unit}`,
    ]);
    await hand.clear(input);
    await hand.type(input, typed);
    await hand.click(screen.getByTestId('role-Physician'));
    await hand.type(screen.getByTestId('limit-reason'), 'insulin');
    await hand.click(record());
    const changes = asked.at(-1)?.[2] as { bounds: unknown }[];
    expect(changes[0]?.bounds).toEqual({ code: '2339-0', unit, low: sent, high: null });
  },
);
