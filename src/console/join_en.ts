// The browser's entry file in English.
import { startPage } from "./app.tsx";
import { en } from "./text/texts_en.ts";

startPage(en);
