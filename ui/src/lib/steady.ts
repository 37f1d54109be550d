// A list that is worked out anew with every value, and is another one only where others stand in it: what is drawn from it rests.

/** Gives the list that it gave before where the same stand in it in the same order. */
export class Steady<T> {
  private last: T[] = [];

  keep(list: T[]): T[] {
    const { last } = this;
    if (list.length !== last.length || list.some((one, n) => one !== last[n])) this.last = list;
    return this.last;
  }
}
