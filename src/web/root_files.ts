import { Hono } from "hono";

/** A day: browsers ask for the icon, and crawlers for their rules, again and again. */
const KEPT = "public, max-age=86400";

/** A door that stands open, in the colour of the page. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#07c160"/>
<path d="M8 6h16v20H8z" fill="#fff" fill-opacity=".35"/>
<path d="M8 6l10 4v19l-10-3z" fill="#fff"/>
<circle cx="15" cy="18.5" r="1.4" fill="#07c160"/>
</svg>
`;

/** No page here is to be found by searching: a cabinet is reached by the code on it. */
const ROBOTS = "User-agent: *\nDisallow: /\n";

/** What browsers and crawlers look for at the root by themselves. */
export function rootFiles(): Hono {
  const routes = new Hono();
  routes.get(
    "/favicon.ico",
    (c) => c.body(ICON, 200, { "content-type": "image/svg+xml", "cache-control": KEPT }),
  );
  routes.get("/robots.txt", (c) => c.text(ROBOTS, 200, { "cache-control": KEPT }));
  return routes;
}
