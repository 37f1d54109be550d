// Which devices are shown, and in which order. What is wrong with them, and what is worst, comes from Rust.
import type { DeviceRow } from '../../backend';

export type DeviceColumn = 'fix' | 'owner' | 'battery' | 'seen';
export type DevicesShown = 'all' | 'fix' | 'implants';

export interface DeviceSort {
  column: DeviceColumn;
  /** The other way round than a first click gives. */
  back: boolean;
}

/** What a column is sorted by; rows without it stand last, whichever way. A first click brings what wants somebody to the top. */
const KEYS: Record<DeviceColumn, (row: DeviceRow) => number | string | null> = {
  fix: () => 0,
  owner: (row) => row.owner.toLowerCase(),
  battery: (row) => row.battery?.percent ?? null,
  seen: (row) => row.lastSeen,
};

/** Rows in an order; those that are alike in it stay as Rust put them. */
export function sortedDevices(rows: DeviceRow[], { column, back }: DeviceSort): DeviceRow[] {
  if (column === 'fix') return back ? [...rows].reverse() : rows;
  const keyed = rows.map((row) => ({ row, key: KEYS[column](row) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return a.key === b.key ? 0 : (a.key < b.key ? -1 : 1) * (back ? -1 : 1);
  });
  return keyed.map(({ row }) => row);
}

/** After a click on the head of a column. */
export const clickedDevices = (sort: DeviceSort, column: DeviceColumn): DeviceSort => ({
  column,
  back: sort.column === column && !sort.back,
});

/** How a head says it is sorted. */
export function deviceDirection(sort: DeviceSort, column: DeviceColumn): 'ascending' | 'descending' | undefined {
  if (sort.column !== column || column === 'fix') return undefined;
  return sort.back ? 'descending' : 'ascending';
}

/** Rows that somebody asked for; `found` are the patients that a search found, or null where nobody searches. */
export function wantedDevices(
  rows: DeviceRow[],
  shown: DevicesShown,
  words: string,
  found: ReadonlySet<string> | null,
): DeviceRow[] {
  const said = words.trim().toLowerCase();
  const isNamed = (row: DeviceRow) => `${row.name ?? ''} ${row.kind ?? ''}`.toLowerCase().includes(said);
  return rows.filter(
    (row) =>
      (shown === 'all' || (shown === 'fix' ? row.faults.length > 0 : row.implant)) &&
      (found === null || found.has(row.patient) || isNamed(row)),
  );
}

export interface DeviceLine {
  key: string;
  /** The head of a group, where it is one. */
  group: string | null;
  row: DeviceRow | null;
}

/** Rows as lines of the table: in groups where they stand as Rust put them. `unread` where something is still to be read. */
export function deviceLines(rows: DeviceRow[], sort: DeviceSort, unread: boolean): DeviceLine[] {
  const line = (row: DeviceRow): DeviceLine => ({ key: row.key, group: null, row });
  if (sort.column !== 'fix' || sort.back) return rows.map(line);
  const isSilent = (row: DeviceRow) => row.faults[0]?.kind === 'transmitter-silent';
  const groups: [string, DeviceRow[]][] = [
    ['Transmitter silent', rows.filter(isSilent)],
    ['Fix today', rows.filter((row) => row.faults.length > 0 && !isSilent(row))],
    [unread ? 'No fault known yet' : 'No fault is known', rows.filter((row) => row.faults.length === 0)],
  ];
  return groups.flatMap(([name, of]) =>
    of.length === 0 ? [] : [{ key: name, group: `${name} · ${of.length}`, row: null }, ...of.map(line)],
  );
}
