// Which alert is being handled: the dialog has one place, the buttons that ask for it many.
import type { QueueItem } from '../backend';

class Handling {
  item: QueueItem | null = $state.raw(null);
  ask(item: QueueItem) {
    this.item = item;
  }
}

export const handling = new Handling();
