/**
 * What is wrong with what was typed, and what refusals of the service mean.
 *
 * @module
 */
import type { CallAnswer } from "./calls.ts";
import { fieldsOf, type FormState, type JoinProblem, type Typed, type TypedLimits } from "./state.ts";

type Refusal = Exclude<CallAnswer, { type: "ok" }>;

/**
 * What is missing, or too short, before anything is sent; the service checks the rest.
 */
export function problemsOf(
  typed: Typed,
  { form, limits }: { form: Pick<FormState, "way" | "wantsCode">; limits: TypedLimits },
): JoinProblem[] {
  return fieldsOf(form).flatMap((field) => {
    const isNew = field === "password" && form.way !== "log-in";
    if (field !== "password" && typed[field].trim() === "") return [`${field}-missing` as const];
    if (isNew && charactersOf(typed.password) < limits.passwordMin) return ["password-short" as const];
    return typed[field] === "" ? [`${field}-missing` as const] : [];
  });
}

/** As the service counts them: code points of the composed form. */
function charactersOf(password: string): number {
  return [...password.normalize("NFC")].length;
}

/** Why a login failed. */
export function loginProblem(refusal: Refusal): JoinProblem {
  if (refusal.type === "refused" && refusal.status === 401) {
    return LOGIN_BY_CODE[refusal.code ?? ""] ?? "wrong";
  }
  // What cannot be a login or a password at all.
  if (refusal.type === "refused" && refusal.status === 422) return "wrong";
  return commonProblem(refusal);
}

const LOGIN_BY_CODE: Readonly<Record<string, JoinProblem>> = {
  "second-factor-wanted": "code-missing",
  "wrong-code": "code-wrong",
};

/** Why a link was not used; `over`: it does not work any more. */
export function acceptProblem(refusal: Refusal): JoinProblem | "over" {
  if (refusal.type === "silent") return "silent";
  const { status, code = "" } = refusal;
  if (status === 404) return "over";
  if (status === 401) return "session-over";
  return ACCEPT_BY_CODE[code] ?? commonProblem(refusal);
}

const ACCEPT_BY_CODE: Readonly<Record<string, JoinProblem>> = {
  "taken": "login-taken",
  "member": "member",
  "limit": "limit",
  "invalid-login": "login-bad",
  "invalid-password": "password-bad",
};

function commonProblem(refusal: Refusal): JoinProblem {
  if (refusal.type === "silent") return "silent";
  if (refusal.status === 429) return "too-many";
  return refusal.status >= 500 ? "away" : "refused";
}

/** Whether the service may have done what it was asked for, although it did not say so. */
export function isUnsure(problem: JoinProblem): boolean {
  return problem === "silent" || problem === "away";
}
