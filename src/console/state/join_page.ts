import type { Lang } from "../../page/text/texts.ts";
import type { CallFunction, CallRequest } from "./calls.ts";
import { acceptProblem, loginProblem, problemsOf } from "./problems.ts";
import {
  type Account,
  type FormState,
  type JoinProblem,
  type JoinState,
  type JoinWay,
  type Link,
  membershipOf,
  type Typed,
  type TypedLimits,
} from "./state.ts";
import { afterRefusal, firstState } from "./steps.ts";

/** What the page works with. */
export interface JoinPageOptions {
  readonly call: CallFunction;
  /** Of the page, and of accounts that it makes. */
  readonly lang: Lang;
  readonly limits: TypedLimits;
}

/** The page on which a link is used: looks what it is for, and uses it once the person has filled the form. */
export class JoinPage {
  readonly #options: JoinPageOptions;
  readonly #listeners = new Set<() => void>();
  #state: JoinState = { step: "looking" };
  #secret = "";

  constructor(options: JoinPageOptions) {
    this.#options = options;
  }

  readonly state = (): JoinState => this.#state;

  /** Calls back at each change, until what it returns is called. */
  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins with a link, or with another one. @param secret empty: the address had none */
  async open(secret: string): Promise<void> {
    this.#secret = secret;
    if (secret === "") return this.#show({ step: "no-link" });
    await this.look();
  }

  /** Asks what the link is for, and who is logged in. */
  async look(): Promise<void> {
    this.#show({ step: "looking" });
    const secret = this.#secret;
    const [link, account] = await Promise.all([
      this.#options.call({ method: "POST", path: "/invitations/look", body: { secret } }),
      this.#options.call({ method: "GET", path: "/account" }),
    ]);
    // Another link was opened meanwhile.
    if (secret !== this.#secret) return;
    this.#show(firstState(link, account));
  }

  /** Goes on with another form, unless this one is being sent. */
  choose(way: JoinWay): void {
    if (this.#state.step === "form" && this.#state.isBusy) return;
    this.#change({ way, problems: [], wantsCode: false, showsPassword: false });
  }

  showPassword(showsPassword: boolean): void {
    this.#change({ showsPassword });
  }

  /** Uses the link with what was typed. */
  async submit(typed: Typed): Promise<void> {
    const form = this.#state;
    if (form.step !== "form" || form.isBusy) return;
    const problems = problemsOf(typed, { form, limits: this.#options.limits });
    this.#change({ problems, login: typed.login, isBusy: problems.length === 0 });
    if (problems.length > 0) return;
    const secret = this.#secret;
    const next = await this.#use(form, typed);
    // Another link was opened meanwhile.
    if (secret !== this.#secret) return;
    if (next.step === "form") this.#change({ ...next, showsPassword: this.#showsPassword });
    else this.#show(next);
  }

  get #showsPassword(): boolean {
    return this.#state.step === "form" && this.#state.showsPassword;
  }

  async #use(form: FormState, typed: Typed): Promise<JoinState> {
    if (form.way === "log-in") {
      const problem = await this.#logIn(form, typed);
      const wantsCode = form.wantsCode || problem === "code-missing";
      if (problem) return { ...form, wantsCode, login: typed.login, problems: [problem], isBusy: false };
    }
    const way = form.way === "log-in" ? "known" : form.way;
    const answer = await this.#options.call(this.#acceptance(way, typed));
    if (answer.type === "ok") return await this.#done(form.link, answer.value as Account);
    const known = form.way === "log-in" ? typed.login.trim() : form.known;
    const problem = acceptProblem(answer);
    if (problem === "over") return await this.#goneState({ ...form, way }, typed);
    return afterRefusal({ ...form, way, known, login: typed.login, isBusy: false }, problem);
  }

  /** What is shown when the link is gone: the try before, which got no answer, may have used it. */
  async #goneState({ way, link, isUnsure }: FormState, { login, password }: Typed): Promise<JoinState> {
    if (!isUnsure) return { step: "over", perhapsDone: false };
    const body = { login: way === "reset" ? link.login : login, password };
    const answer = await this.#options.call(
      way === "known" ? { method: "GET", path: "/account" } : { method: "POST", path: "/session", body },
    );
    if (answer.type !== "ok") {
      return { step: "over", perhapsDone: way === "known" || loginProblem(answer) !== "wrong" };
    }
    const account = answer.value as Account;
    const isDone = way === "reset" || membershipOf(account, link) !== undefined;
    return isDone ? await this.#done(link, account) : { step: "over", perhapsDone: false };
  }

  async #logIn({ wantsCode }: FormState, typed: Typed): Promise<JoinProblem | undefined> {
    const { login, password, code } = typed;
    const body = { login, password, ...wantsCode && { code: code.trim() } };
    const answer = await this.#options.call({ method: "POST", path: "/session", body });
    return answer.type === "ok" ? undefined : loginProblem(answer);
  }

  #acceptance(way: JoinWay, { login, name, password }: Typed): CallRequest {
    const secret = this.#secret;
    const { lang: language } = this.#options;
    const more = way === "new"
      ? { login, name: name.trim(), language, password }
      : way === "reset"
      ? { password }
      : {};
    return { method: "POST", path: "/invitations/accept", body: { secret, ...more } };
  }

  async #done(link: Link, account: Account): Promise<JoinState> {
    const { organization } = link;
    // A role that needs a second factor may do nothing without one, so any call tells.
    const answer = account.hasSecondFactor
      ? undefined
      : await this.#options.call({ method: "GET", path: "/organization", organization });
    const needsSecondFactor = answer?.type === "refused" && answer.code === "second-factor-wanted";
    return { step: "done", link, account, needsSecondFactor };
  }

  #change(change: Partial<FormState>): void {
    if (this.#state.step === "form") this.#show({ ...this.#state, ...change });
  }

  #show(state: JoinState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
