// Which devices are shown, and in which order. What is wrong with them, and what is worst, comes from Rust.
import type { DeviceRow } from '../../backend';
import { inLines, ranked, type Line, type Sort } from './ranked';

export type DeviceColumn = 'fix' | 'owner' | 'battery' | 'seen';
export type DevicesShown = 'all' | 'fix' | 'implants';

export const {
  sorted: sortedDevices,
  clicked: clickedDevices,
  direction: deviceDirection,
} = ranked<DeviceRow, DeviceColumn>({
  fix: null,
  owner: { of: (row) => row.owner.toLowerCase(), down: false },
  battery: { of: (row) => row.battery?.percent ?? null, down: false },
  seen: { of: (row) => row.lastSeen, down: false },
});

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

/** Rows as lines of the table: in groups where they stand as Rust put them. `unread` where something is still to be read. */
export function deviceLines(rows: DeviceRow[], sort: Sort<DeviceColumn>, unread: boolean): Line<DeviceRow>[] {
  const isSilent = (row: DeviceRow) => row.faults[0]?.kind === 'transmitter-silent';
  const groups: [string, DeviceRow[]][] = [
    ['Transmitter silent', rows.filter(isSilent)],
    ['Fix today', rows.filter((row) => row.faults.length > 0 && !isSilent(row))],
    [unread ? 'Nothing to fix known yet' : 'Nothing to fix today', rows.filter((row) => row.faults.length === 0)],
  ];
  const isAsRustHasIt = sort.column === 'fix' && !sort.back;
  return inLines(rows, isAsRustHasIt ? groups : null, (row) => row.key);
}
