import { z } from "zod";
import { OPERATOR } from "../../lib/limits.ts";
import { route } from "../route.ts";
import { cabinetId } from "../../cabinet/words.ts";

const code = {
  summary: "The QR code of a cabinet's page",
  query: z.strictObject({
    size: z.coerce.number().int().min(OPERATOR.codePixelsMin).max(OPERATOR.codePixelsMax)
      .default(OPERATOR.codePixelsDefault).describe("Its width and height, in pixels"),
  }),
};

/** The routes of codes and posters. */
export const posterRoutes = {
  svg: route("GET /cabinets/{id}/qr.svg", "view", {
    ...code,
    answers: { 200: { description: "The code", media: "image/svg+xml" } },
  }),
  png: route("GET /cabinets/{id}/qr.png", "view", {
    ...code,
    answers: { 200: { description: "The code", media: "image/png" } },
  }),
  posters: route("GET /posters", "view", {
    summary: "Cabinets' codes, names and how to use them, ready to print on A4: those that are named, or all",
    query: z.strictObject({
      cabinet: z.array(cabinetId).max(OPERATOR.postersMax).default([]).describe(
        "Ids of cabinets; none: all of them",
      ),
      layout: z.enum(["sheet", "sticker"]).default("sheet").describe(
        "sheet: a page each; sticker: several on a page",
      ),
    }),
    answers: { 200: { description: "A page that needs nothing else", media: "text/html" } },
  }),
};
