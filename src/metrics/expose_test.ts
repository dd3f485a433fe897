import { deepEqual, equal, throws } from "node:assert/strict";
import { parse } from "../../testing/rigs/metrics_text.ts";
import { expose } from "./expose.ts";
import { OTHER } from "./layout.ts";
import { Metrics } from "./metrics.ts";
import { definitionOf, type LabelledCounter, METRIC_NAMES, METRICS } from "./table.ts";
import type { GaugeName, HistogramName, PlainCounter } from "./table.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The exposed samples of a metric: its name and label values, and the value. */
function shown(memory: SharedArrayBuffer, name: string): Record<string, number> {
  const samples = parse(expose(memory)).get(`kaigui_${name}`)?.samples ?? [];
  return Object.fromEntries(samples.map(({ name, labels, value }) => {
    return [[name.replace("kaigui_", ""), ...Object.values(labels)].join(" "), value];
  }));
}

pure("expose() has every metric of the table in Prometheus' format, before anything was counted", () => {
  const families = parse(expose(Metrics.memory(3)));
  deepEqual([...families.keys()], METRIC_NAMES.map((name) => `kaigui_${name}`));
  for (const name of METRIC_NAMES) {
    const { help, type } = families.get(`kaigui_${name}`) ?? {};
    deepEqual([help, type], [METRICS[name].help, METRICS[name].kind]);
  }
});

pure("expose() sums the values of isolates and supervisor", () => {
  const memory = Metrics.memory(3);
  const [first, second, supervisor] = [0, 1, 2].map((slot) => new Metrics(memory, slot)) as [
    Metrics,
    Metrics,
    Metrics,
  ];
  first.set("devices_connected", 3);
  second.set("devices_connected", 4);
  supervisor.set("resident_memory_bytes", 1e9);
  first.add("commands_total", "opened", 2);
  second.add("commands_total", "opened");
  second.add("commands_total", "exploded");
  deepEqual(shown(memory, "devices_connected"), { "devices_connected": 7 });
  deepEqual(shown(memory, "resident_memory_bytes"), { "resident_memory_bytes": 1e9 });
  deepEqual(shown(memory, "commands_total"), {
    "commands_total opened": 3,
    "commands_total accepted": 0,
    "commands_total failed": 0,
    "commands_total unconfirmed": 0,
    "commands_total refused": 0,
    "commands_total other": 1,
  });
});

pure("expose() has cumulative buckets", () => {
  const memory = Metrics.memory(3);
  const [first, second] = [new Metrics(memory, 0), new Metrics(memory, 1)];
  first.observe("command_seconds", 0.005);
  first.observe("command_seconds", 0.3);
  second.observe("command_seconds", 15.5);
  const seconds = shown(memory, "command_seconds");
  deepEqual(
    ["0.005", "0.25", "0.5", "15", "+Inf"].map((le) => seconds[`command_seconds_bucket ${le}`]),
    [1, 1, 2, 2, 3],
  );
  deepEqual([seconds["command_seconds_count"], seconds["command_seconds_sum"]], [3, 15.805]);
});

pure(
  "expose() has a sample for each isolate where the table says so, and no gauge of one that is gone",
  () => {
    const memory = Metrics.memory(3);
    const [first, second, supervisor] = [0, 1, 2].map((slot) => new Metrics(memory, slot));
    for (const metrics of [first, second, supervisor]) {
      metrics?.set("isolate_up", 1);
      metrics?.set("heap_bytes", 5e6);
      metrics?.add("isolate_restarts_total");
    }
    Metrics.clearGauges(memory, 1);
    deepEqual(shown(memory, "isolate_up"), { "isolate_up 0": 1, "isolate_up 1": 0 });
    deepEqual(shown(memory, "heap_bytes"), { "heap_bytes 0": 5e6 });
    deepEqual(shown(memory, "isolate_restarts_total"), {
      "isolate_restarts_total 0": 1,
      "isolate_restarts_total 1": 1,
    });
  },
);

/** Numbers that look random and are the same every time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) % below;
  };
}

pure("expose() has the sums over all slots, whatever was counted in each", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = numbers(seed);
    const slots = 2 + random(5);
    const memory = Metrics.memory(slots);
    const expected = new Map<string, number>();
    const last = new Map<string, number>();
    const note = (key: string, by: number) => expected.set(key, (expected.get(key) ?? 0) + by);
    for (let step = 0; step < 300; step++) {
      const slot = random(slots);
      const metrics = new Metrics(memory, slot);
      const name = METRIC_NAMES[random(METRIC_NAMES.length)] as typeof METRIC_NAMES[number];
      const { kind, label, isPerIsolate } = definitionOf(name);
      if (isPerIsolate) continue;
      const amount = random(1_000);
      if (kind === "gauge") {
        metrics.set(name as GaugeName, amount);
        note(name, amount - (last.get(`${slot} ${name}`) ?? 0));
        last.set(`${slot} ${name}`, amount);
      } else if (kind === "histogram") {
        metrics.observe(name as HistogramName, amount / 64);
        note(`${name}_count`, 1);
        note(`${name}_sum`, amount / 64);
      } else if (label) {
        const value = [...label[1], "never heard of"][random(label[1].length + 1)] as string;
        metrics.add(name as LabelledCounter, value, amount);
        note(`${name} ${label[1].includes(value) ? value : OTHER}`, amount);
      } else {
        metrics.add(name as PlainCounter, undefined, amount);
        note(name, amount);
      }
    }
    const all = Object.assign({}, ...METRIC_NAMES.map((name) => shown(memory, name)));
    for (const [key, value] of expected) equal(all[key], value, `${key}, seed ${seed}`);
  }
});

pure("the parser of these tests rejects what Prometheus' format does not allow", () => {
  const right = '# HELP a A.\n# TYPE a counter\na{b="c"} 1\n';
  equal(parse(right).get("a")?.samples[0]?.value, 1);
  for (
    const wrong of [
      right.slice(0, -1),
      right.replace("# TYPE a counter\n", ""),
      right.replace("# TYPE a", "# TYPE b"),
      right.replace('"c"', "c"),
      right.replace("} 1", "} 0x1"),
      right.replace("} 1", "}1"),
      right.replace('{b="c"}', '{b="c",b="d"}'),
      `${right}a{b="c"} 2\n`,
      `${right}z 1\n`,
      `${right}\n`,
      right + right,
      '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n',
      '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
      '# HELP h H.\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n',
    ]
  ) {
    throws(() => parse(wrong), SyntaxError, wrong);
  }
});
