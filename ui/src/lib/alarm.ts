// How an alarm reads: never by colour alone.
import type { Alarm, Audio } from '../backend';
import { took, when } from './time';

/** Of the banner: `new` flashes, `owned` is outlined, `last-known` is what was true before the link broke. */
export function bannerState(alarm: Alarm, online: boolean): string {
  if (!online) return 'last-known';
  return alarm.unanswered ? 'new' : 'owned';
}

/** Where one part of the screen shows nothing: what of the alarms goes on all the same. */
export const elsewhere = (audio: Audio): string =>
  `Alarms go on above and ${audio.trouble ? `are not heard here (${audio.trouble})` : 'can be heard'}. Nothing was recorded by it.`;

/** Whether this person can do that about it. */
export const can = (alarm: Alarm, verb: Verb): boolean => alarm.verbs.includes(verb);

/** The codes of what people do about an alarm. */
export type Verb = 'take' | 'audio-pause' | 'handled' | 'release' | 'hand-to' | 'escalate' | 'note';

/** Of one that is handled and still on, who said so and when; nothing of any other. */
export function handledWords(alarm: Alarm, now: number): string {
  if (alarm.presence !== 'handled' || alarm.handledAt === null) return '';
  const again = alarm.askedAgain === null ? '' : `, asked again ${when(alarm.askedAgain, now)}`;
  return `handled ${when(alarm.handledAt, now)} ${alarm.handledBy ?? ''}, still on${again}`;
}

/** What else there is to know of an alarm, in a few words each. */
export function remarks(alarm: Alarm, now: number): string[] {
  const out = [];
  if (alarm.sound === 'paused' && alarm.pausedUntil !== null)
    out.push(`audio paused ${countdown(alarm.pausedUntil, now)}`);
  const handled = handledWords(alarm, now);
  if (handled) out.push(handled);
  if (alarm.callWords) {
    out.push(`${alarm.callWords} ${when(alarm.escalatedAt ?? now, now)}`);
    if (alarm.callRemark) out.push(alarm.callRemark);
  }
  if (alarm.namesake) out.push(`another ${alarm.owner} than you`);
  if (alarm.iTookToo) out.push(`you took it too; ${alarm.owner} was first`);
  else if (alarm.alsoTook.length > 0) out.push(`also taken by ${alarm.alsoTook.join(', ')}`);
  if (alarm.orderUncertain) out.push('order uncertain');
  if (alarm.reminders > 0) out.push(`still on, reminded ${alarm.reminders}×`);
  return out;
}

/** On the button that pauses its sound: for how long it would, or for how long it is. */
export function pauseWords(alarm: Alarm, now: number): string {
  return alarm.pausedUntil !== null
    ? `Paused ${countdown(alarm.pausedUntil, now)}`
    : `Pause sound ${countdown(alarm.pauseLasts, 0)}`;
}

/** How long is left: `84 s`, `4 min`. */
export function countdown(until: number, now: number): string {
  return took(until - now);
}
