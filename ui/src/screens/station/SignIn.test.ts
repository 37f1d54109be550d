import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { backend } from '../../backend';
import SignIn from './SignIn.svelte';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const nobody = { byPerson: true, who: null, since: null, clientId: null };

it('signs somebody in under the name that was typed, and says who it is', async () => {
  const asked = vi.spyOn(backend, 'signsIn').mockResolvedValue(nobody);
  const signIn = vi.spyOn(backend, 'signIn').mockResolvedValue('N. Okafor');
  render(SignIn);
  expect((await screen.findByTestId('signed-in')).textContent).toBe('nobody');
  await fireEvent.click(screen.getByTestId('sign-in'));
  expect(screen.getByTestId<HTMLButtonElement>('sign-in-go').disabled).toBe(true);
  await fireEvent.input(screen.getByTestId('client-id'), { target: { value: 'vigil' } });
  asked.mockResolvedValue({ ...nobody, who: 'N. Okafor', since: Date.now(), clientId: 'vigil' });
  await fireEvent.click(screen.getByTestId('sign-in-go'));
  expect(signIn).toHaveBeenCalledWith('vigil');
  expect((await screen.findByTestId('sign-in-words')).textContent).toBe('N. Okafor signed in.');
  expect((await screen.findByTestId('sign-out')).textContent).toContain('Sign out');
});

it('says why a sign-in came to nothing, and keeps what was typed', async () => {
  vi.spyOn(backend, 'signsIn').mockResolvedValue({ ...nobody, clientId: 'vigil' });
  vi.spyOn(backend, 'signIn').mockRejectedValue(new Error('the sign-in service knows no such program'));
  render(SignIn);
  await fireEvent.click(await screen.findByTestId('sign-in'));
  await fireEvent.click(screen.getByTestId('sign-in-go'));
  expect((await screen.findByTestId('sign-in-words')).textContent).toContain('knows no such program');
  expect(screen.getByTestId<HTMLInputElement>('client-id').value).toBe('vigil');
});

it('offers no browser where a file or a key signs in', async () => {
  vi.spyOn(backend, 'signsIn').mockResolvedValue({ ...nobody, byPerson: false });
  render(SignIn);
  expect((await screen.findByTestId('signed-in')).textContent).toContain('key');
  expect(screen.queryByTestId('sign-in')).toBeNull();
});

it('is not silent where it cannot be known', async () => {
  vi.spyOn(backend, 'signsIn').mockRejectedValue(new Error('the cache is closed'));
  render(SignIn);
  expect((await screen.findByTestId('sign-in-words')).textContent).toContain('the cache is closed');
});
