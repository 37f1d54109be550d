import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** What the system asks for, and who hears of a change. */
const system = { matches: false, heard: new Set<() => void>() };
const ask = (light: boolean) => {
  system.matches = light;
  for (const hear of system.heard) hear();
};
/** The page as it is opened anew. */
async function open() {
  vi.resetModules();
  system.heard.clear();
  const { theme } = await import('./theme.svelte');
  return { theme, end: theme.follow() };
}

beforeEach(() => {
  sessionStorage.clear();
  vi.stubGlobal('matchMedia', (query: string) => ({
    get matches() {
      return query === '(prefers-color-scheme: light)' && system.matches;
    },
    addEventListener: (_: string, hear: () => void) => system.heard.add(hear),
    removeEventListener: (_: string, hear: () => void) => system.heard.delete(hear),
  }));
});
afterEach(() => void vi.unstubAllGlobals());

it('is as the system asks until somebody chooses, also when the system changes its mind', async () => {
  ask(true);
  const { theme, end } = await open();
  expect(theme.light).toBe(true);
  ask(false);
  expect(theme.light).toBe(false);
  ask(true);
  expect(theme.light).toBe(true);
  end();
  expect(system.heard.size).toBe(0);
});

it('is as somebody chose from then on, whatever the system asks for, and after the page was opened anew', async () => {
  for (const chosen of [true, false]) {
    ask(!chosen);
    const { theme } = await open();
    theme.light = chosen;
    ask(chosen);
    ask(!chosen);
    expect(theme.light).toBe(chosen);
    expect((await open()).theme.light).toBe(chosen);
    sessionStorage.clear();
  }
});

it('takes what the system asks for as no choice of somebody', async () => {
  ask(true);
  await open();
  expect(sessionStorage.getItem('vigil.light')).toBeNull();
  ask(false);
  expect((await open()).theme.light).toBe(false);
});
