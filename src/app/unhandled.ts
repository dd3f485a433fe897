/**
 * Catches what no code of ours has caught: a promise that is rejected and that nobody waits for, an error that a timer's or
 * an event's handler throws. Otherwise the runtime ends the isolate, or the process where it is the main thread.
 *
 * @param tell is told of each
 * @returns ends the catching when it is disposed of
 */
export function catchUnhandled(tell: (error: unknown) => void): Disposable {
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    tell(event.reason);
  };
  const thrown = (event: ErrorEvent) => {
    event.preventDefault();
    tell(event.error);
  };
  globalThis.addEventListener("unhandledrejection", rejected);
  globalThis.addEventListener("error", thrown);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", rejected);
      globalThis.removeEventListener("error", thrown);
    },
  };
}
