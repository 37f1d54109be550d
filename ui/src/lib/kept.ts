// What stays over a reload of the page: how somebody looks at the board, and nothing of a patient. The window is a private one, so
// that it ends with the window and is never on a disk.

export function kept(name: string): string | null {
  try {
    return sessionStorage.getItem(`vigil.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string) {
  try {
    sessionStorage.setItem(`vigil.${name}`, value);
  } catch {
    // A window without such a store begins anew with each reload.
  }
}
