// What the page knows, shaped for the update: one object per tile, so that a new value touches one cell.
import { tick } from 'svelte';
import {
  backend,
  type AppState,
  type Audio,
  type BrokenGlass,
  type Late,
  type Link,
  type Past,
  type QueueItem,
  type Spark,
  type Tile,
  type Outage,
  sitIn,
  type StripItem,
  type Unwatched,
  type Update,
  type Waiting,
  type Who,
} from '../backend';
import { stationNow, stationSaid } from './clock';
import { density } from './density.svelte';
import { frames } from './frames';
import { keep, kept } from './kept';
import { same, times, type Times } from './tile';

export class Row {
  tile: Tile = $state.raw() as Tile;
  times: Times = $state.raw() as Times;
  spark: Spark | null = $state.raw(null);
  /** What the ward as a whole is told by: a value that changes none of it moves nothing but its own tile. */
  ward = $state('');
  alarmed = $state(false);
  home = $state(false);

  constructor(tile: Tile, now: number) {
    this.show(tile, now);
  }

  show(tile: Tile, now: number) {
    this.tile = tile;
    this.times = times(tile, now);
    [this.ward, this.alarmed, this.home] = [tile.ward, tile.alarm !== null, tile.home];
  }

  /** Whether the tile says of time what it should. */
  isOnTime(now: number): boolean {
    return same(this.times, times(this.tile, now));
  }
}

/** Tiles of which only the words of time change fit into one frame. */
const OLDER_AT_ONCE = 4;

export type Screen = 'ward' | 'alerts' | 'programme' | 'patient' | 'handover' | 'settings';

/** Rust has something to say every other second. */
const SILENT_MS = 10_000;
/** The two stages without which no board is worked out, as Rust and this page call them. */
const [BOARD, PROGRAM] = ["this station's board", "this station's program"];
/** The stages between a value at the server and this page, and those through which nothing reaches it. */
const VALUES: string[] = ['the server', "the server's values", "this station's cache", BOARD, PROGRAM];
const BESIDE: string[] = ["this station's speaker", "the desktop's notifications"];
/** A window that is hidden has no frames. */
const FRAMELESS_MS = 1500;

/** How long a card stays in place after it was taken. */
const STAYS_MS = 3000;

/** Which outage it is. */
const spanOf = (outage: Outage): string => `${outage.since} ${outage.until}`;

export interface Taken {
  item: QueueItem;
  /** Where it stood in the queue. */
  place: number;
  /** By the clock of the board. */
  until: number;
}

class Board {
  app: AppState | null = $state.raw(null);
  /** Another moment has another map, and so has a board that somebody left. */
  rows: Map<string, Row> = $state.raw(new Map());
  order: string[] = $state.raw([]);
  queue: QueueItem[] = $state.raw([]);
  /** The alarms of now while a past moment is shown. */
  present: QueueItem[] = $state.raw([]);
  waiting: Waiting[] = $state.raw([]);
  link: Link | null = $state.raw(null);
  progress: { done: number; total: number } | null = $state.raw(null);
  quarantined = $state(0);
  loaded = $state(false);
  /** Whether alarms can be heard here. */
  audio: Audio = $state.raw({ trouble: null, advice: null });
  /** What the desktop does with notifications, in words. */
  notifications = $state('not known yet');
  /** Stages on an alarm's way that nothing passes, as Rust says. */
  late: Late[] = $state.raw([]);
  /** Whether alarms were read of the server: until then that none is shown means nothing. */
  alarmsRead = $state(false);
  /** A time in which nobody watched here, until somebody has seen it said. */
  unwatched: Unwatched | null = $state.raw(null);
  /** The outage whose summary somebody has seen, also before the page was opened anew. */
  outageSeen: string | null = $state(kept('outage seen'));
  /** Another number after each change of a setting, or of the people of the station. */
  settled = $state(0);
  /** Who is here, and what they may not do. */
  who: Who | null = $state.raw(null);
  /** What is on while nobody is here: where and how urgent, of nobody's name. */
  strip: StripItem[] = $state.raw([]);
  /** When this page was told something last. */
  private heard = $state(stationNow());
  /** The same by `uptime`. */
  private heardUp = performance.now();
  /** Since when this page waits for its first board, and the same by `uptime`. */
  private asked = $state({ at: stationNow(), up: performance.now() });
  /** The moment that is shown: the present, or a past one that somebody looks at. Moves every second. */
  now = $state(stationNow());
  /** The station's clock, to the second. */
  clock = $state(stationNow());
  /** Milliseconds that nobody can set, to the second: how long something lasted is measured by it. */
  uptime = $state(performance.now());
  past: Past | null = $state.raw(null);
  /** Whether the time control stands open. */
  travel = $state(false);
  /** The alarm that was taken last stands where it stood for a moment, in every list: the next one does not slide under a hand. */
  taken: Taken | null = $state.raw(null);
  private at: Screen = $state('ward');
  patient: string | null = $state(null);
  initials = $state(kept('initials') === 'true');
  trouble: string | null = $state(null);
  /** Raised with everything somebody did here: what is sent at once never shows as waiting. */
  acts = $state(0);

  get screen(): Screen {
    return this.at;
  }

  /** Who opens the page of a patient and nobody by name gets who is first now, and keeps them: the order changes, the page does not. */
  set screen(screen: Screen) {
    if (screen === 'patient') this.patient ??= this.order[0] ?? null;
    this.at = screen;
  }

  /** The alarms of now, whichever moment is shown. */
  get queueOfNow(): QueueItem[] {
    return this.past ? this.present : this.queue;
  }

  /** What came late of the last outage, until somebody has seen it said; while there is another that one is said. */
  get outage(): Outage | null {
    const outage = this.online ? (this.link?.outage ?? null) : null;
    return outage && spanOf(outage) === this.outageSeen ? null : outage;
  }

  /** Somebody has seen what is said of the last outage. One that became longer since is said again. */
  seeOutage() {
    if (!this.outage) return;
    this.outageSeen = spanOf(this.outage);
    keep('outage seen', this.outageSeen);
  }

  get online(): boolean {
    return this.link?.online ?? false;
  }

  /** Everything that nothing new comes from. A page that is told nothing at all says so by itself. */
  get silent(): Late[] {
    if (!this.loaded) return this.silentYet;
    const own = this.uptime - this.heardUp >= SILENT_MS;
    return own ? [{ what: PROGRAM, since: this.heard }, ...this.late] : this.late;
  }

  /** The same before the first board: whatever else comes, without one nothing stands here. Nobody waits for one at a gate. */
  private get silentYet(): Late[] {
    const own = (this.app?.stage ?? 'ready') === 'ready' && this.uptime - this.asked.up >= SILENT_MS;
    return own ? [{ what: BOARD, since: this.asked.at }, ...this.late.filter((one) => one.what !== BOARD)] : this.late;
  }

  /** Something that should reach this page does not, whatever the link says. */
  get behind(): boolean {
    return this.silent.some((one) => !BESIDE.includes(one.what));
  }

  /** Values that should be here are not: what is shown may have changed. */
  get valuesBehind(): boolean {
    return this.silent.some((one) => VALUES.includes(one.what));
  }

  /** That the board is not worked out any more, and since when: what stands there is of before. */
  get stuck(): Late | undefined {
    return this.loaded ? this.silent.find((one) => one.what === PROGRAM || one.what === BOARD) : undefined;
  }

  /** Nothing is said of the link before the first answer or failure. */
  get offline(): boolean {
    return this.link !== null && !this.link.online && this.link.since !== null;
  }

  /** What is shown is what was known at some moment, and not live. */
  get still(): boolean {
    return this.offline || this.past !== null || this.stuck !== undefined;
  }

  /** The moment of what is shown, where it is not live. */
  get asOf(): number {
    return this.past?.at ?? this.stuck?.since ?? this.link?.lastGood ?? this.now;
  }

  private shownAt(): number {
    return this.past?.at ?? stationNow();
  }

  /** Raised each time that somebody else is here, or nobody. */
  turn = $state(0);

  /** Nobody is here who may be shown anything. */
  get locked(): boolean {
    return (this.who?.locked ?? null) !== null;
  }

  /** The number of this sitting: who comes after is told from who was here by it. */
  get sitting(): number {
    return this.who?.sitting ?? 0;
  }

  /** Who is here, as shown. */
  get user(): string {
    return this.who?.name ?? '';
  }

  /** Why the one who is here may not do something, by its word in the table of rights; nothing where they may. */
  whyNot(right: string): string | undefined {
    return this.who?.notAllowed.find((one) => one.right === right)?.why;
  }

  /** The glass that who is here has broken over somebody. */
  glassOver(patient: string | null): BrokenGlass | undefined {
    return this.who?.glasses.find((glass) => glass.patient === patient);
  }

  /** All of them in one word: what was drawn under another one does not stay. */
  readonly glasses: string = $derived(this.who?.glasses.map((one) => `${one.patient} ${one.until}`).join('\n') ?? '');

  /** Somebody else is here, or nobody: nothing of what stood here before stays. */
  private sits(who: Who) {
    const isAnother = this.who !== null && this.who.sitting !== who.sitting;
    this.who = who;
    sitIn(who.sitting);
    if (!isAnother) return;
    this.turn += 1;
    frames.clear();
    this.arrived.clear();
    this.rows = new Map();
    [this.order, this.queue, this.present, this.waiting, this.strip] = [[], [], [], [], []];
    [this.patient, this.moment, this.alarm, this.taken, this.past] = [null, null, null, null, null];
    [this.travel, this.trouble, this.loaded] = [false, null, false];
    this.at = 'ward';
    // The board of who came is waited for from now on.
    this.asked = { at: stationNow(), up: performance.now() };
  }

  /** The queue as lists show it: an alarm that was taken a moment ago stands, as it is now, where it stood then. */
  get steady(): QueueItem[] {
    const taken = this.past ? null : this.taken;
    if (!taken) return this.queue;
    const now = this.queue.find((one) => this.isHeld(one)) ?? taken.item;
    return this.queue.filter((one) => !this.isHeld(one)).toSpliced(taken.place, 0, now);
  }

  isHeld(item: QueueItem): boolean {
    return this.past === null && item.alarm.episode === this.taken?.item.alarm.episode;
  }

  /** The part of a list that an alarm stands in. */
  groupOf(item: QueueItem): string {
    return this.isHeld(item) && this.taken ? this.taken.item.alarm.group : item.alarm.group;
  }

  /** Takes an alarm. It keeps its place meanwhile; where it cannot be taken it is one like the others. */
  async takeAlarm(item: QueueItem) {
    const place = this.steady.findIndex((one) => one.alarm.episode === item.alarm.episode);
    const taken = place < 0 ? null : { item, place, until: this.uptime + STAYS_MS };
    this.taken = taken;
    if (!(await this.act(() => backend.take(item.alarm.episode))) && this.taken === taken) this.taken = null;
  }

  /** Gives back what was just taken. */
  async undo(item: QueueItem) {
    this.taken = null;
    await this.act(() => backend.release(item.alarm.episode));
  }

  /** Whether what is shown stands in the window, which a fault may have emptied; the window says so. */
  stands: () => boolean = () => true;

  /** Several times a second: moves the clock, and what is told of time where it reads differently. */
  beat() {
    const wall = stationNow();
    frames.hurry(Date.now());
    if (Math.floor(wall / 1000) === Math.floor(this.clock / 1000)) return;
    const now = this.shownAt();
    frames.later('clock', () => {
      this.clock = wall;
      this.uptime = performance.now();
      if (this.taken && this.uptime >= this.taken.until) this.taken = null;
      this.now = now;
    });
    const older = this.listed().filter((row) => !row.isOnTime(now));
    for (let n = 0; n < older.length; n += OLDER_AT_ONCE) {
      const some = older.slice(n, n + OLDER_AT_ONCE);
      frames.later(`times ${n}`, () => some.forEach((row) => row.show(row.tile, now)));
    }
  }

  listed(): Row[] {
    return this.order.flatMap((id) => this.rows.get(id) ?? []);
  }

  /** Values and lines that wait for a frame, by patient. */
  private arrived = new Map<string, { tile?: Tile; spark?: Spark }>();

  private arrive(patient: string, what: { tile?: Tile; spark?: Spark }) {
    this.arrived.set(patient, { ...this.arrived.get(patient), ...what });
    frames.later(`tile ${patient}`, () => {
      const { tile, spark } = this.arrived.get(patient) ?? {};
      this.arrived.delete(patient);
      if (tile) this.place([tile], null);
      if (spark) this.draw(spark);
    });
  }

  /** Names of pieces that must all be shown. */
  private pieces = 0;

  /**
   * What only brings values waits for a frame of its own. An answer is shown at once where it was asked for, in the queue; the
   * tiles whose alarm changed follow with the next frame, before all values.
   */
  take(update: Update) {
    this.heard = stationNow();
    this.heardUp = performance.now();
    if (update.beat !== null) this.answer(update.beat);
    if (update.who) this.sits(update.who);
    if (this.locked) {
      this.tell(update);
      this.loaded = true;
      return;
    }
    const { tiles, sparks, order, raised } = update;
    // What is late is said before there is a board; that is no board yet. One of nobody at all has no order.
    if (!this.loaded && update.alarmsRead === null && order === null) return this.tell(update);
    if (!this.loaded || update.moment) {
      frames.clear();
      this.arrived.clear();
      if (update.moment) {
        this.past = update.moment.past;
        // The past has people and lines of its own.
        this.rows = new Map();
      }
      this.now = this.shownAt();
      this.tell(update);
      this.place(tiles, order);
      for (const spark of sparks) this.draw(spark);
      this.loaded = true;
      if (raised.length > 0) void this.lightUp(raised);
      return;
    }
    const told = (tile: Tile) => JSON.stringify(tile.alarm) === JSON.stringify(this.rows.get(tile.patient)?.tile.alarm);
    const alarming = tiles.filter((tile) => !told(tile));
    this.tell(update);
    if (alarming.length > 0 || order || raised.length > 0) {
      frames.soon(`alarms ${(this.pieces += 1)}`, () => {
        this.place(alarming, order);
        if (raised.length > 0) void this.lightUp(raised);
      });
    }
    // What is older than what is shown now does not come after it.
    for (const { patient } of alarming) delete this.arrived.get(patient)?.tile;
    for (const tile of tiles.filter((tile) => !alarming.includes(tile))) this.arrive(tile.patient, { tile });
    for (const spark of sparks) this.arrive(spark.patient, { spark });
  }

  /** Shows tiles, and where they lie. */
  private place(tiles: Tile[], order: string[] | null) {
    const now = this.shownAt();
    for (const tile of tiles) {
      const row = this.rows.get(tile.patient);
      if (row) row.show(tile, now);
      else this.rows.set(tile.patient, new Row(tile, now));
    }
    if (!order) return;
    this.order = order;
    // Who left the board stands nowhere as if nothing had happened.
    const here = new Set(order);
    const gone = [...this.rows.keys()].filter((patient) => !here.has(patient));
    if (gone.length === 0) return;
    for (const patient of gone) this.arrived.delete(patient);
    this.rows = new Map([...this.rows].filter(([patient]) => here.has(patient)));
  }

  private draw(spark: Spark) {
    const row = this.rows.get(spark.patient);
    if (row) row.spark = spark;
  }

  /** Shows what is not on a tile. */
  private tell(update: Update) {
    if (update.queue) this.queue = update.queue;
    if (update.alarmsRead !== null) this.alarmsRead = update.alarmsRead;
    if (update.present) this.present = update.present;
    if (update.waiting) this.waiting = update.waiting;
    if (update.audio) this.audio = update.audio;
    if (update.notifications) this.notifications = update.notifications;
    if (update.late) this.late = update.late;
    if (update.unwatched) this.unwatched = update.unwatched;
    if (update.now !== null) stationSaid(update.now);
    if (update.link) this.link = update.link;
    if (update.settled !== null) this.settled = update.settled;
    if (update.progress) this.progress = update.progress;
    if (update.strip) this.strip = update.strip;
    if (update.quarantined !== null) this.quarantined = update.quarantined;
  }

  /**
   * Says that what came is shown: with the next frame, or soon after where the window is hidden and has none. A window in which
   * the board does not stand is opened anew, and says nothing.
   */
  private answer(beat: number) {
    let told = false;
    const tell = () => {
      if (told) return;
      told = true;
      if (this.loaded && !this.stands()) location.reload();
      else void backend.beat(beat).catch(() => {});
    };
    requestAnimationFrame(tell);
    setTimeout(tell, FRAMELESS_MS);
  }

  /** Says when alarms stand on the screen: the task after the frame that paints them. */
  private async lightUp(episodes: string[]) {
    await tick();
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => void backend.lit(episodes).catch(() => {});
      painted.port2.postMessage(null);
    });
  }

  async begin() {
    this.app = await backend.state();
    density.tell(this.app.pageZoom);
    this.asked = { at: stationNow(), up: performance.now() };
    if (this.app.stage === 'ready') await backend.watch((update) => this.take(update));
  }

  /** A moment that the patient page shall open at, once. */
  moment: number | null = $state(null);

  /** The alarm that the page of alarms shall open at: whose, and its onset. */
  alarm: { patient: string; onset: number } | null = $state.raw(null);

  openAlarm(patient: string, onset: number) {
    this.alarm = { patient, onset };
    this.screen = 'alerts';
  }

  open(patient: string, moment: number | null = null) {
    this.patient = patient;
    this.moment = moment;
    this.screen = 'patient';
  }

  /** What people do is durable before it is painted; an error says that nothing was recorded. */
  async act(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.acts += 1;
      return true;
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}

export const board = new Board();
