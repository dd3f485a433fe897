/**
 * What can be asked of the API: each route with what it takes and what it answers, in the order of the paths.
 *
 * @module
 */
import type { z } from "zod";
import type * as shapes from "./schemas/answer_shapes.ts";
import { clearBody, openBody, permitBody, reasonBody } from "./schemas/bodies.ts";
import * as queries from "./schemas/queries.ts";
import { cabinetBody } from "../cabinet/description_body.ts";

/** What an operation answers when all is well. */
export interface OperationAnswer {
  readonly description: string;
  /** @default {undefined} no body */
  readonly shape?: keyof typeof shapes;
  /** @default {false} a page of such */
  readonly isList?: boolean;
  /** What it is where it is no JSON. */
  readonly media?: string;
}

/** One operation. */
export interface Operation {
  readonly method: "get" | "put" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, OperationAnswer>>;
}

const CELL = "/cabinets/{id}/cells/{cell}";

function one(shape: keyof typeof shapes, description: string): OperationAnswer {
  return { shape, description };
}

function list(shape: keyof typeof shapes): OperationAnswer {
  return { shape, description: "A page", isList: true };
}

/** Both ways of clearing answer like this. */
const CLEARED: Operation["answers"] = {
  200: one("endedShape", "What was ended"),
  409: one("confirmationShape", "Without `confirm`, or when what would be ended has changed since"),
};

/** All of them. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/cabinets",
    summary: "Cabinets, by id",
    query: queries.cabinetQuery,
    answers: { 200: list("cabinetShape") },
  },
  {
    method: "get",
    path: "/cabinets/{id}",
    summary: "One cabinet",
    answers: { 200: one("cabinetShape", "The cabinet") },
  },
  {
    method: "put",
    path: "/cabinets/{id}",
    summary: "Create or replace a cabinet; who has a cell of it keeps it",
    body: cabinetBody,
    answers: {
      200: one("cabinetShape", "The cabinet, replaced"),
      201: one("cabinetShape", "The cabinet, created"),
    },
  },
  {
    method: "delete",
    path: "/cabinets/{id}",
    summary: "Remove a cabinet of which nobody has a cell; its history stays",
    query: queries.reasonQuery,
    answers: { 204: { description: "Removed" } },
  },
  {
    method: "get",
    path: "/cabinets/{id}/qr.svg",
    summary: "The QR code of a cabinet's page",
    query: queries.codeQuery,
    answers: { 200: { description: "The code", media: "image/svg+xml" } },
  },
  {
    method: "get",
    path: "/cabinets/{id}/qr.png",
    summary: "The QR code of a cabinet's page",
    query: queries.codeQuery,
    answers: { 200: { description: "The code", media: "image/png" } },
  },
  {
    method: "get",
    path: "/cabinets/{id}/raw",
    summary: "WebSocket: hex to the bus and back",
    answers: { 101: { description: "The raw line" } },
  },
  {
    method: "post",
    path: "/cabinets/{id}/clear",
    summary: "End all rentals of a cabinet, with a second confirmation",
    body: clearBody,
    answers: CLEARED,
  },
  {
    method: "post",
    path: `${CELL}/clear`,
    summary: "End a cell's rental, with a second confirmation",
    body: clearBody,
    answers: CLEARED,
  },
  {
    method: "post",
    path: `${CELL}/open`,
    summary: "Open a cell and wait for the outcome",
    body: openBody,
    answers: { 200: one("commandShape", "The command") },
  },
  {
    method: "post",
    path: `${CELL}/disable`,
    summary: "Take a cell out of use; who has it keeps it",
    body: reasonBody,
    answers: { 200: one("cellShape", "The cell") },
  },
  {
    method: "post",
    path: `${CELL}/enable`,
    summary: "Take a disabled cell into use again",
    body: reasonBody,
    answers: { 200: one("cellShape", "The cell") },
  },
  {
    method: "post",
    path: `${CELL}/clean`,
    summary: "Say that a faulty cell is mended: it is given out again",
    body: reasonBody,
    answers: { 200: one("cellShape", "The cell") },
  },
  {
    method: "get",
    path: "/cabinets/{id}/permits",
    summary: "A cabinet's permits, newest first",
    query: queries.permitQuery,
    answers: { 200: list("permitShape") },
  },
  {
    method: "post",
    path: "/cabinets/{id}/permits",
    summary: "Let somebody open cells of a cabinet whose cells are assigned",
    body: permitBody,
    answers: { 201: one("permitShape", "The permit") },
  },
  {
    method: "get",
    path: "/permits/{id}",
    summary: "One permit",
    answers: { 200: one("permitShape", "The permit") },
  },
  {
    method: "delete",
    path: "/permits/{id}",
    summary: "Take a permit away",
    query: queries.reasonQuery,
    answers: { 204: { description: "Taken away" } },
  },
  {
    method: "get",
    path: "/posters",
    summary: "Cabinets' codes, names and how to use them, ready to print on A4: those that are named, or all",
    query: queries.posterQuery,
    answers: { 200: { description: "A page that needs nothing else", media: "text/html" } },
  },
  {
    method: "get",
    path: "/commands",
    summary: "The journal of commands, newest first",
    query: queries.commandQuery,
    answers: { 200: list("commandShape") },
  },
  {
    method: "get",
    path: "/commands/{id}",
    summary: "One command",
    answers: { 200: one("commandShape", "The command") },
  },
  {
    method: "get",
    path: "/rentals",
    summary: "Who has or had which cell, newest first",
    query: queries.rentalQuery,
    answers: { 200: list("rentalShape") },
  },
  {
    method: "get",
    path: "/rentals/{id}",
    summary: "One rental",
    answers: { 200: one("rentalShape", "The rental") },
  },
  {
    method: "post",
    path: "/rentals/{id}/end",
    summary: "End a rental: its cell is free, its codes work no more, its person is told",
    body: reasonBody,
    answers: { 200: one("rentalShape", "The rental") },
  },
  {
    method: "get",
    path: "/people",
    summary: "People, newest first",
    query: queries.personQuery,
    answers: { 200: list("personShape") },
  },
  {
    method: "get",
    path: "/people/{id}",
    summary: "One person",
    answers: { 200: one("personShape", "The person") },
  },
  {
    method: "delete",
    path: "/people/{id}",
    summary: "Remove a person with all that names him; who has something in a cell can still take it out",
    query: queries.reasonQuery,
    answers: { 200: one("removalShape", "Removed, or leaving") },
  },
  {
    method: "post",
    path: "/people/{id}/sign-out",
    summary: "End all sessions of a person, who has to sign in again; a guest comes back as somebody new",
    body: reasonBody,
    answers: { 204: { description: "Signed out" } },
  },
  {
    method: "get",
    path: "/events",
    summary:
      "What happened, newest first; with `after`, a `next` or `start`, what was written since, oldest first: who goes on from its `next` misses nothing",
    query: queries.eventQuery,
    answers: { 200: list("eventShape") },
  },
  {
    method: "get",
    path: "/alarms",
    summary: "What somebody should look after, newest first",
    query: queries.alarmQuery,
    answers: { 200: list("alarmShape") },
  },
  {
    method: "get",
    path: "/acts",
    summary: "The audit log: what the operator did, newest first",
    query: queries.actQuery,
    answers: { 200: list("actShape") },
  },
  {
    method: "get",
    path: "/status",
    summary: "How the program that answers is, and each of its isolates",
    answers: { 200: one("statusShape", "The status") },
  },
];
