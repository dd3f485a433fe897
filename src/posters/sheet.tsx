import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { nameSize } from "./name_size.ts";
import { StepPicture } from "./pictures.tsx";
import type { DrawnPoster } from "./poster.ts";
import { type Both, help, howTos } from "./texts.ts";

/** An A4 sheet: name, code, how to use the cabinet, and the id and link for the operator. */
export function Sheet({ id, name, mode, contact, link, code }: DrawnPoster): Child {
  const { title, steps } = howTos[mode];
  return (
    <section class="page sheet">
      <h1 dir="auto" class={nameSize(name)}>{name}</h1>
      <Code link={link} code={code} />
      <h2>
        <InBoth {...title} />
      </h2>
      <ol>
        {steps.map(({ picture, ...step }) => (
          <li>
            <StepPicture picture={picture} />
            <InBoth {...step} />
          </li>
        ))}
      </ol>
      <Help contact={contact} />
      <footer>
        <span>{id}</span>
        <span>{link}</span>
      </footer>
    </section>
  );
}

/** A sticker to cut out: name, code and what it is for. */
export function Sticker({ id, name, mode, contact, link, code }: DrawnPoster): Child {
  return (
    <article class="sticker">
      <h1 dir="auto" class={nameSize(name)}>{name}</h1>
      <Code link={link} code={code} />
      <h2>
        <InBoth {...howTos[mode].title} />
      </h2>
      <Help contact={contact} />
      <footer>{id}</footer>
    </article>
  );
}

function Code({ link, code }: { link: string; code: string }): Child {
  return <div class="code" role="img" aria-label={link}>{raw(code)}</div>;
}

/** Whom to call; the number first, as that is what is looked for. */
function Help({ contact }: Pick<DrawnPoster, "contact">): Child {
  if (contact === null) return null;
  const { telephone, text } = contact;
  return (
    <p class="help">
      <span>
        {help.zh} <span lang="en">{help.en}</span>
      </span>
      {telephone !== undefined && <strong>{telephone}</strong>}
      {text !== undefined && <span dir="auto">{text}</span>}
    </p>
  );
}

function InBoth({ zh, en }: Both): Child {
  return (
    <>
      <span class="zh">{zh}</span>
      <span class="en" lang="en">{en}</span>
    </>
  );
}
