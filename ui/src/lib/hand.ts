// What a hand on the keyboard does by mistake.

/** A key that is held down, or sticks, acts once. */
export function onlyOnce(event: KeyboardEvent) {
  if (event.repeat) event.preventDefault();
}
