import { DataFolder, DataFolderError } from "../../app/data_folder.ts";
import { removeFolder } from "../../lib/remove_folder.ts";
import { isWildcard } from "../../app/listening_url.ts";

const PREFIX = "demo-";
/** A folder without a lock belongs to a demo that starts just now, unless it is this old. */
const STARTING_MS = 60_000;
/** Bridges and tunnels of virtual machines and containers: no phone is behind them. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|bridge|utun|tun|tap|podman|cni|lxc)/i;

/** Makes a folder below `parent` that is removed when it is disposed of; removes those of demos that were killed. */
export async function throwAwayFolder(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  await Deno.mkdir(parent, { recursive: true, mode: 0o700 });
  await removeLeftovers(parent);
  const path = `${parent}/${baseName(await Deno.makeTempDir({ dir: parent, prefix: PREFIX }))}`;
  return {
    path,
    [Symbol.asyncDispose]: () => removeFolder(path),
  };
}

/** Removes the folders of demos that are not running any more. */
async function removeLeftovers(parent: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const path = `${parent}/${name}`;
    if (await isAbandoned(path)) await removeFolder(path);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(path);
    if (!await exists(`${path}/lock`)) return Date.now() - (mtime?.getTime() ?? 0) > STARTING_MS;
    using _lock = await DataFolder.open(path);
    return true;
  } catch (error) {
    // Another demo runs on it, or has just removed it.
    if (error instanceof DataFolderError || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The port itself while it is free, else 0, which takes any free one. */
export function freePort(hostname: string, port: number): number {
  try {
    Deno.listen({ hostname, port }).close();
    return port;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return 0;
    throw error;
  }
}

/** Where others in the network reach a service that listens on `host`. */
export function reachableHost(host: string, interfaces: readonly Deno.NetworkInterfaceInfo[]): string {
  if (!isWildcard(host)) return host;
  const candidates = interfaces.filter(({ family, address }) => {
    return family === "IPv4" && !/^(127|169\.254)\./.test(address);
  });
  const real = candidates.find(({ name }) => !VIRTUAL.test(name));
  return (real ?? candidates[0])?.address ?? "127.0.0.1";
}
