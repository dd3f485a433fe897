/**
 * An answer whose text is made as the peer takes it: no part is made before the one before it was sent.
 *
 * @param headers of the answer
 */
export function streamedAnswer(parts: AsyncGenerator<string>, headers: HeadersInit): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers });
}
