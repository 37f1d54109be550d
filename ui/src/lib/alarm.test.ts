import { describe, expect, it, vi } from 'vitest';
import { alarm, HANDLED, NOW } from '../backend/fake';
import { elsewhere, remarks } from './alarm';

vi.mock('../backend', () => import('../backend/fake'));
const due = (parts: Parameters<typeof alarm>[0]) =>
  remarks(alarm({ escalatedTo: 'Charge nurse', escalatedAt: NOW - 60_000, ...parts }), NOW).join(' · ');

describe('what an alarm says beside its text', () => {
  it('says called as the station does, and never by itself', () => {
    const at = /\d\d:\d\d\S*/.source;
    for (const [call, callWords, callRemark, reads] of [
      ['due', 'due: Charge nurse', null, `^due: Charge nurse ${at}$`],
      ['not-sent', 'due: Charge nurse', 'not sent: it is full', `^due: Charge nurse ${at} · not sent: it is full$`],
      ['sent', 'call sent: Charge nurse', null, `^call sent: Charge nurse ${at}$`],
    ] as const)
      expect(due({ call, callWords, callRemark })).toMatch(new RegExp(reads));
  });
  it('says of a handled one by whom, since when, and when it was asked again', () => {
    const words = (parts: object) => remarks(alarm({ ...HANDLED, ...parts }), NOW)[0];
    expect(words({})).toMatch(/^handled \d\d:\d\d\S* N\. Okafor, still on$/);
    expect(words({ askedAgain: NOW - 18 * 60_000 })).toMatch(/, still on, asked again \d\d:\d\d\S*$/);
    expect(words({ handledAt: NOW - 26 * 3_600_000 })).toMatch(/^handled Sun 22 Nov \d\d:\d\d/);
    expect(words({ presence: 'closed' })).toBeUndefined();
  });
});

it('promises no sound where a part fails on a station that is not heard', () => {
  expect(elsewhere({ trouble: null, advice: null })).toContain('can be heard');
  const unheard = elsewhere({ trouble: 'No sound', advice: 'Check the cable' });
  expect(unheard).toContain('not heard here (No sound)');
  expect(unheard).not.toContain('can be heard');
});
