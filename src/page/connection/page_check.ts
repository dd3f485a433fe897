/**
 * Finds out why sockets are closed before they open: a browser does not tell a page what the server answered.
 *
 * @module
 */

/** What the check needs from the browser. */
export interface PageCheckOptions {
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly reload: () => void;
}

/**
 * Asks for the page again and reloads it when the server would not show it any more: the person has to sign in
 * again, or the cabinet is gone. A server in trouble (5xx) or out of reach changes nothing: the page that is
 * there heals by itself, an error page in its place would not.
 */
export async function checkPage({ url, fetch, reload }: PageCheckOptions): Promise<void> {
  try {
    const response = await fetch(url, { redirect: "manual", cache: "no-store", credentials: "same-origin" });
    await response.body?.cancel();
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 500)) reload();
  } catch {
    // Out of reach: the socket goes on trying.
  }
}
