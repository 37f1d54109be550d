import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Asked } from './asked.svelte';

/** Answers that come when they are told to. */
function later<T>() {
  let [done, fails]: [(answer: T) => void, (why: Error) => void] = [() => {}, () => {}];
  const question = new Promise<T>((resolve, reject) => ([done, fails] = [resolve, reject]));
  return { question, done: (answer: T) => done(answer), fails: (why: string) => fails(new Error(why)) };
}
const turn = () => new Promise((done) => setTimeout(done));

it('keeps the answer to the last question, whichever comes last, and why there is none', async () => {
  const asked = new Asked<string>();
  const [first, second, third] = [later<string>(), later<string>(), later<string>()];
  asked.ask(first.question);
  asked.ask(second.question);
  second.done('second');
  first.done('first');
  await turn();
  expect([asked.answer, asked.failed]).toEqual(['second', '']);
  asked.ask(third.question);
  expect(asked.answer, 'until there is another').toBe('second');
  third.fails('The cache could not be read');
  await turn();
  expect([asked.answer, asked.failed]).toEqual([null, 'The cache could not be read']);
});

it('knows nothing of what was asked before it was about something else', async () => {
  const asked = new Asked<string>();
  const [first, second] = [later<string>(), later<string>()];
  asked.ask(first.question);
  asked.forget();
  first.done('of another');
  await turn();
  expect(asked.answer).toBeNull();
  asked.ask(second.question);
  asked.forget();
  second.fails('of another');
  await turn();
  expect(asked.failed).toBe('');
});

/** What may fail without a word: who asks is told in another way, or has nothing to do about it. */
const MAY: [string, RegExp][] = [
  // The program looks for beats, and says that none came.
  ['lib/board.svelte.ts', /backend\.(beat|lit)\(/],
  ['App.svelte', /backend\.touched\(/],
  // It is said again.
  ['parts/UnwatchedBanner.svelte', /backend\.unwatchedIsSeen\(/],
  // What is typed stands in the field.
  ['lib/draft.ts', /backend\.(keepDraft|draft)\(/],
  // Asked again by whoever waits for it, with its own words.
  ['lib/coming.svelte.ts', /backend\.signsIn\(|this\.look\(/],
  ['screens/station/SignIn.svelte', /look\(\)/],
  // A wider picture than is shown, and the values under a pointer: the panels say what they could not read.
  ['screens/patient/trends/panels.svelte.ts', /this\.wanted\.trends/],
  ['screens/patient/trends/crosshair.svelte.ts', /this\.valuesAt/],
];

it('lets nothing that is read fail without a word on the screen', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(svelte|ts)$/.test(name) && !/test|fake/.test(name),
  );
  const silent = files.flatMap((name) => {
    const source = readFileSync(`src/${name}`, 'utf8');
    const found = [...source.matchAll(/\.catch\(\(\) =>|^\s*\(\) => \{\},?$/gm)];
    // What is asked stands before what is done where it fails.
    const asks = found.map((one) => source.slice(Math.max(0, one.index - 300), one.index + 1));
    return asks
      .filter((before) => !MAY.some(([file, what]) => file === name && what.test(before)))
      .map((before) => `${name}: ${before.slice(-120)}`);
  });
  expect(files.length).toBeGreaterThan(80);
  expect(silent).toEqual([]);
});
