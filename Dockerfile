# The service in a container: not root, nothing installed at start, nothing written but in /data, so that it runs with a
# read-only root (docker run --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges).
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
COPY . .
RUN deno install --frozen --entrypoint main.ts src/app/isolate/worker.ts src/cli/main.ts && deno task build

FROM denoland/deno:2.9.6
ENV DENO_DIR=/deno-dir DATA_DIR=/data
COPY --from=build --chown=deno:deno /deno-dir /deno-dir
COPY --from=build /app /app
RUN install --directory --owner=deno --group=deno --mode=0700 /data
WORKDIR /app
USER deno
VOLUME /data
EXPOSE 8080 8282 8283
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["deno", "eval", \
  "const r = await fetch(`http://127.0.0.1:${Deno.env.get('PORT') ?? 8080}/healthz`); Deno.exit(r.ok ? 0 : 1)"]
# Only the shell reads what the kernel is set to: Deno would want all permissions for it. exec: signals go to the program.
CMD ["sh", "-c", "export KERNEL_TCP_RETRIES=\"$(cat /proc/sys/net/ipv4/tcp_retries2 /proc/sys/net/ipv4/tcp_orphan_retries 2>/dev/null)\"; exec deno run --quiet --cached-only -P=service --allow-read=./dist,./migrations,./src,/data,/tls --allow-write=/data main.ts"]
