// The flash of unowned alarms (IEC 60601-1-8), as a mark on the root that changes with each phase.
//
// A CSS animation would tick at the display's rate: without a GPU that costs a tenth of a core, day and night. All alarms
// of one priority flash together, so that a board with three of them does not flicker, and both flash on one beat.

export const BEAT_MS = 1000 / 3;

/** Beats of a phase: 1.5 Hz for high (within 1.4 to 2.8), 0.75 Hz for medium (within 0.4 to 0.8). */
const PHASES = { flashHigh: 1, flashMedium: 2 };

/** Shows the phases of the n-th beat. */
export function flash(root: HTMLElement, n: number) {
  for (const [name, beats] of Object.entries(PHASES)) {
    const phase = Math.floor(n / beats) % 2 === 0 ? 'on' : 'off';
    if (root.dataset[name] !== phase) root.dataset[name] = phase;
  }
}
