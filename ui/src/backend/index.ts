// The one door to Rust. Nothing outside this folder imports Tauri.
import { Channel, invoke } from '@tauri-apps/api/core';
import {
  commands,
  type AppError,
  type BoundsWire,
  type MultiplesQuery,
  type MultiplesWire,
  type FileKindWire,
  type OutgoingWire,
  type PagesQuery,
  type PagesWire,
  type SetLimitWire,
  type TrendsQuery,
  type TrendsWire,
  type Update,
  type WavesQuery,
  type WavesWire,
} from './bindings';
import { Refusal } from './refusal';

export type {
  AlarmWire,
  AnnotationWire,
  MarkWire,
  AppState,
  BoundsWire,
  CellWire,
  FileKindWire,
  FlowCellWire,
  FlowRowWire,
  LimitsWire,
  LinkWire,
  LoadWire,
  MultiplesQuery,
  MultiplesWire,
  NewsWire,
  OnsetWire,
  OutgoingWire,
  PanelWire,
  PastWire,
  PatientWire,
  QuarantineWire,
  QueueWire,
  ServerWire,
  ShiftNoteWire,
  ShiftWire,
  SetLimitWire,
  SmallWire,
  SparkWire,
  TileWire,
  TimelineWire,
  TrendsQuery,
  TrendsWire,
  Update,
  ValueAtWire,
  WaitingWire,
  WavesQuery,
} from './bindings';

export { Refusal };

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: AppError };

async function open<T>(answer: Promise<Answer<T>>): Promise<T> {
  const result = await answer;
  if (result.status === 'error') throw new Refusal(result.error.code, result.error.message);
  return result.data;
}

export interface Drawn {
  facts: TrendsWire;
  picture: ImageBitmap;
  /** How much crossed the boundary. */
  bytes: number;
}

export interface DrawnWaves {
  facts: WavesWire;
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
    const refused = error as AppError;
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
  startDemo: () => open(commands.startDemo()),
  unlock: (pin: string) => open(commands.unlock(pin)),
  take: (episode: string) => open(commands.take(episode)),
  lit: (episodes: string[]) => open(commands.lit(episodes)),
  handled: (episode: string, reason: string, words: string) => open(commands.handled(episode, reason, words)),
  pauseSound: (episode: string) => open(commands.pauseSound(episode)),
  release: (episode: string) => open(commands.release(episode)),
  handTo: (episode: string, name: string) => open(commands.handTo(episode, name)),
  note: (episode: string, text: string) => open(commands.note(episode, text)),
  escalate: (episode: string) => open(commands.escalate(episode)),
  patient: (id: string) => open(commands.patient(id)),
  timeline: (episode: string) => open(commands.timeline(episode)),
  quarantine: () => open(commands.quarantine()),
  retryNow: () => open(commands.retryNow()),
  retryAction: (action: string) => open(commands.retryAction(action)),
  handOver: (action: string, words: string) => open(commands.handOver(action, words)),
  lookBack: (at: number | null, asShown: boolean) => open(commands.lookBack(at, asShown)),
  onsets: (from: number, to: number) => open(commands.onsets(from, to)),
  history: () => open(commands.history()),
  load: () => open(commands.load()),
  shift: (takesOver: boolean) => open(commands.shift(takesOver)),
  shifts: () => open(commands.shifts()),
  shiftNotes: () => open(commands.shiftNotes()),
  repair: () => open(commands.repair()),
  limits: (patient: string) => open(commands.limits(patient)),
  setLimits: (patient: string, changes: SetLimitWire[]) => open(commands.setLimits(patient, changes)),
  savePreset: (name: string, limits: BoundsWire[]) => open(commands.savePreset(name, limits)),
  annotate: (patient: string, at: number, text: string) => open(commands.annotate(patient, at, text)),
  valuesAt: (patient: string, at: number) => open(commands.valuesAt(patient, at)),
  annotations: (patient: string) => open(commands.annotations(patient)),
  watch(each: (update: Update) => void): Promise<null> {
    const channel = new Channel<Update>();
    channel.onmessage = each;
    return open(commands.watch(channel));
  },
  async trends(query: TrendsQuery): Promise<Drawn> {
    const { facts, picture, bytes } = await framed<TrendsWire>('trends', query);
    if (!picture) throw new Refusal('failed', 'nothing was drawn');
    return { facts, picture, bytes };
  },
  pages: (query: PagesQuery) => framed<PagesWire>('pages', query),
  printPages: (what: OutgoingWire, why: string) => open(commands.printPages(what, why)),
  saveFile: (what: OutgoingWire, kind: FileKindWire, why: string) => open(commands.saveFile(what, kind, why)),
  multiples: (query: MultiplesQuery) => framed<MultiplesWire>('multiples', query),
  waves: (query: WavesQuery): Promise<DrawnWaves> => framed<WavesWire>('waves', query),
  flowsheet: (patient: string, from: number, to: number, everyMin: number) =>
    open(commands.flowsheet(patient, from, to, everyMin)),
};

/** What stands for Rust in the page; the tests have one of their own (fake.ts). */
export type Backend = typeof backend;
