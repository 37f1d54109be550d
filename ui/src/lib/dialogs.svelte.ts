// Dialogs of the whole window that several buttons and keys ask for.

class Dialogs {
  /** Search over everybody. */
  search = $state(false);
  /** What the keys do. */
  keys = $state(false);
}

export const dialogs = new Dialogs();
