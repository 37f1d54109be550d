// The one door to Rust. Nothing outside this folder imports Tauri.
import { Channel, invoke } from '@tauri-apps/api/core';
import {
  commands,
  type Failure,
  type Bounds,
  type GlucosePage,
  type GlucoseQuery,
  type MultiplesQuery,
  type Multiples,
  type FileKind,
  type SoughtBy,
  type Disclosure,
  type PagesQuery,
  type Pages,
  type SetLimit,
  type StaffDeed,
  type TrendsQuery,
  type TypedSetting,
  type Trends,
  type Update,
  type WavesQuery,
  type Waves,
} from './bindings';
import { Refusal } from './refusal';

export { glassReasons, glassWords, layouts, limitHours, panelNames, priorities, silence, workRoles } from './bindings';
export type {
  Alarm,
  Annotation,
  Audio,
  Mark,
  AppState,
  Bounds,
  BrokenGlass,
  CallEntry,
  Cell,
  Colleague,
  Contacts,
  DeviceRow,
  Devices,
  FileKind,
  FlowCell,
  FlowRow,
  FoundPeople,
  FoundPerson,
  GlucosePage,
  GlucoseTargets,
  InsulinBlock,
  InsulinDayRow,
  Late,
  Leaver,
  Limits,
  Link,
  Load,
  Member,
  MultiplesQuery,
  Multiples,
  News,
  OnceLook,
  Onset,
  Disclosure,
  Outage,
  Panel,
  Past,
  Patient,
  Programme,
  ProgrammeRow,
  Quarantined,
  QueueItem,
  Server,
  ShiftNote,
  SigningIn,
  SoughtBy,
  Shift,
  SetLimit,
  SettingRow,
  Settings,
  Small,
  Spark,
  StaffDeed,
  StationRecord,
  StripItem,
  Tile,
  TimelineEntry,
  TrendsQuery,
  Trends,
  TypedSetting,
  Unwatched,
  Update,
  ValueAt,
  Waiting,
  WavesQuery,
  Who,
} from './bindings';

export { Refusal };

/** In which sitting this page is: what is asked for here names it, so that nothing is done in the name of who came after. */
let sitting = 0;
export function sitIn(number: number) {
  sitting = number;
}

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: Failure };

async function open<T>(answer: Promise<Answer<T>>): Promise<T> {
  const result = await answer;
  if (result.status === 'error') throw new Refusal(result.error.code, result.error.message);
  return result.data;
}

export interface Drawn {
  facts: Trends;
  picture: ImageBitmap;
  /** How much crossed the boundary. */
  bytes: number;
}

export interface DrawnWaves {
  facts: Waves;
  /** Null where there is no wave. */
  picture: ImageBitmap | null;
}

/** A picture crosses as raw bytes: a length, the head as JSON, a PNG. */
async function framed<T>(
  command: string,
  query: unknown,
): Promise<{ facts: T; picture: ImageBitmap | null; bytes: number }> {
  let bytes: ArrayBuffer;
  try {
    bytes = await invoke<ArrayBuffer>(command, { query });
  } catch (error) {
    const refused = error as Failure;
    throw new Refusal(refused.code, refused.message);
  }
  const length = new DataView(bytes).getUint32(0, true);
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as T;
  const png = new Uint8Array(bytes, 4 + length);
  return {
    facts,
    picture: png.length > 0 ? await createImageBitmap(new Blob([png], { type: 'image/png' })) : null,
    bytes: bytes.byteLength,
  };
}

export const backend = {
  state: () => open(commands.appState()),
  checkServer: (url: string) => open(commands.checkServer(url)),
  connect: (url: string, pin: string | null) => open(commands.connect(url, pin)),
  startAgain: () => open(commands.startAgain()),
  startDemo: () => open(commands.startDemo()),
  unlock: (pin: string) => open(commands.unlock(pin)),
  take: (episode: string) => open(commands.take(sitting, episode)),
  lit: (episodes: string[]) => open(commands.lit(episodes)),
  handled: (episode: string, reason: string, words: string) => open(commands.handled(sitting, episode, reason, words)),
  pauseSound: (episode: string) => open(commands.pauseSound(sitting, episode)),
  release: (episode: string) => open(commands.release(sitting, episode)),
  handTo: (episode: string, name: string) => open(commands.handTo(sitting, episode, name)),
  note: (episode: string, text: string) => open(commands.note(sitting, episode, text)),
  escalate: (episode: string) => open(commands.escalate(sitting, episode)),
  patient: (id: string) => open(commands.patient(id)),
  programme: () => open(commands.programme()),
  contacts: (patient: string) => open(commands.contacts(patient)),
  devices: () => open(commands.devices()),
  logCall: (patient: string, reached: boolean, words: string, lookAgain: number | null) =>
    open(commands.logCall(sitting, patient, reached, words, lookAgain)),
  breakGlass: (patient: string, reason: string, words: string) =>
    open(commands.breakGlass(sitting, patient, reason, words)),
  endGlass: (patient: string) => open(commands.endGlass(sitting, patient)),
  timeline: (episode: string) => open(commands.timeline(episode)),
  quarantine: () => open(commands.quarantine()),
  record: () => open(commands.record()),
  beat: (number: number) => open(commands.beat(number)),
  unwatchedIsSeen: (until: number) => open(commands.unwatchedIsSeen(until)),
  testSound: () => open(commands.testSound()),
  signsIn: () => open(commands.signsIn()),
  findPeople: (by: SoughtBy, typed: string) => open(commands.findPeople(by, typed)),
  lookOnce: (patient: string) => open(commands.lookOnce(patient)),
  signIn: (clientId: string) => open(commands.signIn(clientId)),
  signOut: () => open(commands.signOut(sitting)),
  retryNow: () => open(commands.retryNow()),
  retryAction: (action: string) => open(commands.retryAction(sitting, action)),
  carryOnByHand: (action: string, words: string) => open(commands.carryOnByHand(sitting, action, words)),
  lookBack: (at: number | null, asShown: boolean) => open(commands.lookBack(at, asShown)),
  onsets: (from: number, to: number) => open(commands.onsets(from, to)),
  history: () => open(commands.history()),
  load: () => open(commands.load()),
  shift: (takesOver: boolean) => open(commands.shift(sitting, takesOver)),
  shifts: () => open(commands.shifts()),
  shiftNotes: () => open(commands.shiftNotes()),
  settings: (unit: string | null) => open(commands.settings(unit)),
  setSetting: (typed: TypedSetting) => open(commands.setSetting(sitting, typed)),
  unsetSetting: (key: string) => open(commands.unsetSetting(sitting, key)),
  staff: () => open(commands.staff(sitting)),
  changeStaff: (id: string, deed: StaffDeed) => open(commands.changeStaff(sitting, id, deed)),
  colleagues: () => open(commands.colleagues()),
  comeByPin: (id: string, pin: string) => open(commands.comeByPin(id, pin)),
  comeByBadge: (badge: string) => open(commands.comeByBadge(badge)),
  choosePin: (pin: string) => open(commands.choosePin(sitting, pin)),
  lock: () => open(commands.lock()),
  touched: () => open(commands.touched()),
  draft: (place: string) => open(commands.draft(place)),
  /** In the sitting in which it was typed, which may be over. */
  keepDraft: (typedIn: number, place: string, text: string) => open(commands.keepDraft(typedIn, place, text)),
  leavers: () => open(commands.leavers()),
  takeOver: (from: string) => open(commands.takeOver(sitting, from)),
  takeOverAlarm: (episode: string) => open(commands.takeOverAlarm(sitting, episode)),
  repair: () => open(commands.repair()),
  limits: (patient: string) => open(commands.limits(patient)),
  setLimits: (patient: string, changes: SetLimit[]) => open(commands.setLimits(sitting, patient, changes)),
  savePreset: (name: string, limits: Bounds[]) => open(commands.savePreset(sitting, name, limits)),
  annotate: (patient: string, at: number, text: string) => open(commands.annotate(sitting, patient, at, text)),
  valuesAt: (patient: string, at: number) => open(commands.valuesAt(patient, at)),
  annotations: (patient: string) => open(commands.annotations(patient)),
  watch(each: (update: Update) => void): Promise<null> {
    const channel = new Channel<Update>();
    channel.onmessage = each;
    return open(commands.watch(channel));
  },
  async trends(query: TrendsQuery): Promise<Drawn> {
    const { facts, picture, bytes } = await framed<Trends>('trends', query);
    if (!picture) throw new Refusal('failed', 'nothing was drawn');
    return { facts, picture, bytes };
  },
  pages: (query: PagesQuery) => framed<Pages>('pages', query),
  printPages: (what: Disclosure, why: string) => open(commands.printPages(sitting, what, why)),
  saveFile: (what: Disclosure, kind: FileKind, why: string) => open(commands.saveFile(sitting, what, kind, why)),
  multiples: (query: MultiplesQuery) => framed<Multiples>('multiples', query),
  glucose: (query: GlucoseQuery) => framed<GlucosePage>('glucose', query),
  waves: (query: WavesQuery): Promise<DrawnWaves> => framed<Waves>('waves', query),
  flowsheet: (patient: string, from: number, to: number, everyMin: number) =>
    open(commands.flowsheet(patient, from, to, everyMin)),
};

/** What stands for Rust in the page; the tests have one of their own (fake.ts). */
export type Backend = typeof backend;
