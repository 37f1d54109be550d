import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, Refusal, station } from '../backend/fake';
import { board } from '../lib/board.svelte';
import OutgoingDialog from './OutgoingDialog.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();
const report = { kind: 'report' as const, patient: 'p1', from: 0, to: 1 };
const go = () => screen.getByTestId('outgoing-go') as HTMLButtonElement;
const sent = () => asked.filter(([name]) => name === 'printPages' || name === 'saveFile');

beforeEach(() => {
  begin();
  board.app = station;
});
afterEach(cleanup);

it('shows the pages first, and lets nothing go without a reason', async () => {
  render(OutgoingDialog, { title: 'Report', what: report, close: vi.fn() });
  await waitFor(() => expect(screen.getAllByRole('img')).toHaveLength(3));
  expect(go().disabled).toBe(true);
  await hand.type(screen.getByTestId('outgoing-why'), '  ');
  expect(go().disabled).toBe(true);
  await hand.type(screen.getByTestId('outgoing-why'), 'ward round');
  await hand.click(go());
  expect(sent()).toEqual([['printPages', report, '  ward round']]);
  expect(screen.getByTestId('outgoing-done').textContent).toBe('Sent to the printer.');
});

it('does not let go what nobody could look at', async () => {
  answer({ pages: () => Promise.reject(new Refusal('failed', 'the cache is busy')) });
  render(OutgoingDialog, { title: 'Report', what: report, close: vi.fn() });
  await screen.findByTestId('outgoing-trouble');
  await hand.type(screen.getByTestId('outgoing-why'), 'ward round');
  expect(go().disabled).toBe(true);
});

it('saves as what was chosen, also by keyboard, and says where', async () => {
  render(OutgoingDialog, { title: 'Report', what: report, close: vi.fn() });
  await screen.findAllByRole('img');
  await hand.type(screen.getByTestId('outgoing-why'), 'ward round');
  screen.getByTestId('form-paper').focus();
  await hand.keyboard('{ArrowRight}{Enter}');
  expect(screen.getByTestId('form-pdf').getAttribute('aria-checked')).toBe('true');
  await hand.click(go());
  expect(sent()).toEqual([['saveFile', report, 'pdf', 'ward round']]);
  expect(screen.getByTestId('outgoing-done').textContent).toBe('Saved: Documents/vigil-1.pdf');
});

it('gives the numbers of one patient as files, and of a whole ward only pages', async () => {
  const { unmount } = render(OutgoingDialog, { title: 'Report', what: report, close: vi.fn() });
  expect(screen.getAllByRole('radio').map((one) => one.textContent?.trim())).toEqual(['Print', 'PDF', 'CSV', 'FHIR']);
  unmount();
  render(OutgoingDialog, { title: 'Handover', what: { kind: 'handover' }, close: vi.fn() });
  expect(screen.getAllByRole('radio').map((one) => one.textContent?.trim())).toEqual(['Print', 'PDF']);
});

it('says what went wrong, and that it was not sent', async () => {
  answer({ printPages: () => Promise.reject(new Refusal('failed', 'no printer; nothing left')) });
  render(OutgoingDialog, { title: 'Report', what: report, close: vi.fn() });
  await screen.findAllByRole('img');
  await hand.type(screen.getByTestId('outgoing-why'), 'ward round');
  await hand.click(go());
  expect((await screen.findByTestId('outgoing-trouble')).textContent).toBe('no printer; nothing left');
  expect(screen.queryByTestId('outgoing-done')).toBeNull();
});
