// The flash of unowned alarms (IEC 60601-1-8), as a mark on the root that changes with each phase.
//
// A CSS animation would tick at the display's rate: without a GPU that costs a tenth of a core, day and night. All alarms
// of one priority flash together, so that a board with three of them does not flicker.

/** Hz; within 1.4 to 2.8 for high and 0.4 to 0.8 for medium. */
const RATES = { high: 2, med: 0.6 };

/** Begins to flash; gives what ends it. Somebody who asked for less motion sees steady fill and the text marks. */
export function flash(root: HTMLElement, reduced: boolean): () => void {
  if (reduced) return () => {};
  const timers = Object.entries(RATES).map(([priority, hz]) => {
    const name = `flash${priority[0]?.toUpperCase()}${priority.slice(1)}`;
    return setInterval(() => (root.dataset[name] = root.dataset[name] === 'off' ? 'on' : 'off'), 500 / hz);
  });
  return () => timers.forEach(clearInterval);
}
