import type { Child } from "hono/jsx";
import type { IconShape } from "../text/styled_messages.ts";

const door = "M6 3h12v18H6z";

const paths: Readonly<Record<IconShape, string>> = {
  "door-closed": `${door}M15 11v2`,
  "door-open": "M6 21V3h12v18M6 3l8 3v15l-8-3zM11 12v1.5",
  "door-unknown":
    "M9.5 9a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.5v.1M6 3h3M6 3v3M18 3h-3M18 3v3M6 21h3M6 21v-3M18 21h-3M18 21v-3",
  tick: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M8 12.5l3 3l5.5-6",
  arrow: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M7.5 12h9M13 8.5l3.5 3.5l-3.5 3.5",
  scan: "M4 8V4h4M20 8V4h-4M4 16v4h4M20 16v4h-4M3 12h18",
  cross: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M9 9l6 6M15 9l-6 6",
  question:
    "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.8v.1",
  ban: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M5.8 5.8l12.4 12.4",
  warning: "M12 3.5L2.5 20h19zM12 10v4.5M12 17.2v.1",
  offline:
    "M3 3l18 18M5 12.5a10 10 0 0 1 4-2.6M19 12.5a10 10 0 0 0-5.5-3M8.5 16a5 5 0 0 1 6.5-.4M12 19.5v.1M2 9a15 15 0 0 1 4.5-3M22 9a15 15 0 0 0-11-4.2",
  close: "M6 6l12 12M18 6L6 18",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v5.5l3.5 2",
  telephone:
    "M6.5 3.5h2.7l1.6 4.3l-2 1.7a12 12 0 0 0 5.7 5.7l1.7-2l4.3 1.6v2.7a2.2 2.2 0 0 1-2.3 2.2A15 15 0 0 1 4.3 5.8a2.2 2.2 0 0 1 2.2-2.3z",
  spinner: "M12 3a9 9 0 1 1-9 9",
};

/** An icon beside words, so that no meaning hangs on a colour alone. Screen readers skip it: the words say the same. */
export function Icon({ shape }: { shape: IconShape }): Child {
  return (
    <svg class={`icon icon-${shape}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[shape]} />
    </svg>
  );
}
