import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, Refusal, setting, settings, who } from '../../backend/fake';
import type { SettingRow } from '../../backend';
import { board } from '../../lib/board.svelte';
import Settings from './Settings.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const field = async (id: string) => (await screen.findByTestId(id)) as HTMLInputElement;
const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);
const [first = { name: '', rows: [] }] = settings.groups;
const one = (row: SettingRow) =>
  answer({ settings: () => Promise.resolve({ ...settings, groups: [{ name: 'Group', rows: [row] }] }) });
const text = (id: string) => screen.getByTestId(id).textContent?.replace(/\s+/g, ' ');
const sent = () => asked.filter(([name]) => name === 'setSetting' || name === 'unsetSetting');

beforeEach(() => {
  begin();
  board.who = who();
  board.settled = 0;
});
afterEach(cleanup);

it('shows of each setting what it is for, what holds, what it takes and what holds until it is set', async () => {
  render(Settings);
  expect((await field('setting-alarm.pause-value')).value).toBe('120');
  const line = text('setting-alarm.pause');
  for (const words of ['Pause of the sound', 'how long a pause', '30 to 600 seconds', 'default 120 seconds'])
    expect(line).toContain(words);
  expect((await field('setting-limit.glucose-low')).value).toBe('3.9');
  expect(screen.getByTestId('setting-unit.glucose-mmol/L').getAttribute('aria-checked')).toBe('true');
  expect(screen.getByRole('region', { name: 'Units on the screen' })).toBeTruthy();
});

it('sets a number by Enter, says so, and shows what holds then', async () => {
  render(Settings);
  const value = await field('setting-alarm.pause-value');
  expect(button('setting-alarm.pause-set').disabled).toBe(true);
  await hand.clear(value);
  await hand.type(value, '90');
  expect(screen.getByTestId('setting-alarm.pause-holds').textContent).toBe('now 120 seconds');
  answer({
    settings: () =>
      Promise.resolve({ ...settings, groups: [{ ...first, rows: [setting({ value: '90', isSet: true })] }] }),
  });
  await hand.keyboard('{Enter}');
  expect(sent()).toEqual([['setSetting', { key: 'alarm.pause', value: '90', unit: null }]]);
  expect((await screen.findByTestId('setting-alarm.pause-said')).textContent).toContain('Set.');
  expect((await field('setting-alarm.pause-value')).value).toBe('90');
  expect(button('setting-alarm.pause-set').disabled).toBe(true);
});

it('says who set what for a unit, and that other stations do not have it yet', async () => {
  one(setting({ isSet: true, setBy: 'N. Okafor at 7B-2', waits: true }));
  const shown = render(Settings);
  expect((await screen.findByTestId('setting-alarm.pause-set-by')).textContent).toContain('N. Okafor at 7B-2');
  expect(text('setting-alarm.pause-waits')).toContain('other stations do not have it yet');
  shown.unmount();
  one(setting({ isSet: true, setBy: 'N. Okafor at 7B-2' }));
  render(Settings);
  await screen.findByTestId('setting-alarm.pause-set-by');
  expect(screen.queryByTestId('setting-alarm.pause-waits')).toBeNull();
});

it('says why a value is refused, and that the old one holds', async () => {
  answer({ setSetting: () => Promise.reject(new Refusal('failed', 'alarm.pause takes 30 to 600 seconds')) });
  render(Settings);
  const value = await field('setting-alarm.pause-value');
  await hand.clear(value);
  await hand.type(value, '9000');
  await hand.click(button('setting-alarm.pause-set'));
  expect((await screen.findByTestId('setting-alarm.pause-trouble')).textContent).toContain('takes 30 to 600 seconds');
  expect(value.value).toBe('9000');
  expect(screen.getByTestId('setting-alarm.pause-holds').textContent).toBe('now 120 seconds');
});

it('types limits side by side in the unit that is shown, and an open side as none', async () => {
  render(Settings);
  const low = await field('setting-limit.glucose-low');
  await hand.clear(low);
  await hand.type(low, '4,2');
  await hand.clear(await field('setting-limit.glucose-high'));
  await hand.click(button('setting-limit.glucose-set'));
  expect(sent()).toEqual([['setSetting', { key: 'limit.glucose', value: '4.2 to -', unit: 'mmol/L' }]]);
});

it('chooses one of a few words with the keyboard', async () => {
  render(Settings);
  (await screen.findByTestId('setting-unit.glucose-mmol/L')).focus();
  await hand.keyboard('{ArrowRight}{Enter}');
  expect(sent()).toEqual([['setSetting', { key: 'unit.glucose', value: 'mg/dL', unit: null }]]);
});

it('gives back what was set, and offers it of nothing else', async () => {
  render(Settings);
  await hand.click(await screen.findByTestId('setting-alarm.chain-high-unset'));
  expect(sent()).toEqual([['unsetSetting', 'alarm.chain-high']]);
  expect(screen.queryByTestId('setting-alarm.pause-unset')).toBeNull();
});

it('greys what the site has locked, and says so', async () => {
  one(setting({ locked: true, isSet: true }));
  render(Settings);
  expect((await field('setting-alarm.pause-value')).disabled).toBe(true);
  expect(button('setting-alarm.pause-set').disabled && button('setting-alarm.pause-unset').disabled).toBe(true);
  expect(screen.getByTestId('setting-alarm.pause-why').textContent).toContain('locked by the site');
});

it('greys everything for a role that may not, with the reason', async () => {
  const why = 'Nurse may not change settings; Charge nurse or IT may';
  board.who = who({ role: 'Nurse', notAllowed: [{ right: 'setting', why }] });
  render(Settings);
  expect((await screen.findByTestId('settings-may-not')).textContent).toContain(why);
  await field('setting-alarm.pause-value');
  const controls = document.querySelectorAll<HTMLInputElement>('form :is(input, button)');
  expect(controls.length).toBeGreaterThan(6);
  expect([...controls].every((control) => control.disabled)).toBe(true);
});

it('shows what somebody changed elsewhere, and leaves what is being typed', async () => {
  const rows = (value: string) => [setting({ value }), setting({ key: 'alarm.remind', value })];
  answer({ settings: () => Promise.resolve({ ...settings, groups: [{ name: 'G', rows: rows('120') }] }) });
  render(Settings);
  await hand.type(await field('setting-alarm.remind-value'), '5');
  answer({ settings: () => Promise.resolve({ ...settings, groups: [{ name: 'G', rows: rows('60') }] }) });
  board.settled = 1;
  await tick();
  await vi.waitFor(async () => expect((await field('setting-alarm.pause-value')).value).toBe('60'));
  expect((await field('setting-alarm.remind-value')).value).toBe('1205');
  expect(screen.getByTestId('setting-alarm.remind-holds').textContent).toBe('now 60 seconds');
});

it('shows what a unit has for itself, against what the site has', async () => {
  answer({
    settings: (unit) =>
      Promise.resolve(
        unit === null
          ? settings
          : {
              ...settings,
              unit,
              groups: [{ name: 'G', rows: [setting({ key: `alarm.pause@${unit}`, isSet: true })] }],
            },
      ),
  });
  render(Settings);
  await hand.click(await screen.findByTestId('settings-of-Ward A'));
  await screen.findByTestId('setting-alarm.pause@Ward A');
  expect(text('setting-alarm.pause@Ward A')).toContain('the site has 120 seconds');
  await hand.click(button('setting-alarm.pause@Ward A-unset'));
  expect(sent()).toEqual([['unsetSetting', 'alarm.pause@Ward A']]);
});

it('is not silent where they cannot be read', async () => {
  answer({ settings: () => Promise.reject(new Refusal('failed', 'the cache is closed')) });
  render(Settings);
  expect((await screen.findByTestId('settings-failed')).textContent).toContain('the cache is closed');
});
