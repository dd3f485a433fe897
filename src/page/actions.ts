import { type AccountOptions, removeData, signOut } from "./account.ts";
import type { ScanResult } from "./scan.ts";
import type { PageSession } from "./session.ts";
import { readCode } from "./state/pickup_codes.ts";
import type { AccountState, ActionResult } from "./state/state.ts";
import type { TapRequest } from "./state/tap_requests.ts";

/** The actions that the view can start. */
export interface Actions {
  tap(request: TapRequest): void;
  /** Uses a typed pickup code. */
  enterCode(typed: string): void;
  /** Uses a typed recovery code, which moves a rental to this phone. */
  claim(typed: { readonly number: string; readonly secret: string }): void;
  /** Shows the dialog that asks whether to give the cell back or only to open it; `undefined` closes it. */
  showTakeDialog(rental: string | undefined): void;
  copy(text: string): void;
  /** Scans another cabinet's code and goes to its page. */
  scan(): void;
  /** Asks for confirmation before signing out or removing the data. */
  confirmLeaving(leaving: "leave?" | "remove?"): void;
  cancelLeaving(): void;
  signOut(): void;
  remove(): void;
}

/** What the buttons need from the browser. */
export interface ActionsOptions extends AccountOptions {
  /** Resolves with whether it worked. */
  readonly copy: (text: string) => Promise<boolean>;
  readonly scan: () => Promise<ScanResult>;
  readonly go: (path: string) => void;
}

/** The actions of this session. */
export function actionsOf(session: PageSession, options: ActionsOptions): Actions {
  const showResult = (result: ActionResult) => session.showNews({ kind: "result", result });
  const setAccount = (account: AccountState) => session.show({ type: "account", account });

  function enterCode(typed: string): void {
    const read = readCode(typed);
    if ("code" in read) session.tap({ type: "pickup", code: read.code });
    else session.showNews({ kind: "no-code", digits: read.digits });
  }

  function claim(typed: Parameters<Actions["claim"]>[0]): void {
    const [number, secret] = [readCode(typed.number), readCode(typed.secret)];
    if ("code" in number && "code" in secret) {
      session.tap({ type: "claim", number: number.code, secret: secret.code });
    } else showResult("not-eight-digits");
  }

  async function copy(text: string): Promise<void> {
    showResult(await options.copy(text) ? "copied" : "not-copied");
  }

  async function scan(): Promise<void> {
    if (session.state().scan !== "yes") return;
    session.show({ type: "scan", scan: "busy" });
    const scanned = await options.scan();
    session.show({ type: "scan", scan: "yes" });
    if (scanned.kind === "cabinet") options.go(scanned.path);
    else if (scanned.kind !== "cancelled") showResult(`scan-${scanned.kind}`);
  }

  async function leave(): Promise<void> {
    setAccount("working");
    const result = await signOut(options);
    if (result === "signed-out") left(result);
    else stay(result === "holding" ? result : "not-signed-out");
  }

  async function remove(): Promise<void> {
    setAccount("working");
    const result = await removeData(options);
    if (result === "removed") left(result);
    else stay(result === "leaving" ? result : "not-removed");
  }

  function left(account: "signed-out" | "removed"): void {
    session.close();
    setAccount(account);
  }

  function stay(result: ActionResult): void {
    setAccount("present");
    showResult(result);
  }

  return {
    tap: session.tap,
    enterCode,
    claim,
    showTakeDialog: (rental) => session.show({ type: "take-dialog", rental }),
    copy: (text) => void copy(text),
    scan: () => void scan(),
    confirmLeaving: setAccount,
    cancelLeaving: () => setAccount("present"),
    signOut: () => void leave(),
    remove: () => void remove(),
  };
}
