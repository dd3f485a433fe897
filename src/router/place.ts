import { PRESENCE } from "../lib/limits.ts";

/** What isolates say to each other about a topic. */
export interface Present<Value> {
  /** The isolate that says so. */
  readonly from: string;
  /** `null`: it is there no more. */
  readonly value: Value | null;
  /** Whether the others are to say theirs. */
  readonly asks: boolean;
}

/** An isolate's being at a topic, until it is disposed of. Disposing twice is harmless. */
export interface Entry<Value> extends Disposable {
  /** The values of the other isolates that are there, as far as is known. */
  readonly others: readonly Value[];
  /** From now on this isolate's is another value. */
  update(value: Value): void;
}

/** What a place works with. */
export interface TopicPresenceOptions<Value> {
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Called after others have come, changed or gone. */
  readonly changed: () => void;
  /** Tells all others at the topic. */
  readonly say: (said: Omit<Present<Value>, "from">) => void;
  /** Called once, when this isolate has left. */
  readonly left: () => void;
}

/** One topic as this isolate sees it. Has no timer: it is told when to look what is due. */
export class TopicPresence<Value> implements Entry<Value> {
  readonly #options: TopicPresenceOptions<Value>;
  readonly #others = new Map<string, { readonly value: Value; untilMs: number }>();
  #value: Value;
  /** Whether whoever heard us last knows the value as it is. */
  #isSaid = false;
  #saidAtMs = -Infinity;
  #asksLeft = 0;
  #hasLeft = false;

  constructor(value: Value, options: TopicPresenceOptions<Value>) {
    this.#value = value;
    this.#options = options;
  }

  get others(): readonly Value[] {
    return Array.from(this.#others.values(), ({ value }) => value);
  }

  /** Whether there may be something to do as time goes on. */
  get isRestless(): boolean {
    return !this.#hasLeft && (this.#asksLeft > 0 || this.#others.size > 0);
  }

  update(value: Value): void {
    if (this.#hasLeft) return;
    this.#value = value;
    this.#isSaid = false;
    if (this.#others.size > 0) this.#say({ asks: false });
  }

  /** Takes what another isolate says. */
  hear({ from, value, asks }: Present<Value>): void {
    if (value === null) {
      if (this.#others.delete(from)) this.#options.changed();
      return;
    }
    this.#others.set(from, { value, untilMs: this.#options.now() + PRESENCE.silentMs });
    // Who answers our question may have heard a value that is not ours any more.
    if (asks || !this.#isSaid) this.#say({ asks: false });
    this.#options.changed();
  }

  /** Asks who is there: now, and a few times more, for whoever is just coming. */
  ask(): void {
    const untilMs = this.#options.now() + PRESENCE.answerMs;
    for (const other of this.#others.values()) other.untilMs = Math.min(other.untilMs, untilMs);
    this.#asksLeft = PRESENCE.asksAgain;
    this.#say({ asks: true });
  }

  /** Does what is due. */
  sweep(): void {
    const isAnyGone = this.#forgetSilent();
    // Whoever is silent because he has forgotten us is found again.
    if (isAnyGone) this.#asksLeft = PRESENCE.asksAgain;
    if (this.#asksLeft > 0) {
      this.#asksLeft--;
      this.#say({ asks: true });
    } else if (this.#others.size > 0 && this.#options.now() - this.#saidAtMs >= PRESENCE.renewMs) {
      this.#say({ asks: false });
    }
    if (isAnyGone) this.#options.changed();
  }

  [Symbol.dispose](): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.say({ value: null, asks: false });
    this.#options.left();
  }

  #forgetSilent(): boolean {
    const now = this.#options.now();
    const before = this.#others.size;
    for (const [from, { untilMs }] of this.#others) if (now >= untilMs) this.#others.delete(from);
    return this.#others.size < before;
  }

  #say({ asks }: { asks: boolean }): void {
    this.#isSaid = true;
    this.#saidAtMs = this.#options.now();
    this.#options.say({ value: this.#value, asks });
  }
}
