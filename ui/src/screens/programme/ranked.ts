// A list that comes in Rust's order, the worst first, and stands in groups where nobody sorts it otherwise.

/** By which column, and which way. */
export interface Sort<C extends string> {
  column: C;
  /** The other way round than a first click gives. */
  back: boolean;
}

/** A row, or the head of a group of them. */
export interface Line<R> {
  key: string;
  /** The head of a group, where it is one. */
  group: string | null;
  row: R | null;
}

/** What a column is sorted by, and whether a first click brings the most of it to the top; null is Rust's own order. */
export type Keys<R, C extends string> = Record<C, { of: (row: R) => number | string | null; down: boolean } | null>;

/** How rows are sorted by these columns. */
export function ranked<R, C extends string>(keys: Keys<R, C>) {
  return {
    /** Rows in an order; those that are alike in it stay as Rust put them, and those without what it sorts by stand last. */
    sorted: (rows: R[], { column, back }: Sort<C>): R[] => {
      const by = keys[column];
      if (by === null) return back ? [...rows].reverse() : rows;
      const way = by.down === back ? 1 : -1;
      const keyed = rows.map((row) => ({ row, key: by.of(row) }));
      keyed.sort((a, b) => {
        if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
        return a.key === b.key ? 0 : (a.key < b.key ? -1 : 1) * way;
      });
      return keyed.map(({ row }) => row);
    },

    /** After a click on the head of a column. */
    clicked: (sort: Sort<C>, column: C): Sort<C> => ({ column, back: sort.column === column && !sort.back }),

    /** How a head says it is sorted. */
    direction: (sort: Sort<C>, column: C): 'ascending' | 'descending' | undefined => {
      const by = keys[column];
      if (sort.column !== column || by === null) return undefined;
      return by.down === sort.back ? 'ascending' : 'descending';
    },
  };
}

/** Rows as lines, in groups of which nobody is shown empty; without groups as they are. */
export function inLines<R>(rows: R[], groups: [string, R[]][] | null, keyOf: (row: R) => string): Line<R>[] {
  const line = (row: R): Line<R> => ({ key: keyOf(row), group: null, row });
  if (groups === null) return rows.map(line);
  return groups.flatMap(([name, of]) =>
    of.length === 0 ? [] : [{ key: name, group: `${name} · ${of.length}`, row: null }, ...of.map(line)],
  );
}
