// What stands where the server did not give something: never nothing.
import type { DeviceRow } from '../../backend';

export const NOT_GIVEN = 'not given';

/** A device by its name, else by what it is. */
export const named = (row: DeviceRow): string => row.name ?? row.kind ?? `Name ${NOT_GIVEN}`;
