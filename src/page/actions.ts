/**
 * What the page's buttons do.
 *
 * @module
 */
import { type AccountOptions, remove, signOut } from "./account.ts";
import type { Scanned } from "./scan.ts";
import type { PageSession } from "./session.ts";
import { readCode } from "./state/shared.ts";
import type { AccountState, Errand } from "./state/state.ts";
import type { TapMessageDraft } from "./state/wishes.ts";

/** What the view can do. */
export interface Actions {
  ask(wish: TapMessageDraft): void;
  /** Somebody typed a pickup code. */
  enterCode(typed: string): void;
  /** Somebody typed what moves a rental to this phone. */
  claim(typed: { readonly number: string; readonly secret: string }): void;
  /** Asks whether to give the rental back or only to open it; `undefined`: a second thought. */
  askAbout(rental: string | undefined): void;
  copy(text: string): void;
  /** Scans another cabinet's code and goes there. */
  scan(): void;
  /** The first of two taps, a second thought, and the second taps. */
  want(leaving: "leave?" | "remove?"): void;
  keepAccount(): void;
  signOut(): void;
  remove(): void;
}

/** What the buttons need from the browser. */
export interface ActionsOptions extends AccountOptions {
  /** Whether that worked. */
  readonly copy: (text: string) => Promise<boolean>;
  readonly scan: () => Promise<Scanned>;
  readonly go: (path: string) => void;
}

/** The buttons of this session. */
export function actionsOf(session: PageSession, options: ActionsOptions): Actions {
  const say = (errand: Errand) => session.say({ kind: "errand", errand });
  const account = (account: AccountState) => session.show({ type: "account", account });

  function enterCode(typed: string): void {
    const read = readCode(typed);
    if ("code" in read) session.ask({ type: "pickup", code: read.code });
    else session.say({ kind: "no-code", digits: read.digits });
  }

  function claim({ number, secret }: Parameters<Actions["claim"]>[0]): void {
    const [one, other] = [readCode(number), readCode(secret)];
    if ("code" in one && "code" in other) {
      session.ask({ type: "claim", number: one.code, secret: other.code });
    } else say("not-eight-digits");
  }

  async function copy(text: string): Promise<void> {
    say(await options.copy(text) ? "copied" : "not-copied");
  }

  async function scan(): Promise<void> {
    if (session.state().scan !== "yes") return;
    session.show({ type: "scan", scan: "busy" });
    const scanned = await options.scan();
    session.show({ type: "scan", scan: "yes" });
    if (scanned.kind === "cabinet") options.go(scanned.path);
    else if (scanned.kind !== "cancelled") say(`scan-${scanned.kind}`);
  }

  async function leave(): Promise<void> {
    account("working");
    const how = await signOut(options);
    if (how === "signed-out") gone(how);
    else stay(how === "holding" ? how : "not-signed-out");
  }

  async function removeAll(): Promise<void> {
    account("working");
    const how = await remove(options);
    if (how === "removed") gone("removed");
    else stay(how === "leaving" ? "leaving" : "not-removed");
  }

  function gone(how: "signed-out" | "removed"): void {
    session.hangUp();
    account(how);
  }

  function stay(why: Errand): void {
    account("present");
    say(why);
  }

  return {
    ask: session.ask,
    enterCode,
    claim,
    askAbout: (rental) => session.show({ type: "asking", rental }),
    copy: (text) => void copy(text),
    scan: () => void scan(),
    want: account,
    keepAccount: () => account("present"),
    signOut: () => void leave(),
    remove: () => void removeAll(),
  };
}
