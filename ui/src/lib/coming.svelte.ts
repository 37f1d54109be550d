// Somebody comes: by PIN, by badge, or by the hospital account. One for the lock screen and for the dialog in which somebody takes the place of
// who is here.
import { backend, type Colleague } from '../backend';

/** As many digits as a PIN has at least, and at most. */
export const LEAST_DIGITS = 6;
const MOST_DIGITS = 12;

class Coming {
  people: Colleague[] = $state.raw([]);
  chosen: string | null = $state(null);
  pin = $state('');
  busy: 'pin' | 'badge' | 'account' | null = $state(null);
  trouble = $state('');
  /** The name of this program at the sign-in service; null where nobody signs in by one. */
  account: string | null = $state(null);

  get who(): Colleague | undefined {
    return this.people.find((one) => one.id === this.chosen);
  }

  /** Who could come, and how. */
  async look() {
    this.people = await backend.colleagues();
    const service = await backend.signsIn().catch(() => null);
    this.account = service?.byPerson ? service.clientId : null;
  }

  choose(id: string) {
    [this.chosen, this.pin, this.trouble] = [id, '', ''];
  }

  type(digit: string) {
    if (this.busy || !this.who?.byPin || this.pin.length >= MOST_DIGITS) return;
    [this.pin, this.trouble] = [this.pin + digit, ''];
  }

  /** A new screen: nothing of what somebody typed before stays. */
  begin() {
    [this.chosen, this.pin, this.busy, this.trouble] = [null, '', null, ''];
    this.look().catch((error) => (this.trouble = (error as Error).message));
  }

  async byPin() {
    const { chosen, pin } = this;
    if (chosen && pin.length >= LEAST_DIGITS) await this.attempt('pin', () => backend.comeByPin(chosen, pin));
  }

  byBadge(badge: string) {
    return this.attempt('badge', () => backend.comeByBadge(badge));
  }

  async byAccount() {
    const { account } = this;
    if (account !== null) await this.attempt('account', () => backend.signIn(account));
  }

  private async attempt(by: 'pin' | 'badge' | 'account', work: () => Promise<unknown>) {
    if (this.busy && this.busy !== 'account') return;
    [this.busy, this.pin, this.trouble] = [by, '', ''];
    try {
      await work();
      this.chosen = null;
    } catch (error) {
      this.trouble = (error as Error).message;
      // Whether a PIN is still enough may have changed with it.
      await this.look().catch(() => {});
    }
    this.busy = null;
  }
}

export const coming = new Coming();
