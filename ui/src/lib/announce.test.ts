import { expect, it, vi } from 'vitest';
import { item, NOW } from '../backend/fake';

vi.mock('../backend', () => import('../backend/fake'));
const { Teller } = await import('./announce');

const one = (episode: string, parts: Parameters<typeof item>[0] = {}) => item({ episode, ...parts });
const teller = () => {
  const made = new Teller((about) => `${about.place} · Ward A`);
  made.look([one('old')], NOW);
  return made;
};
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => one(`s${n + from}`, { priority: n % 2 === 0 ? 'medium' : 'low' }));

it('says priority, measure, bed and ward of a new alarm, once', () => {
  const ear = teller();
  expect(ear.look([one('old'), one('new')], NOW)).toEqual({
    words: 'High alarm: SpO2 low 84 < 88, Bed 12 · Ward A',
    urgent: true,
  });
  expect(ear.look([one('old'), one('new')], NOW + 60_000)).toBeNull();
});

it('says nothing of what was there when the page opened, and of what somebody has', () => {
  const ear = new Teller(() => '');
  expect(ear.look(many(40), NOW)).toBeNull();
  expect(ear.look([...many(40), one('theirs', { unanswered: false })], NOW)).toBeNull();
  expect(ear.due).toBeNull();
});

it('sums up a storm, and says one sentence in four seconds', () => {
  const ear = teller();
  const said: string[] = [];
  let queue = [one('old')];
  for (let ms = 0; ms < 8000; ms += 100) {
    queue = [...queue, ...many(2, ms)];
    const words = ear.look(queue, NOW + ms)?.words;
    if (words) said.push(words);
  }
  expect(said).toHaveLength(2);
  expect(said[0]).toBe('2 new alarms: 1 Medium, 1 Low. The worst: SpO2 low 84 < 88, Bed 12 · Ward A');
  expect(said[1]).toMatch(/^80 new alarms: 40 Medium, 40 Low\. The worst: /);
  // Nothing of it is left unsaid: what came last waits for its time.
  expect(ear.due).toBe(NOW + 8000);
  expect(ear.look(queue, NOW + 8000)?.words).toMatch(/^78 new alarms/);
});

it('lets something worse wait for nothing', () => {
  const ear = teller();
  ear.look([one('old'), one('a', { priority: 'low' })], NOW);
  const worse = [one('old'), one('a', { priority: 'low' }), one('b')];
  expect(ear.look(worse, NOW + 500)?.words).toMatch(/^High alarm/);
  expect(ear.look([...worse, one('c')], NOW + 600)).toBeNull();
});

it('says again what became worse, and what was answered and is open again', () => {
  const ear = teller();
  ear.look([one('old'), one('a', { priority: 'low' })], NOW);
  expect(ear.look([one('old'), one('a', { priority: 'medium' })], NOW + 10_000)?.words).toMatch(/^Medium alarm/);
  ear.look([one('old'), one('a', { priority: 'medium', unanswered: false })], NOW + 20_000);
  expect(ear.look([one('old'), one('a', { priority: 'medium' })], NOW + 30_000)?.words).toMatch(/^Medium alarm/);
});

it('does not say what somebody took before it was its turn', () => {
  const ear = teller();
  ear.look([one('old'), one('a')], NOW);
  ear.look([one('old'), one('a'), one('b')], NOW + 100);
  expect(ear.due).toBe(NOW + 4000);
  expect(ear.look([one('old'), one('a'), one('b', { unanswered: false })], NOW + 4000)).toBeNull();
  expect(ear.due).toBeNull();
});
