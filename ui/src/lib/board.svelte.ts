// What the page knows, shaped for the update: one object per tile, so that a new value touches one cell.
import { tick } from 'svelte';
import { backend, type AppState, type LinkWire, type PastWire, type QueueWire, type SparkWire, type TileWire, type Update, type WaitingWire } from './backend';

export class Row {
  tile: TileWire = $state.raw() as TileWire;
  spark: SparkWire | null = $state.raw(null);
  constructor(tile: TileWire) {
    this.tile = tile;
  }
}

export type Screen = 'ward' | 'alerts' | 'patient' | 'handover' | 'settings';

class Board {
  app: AppState | null = $state.raw(null);
  rows: Map<string, Row> = new Map();
  order: string[] = $state.raw([]);
  queue: QueueWire[] = $state.raw([]);
  waiting: WaitingWire[] = $state.raw([]);
  link: LinkWire | null = $state.raw(null);
  progress: { done: number; total: number } | null = $state.raw(null);
  quarantined = $state(0);
  loaded = $state(false);
  /** Whether alarms can be heard here. */
  audio = $state(true);
  /** The moment that is shown: the present, or a past one that somebody looks at. Moves with what arrives and every second. */
  now = $state(Date.now());
  /** The wall clock, to the second. */
  clock = $state(Date.now());
  private ticked = 0;
  past: PastWire | null = $state.raw(null);
  /** Whether the time control stands open. */
  travel = $state(false);
  screen: Screen = $state('ward');
  patient: string | null = $state(null);
  light = $state(false);
  initials = $state(false);
  trouble: string | null = $state(null);
  /** Raised with everything somebody did here: what is sent at once never shows as waiting. */
  acts = $state(0);

  get online(): boolean {
    return this.link?.online ?? false;
  }

  /** Nothing is said of the link before the first answer or failure. */
  get offline(): boolean {
    return this.link !== null && !this.link.online && this.link.since !== null;
  }

  /** What is shown is what was known at some moment, and not live. */
  get still(): boolean {
    return this.offline || this.past !== null;
  }

  /** The moment of what is shown, where it is not live. */
  get asOf(): number {
    return this.past?.at ?? this.link?.lastGood ?? this.now;
  }

  tick() {
    this.ticked = Date.now();
    this.now = this.past?.at ?? this.ticked;
  }

  /** Several times a second: shows what arrived, moves the clock, and the ages where nothing that arrived has moved them. */
  beat() {
    const now = Date.now();
    this.catchUp();
    if (Math.floor(now / 1000) !== Math.floor(this.clock / 1000)) this.clock = now;
    if (now - this.ticked >= 1000) this.tick();
  }

  listed(): Row[] {
    return this.order.flatMap((id) => this.rows.get(id) ?? []);
  }

  /** Values and lines that came since the last beat; each frame of its own would be painted beside that of the flash. */
  private arrived: Update[] = [];

  private catchUp() {
    const arrived = this.arrived.splice(0);
    for (const update of arrived) this.apply(update);
    if (arrived.length > 0) this.tick();
  }

  /**
   * What only brings values waits for the beat. An alarm, an answer or another moment is shown at once, and alone: the values
   * that came with it would have most of the board painted first.
   */
  take(update: Update) {
    const { tiles, sparks, progress, quarantined, raised, ...rest } = update;
    const calm = raised.length === 0 && Object.values(rest).every((part) => part === null);
    if (!this.loaded || update.moment) {
      this.arrived.push(update);
      this.catchUp();
    } else if (calm) {
      this.arrived.push(update);
    } else {
      const told = (tile: TileWire) => JSON.stringify(tile.alarm) === JSON.stringify(this.rows.get(tile.patient)?.tile.alarm);
      const waiting = { ...update, tiles: tiles.filter(told), order: null, queue: null, link: null, waiting: null, raised: [], audio: null };
      const changed = new Map(tiles.filter((tile) => !told(tile)).map((tile) => [tile.patient, tile]));
      // What is older than what is shown now does not come after it.
      for (const earlier of this.arrived) earlier.tiles = earlier.tiles.filter((tile) => !changed.has(tile.patient));
      this.arrived.push(waiting);
      this.apply({ ...update, tiles: [...changed.values()], sparks: [] });
    }
  }

  private apply(update: Update) {
    if (update.moment) {
      this.past = update.moment.past;
      // The past has people and lines of its own.
      this.rows = new Map();
    }
    for (const tile of update.tiles) {
      const row = this.rows.get(tile.patient);
      if (row) row.tile = tile;
      else this.rows.set(tile.patient, new Row(tile));
    }
    for (const spark of update.sparks) {
      const row = this.rows.get(spark.patient);
      if (row) row.spark = spark;
    }
    if (update.order) this.order = update.order;
    if (update.queue) this.queue = update.queue;
    if (update.waiting) this.waiting = update.waiting;
    if (update.audio !== null) this.audio = update.audio;
    if (update.link) this.link = update.link;
    if (update.progress) this.progress = update.progress;
    if (update.quarantined !== null) this.quarantined = update.quarantined;
    this.loaded = true;
    if (update.raised.length > 0) void this.lightUp(update.raised);
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
    if (this.app.stage === 'ready') await backend.watch((update) => this.take(update));
  }

  /** A moment that the patient page shall open at, once. */
  moment: number | null = $state(null);

  open(patient: string, moment: number | null = null) {
    this.patient = patient;
    this.moment = moment;
    this.screen = 'patient';
  }

  /** What people do is durable before it is painted; an error says that nothing was recorded. */
  async act(work: () => Promise<unknown>) {
    try {
      await work();
      this.acts += 1;
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }
}

export const board = new Board();
