// The browser's entry file in Chinese.
import { startPage } from "./app.tsx";
import { zh } from "./text/texts_zh.ts";

startPage(zh);
