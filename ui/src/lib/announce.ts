// What a screen reader says of new alarms: each once, the worst at once, and a storm as a sum.
import { priorities, type QueueItem } from '../backend';

/** Between two sentences; only something worse comes sooner. */
const APART_MS = 4000;
/** In full, for the ear: what the screen shortens. */
const WORDS: Record<string, string> = { high: 'High', medium: 'Medium', low: 'Low', technical: 'Technical' };
const ANSWERED: number = priorities.length;

const rankOf = (item: QueueItem): number => {
  const rank = priorities.findIndex(({ code }) => code === item.alarm.priority);
  return rank < 0 ? ANSWERED - 1 : rank;
};

export interface Said {
  words: string;
  /** High and medium: whatever else is being read waits. */
  urgent: boolean;
}

export class Teller {
  /** How bad each alarm was when it was looked at last. */
  private known: Map<string, number> | null = null;
  private waiting: string[] = [];
  private quietUntil = 0;
  private said: number = ANSWERED;

  constructor(private readonly place: (item: QueueItem) => string) {}

  /** When what waits shall be said; null where nothing waits. */
  get due(): number | null {
    return this.waiting.length > 0 ? this.quietUntil : null;
  }

  /** What to say of the alarms as they are; null where nothing is new, or it waits. What was there at first is not new. */
  look(queue: QueueItem[], now: number): Said | null {
    const before = this.known;
    this.known = new Map(queue.map((item) => [item.alarm.episode, item.alarm.unanswered ? rankOf(item) : ANSWERED]));
    if (!before) return null;
    for (const [episode, rank] of this.known) {
      if (rank < (before.get(episode) ?? ANSWERED) && !this.waiting.includes(episode)) this.waiting.push(episode);
    }
    // What somebody took meanwhile, or what is over, is not said any more.
    this.waiting = this.waiting.filter((episode) => (this.known?.get(episode) ?? ANSWERED) < ANSWERED);
    const fresh = queue
      .filter((item) => this.waiting.includes(item.alarm.episode))
      .sort((a, b) => rankOf(a) - rankOf(b));
    const [worst] = fresh;
    if (!worst) return null;
    if (now < this.quietUntil && rankOf(worst) >= this.said) return null;
    this.waiting = [];
    this.said = rankOf(worst);
    this.quietUntil = now + APART_MS;
    return { words: this.words(fresh, worst), urgent: this.said < 2 };
  }

  private words(fresh: QueueItem[], worst: QueueItem): string {
    const about = `${worst.alarm.text}, ${this.place(worst)}`;
    if (fresh.length === 1) return `${WORDS[worst.alarm.priority] ?? ''} alarm: ${about}`;
    const sums = priorities.flatMap(({ code }) => {
      const n = fresh.filter((item) => item.alarm.priority === code).length;
      return n === 0 ? [] : [`${n} ${WORDS[code] ?? code}`];
    });
    return `${fresh.length} new alarms: ${sums.join(', ')}. The worst: ${about}`;
  }
}
