// Which rows are shown, and in which order. What they mean, and who has to be called first, comes from Rust.
import type { ProgrammeRow } from '../../backend';

export type Column = 'call' | 'name' | 'last' | 'days' | 'range' | 'alerts' | 'device';
export type Shown = 'all' | 'due' | 'called';
export type Problem = 'any' | 'person' | 'device';

export interface Sort {
  column: Column;
  /** The other way round than a first click gives. */
  back: boolean;
}

/** What a column is sorted by; rows without it stand last, whichever way. A first click brings what wants somebody to the top. */
const KEYS: Record<Column, { of: (row: ProgrammeRow) => number | string | null; down: boolean }> = {
  call: { of: () => 0, down: false },
  name: { of: (row) => row.name.toLowerCase(), down: false },
  last: { of: (row) => row.lastData, down: false },
  days: { of: (row) => row.days, down: false },
  range: { of: (row) => row.range?.percent ?? null, down: false },
  alerts: { of: (row) => weight(row.alerts), down: true },
  device: { of: (row) => row.deviceOrder, down: true },
};

/** More of a higher priority is more than any number of a lower one. */
const weight = (alerts: number[]) => alerts.reduce((sum, n) => sum * 1000 + Math.min(n, 999), 0);

/** Rows in an order; those that are alike in it stay as Rust put them. */
export function sorted(rows: ProgrammeRow[], sort: Sort): ProgrammeRow[] {
  if (sort.column === 'call') return sort.back ? [...rows].reverse() : rows;
  const { of, down } = KEYS[sort.column];
  const way = down === sort.back ? 1 : -1;
  const keyed = rows.map((row) => ({ row, key: of(row) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return a.key === b.key ? 0 : (a.key < b.key ? -1 : 1) * way;
  });
  return keyed.map(({ row }) => row);
}

/** After a click on the head of a column. */
export const clicked = (sort: Sort, column: Column): Sort => ({
  column,
  back: sort.column === column && !sort.back,
});

/** How a head says it is sorted. */
export function direction(sort: Sort, column: Column): 'ascending' | 'descending' | undefined {
  if (sort.column !== column || column === 'call') return undefined;
  return KEYS[column].down === sort.back ? 'ascending' : 'descending';
}

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

export interface Line {
  key: string;
  /** The head of a group, where it is one. */
  group: string | null;
  row: ProgrammeRow | null;
}

/** Rows as lines of the table: in groups where they stand as Rust put them. */
export function lines(rows: ProgrammeRow[], sort: Sort, pending: number): Line[] {
  const line = (row: ProgrammeRow): Line => ({ key: row.patient, group: null, row });
  if (sort.column !== 'call' || sort.back) return rows.map(line);
  const rest = pending > 0 ? 'No reason known yet' : 'No reason to call';
  const groups: [string, ProgrammeRow[]][] = [
    ['Call today', rows.filter((row) => row.due)],
    ['Called, to be looked at again later', rows.filter((row) => !row.due && row.reasons.length > 0)],
    [rest, rows.filter((row) => row.reasons.length === 0)],
  ];
  return groups.flatMap(([name, of]) =>
    of.length === 0 ? [] : [{ key: name, group: `${name} · ${of.length}`, row: null }, ...of.map(line)],
  );
}
