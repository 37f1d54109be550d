import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { priorities } from '../backend/bindings';

const css = (name: string) => readFileSync(`src/styles/${name}.css`, 'utf8');

/** What a rule of alarm.css gives a priority. */
function roles(code: string): Record<string, string> {
  const body = new RegExp(`\\[data-alarm='${code}'\\] \\{([^}]*)\\}`).exec(css('alarm'))?.[1] ?? '';
  return Object.fromEntries(
    [...body.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

it('gives each priority an edge of its own, for who sees no red and for grey paper', () => {
  const edges = priorities.map(({ code }) => `${roles(code)['--edge-style']} ${roles(code)['--edge-width']}`);
  expect(edges.some((edge) => edge.includes('undefined'))).toBe(false);
  expect(new Set(edges).size).toBe(priorities.length);
});

/** As bright as it is for who sees no red: the long cones are the middle ones. */
function grey(hex: string): number {
  const [, g = 0, b = 0] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.93 * g + 0.07 * b;
}
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [grey(a), grey(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

it.each([':root', "[data-theme='light']"])('fills high and medium so that grey tells them apart in %s', (theme) => {
  const all = css('tokens');
  const part = all.slice(all.indexOf(`\n${theme} {`));
  const token = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(part)?.[1] ?? '';
  expect(contrast(token('high-fill'), token('med-fill'))).toBeGreaterThan(4.5);
});
