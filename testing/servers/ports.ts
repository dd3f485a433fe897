/** Below the ports that the system assigns by itself, so that no other program takes it while the server is stopped. */
const PORTS = { from: 20_000, to: 32_000 } as const;
const PORT_TRIES = 20;

/**
 * A free port for a server that is to be stopped and started again. Not from the run's seed: tests that run at the same time
 * would try the same ports.
 */
export function freePort(): number {
  for (let tries = 1;; tries++) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (tries === PORT_TRIES || !(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
