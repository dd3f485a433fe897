import { equal } from "node:assert/strict";
import { nameSize } from "./name_size.ts";

Deno.test({
  name: "nameSize() is smaller for what is longer, and Chinese counts more than Latin",
  permissions: "none",
  fn() {
    const names: [string, ReturnType<typeof nameSize>][] = [
      ["A", "short"],
      ["大堂 A · Lobby A", "short"],
      ["一".repeat(11), "short"],
      ["a".repeat(16), "short"],
      ["a".repeat(17), "medium"],
      ["W".repeat(12), "medium"],
      ["🔑".repeat(12), "medium"],
      ["一".repeat(28), "medium"],
      ["一".repeat(29), "long"],
      ["一".repeat(72), "long"],
      ["一".repeat(73), "longest"],
      ["a".repeat(110), "long"],
      ["a".repeat(200), "longest"],
    ];
    for (const [name, size] of names) equal(nameSize(name), size, name);
  },
});
