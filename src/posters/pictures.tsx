import type { Child } from "hono/jsx";
import type { Picture } from "./texts.ts";

const PHONE = "M38 3h24a4 4 0 0 1 4 4v50a4 4 0 0 1-4 4h-24a4 4 0 0 1-4-4v-50a4 4 0 0 1 4-4zM47 56h6";
const CABINET = "M8 5h42v54h-42zM29 5v54M8 32h42M24 16v5M45 16v5M24 43v5";
const PARCEL = "M68 35h22v22h-22zM76 35v7h6v-7";

const paths: Readonly<Record<Picture, string>> = {
  scan: `${PHONE}M40 22v-7h7M53 15h7v7M60 36v7h-7M47 43h-7v-7M38 29h24`,
  tap:
    "M59 30v-23a4 4 0 0 0-4-4h-24a4 4 0 0 0-4 4v50a4 4 0 0 0 4 4h14M32 11h9v11h-9zM45 11h9v11h-9zM32 27h9v11h-9zM32 43h9v11h-9M54 61l-9-12a3.2 3.2 0 0 1 5-4l4 4v-16a3.2 3.2 0 0 1 6.4 0v11l8 2.4a4.5 4.5 0 0 1 3.2 5l-1.6 9.6",
  shut: `${CABINET}M50 32l15 4v26l-15-3M61 47v5M88 46h-14M80 40l-6 6l6 6`,
  store: `${CABINET}${PARCEL}M63 46h-26M43 40l-6 6l6 6`,
  take: `${CABINET}${PARCEL}M37 46h26M57 40l6 6l-6 6`,
};

/** The drawing of a step, for people who read neither language. Screen readers skip it: the words below say the same. */
export function StepPicture({ picture }: { picture: Picture }): Child {
  return (
    <svg class="drawing" viewBox="0 0 100 64" aria-hidden="true">
      <path d={paths[picture]} />
    </svg>
  );
}
