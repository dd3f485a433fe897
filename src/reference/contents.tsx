import type { Child } from "hono/jsx";
import { type ApiDocument, callsOf } from "./document.ts";

/** The groups and their calls, to go to. */
export function Contents({ api }: { api: ApiDocument }): Child {
  return (
    <nav id="contents" aria-label="Contents">
      <ul>
        {api.tags.map(({ name }) => (
          <li key={name}>
            <a href={`#${name}`}>{name}</a>
            <Calls api={api} name={name} />
          </li>
        ))}
        <li>
          <a href="#problems">problems</a>
        </li>
        <li>
          <a href="#schemas">schemas</a>
        </li>
      </ul>
    </nav>
  );
}

/** The calls of a group, to go to. */
export function Calls({ api, name }: { api: ApiDocument; name: string }): Child {
  return (
    <ul class="calls">
      {callsOf(api, name).map(({ method, path, operation: { operationId } }) => (
        <li key={operationId}>
          <a href={`#${operationId}`}>
            <span class={`method ${method.toLowerCase()}`}>{method}</span> <span>{broken(path)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** A path that may be broken in front of each slash. */
function broken(path: string): Child {
  return path.split("/").slice(1).map((part) => [<wbr key={part} />, `/${part}`]);
}
