import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, Refusal } from '../backend/fake';
import PinDialog from './PinDialog.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();
const close = vi.fn();
beforeEach(() => {
  begin();
  close.mockReset();
});
afterEach(cleanup);

async function types(pin: string, again: string) {
  await hand.type(await screen.findByTestId('new-pin'), pin);
  await hand.type(screen.getByTestId('new-pin-again'), again);
  await hand.click(screen.getByTestId('new-pin-set'));
}

it('has to be answered by who came by a PIN of IT, or they lock the station', async () => {
  render(PinDialog, { must: true, close });
  expect((await screen.findByTestId('pin-dialog')).textContent).toContain('choose your own before you go on');
  await hand.keyboard('{Escape}');
  expect([screen.queryByText('Not now'), close.mock.calls.length]).toEqual([null, 0]);
  expect(screen.getByTestId('pin-dialog')).toBeTruthy();
  await hand.click(screen.getByTestId('new-pin-lock'));
  expect(asked.at(-1)).toEqual(['lock']);
});

it('can wait after a full sign-in', async () => {
  render(PinDialog, { must: false, close });
  await hand.click(await screen.findByText('Not now'));
  expect(close).toHaveBeenCalled();
});

it('sets what was typed twice alike, and says why another is none', async () => {
  render(PinDialog, { must: true, close });
  await types('604482', '604483');
  expect(screen.getByRole('alert').textContent).toContain('not the same');
  answer({ choosePin: () => Promise.reject(new Refusal('failed', 'none in a row')) });
  await hand.clear(screen.getByTestId('new-pin-again'));
  await hand.type(screen.getByTestId('new-pin-again'), '604482{Enter}');
  await vi.waitFor(() => expect(screen.getByRole('alert').textContent).toContain('none in a row'));
  expect(close).not.toHaveBeenCalled();
});
