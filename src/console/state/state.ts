/**
 * What the page on which a link is used knows, and what it shows.
 *
 * @module
 */
import type { InvitationKind, Role } from "../../cabinet/roles.ts";

/** What a link is for, as the service says. */
export interface Link {
  readonly kind: InvitationKind;
  readonly organization: string;
  /** Empty: the organization has no name yet. */
  readonly organizationName: string;
  readonly role: Role | null;
  /** Of the account whose password is reset. */
  readonly login: string | null;
}

/** The account that is logged in, as the service says. */
export interface Account {
  readonly login: string;
  readonly hasSecondFactor: boolean;
  readonly memberships: readonly {
    readonly organization: string;
    readonly name: string;
    readonly role: Role;
    readonly tags: readonly string[] | null;
  }[];
}

/**
 * How the link is used: by a new account, by the one that is logged in (`known`), by one that logs in now, or, of a reset,
 * by a new password.
 */
export type JoinWay = "new" | "known" | "log-in" | "reset";

/** Why it is not known what the link is for. */
export type Trouble = "away" | "too-many";

/** Why the link was not used. */
export type JoinProblem =
  | "login-missing"
  | "login-bad"
  | "login-taken"
  | "name-missing"
  | "password-missing"
  | "password-short"
  | "password-bad"
  | "code-missing"
  | "code-wrong"
  | "wrong"
  | "session-over"
  | "member"
  | "limit"
  | "too-many"
  | "away"
  | "silent"
  | "refused";

/** What a person types. */
export type Field = "login" | "name" | "password" | "code";

/** What was typed; of a field that the form does not have, nothing. */
export type Typed = Readonly<Record<Field, string>>;

/** How long it may be, in characters. */
export interface TypedLimits {
  /** Shortest new password. */
  readonly passwordMin: number;
  /** Longest name. */
  readonly nameMax: number;
}

/** The form of one way. */
export interface FormState {
  readonly step: "form";
  readonly link: Link;
  readonly way: JoinWay;
  /** Login of the account that is logged in. */
  readonly known: string | undefined;
  /** What was typed last as login, for the next form. */
  readonly login: string;
  readonly wantsCode: boolean;
  readonly showsPassword: boolean;
  readonly problems: readonly JoinProblem[];
  readonly isBusy: boolean;
  /** Whether the service was sent this before and did not say how it ended. */
  readonly isUnsure: boolean;
}

/** What the page shows. */
export type JoinState =
  | { readonly step: "looking" }
  | { readonly step: "no-link" }
  /** The link does not work any more; `perhapsDone`: it may be this page that has used it, and it cannot find out. */
  | { readonly step: "over"; readonly perhapsDone: boolean }
  | { readonly step: "trouble"; readonly trouble: Trouble }
  | FormState
  | {
    readonly step: "done";
    readonly link: Link;
    readonly account: Account;
    readonly needsSecondFactor: boolean;
  };

/** What the account is in the link's organization; `undefined`: no member. */
export function membershipOf(
  { memberships }: Account,
  link: Link,
): Account["memberships"][number] | undefined {
  return memberships.find(({ organization }) => organization === link.organization);
}

/** The field that a problem is about; `undefined`: it is about none. */
export function fieldOf(problem: JoinProblem): Field | undefined {
  const [field = ""] = problem.split("-");
  return FIELDS.find((known) => known === field);
}

/** The fields of each way, from top to bottom. */
export function fieldsOf({ way, wantsCode }: Pick<FormState, "way" | "wantsCode">): readonly Field[] {
  switch (way) {
    case "new":
      return ["login", "name", "password"];
    case "log-in":
      return wantsCode ? ["login", "password", "code"] : ["login", "password"];
    case "reset":
      return ["password"];
    case "known":
      return [];
  }
}

/** The other ways from here; the account that is logged in is the first choice. */
export function otherWaysOf({ way, known }: Pick<FormState, "way" | "known">): Exclude<JoinWay, "reset">[] {
  const toKnown = known === undefined ? [] : ["known" as const];
  switch (way) {
    case "new":
      return [...toKnown, "log-in"];
    case "log-in":
      return [...toKnown, "new"];
    case "known":
      return ["new"];
    case "reset":
      return [];
  }
}

const FIELDS: readonly Field[] = ["login", "name", "password", "code"];
