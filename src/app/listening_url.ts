/** Where this machine itself reaches a service that listens on `host`. */
export function localHost(host: string): string {
  return isWildcard(host) ? "127.0.0.1" : host;
}

/** The start of a service's links. */
export function httpUrl(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether it stands for all addresses of the machine, and so is none that can be opened. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
