import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, member, Refusal, who } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import { dialogs } from '../../lib/dialogs.svelte';
import Staff from './Staff.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);
const deeds = () => asked.filter(([name]) => name === 'changeStaff').map(([, ...about]) => about);
const of = (...people: ReturnType<typeof member>[]) => answer({ staff: () => Promise.resolve(people) });

beforeEach(() => {
  begin();
  board.who = who({ role: 'IT', name: 'I. Sorensen' });
  board.settled = 0;
});
afterEach(cleanup);

async function opens(...people: ReturnType<typeof member>[]) {
  of(...people);
  render(Staff);
  await hand.click(await screen.findByTestId(`staff-change-${people[0]?.id}`));
  return within(await screen.findByTestId('staff-dialog'));
}

it('lists who works here with what lets them in, and why it does not', async () => {
  of(
    member(),
    member({ id: 'Practitioner/2', name: 'S. Varga', pinIsGiven: true, hasBadge: false, lastCame: null }),
    member({ id: 'Practitioner/4', name: 'A. Mbeki', wrongPins: 5, lockedOut: true, whyNot: 'five wrong PINs' }),
    member({ id: 'Practitioner/5', name: 'L. Chen', hasPin: false, hasBadge: false, whyNot: 'did not sign in fully' }),
  );
  render(Staff);
  const line = async (id: string) => (await screen.findByTestId(`staff-${id}`)).textContent;
  for (const words of ['N. Okafor', 'Practitioner/1', 'Charge nurse', 'PIN, badge', 'comes in'])
    expect(await line('Practitioner/1')).toContain(words);
  expect(await line('Practitioner/2')).toMatch(/PIN of IT.*never/);
  expect(await line('Practitioner/4')).toMatch(/Locked out.*5 wrong PINs/);
  expect(await line('Practitioner/5')).toMatch(/hospital account.*did not sign in fully/);
});

it('tells a role that may not why, and asks for nobody', async () => {
  const why = 'Nurse may not manage people and their roles; IT may';
  board.who = who({ role: 'Nurse', notAllowed: [{ right: 'people', why }] });
  render(Staff);
  expect((await screen.findByTestId('staff-may-not')).textContent).toContain(why);
  expect([screen.queryByTestId('staff-new'), asked]).toEqual([null, []]);
});

it('takes somebody in with a role, and with a PIN where one is given', async () => {
  render(Staff);
  await hand.click(await screen.findByTestId('staff-new'));
  await hand.type(await screen.findByTestId('staff-id'), ' Practitioner/9 ');
  await hand.type(screen.getByTestId('staff-name'), 'T. Ahmadi');
  expect(button('staff-take-in').disabled).toBe(true);
  await hand.click(screen.getByTestId('staff-role-Nurse'));
  await hand.type(screen.getByTestId('staff-pin'), '5573');
  expect(button('staff-take-in').disabled).toBe(true);
  await hand.type(screen.getByTestId('staff-pin'), '91{Enter}');
  expect(deeds()).toEqual([['Practitioner/9', { add: { name: 'T. Ahmadi', role: 'Nurse', pin: '557391' } }]]);
  await vi.waitFor(() => expect(screen.queryByTestId('staff-dialog')).toBeNull());
});

it('takes in as the first only somebody of IT who can come in', async () => {
  of();
  render(Staff);
  await hand.click(await screen.findByTestId('staff-new'));
  await hand.type(await screen.findByTestId('staff-id'), 'Practitioner/6');
  await hand.type(screen.getByTestId('staff-name'), 'I. Sorensen');
  expect(screen.queryByTestId('staff-role-Nurse')).toBeNull();
  expect(button('staff-take-in').disabled).toBe(true);
  await hand.type(screen.getByTestId('staff-pin'), '557391');
  await hand.click(button('staff-take-in'));
  expect(deeds()).toEqual([['Practitioner/6', { add: { name: 'I. Sorensen', role: 'IT', pin: '557391' } }]]);
});

it('gives a PIN and takes it away, and shows neither what is typed nor what was', async () => {
  const dialog = await opens(member());
  const pin = dialog.getByTestId<HTMLInputElement>('staff-pin');
  expect([pin.type, pin.value]).toEqual(['password', '']);
  await hand.type(pin, '557391');
  await hand.click(button('staff-pin-give'));
  expect((await screen.findByTestId('staff-said')).textContent).toContain('choose their own');
  expect(pin.value).toBe('');
  await hand.click(button('staff-pin-clear'));
  expect(deeds()).toEqual([
    ['Practitioner/1', { pin: '557391' }],
    ['Practitioner/1', 'no-pin'],
  ]);
});

it('gives the badge that is held to the reader meanwhile, and lets nobody in by it', async () => {
  await opens(member({ hasBadge: false }));
  expect(button('staff-badge-clear').disabled).toBe(true);
  dialogs.badge?.('04A2B9C1');
  await tick();
  await hand.click(button('staff-badge-give'));
  expect(deeds()).toEqual([['Practitioner/1', { badge: '04A2B9C1' }]]);
  await hand.click(button('staff-close'));
  await vi.waitFor(() => expect(dialogs.badge).toBeNull());
});

it('lets somebody try again who typed wrong PINs', async () => {
  await opens(member({ wrongPins: 5, lockedOut: true }));
  await hand.click(button('staff-unlock'));
  expect(deeds()).toEqual([['Practitioner/1', 'unlock']]);
});

it('removes somebody after a second thought, and says what follows of the last one of IT', async () => {
  await opens(member({ id: 'Practitioner/3', name: 'I. Sorensen', role: 'IT' }));
  await hand.click(button('staff-remove'));
  expect(deeds()).toEqual([]);
  expect(screen.getByTestId('staff-remove-words').textContent).toContain('last of IT');
  await hand.click(button('staff-remove-really'));
  expect(deeds()).toEqual([['Practitioner/3', 'remove']]);
});

it('says why something is refused, and keeps what was typed', async () => {
  answer({ changeStaff: () => Promise.reject(new Refusal('failed', "this badge is somebody else's at this station")) });
  await opens(member());
  await hand.type(screen.getByTestId('staff-badge'), '04A2B9C2{Enter}');
  expect((await screen.findByTestId('staff-trouble')).textContent).toContain("somebody else's");
  expect(screen.getByTestId<HTMLInputElement>('staff-badge').value).toBe('04A2B9C2');
});

it('changes a name or a role, and nothing where neither is another one', async () => {
  await opens(member());
  expect(button('staff-save').disabled).toBe(true);
  await hand.click(screen.getByTestId('staff-role-Auditor'));
  await hand.click(button('staff-save'));
  expect(deeds()).toEqual([['Practitioner/1', { add: { name: 'N. Okafor', role: 'Auditor', pin: null } }]]);
});

it('looks again when somebody changed it elsewhere', async () => {
  of(member());
  render(Staff);
  await screen.findByTestId('staff-Practitioner/1');
  of(member({ name: 'N. Okafor-Li' }));
  board.settled = 1;
  await vi.waitFor(() => expect(screen.getByTestId('staff-Practitioner/1').textContent).toContain('Okafor-Li'));
});
