/**
 * The browser's entry, in English.
 *
 * @module
 */
import { startPage } from "./app.tsx";
import { en } from "./texts_en.ts";

startPage(en);
