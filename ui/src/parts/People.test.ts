import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, Refusal, station } from '../backend/fake';
import { board } from '../lib/board.svelte';
import People from './People.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  board.app = station;
});
afterEach(cleanup);

const pins = () => asked.filter(([name]) => name === 'comeByPin');

it('takes a PIN of six digits from whoever chose themselves, by pad and by keys', async () => {
  render(People);
  await hand.click(await screen.findByTestId('person-Practitioner/2'));
  expect(screen.getByTestId('pin-for').textContent).toBe('PIN for S. Varga');
  for (const digit of '77120') await hand.click(screen.getByTestId(`digit-${digit}`));
  expect(screen.getByTestId('pin-come')).toHaveProperty('disabled', true);
  await hand.keyboard('9{Backspace}4');
  expect(screen.getByTestId('pin-dots').getAttribute('aria-label')).toBe('6 digits entered');
  await hand.keyboard('{Enter}');
  expect(pins()).toEqual([['comeByPin', 'Practitioner/2', '771204']]);
});

it('says what is wrong, and keeps nothing that was typed', async () => {
  answer({ comeByPin: () => Promise.reject(new Refusal('failed', 'that is not the PIN of N. Okafor')) });
  render(People);
  await hand.click(await screen.findByTestId('person-Practitioner/1'));
  await hand.keyboard('480914{Enter}');
  await waitFor(() => expect(screen.getByTestId('come-trouble').textContent).toContain('not the PIN'));
  expect(screen.getByTestId('pin-dots').getAttribute('aria-label')).toBe('0 digits entered');
  expect(document.body.innerHTML).not.toContain('480914');
});

it('asks nobody for a PIN who has to sign in fully first, and says so', async () => {
  render(People);
  await hand.click(await screen.findByTestId('person-Practitioner/3'));
  await hand.keyboard('480913{Enter}');
  expect(pins()).toEqual([]);
  expect(screen.getByTestId('come-trouble').textContent).toContain('sign in fully');
  expect(screen.getByTestId('digit-1')).toHaveProperty('disabled', true);
});
