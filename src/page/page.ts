// The browser's entry file in Chinese. Each language has its own, so that a phone loads the texts of its language only.
import { startPage } from "./app.tsx";
import { zh } from "./text/texts_zh.ts";

startPage(zh);
