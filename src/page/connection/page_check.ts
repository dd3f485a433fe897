/** What the check needs from the browser. */
export interface PageCheckOptions {
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly reload: () => void;
}

/**
 * Finds out why sockets close before they open, as a browser does not tell a page what the server answered: requests
 * the page again and reloads it if the server does not show it any more: the person has to sign in again, or
 * the cabinet was removed. A failing server (5xx) or none changes nothing: the page recovers by itself, an error page in
 * its place would not.
 */
export async function checkPage({ url, fetch, reload }: PageCheckOptions): Promise<void> {
  try {
    const response = await fetch(url, { redirect: "manual", cache: "no-store", credentials: "same-origin" });
    await response.body?.cancel();
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 500)) reload();
  } catch {
    // The server is out of reach; the socket goes on trying.
  }
}
