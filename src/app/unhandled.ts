/**
 * Catches what no other code catches: a rejected promise that is not awaited, an error that the handler of a timer or an event
 * throws. Otherwise the runtime ends the isolate, or the process if it is the main thread.
 *
 * @param tell is told of each error
 * @returns ends this when it is disposed of
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
