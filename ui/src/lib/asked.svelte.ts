/** What is asked of the program again and again: the answer to the last question alone counts, and why nothing is known is kept to be said. */
export class Asked<T> {
  /** The last answer; null where none came yet, or the last question failed. */
  answer: T | null = $state.raw(null);
  /** Why it is not known. */
  failed = $state('');
  private last = 0;

  ask(question: Promise<T>) {
    this.last += 1;
    const own = this.last;
    question.then(
      (answer) => {
        if (own === this.last) [this.answer, this.failed] = [answer, ''];
      },
      (error: unknown) => {
        if (own !== this.last) return;
        [this.answer, this.failed] = [null, error instanceof Error ? error.message : String(error)];
      },
    );
  }

  /** What was asked was about something else: nothing is known of this. */
  forget() {
    this.last += 1;
    [this.answer, this.failed] = [null, ''];
  }
}
