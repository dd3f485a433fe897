/**
 * A Ctrl-C comes twice under `deno task`: the terminal sends it to both processes, and `deno task` passes it on. A second signal
 * within this time is taken for the same one.
 */
const SAME_SIGNAL_MS = 500;

/** Resolves with the signal that asks the program to stop. A second one, later, ends the process at once. */
export function nextSignal(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        firstAt ??= performance.now();
        if (performance.now() - firstAt > SAME_SIGNAL_MS) Deno.exit(1);
        resolve(signal);
      });
    }
  });
}
