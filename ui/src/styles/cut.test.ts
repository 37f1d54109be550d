import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What may end with an ellipsis on one line: it stands whole elsewhere, or on hover. No alarm and no name is among it. */
const CUT = [
  // Words that explain, and what is told twice.
  '.trend-bar > .muted',
  '.past-banner .rest',
  'span', // UnwatchedBanner: the sentence beside the one that counts.
  '.load .rules small',
  '.note-row li',
  // Whose station it is, in what role, and which ward.
  '.unit h1',
  '.user b',
  '.user small',
  // On a tile, who has the alarm and what else there is beside its own text.
  '.banner > span > span:first-child',
  '.who em, .who span',
  '.tile-foot .push',
  // Of a long list, whose columns move with no row: what wraps there wraps.
  '.long td',
];

const sheets = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(css|svelte)$/.test(name));
const rules = sheets.flatMap((name) => {
  const text = readFileSync(`src/${name}`, 'utf8').replace(/\/\*.*?\*\//gs, '');
  const css = name.endsWith('.css') ? text : (/<style>(.*)<\/style>/s.exec(text)?.[1] ?? '');
  return [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    name,
    selector: selector.trim().replace(/\s+/g, ' '),
    body,
  }));
});

it('cuts no alarm and no name on one line', () => {
  const cut = rules.filter((rule) => rule.body.includes('text-overflow: ellipsis') && !rule.name.includes('trends'));
  expect(cut.filter((rule) => !CUT.includes(rule.selector)).map((rule) => `${rule.name}: ${rule.selector}`)).toEqual(
    [],
  );
});

it('gives a name and an alarm two lines in one way, broken where it must be', () => {
  const clamped = rules.filter((rule) => rule.body.includes('-webkit-line-clamp'));
  expect(clamped.map((rule) => rule.selector)).toEqual(['.two-lines']);
  for (const { body } of clamped) {
    expect(body).toContain('overflow-wrap: anywhere');
    expect(body).not.toMatch(/white-space: nowrap|text-overflow/);
  }
  for (const part of ['TileBanner', 'TileCard', 'Multiples'])
    expect(readFileSync(`src/screens/ward/${part}.svelte`, 'utf8'), part).toMatch(/class="[a-z ]*two-lines"/);
});
