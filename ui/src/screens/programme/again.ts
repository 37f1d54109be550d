// When somebody can be looked at again: a few moments from which one is chosen.

const HOUR = 3_600_000;

/** The hour of a later day on the clock on the wall. */
function morning(now: number, days: number): number {
  const d = new Date(now);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, 9).getTime();
}

export const moments = (now: number): { value: number | null; name: string; testid: string }[] => [
  { value: null, name: 'Not agreed', testid: 'again-none' },
  { value: now + 2 * HOUR, name: 'In 2 hours', testid: 'again-hours' },
  { value: morning(now, 1), name: 'Tomorrow', testid: 'again-tomorrow' },
  { value: morning(now, 3), name: 'In 3 days', testid: 'again-days' },
  { value: morning(now, 7), name: 'In a week', testid: 'again-week' },
];
