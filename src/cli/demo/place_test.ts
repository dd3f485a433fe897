import { deepEqual, equal } from "node:assert/strict";
import { DataFolder } from "../../app/data_folder.ts";
import { tempFolder } from "../../../testing/folders.ts";
import { freePort, reachableHost, throwAwayFolder } from "./place.ts";

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

function address(name: string, address: string, family: "IPv4" | "IPv6" = "IPv4"): Deno.NetworkInterfaceInfo {
  return { name, address, family, netmask: "", cidr: "", mac: "", scopeid: null };
}

Deno.test("throwAwayFolder() is gone afterwards, whatever was put into it", async () => {
  await using folder = await tempFolder();
  const parent = `${folder.path}/data`;
  {
    await using demo = await throwAwayFolder(parent);
    equal(demo.path.startsWith(`${parent}/demo-`), true);
    await Deno.writeTextFile(`${demo.path}/kaigui.sqlite`, "x");
  }
  deepEqual(await namesIn(parent), []);
});

Deno.test("throwAwayFolder() removes what killed demos left and nothing else", async () => {
  await using folder = await tempFolder();
  for (const name of ["demo-killed", "demo-running", "demo-starting", "demo-old", "backup"]) {
    await Deno.mkdir(`${folder.path}/${name}`);
  }
  await Deno.writeTextFile(`${folder.path}/demo-killed/lock`, "");
  await Deno.writeTextFile(`${folder.path}/demo-file`, "");
  const hourAgo = new Date(Date.now() - 3_600_000);
  await Deno.utime(`${folder.path}/demo-old`, hourAgo, hourAgo);
  using _running = await DataFolder.open(`${folder.path}/demo-running`);
  {
    await using _demo = await throwAwayFolder(folder.path);
  }
  deepEqual(await namesIn(folder.path), ["backup", "demo-file", "demo-running", "demo-starting"]);
});

Deno.test("freePort() is the port itself while it is free", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  equal(freePort("127.0.0.1", port), 0);
  listener.close();
  equal(freePort("127.0.0.1", port), port);
});

Deno.test(
  "reachableHost() is an address that a phone can reach, if there is one",
  { permissions: "none" },
  () => {
    const lo = address("lo", "127.0.0.1");
    const wlan = address("wlan0", "192.168.1.5");
    const docker = address("docker0", "172.17.0.1");
    const self = address("eth1", "169.254.3.4");
    const six = address("eth0", "2001:db8::1", "IPv6");
    equal(reachableHost("0.0.0.0", [lo, six, self, docker, wlan]), "192.168.1.5");
    equal(reachableHost("::", [lo, docker]), "172.17.0.1");
    equal(reachableHost("0.0.0.0", [lo, six]), "127.0.0.1");
    equal(reachableHost("127.0.0.1", [wlan]), "127.0.0.1");
  },
);
