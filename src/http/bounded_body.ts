import type { MiddlewareHandler } from "hono";

/** Thrown when a route reads a body that is too long. */
export class BodyTooLongError extends Error {
  override name = "BodyTooLongError";

  /** @param bytesMax the longest body that is allowed */
  constructor(bytesMax: number) {
    super(`A body may have ${bytesMax} bytes`);
  }
}

/**
 * Lets routes read no more of a body than it may have: then reading fails with {@linkcode BodyTooLongError}. Nothing is
 * read before a route does. Where a route ignores the error, 413 is answered in its place.
 *
 * @param bytesMaxOf the longest body for a path, in bytes
 */
export function boundedBody(bytesMaxOf: (path: string) => number): MiddlewareHandler {
  return async (c, next) => {
    const { raw, path } = c.req;
    if (raw.method === "GET" || raw.method === "HEAD" || !raw.body) return await next();
    let tooLong: BodyTooLongError | undefined;
    const body = raw.body.pipeThrough(bounded(bytesMaxOf(path), (error) => tooLong = error));
    c.req.raw = new Request(raw, { body });
    await next();
    if (tooLong && c.res.status !== 413) c.res = c.text(tooLong.message, 413);
    return undefined;
  };
}

function bounded(
  bytesMax: number,
  passed: (error: BodyTooLongError) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes <= bytesMax) return controller.enqueue(chunk);
      const error = new BodyTooLongError(bytesMax);
      passed(error);
      controller.error(error);
    },
  });
}
