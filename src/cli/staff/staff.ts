import type { Command } from "commander";
import type { Io } from "../io.ts";
import { addAcceptCommand } from "./accept.ts";
import { addInvitationCommands } from "./invitations.ts";
import { addMemberCommands } from "./members.ts";

/** Adds `kaigui staff`. */
export function addStaffCommands(program: Command, io: Io): void {
  const staff = program.command("staff")
    .summary("the people who work for the organization: invite, list, change, remove")
    .description("The organization's staff, and the links that make it.")
    .helpCommand(false);
  addInvitationCommands(staff, io);
  addMemberCommands(staff, io);
  addAcceptCommand(staff, io);
}
