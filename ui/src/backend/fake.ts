// What stands for Rust in a test: it answers what the real one answers, and keeps what it was asked. A test takes it with
// `vi.mock('../backend', () => import('../backend/fake'))`.
//
// It is a `Backend`: what the real one learns, this one has to learn too, or the tests do not compile.
import type {
  Alarm,
  AppState,
  Backend,
  Contacts,
  DeviceRow,
  Devices,
  InsulinBlock,
  Limits,
  Link,
  Member,
  News,
  Programme,
  ProgrammeRow,
  QueueItem,
  SettingRow,
  Settings,
  Tile,
  Update,
  Waiting,
  Who,
} from '.';

export { glassReasons, glassWords, layouts, limitHours, panelNames, priorities, silence, workRoles } from './bindings';
export { Refusal } from './refusal';

export const NOW = Date.UTC(2026, 10, 23, 14, 6);
const MINUTE = 60_000;

export function alarm(parts: Partial<Alarm> = {}): Alarm {
  return {
    episode: 'e1',
    priority: 'high',
    text: 'SpO2 low 84 < 88',
    shown: '*** SpO2 low 84 < 88',
    presence: 'active',
    group: 'unowned',
    live: true,
    unanswered: true,
    standing: 'Not owned',
    verbs: ['take', 'audio-pause', 'handled', 'hand-to', 'escalate', 'note'],
    owner: null,
    ownedAt: null,
    mine: false,
    namesake: false,
    freeForMe: true,
    onset: NOW - MINUTE,
    ended: null,
    knownHereOnly: false,
    sound: 'on',
    pausedUntil: null,
    pauseLasts: 2 * MINUTE,
    escalatedTo: null,
    escalatedAt: null,
    call: null,
    callWords: null,
    callRemark: null,
    handledBy: null,
    handledAt: null,
    askedAgain: null,
    alsoTook: [],
    iTookToo: false,
    orderUncertain: false,
    reminders: 0,
    more: 0,
    moreOwner: null,
    ...parts,
  };
}

export function item(parts: Partial<Alarm> = {}, about: Partial<QueueItem> = {}): QueueItem {
  return {
    patient: 'p1',
    bed: '12',
    place: 'Bed 12',
    ward: 'Ward A',
    name: 'Ada Park',
    initials: 'A. P.',
    alarm: alarm(parts),
    ...about,
  };
}

export function news(parts: Partial<News> = {}): News {
  const inputs = ['RR', 'SpO₂'].map((label) => ({
    label,
    text: '18',
    takenAt: NOW - MINUTE,
    points: 1,
    onScaleTwo: false,
    why: null,
  }));
  return {
    total: 2,
    partial: 2,
    band: 'low',
    colour: 'low',
    shown: '2',
    risk: 'Low',
    response: 'Check every 4–6 h',
    missing: [],
    notFor: null,
    nextDue: null,
    inputs,
    scaleTwo: null,
    ...parts,
  };
}

export function tile(parts: Partial<Tile> = {}): Tile {
  const cell = (slot: string, label: string, text: string) => ({
    slot,
    label,
    text,
    unit: '',
    takenAt: NOW - 4000,
    stale: false,
    lost: false,
    artefact: false,
    reads: text,
    beside: null,
    mark: null,
    alarm: null,
  });
  return {
    patient: 'p1',
    bed: '12',
    place: 'Bed 12',
    ward: 'Ward A',
    home: false,
    deceased: false,
    layout: 'ward',
    panels: ['hr', 'spo2', 'rr', 'news'],
    waves: true,
    name: 'Ada Park',
    initials: 'A. P.',
    mrn: '0012',
    birthDate: '1955-03-14',
    age: 71,
    sex: 'F',
    air: 'Air',
    news: news(),
    cells: [cell('hr', 'HR', '88'), cell('spo2', 'SpO₂', '95'), cell('rr', 'RR', '18')],
    alarm: null,
    staleSince: null,
    battery: null,
    devices: [],
    withheld: null,
    withheldSlots: [],
    ...parts,
  };
}

export function waiting(parts: Partial<Waiting> = {}): Waiting {
  return {
    id: 'w1',
    episode: 'e1',
    patient: '',
    verb: 'take',
    words: 'Took',
    by: 'S. Varga',
    at: NOW,
    note: null,
    parked: null,
    ...parts,
  };
}

/** Of an alarm that somebody has. */
export const OWNED: Partial<Alarm> = {
  owner: 'N. Okafor',
  ownedAt: NOW,
  presence: 'owned',
  group: 'owned',
  unanswered: false,
  standing: 'Owned',
  freeForMe: false,
  sound: 'off',
  verbs: ['handled', 'hand-to', 'escalate', 'note'],
};

/** Of an alarm that was handled and is still on. */
export const HANDLED: Partial<Alarm> = {
  ...OWNED,
  presence: 'handled',
  group: 'handled',
  live: false,
  standing: 'Handled',
  handledBy: 'N. Okafor',
  handledAt: NOW - 48 * MINUTE,
  verbs: ['note'],
};

export function update(parts: Partial<Update> = {}): Update {
  return {
    tiles: [],
    order: null,
    queue: null,
    present: null,
    link: null,
    waiting: null,
    progress: null,
    sparks: [],
    quarantined: null,
    raised: [],
    audio: null,
    notifications: null,
    alarmsRead: null,
    late: null,
    unwatched: null,
    beat: null,
    now: null,
    who: null,
    strip: null,
    settled: null,
    moment: null,
    ...parts,
  };
}

/** Somebody of a station of people. */
export function who(parts: Partial<Who> = {}): Who {
  return {
    sitting: 1,
    ofPeople: true,
    locked: null,
    name: 'N. Okafor',
    role: 'Charge nurse',
    notAllowed: [],
    limitRoles: ['Charge nurse'],
    mustChoosePin: false,
    mayChoosePin: false,
    glasses: [],
    ...parts,
  };
}

/** A station of people, and none of them. */
export const nobody: Partial<Who> = {
  sitting: 2,
  name: '',
  role: null,
  locked: { since: NOW - 5 * MINUTE, why: 'after 5 min without input' },
};

/** A link that is fine. */
export const live: Link = {
  online: true,
  live: true,
  since: null,
  lastGood: NOW,
  message: null,
  clockOffsetMs: 0,
  clockIsOff: false,
  clockIsUnchecked: false,
  isInClear: false,
  outage: null,
};

export const station: AppState = {
  stage: 'ready',
  trouble: null,
  unsent: 0,
  newPin: false,
  demo: false,
  demoBuilt: true,
  user: 'S. Varga',
  station: 'Station 4',
  server: 'https://fhir.example.org/r4',
  version: '0.1.0',
  pageZoom: null,
  printsItself: false,
  reasons: ['Treated', 'Artefact', 'Expected for patient', 'Other'],
  roles: ['Physician', 'Charge nurse', 'Nurse'],
};

export const limits: Limits = {
  measures: [
    { code: '59408-5', label: 'SpO₂', unit: '%', low: 90, high: null, own: false, until: null },
    { code: '8867-4', label: 'HR', unit: '/min', low: 50, high: 120, own: true, until: null },
  ],
  history: [],
  presets: [
    { name: 'Unit', owner: '', limits: [{ code: '59408-5', unit: '%', low: 90, high: null }] },
    { name: 'COPD', owner: 'L. Chen', limits: [{ code: '59408-5', unit: '%', low: 84, high: 92 }] },
  ],
};

export function setting(parts: Partial<SettingRow> = {}): SettingRow {
  return {
    key: 'alarm.pause',
    label: 'Pause of the sound',
    meaning: 'how long a pause of the sound lasts',
    value: '120',
    default: '120',
    takes: { kind: 'time', unit: 'seconds', least: 30, most: 600 },
    range: '30 to 600 seconds',
    isSet: false,
    locked: false,
    setBy: null,
    ownAlone: false,
    waits: false,
    ...parts,
  };
}

export const settings: Settings = {
  unit: null,
  units: ['Ward A', 'Ward B'],
  groups: [
    {
      name: 'Alarms, chains and times',
      rows: [
        setting(),
        setting({
          key: 'alarm.chain-high',
          label: 'Chain, high alarm',
          meaning: 'who is due for a high alarm, one after the other',
          value: 'Charge nurse, Rapid response',
          default: 'Charge nurse, Physician on call, Rapid response',
          takes: { kind: 'roles' },
          range: 'one to six roles, separated by commas',
          isSet: true,
        }),
      ],
    },
    {
      name: 'Alarm limits of a unit',
      rows: [
        setting({
          key: 'limit.glucose',
          label: 'Glucose',
          meaning: 'alarm limits of glucose, in mmol/L',
          value: '3.9 to 13.9',
          default: '3.9 to 13.9',
          takes: { kind: 'bounds', unit: 'mmol/L' },
          range: 'a low and a high bound, such as 50 to 130; - leaves a side open',
        }),
      ],
    },
    {
      name: 'Units on the screen',
      rows: [
        setting({
          key: 'unit.glucose',
          label: 'Glucose',
          meaning: 'the unit of glucose on every screen, paper and dialog',
          value: 'mmol/L',
          default: 'as sent',
          takes: { kind: 'one-of', words: ['as sent', 'mmol/L', 'mg/dL'] },
          range: 'as sent, mmol/L, mg/dL',
          isSet: true,
        }),
      ],
    },
  ],
};

export function member(parts: Partial<Member> = {}): Member {
  return {
    id: 'Practitioner/1',
    name: 'N. Okafor',
    role: 'Charge nurse',
    hasPin: true,
    pinIsGiven: false,
    hasBadge: true,
    lastCame: NOW - 2 * 60 * MINUTE,
    fullSignIn: NOW - 20 * 60 * MINUTE,
    wrongPins: 0,
    lockedOut: false,
    whyNot: null,
    ...parts,
  };
}

/** Insulin of somebody who has a pen and forgot nothing. */
export function insulin(parts: Partial<InsulinBlock> = {}): InsulinBlock {
  const day = { unknown: null, priming: null };
  return {
    at: NOW,
    onBoard: '3.2 U',
    onBoardToo: null,
    curve: 'works 6 h, most at 75 min',
    mean: { date: '', basal: '14 U', bolus: '20.5 U', total: '34.5 U', ...day },
    meanDays: 13,
    days: [{ date: '2026-11-27', basal: '14 U', bolus: '21 U', total: '35 U', ...day }],
    findings: [],
    doses: [
      {
        id: 'dose',
        at: NOW - 60 * MINUTE,
        units: '6 U',
        kind: 'bolus',
        what: 'Rapid insulin',
        pen: 'Insulin pen',
        priming: false,
        records: null,
      },
    ],
    more: 0,
    withheld: null,
    ...parts,
  };
}

/** Somebody at home who is well. */
export function atHome(parts: Partial<ProgrammeRow> = {}): ProgrammeRow {
  return {
    patient: 'h1',
    place: 'Home H1',
    name: 'Marsh, Dylan',
    initials: 'D. M.',
    mrn: '0417',
    age: 38,
    sex: 'M',
    lastData: NOW - 3 * MINUTE,
    stale: null,
    days: 28,
    range: {
      percent: 74.2,
      text: '74.2 %',
      met: true,
      words: 'below 3.9: 1.2 %; below 3.0: 0.1 % (in mmol/L); GMI 6.8 %; 3912 readings, 97 % of 14 days',
      tooLittle: null,
    },
    vitals: [
      {
        key: 'hr',
        label: 'HR',
        reads: '84',
        unit: '/min',
        takenAt: NOW - 3 * MINUTE,
        mark: null,
        alarm: null,
        trend: { way: 'up', by: '+11', words: 'last day 84, week before 73' },
      },
    ],
    alerts: [0, 0, 0, 0],
    worstAlert: null,
    deviceState: 'No fault is known',
    deviceOrder: 0,
    devices: ['Wearable hub'],
    reasons: [],
    due: false,
    answeredUntil: null,
    calls: [],
    withheld: null,
    ...parts,
  };
}

export function programme(parts: Partial<Programme> = {}): Programme {
  return {
    at: NOW,
    rows: [],
    pending: 0,
    without: 0,
    notHeardSince: null,
    isFortnightRead: true,
    days: 30,
    withheld: null,
    ...parts,
  };
}

/** Somebody with a telephone. */
export function contacts(parts: Partial<Contacts> = {}): Contacts {
  return {
    points: [{ what: 'Telephone, mobile', value: '020 7946 0123' }],
    address: null,
    languages: [],
    people: [],
    unknown: null,
    ...parts,
  };
}

/** A device with nothing wrong, of which much was not given. */
export function device(parts: Partial<DeviceRow> = {}): DeviceRow {
  return {
    key: 'h1/hub',
    patient: 'h1',
    owner: 'Marsh, Dylan',
    initials: 'D. M.',
    mrn: '0417',
    place: 'Home H1',
    name: 'Wearable hub',
    kind: null,
    implant: false,
    sends: 'Heart rate, SpO2',
    maker: null,
    model: null,
    lot: null,
    serial: null,
    firmware: null,
    expires: null,
    battery: {
      reads: '62 %',
      percent: 62,
      at: NOW - 3 * MINUTE,
      low: false,
      trend: '−3.1 points a day, lasts 20 days',
    },
    lastSeen: NOW - 3 * MINUTE,
    endsAt: null,
    lastTransmission: null,
    nextExpected: null,
    faults: [],
    state: 'No fault is known',
    ...parts,
  };
}

export function devices(parts: Partial<Devices> = {}): Devices {
  return { at: NOW, rows: [], pending: 0, notHeardSince: null, isFortnightRead: true, withheld: null, ...parts };
}

const picture = { width: 800, height: 600 } as ImageBitmap;
let watcher: (update: Update) => void = () => {};
const nothing = () => Promise.resolve(null);
const none = () => Promise.resolve([]);

const answers: Backend = {
  state: () => Promise.resolve(station),
  checkServer: () => Promise.resolve({ name: 'A server', version: '4.0.1', live: true }),
  connect: nothing,
  startAgain: nothing,
  startDemo: nothing,
  unlock: nothing,
  take: nothing,
  lit: nothing,
  handled: nothing,
  pauseSound: nothing,
  release: nothing,
  handTo: nothing,
  note: nothing,
  escalate: nothing,
  patient: () => Promise.resolve({ tile: tile(), alarms: [], doses: [], withheld: null, said: [] }),
  programme: () => Promise.resolve(programme()),
  contacts: () => Promise.resolve(contacts()),
  devices: () => Promise.resolve(devices()),
  logCall: nothing,
  breakGlass: nothing,
  endGlass: nothing,
  timeline: none,
  quarantine: none,
  record: () =>
    Promise.resolve({
      entries: 0,
      removed: 0,
      gaps: 0,
      fault: null,
      witnessedAt: null,
      witnessedBy: null,
      witnessedEntries: null,
      complaints: [],
    }),
  beat: nothing,
  testSound: nothing,
  findPeople: () => Promise.resolve({ people: [], more: false }),
  lookOnce: () => Promise.resolve({ tile: null, alarms: [], at: NOW, unread: [] }),
  signIn: () => Promise.resolve('N. Okafor'),
  signOut: () => Promise.resolve(null),
  signsIn: () => Promise.resolve({ byPerson: true, who: null, since: null, clientId: null }),
  retryNow: nothing,
  retryAction: nothing,
  carryOnByHand: nothing,
  lookBack: nothing,
  onsets: none,
  history: none,
  load: () =>
    Promise.resolve({
      total: 0,
      beds: 0,
      toTake: null,
      toTakeHigh: null,
      over: 0,
      handled: 0,
      repeats: 0,
      repeatMinutes: 10,
      repeatPlaces: [],
      hours: [],
      byBed: [],
      byRule: [],
    }),
  shift: none,
  shifts: none,
  shiftNotes: none,
  settings: (unit) => Promise.resolve({ ...settings, unit }),
  setSetting: nothing,
  unsetSetting: nothing,
  staff: () => Promise.resolve([member(), member({ id: 'Practitioner/3', name: 'I. Sorensen', role: 'IT' })]),
  changeStaff: nothing,
  colleagues: () =>
    Promise.resolve([
      { id: 'Practitioner/1', name: 'N. Okafor', initials: 'NO', role: 'Charge nurse', byPin: true, whyNot: null },
      { id: 'Practitioner/2', name: 'S. Varga', initials: 'SV', role: 'Nurse', byPin: true, whyNot: null },
      {
        id: 'Practitioner/3',
        name: 'A. Mbeki',
        initials: 'AM',
        role: 'Physician',
        byPin: false,
        whyNot: 'sign in fully',
      },
    ]),
  comeByPin: nothing,
  comeByBadge: nothing,
  choosePin: nothing,
  lock: nothing,
  touched: nothing,
  unwatchedIsSeen: nothing,
  draft: () => Promise.resolve(null),
  keepDraft: nothing,
  leavers: none,
  takeOver: nothing,
  takeOverAlarm: nothing,
  repair: nothing,
  limits: () => Promise.resolve(limits),
  setLimits: nothing,
  savePreset: nothing,
  annotate: nothing,
  valuesAt: none,
  annotations: none,
  watch: (each) => {
    watcher = each;
    return nothing();
  },
  trends: () => Promise.resolve({ facts: { panels: [], timeTicks: [], marks: [], withheld: null }, picture, bytes: 0 }),
  pages: () => Promise.resolve({ facts: { of: 3, shown: 3 }, picture, bytes: 0 }),
  printPages: () => Promise.resolve(true),
  saveFile: () => Promise.resolve('Documents/vigil-1.pdf'),
  multiples: () => Promise.resolve({ facts: { panels: [] }, picture: null, bytes: 0 }),
  glucose: () => Promise.reject(new Error('no glucose')),
  waves: () => Promise.resolve({ facts: { strips: [], whole: true }, picture: null }),
  flowsheet: none,
};

/** In which sitting the page said it is. */
export let satIn = 0;
export function sitIn(number: number) {
  satIn = number;
}

/** What was asked, in order: the name and what came with it. */
export let asked: [keyof Backend, ...unknown[]][] = [];
let others: Partial<Backend> = {};

/** From now on it answers so. */
export function answer(parts: Partial<Backend>) {
  others = { ...others, ...parts };
}

/** A new test: nothing was asked, and it answers as it does. */
export function begin() {
  asked = [];
  others = {};
}

/** What changed reaches the page that watches. */
export function tell(parts: Partial<Update>) {
  watcher(update(parts));
}

export const backend = Object.fromEntries(
  (Object.keys(answers) as (keyof Backend)[]).map((name) => [
    name,
    (...about: unknown[]) => {
      asked.push([name, ...about]);
      return ((others[name] ?? answers[name]) as (...about: unknown[]) => unknown)(...about);
    },
  ]),
) as Backend;
