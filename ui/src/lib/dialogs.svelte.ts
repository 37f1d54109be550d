// Dialogs of the whole window that several buttons and keys ask for.

class Dialogs {
  /** Search over everybody. */
  search = $state(false);
  /** What the keys do. */
  keys = $state(false);
  /** Who waits for a badge that somebody is given: it lets nobody in meanwhile. */
  badge: ((read: string) => void) | null = null;
  /** Another takes the place of who is here. */
  people = $state(false);
  /** The sitting in which nobody wants to choose a PIN. */
  pinLater = $state(0);

  /** Somebody else is here: what was open was not theirs. */
  close() {
    [this.search, this.keys, this.people, this.badge] = [false, false, false, null];
  }
}

export const dialogs = new Dialogs();
