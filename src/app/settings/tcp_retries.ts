import { DEVICE } from "../../lib/limits.ts";

/** How often the kernel sends again what is not acknowledged, before it gives a connection up. */
export interface TcpRetries {
  /** `net.ipv4.tcp_retries2`: on a connection that is open. */
  readonly open: number;
  /** `net.ipv4.tcp_orphan_retries`: on one that the program has closed, or that it left behind when it was killed. */
  readonly closed: number;
}

/** What Linux does where `tcp_orphan_retries` is 0, as it usually is. */
const ORPHAN_RETRIES_USUAL = 8;

/**
 * Reads the two numbers from the text of the system's two files, one after the other.
 *
 * @returns `undefined` if there are not two numbers
 */
export function parseTcpRetries(text: string): TcpRetries | undefined {
  const [, open, closed] = /^(\d{1,3})\s+(\d{1,3})$/.exec(text) ?? [];
  if (open === undefined || closed === undefined) return undefined;
  return { open: Number(open), closed: Number(closed) || ORPHAN_RETRIES_USUAL };
}

/** A warning that says what to set when the kernel sends for so long that a door may open late; `undefined`: none is needed. */
export function tcpRetriesWarning({ open, closed }: TcpRetries): string | undefined {
  if (Math.max(open, closed) <= DEVICE.tcpRetriesMax) return undefined;
  return "A door may open long after its tap where a device's line dies at that moment: " +
    "set net.ipv4.tcp_retries2=4 and net.ipv4.tcp_orphan_retries=4 " +
    `(here the kernel tries ${open} and ${closed} times; docs/operations.md)`;
}
