import { StartError } from "./startup_errors.ts";
import type { Settings } from "./settings/settings.ts";

/** Where the program is to listen. */
type PortSettings = Pick<Settings, "host" | "port" | "devicePort" | "deviceTls">;

/**
 * Checks that the program can listen on its ports. Isolates listen with `reusePort`, which shares a port with another program
 * of the same user too; and an error of theirs does not say which port it was.
 *
 * @throws {StartError} if it cannot, with the port and its setting
 */
export function checkPorts({ host: hostname, port, devicePort, deviceTls }: PortSettings): void {
  const ports = { PORT: port, DEVICE_PORT: devicePort, DEVICE_TLS_PORT: deviceTls?.port };
  for (const [setting, port] of Object.entries(ports)) {
    if (port === undefined) continue;
    try {
      Deno.listen({ hostname, port }).close();
    } catch (cause) {
      throw new StartError(`Cannot start: ${whyNot(cause, { setting, port, hostname })}`, { cause });
    }
  }
}

function whyNot(
  error: unknown,
  { setting, port, hostname }: { setting: string; port: number; hostname: string },
): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `port ${port} is in use by another program; stop that, or set ${setting} to another port`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `this user may not listen on port ${port}; set ${setting} to one above 1023`;
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `HOST ${hostname} is not an address of this machine`;
  }
  return `nothing can listen on ${hostname}:${port}, as HOST and ${setting} say: ${error}`;
}
