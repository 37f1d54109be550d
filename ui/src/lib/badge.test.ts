import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BadgeReader } from './badge';

let read: string[] = [];
let at = 0;
let field: HTMLInputElement;
let reader: BadgeReader;
let passed = 0;

beforeEach(() => {
  vi.useFakeTimers();
  [read, at, passed] = [[], 0, 0];
  field = document.createElement('input');
  document.body.append(field);
  reader = new BadgeReader((badge) => read.push(badge));
  window.addEventListener('keydown', reader.hear, true);
  field.addEventListener('keydown', () => (passed += 1));
});
afterEach(() => {
  window.removeEventListener('keydown', reader.hear, true);
  field.remove();
  vi.useRealTimers();
});

/** Keys, each so long after the one before; what is not held is typed into the field, as an engine does. */
function type(keys: string[], apart: number, more: KeyboardEventInit = {}) {
  for (const key of keys) {
    at += apart;
    vi.advanceTimersByTime(apart);
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    Object.defineProperty(event, 'timeStamp', { value: at });
    field.dispatchEvent(event);
    if (!event.defaultPrevented && key.length === 1 && field instanceof HTMLInputElement) {
      const where = field.selectionStart ?? field.value.length;
      field.value = field.value.slice(0, where) + key + field.value.slice(where);
      field.setSelectionRange(where + 1, where + 1);
    }
  }
}

it('reads a badge, and nothing of it stays in a field that somebody was typing into', () => {
  field.value = 'Lead moved';
  field.setSelectionRange(4, 4);
  let told = '';
  field.addEventListener('input', () => (told = field.value));
  type([...'04A2B9C1', 'Enter'], 8);
  expect(read).toEqual(['04A2B9C1']);
  expect([field.value, field.selectionStart, told]).toEqual(['Lead moved', 4, 'Lead moved']);
  expect(passed, 'the first letter alone is heard by anything else').toBe(1);
  type([...'77120455AF', 'Enter'], 20);
  expect(read).toEqual(['04A2B9C1', '77120455AF']);
});

it('takes no hand for a badge, however it types, and loses no letter', () => {
  type([...'Reposi'], 90);
  type([...'ti'], 20);
  type([...'oned'], 60);
  vi.advanceTimersByTime(500);
  expect([read, field.value]).toEqual([[], 'Repositioned']);
  // A word that is pasted by a machine, and no Enter behind it.
  type([...'turned'], 10);
  vi.advanceTimersByTime(500);
  expect([read, field.value]).toEqual([[], 'Repositionedturned']);
  // Too short for a badge, ended by Enter.
  type([...'1234', 'Enter'], 10);
  vi.advanceTimersByTime(500);
  expect([read, field.value]).toEqual([[], 'Repositionedturned1234']);
});

it('holds no digit back outside of a field: somebody types a PIN there', () => {
  const heard: string[] = [];
  const hear = (event: KeyboardEvent) => heard.push(event.key);
  window.addEventListener('keydown', hear);
  field.remove();
  const pad = document.createElement('button');
  document.body.append(pad);
  const [typed, kept] = [field, pad as unknown as HTMLInputElement];
  field = kept;
  type([...'4809', 'w', 'w'], 10);
  field = typed;
  window.removeEventListener('keydown', hear);
  pad.remove();
  expect(heard).toEqual(['4', '8', '0', '9']);
});

it('takes neither a slow number with Enter nor keys with Control for a badge', () => {
  type([...'480913', 'Enter'], 60);
  type([...'480913', 'Enter'], 8, { ctrlKey: true });
  vi.advanceTimersByTime(500);
  expect(read).toEqual([]);
});
