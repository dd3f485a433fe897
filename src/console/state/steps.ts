import type { CallAnswer } from "./calls.ts";
import { isUnsure } from "./problems.ts";
import type { Account, FormState, JoinProblem, JoinState, Link } from "./state.ts";

/** What is shown once the service has said what the link is for, and who is logged in. */
export function firstState(link: CallAnswer, account: CallAnswer): JoinState {
  if (link.type === "ok") return formOf(link.value as Link, account);
  if (link.type === "silent" || link.status >= 500) return { step: "trouble", trouble: "away" };
  if (link.status === 429) return { step: "trouble", trouble: "too-many" };
  return { step: "over", perhapsDone: false };
}

function formOf(link: Link, account: CallAnswer): FormState {
  const known = account.type === "ok" ? (account.value as Account).login : undefined;
  return {
    step: "form",
    link,
    way: link.kind === "reset" ? "reset" : known === undefined ? "new" : "known",
    known,
    login: "",
    wantsCode: false,
    showsPassword: false,
    problems: [],
    isBusy: false,
    isUnsure: false,
  };
}

/** The form again, with the problem for which the link was not used. */
export function afterRefusal(form: FormState, problem: JoinProblem): JoinState {
  if (problem === "session-over" && form.way === "known") {
    return { ...form, way: "log-in", known: undefined, problems: [problem] };
  }
  return { ...form, problems: [problem], isUnsure: form.isUnsure || isUnsure(problem) };
}
