// Which alert is being handled: the dialog has one place, the buttons that ask for it many.
import type { QueueWire } from '../backend';

class Handling {
  item: QueueWire | null = $state.raw(null);
  ask(item: QueueWire) {
    this.item = item;
  }
}

export const handling = new Handling();
