// Which people are shown, and in which order. What is told of them, and who has to be called first, comes from Rust.
import type { ProgrammeRow } from '../../backend';
import { inLines, ranked, type Line, type Sort } from './ranked';

export type Column = 'call' | 'name' | 'last' | 'days' | 'range' | 'alerts' | 'device';
export type Shown = 'all' | 'due' | 'called';
export type Problem = 'any' | 'person' | 'device';

/** More of a higher priority is more than any number of a lower one. */
const weight = (alerts: number[]) => alerts.reduce((sum, n) => sum * 1000 + Math.min(n, 999), 0);

export const { sorted, clicked, direction } = ranked<ProgrammeRow, Column>({
  call: null,
  name: { of: (row) => row.name.toLowerCase(), down: false },
  last: { of: (row) => row.lastData, down: false },
  days: { of: (row) => row.days, down: false },
  range: { of: (row) => row.range?.percent ?? null, down: false },
  alerts: { of: (row) => weight(row.alerts), down: true },
  device: { of: (row) => row.deviceOrder, down: true },
});

/** Rows that somebody asked for; `found` are the patients that a search found, or null where nobody searches. */
export function wanted(
  rows: ProgrammeRow[],
  shown: Shown,
  problem: Problem,
  found: ReadonlySet<string> | null,
): ProgrammeRow[] {
  return rows.filter(
    (row) =>
      (shown === 'all' || (shown === 'due' ? row.due : row.answeredUntil !== null)) &&
      (problem === 'any' || row.reasons.some((reason) => reason.problem === problem)) &&
      (found === null || found.has(row.patient)),
  );
}

/** Rows as lines of the table: in groups where they stand as Rust put them. */
export function lines(rows: ProgrammeRow[], sort: Sort<Column>, pending: number): Line<ProgrammeRow>[] {
  const rest = pending > 0 ? 'No reason known yet' : 'No reason to call';
  const groups: [string, ProgrammeRow[]][] = [
    ['Call today', rows.filter((row) => row.due)],
    ['Called, to be looked at again later', rows.filter((row) => !row.due && row.reasons.length > 0)],
    [rest, rows.filter((row) => row.reasons.length === 0)],
  ];
  const isAsRustHasIt = sort.column === 'call' && !sort.back;
  return inLines(rows, isAsRustHasIt ? groups : null, (row) => row.patient);
}
