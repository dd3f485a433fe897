import { bearer } from "./staff_client.ts";

/** A raw line of the API: whether it was granted, what came on it, and the code with which it ended. */
export interface RawLine {
  readonly isGranted: Promise<boolean>;
  readonly heard: readonly string[];
  readonly closed: Promise<number>;
  close(): void;
}

/**
 * Asks for the raw line to a cabinet.
 *
 * @param options.headers who asks @default {the service's own token}
 * @param options.query behind the address @default {none}
 */
export function rawLineTo(
  { url }: { readonly url: string },
  cabinet: string,
  { headers = bearer(), query = "" }: { headers?: Record<string, string>; query?: string } = {},
): RawLine {
  const address = `${url.replace("http", "ws")}/api/v1/cabinets/${cabinet}/raw${query}`;
  const socket = new WebSocket(address, { headers });
  const granted = Promise.withResolvers<boolean>();
  const closed = Promise.withResolvers<number>();
  const heard: string[] = [];
  socket.onmessage = ({ data }) => {
    heard.push(data);
    granted.resolve(true);
  };
  socket.onclose = ({ code }) => {
    granted.resolve(false);
    closed.resolve(code);
  };
  return { isGranted: granted.promise, heard, closed: closed.promise, close: () => socket.close() };
}
