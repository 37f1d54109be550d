// A badge reader types what stands on a badge, faster than any hand, and ends it with Enter. It is told from a person by that, and
// what it types gets into no field: the first letter, which nobody can tell yet, is taken out again.

/** Letters of a reader come closer together than this; a hand that rolls over two keys does so for two, and not for six. */
const CLOSE_MS = 35;
/** Fewer letters are no badge. */
const LEAST = 6;
/** What is held for so long and no badge is given back to the field it was typed into. */
const WAIT_MS = 120;

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Before {
  field: Field;
  value: string;
  start: number | null;
  end: number | null;
}

const isLetter = (key: string): boolean => /^[0-9A-Za-z]$/.test(key);

export class BadgeReader {
  private text = '';
  private at = -Infinity;
  private before: Before | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `read` is given each badge. */
  constructor(private read: (badge: string) => void) {}

  /** Hears every key that goes down, before anything else does. */
  hear = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return this.giveBack();
    const isClose = event.timeStamp - this.at < CLOSE_MS;
    if (event.key === 'Enter' && isClose && this.text.length >= LEAST) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const badge = this.text;
      this.takeOut();
      this.read(badge);
      return;
    }
    // A reader may hold Shift for a letter.
    if (event.key === 'Shift') return;
    if (!isLetter(event.key)) return this.giveBack();
    if (isClose) {
      this.text += event.key;
      // From the second letter on nothing is typed until it is known what it is. Digits outside of a field are a PIN, perhaps.
      if (this.before || !/[0-9]/.test(event.key)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    } else {
      this.giveBack();
      this.text = event.key;
      this.before = this.look(event.target);
    }
    this.at = event.timeStamp;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.giveBack(), WAIT_MS);
  };

  private look(target: EventTarget | null): Before | null {
    const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (!isField) return null;
    const { value, selectionStart: start, selectionEnd: end } = target;
    return { field: target, value, start, end };
  }

  /** A badge was read: the field is as it was before. */
  private takeOut() {
    const { before } = this;
    this.forget();
    if (!before || before.field.value === before.value) return;
    before.field.value = before.value;
    if (before.start !== null) before.field.setSelectionRange(before.start, before.end);
    before.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** It was a hand: what was held stands where it was typed. */
  private giveBack() {
    const { before, text } = this;
    this.forget();
    const held = text.slice(1);
    if (!before || held === '' || !before.field.isConnected) return;
    const { field } = before;
    const at = field.selectionStart ?? field.value.length;
    field.value = field.value.slice(0, at) + held + field.value.slice(field.selectionEnd ?? at);
    if (field.selectionStart !== null) field.setSelectionRange(at + held.length, at + held.length);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private forget() {
    clearTimeout(this.timer);
    [this.text, this.at, this.before, this.timer] = ['', -Infinity, null, undefined];
  }
}
