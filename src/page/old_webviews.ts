// `Array.prototype.at`, which the renderer calls, for WebViews before Chromium 92 and Safari 15.4. Everything else that
// the renderer and the page use exists from Chromium 86 and Safari 14 on.

function at<Item>(this: readonly Item[], index: number): Item | undefined {
  return this[index < 0 ? this.length + index : index];
}

if (!("at" in Array.prototype)) Object.defineProperty(Array.prototype, "at", { value: at, writable: true });
