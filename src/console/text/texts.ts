/**
 * The texts of the page on which a link is used. Values are put in for names in braces: `{organization}`, `{login}`, `{role}`,
 * `{k}` a count, `{tags}`.
 *
 * @module
 */
import type { Role } from "../../cabinet/roles.ts";
import type { JoinProblem, JoinWay, Trouble } from "../state/state.ts";

/** What is so, and what the person can do now. */
export interface Message {
  readonly title: string;
  readonly next: string;
}

/** Words about the organization; `unnamed`: the same about one that has no name yet. */
export interface AboutOrganization {
  readonly named: string;
  readonly unnamed: string;
}

/** What a member of staff of one role is called, and what the role may do. */
export interface RoleText {
  readonly name: string;
  readonly may: readonly string[];
}

/** The texts in one language. A language that lacks one does not compile. */
export interface JoinTexts {
  /** For `<html lang>`. */
  readonly htmlLang: string;
  readonly product: string;
  /** Of the document, before it is known what the link is for. */
  readonly title: string;
  readonly looking: string;
  readonly needsScript: string;
  /** For a browser that is too old for the page's script. */
  readonly slowScript: string;
  readonly noLink: Message;
  readonly over: Message;
  /** The link was used, perhaps by this very page, which got no answer. */
  readonly perhapsDone: Message;
  readonly troubles: Readonly<Record<Trouble, Message>>;
  readonly again: string;
  readonly headings: Readonly<Record<Exclude<JoinWay, "reset">, AboutOrganization>> & {
    readonly reset: string;
  };
  readonly roles: Readonly<Record<Role, RoleText>>;
  readonly role: string;
  readonly may: string;
  /** Which cabinets a member with a scope sees. */
  readonly scope: string;
  /** Between the tags of a scope. */
  readonly comma: string;
  /** Before the login whose password is reset, or that is logged in. */
  readonly account: string;
  /** What else a reset does. */
  readonly resetNote: string;
  readonly login: { readonly label: string; readonly hint: string };
  readonly name: { readonly label: string; readonly hint: string };
  readonly password: {
    readonly label: string;
    readonly next: string;
    readonly hint: string;
    readonly show: string;
  };
  readonly code: { readonly label: string; readonly hint: string };
  readonly submit: Readonly<Record<JoinWay, string>>;
  readonly busy: string;
  /** Leads to another way. */
  readonly ways: Readonly<Record<Exclude<JoinWay, "reset">, string>>;
  /** From the account that is logged in to another one. */
  readonly other: string;
  readonly problems: Readonly<Record<JoinProblem, string>>;
  readonly done: {
    readonly joined: AboutOrganization;
    readonly reset: string;
    readonly loggedIn: string;
    readonly where: string;
    readonly commandLine: string;
    readonly api: string;
    readonly console: string;
    readonly secondFactor: Message;
  };
}
