/**
 * The program, its cabinets and the people in front of them, put together for one test.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import {
  characters,
  simulateCabinet,
  type SimulatedCabinet,
  type SimulatedCabinetOptions,
} from "../../src/simulator/mod.ts";
import { putCabinet, untilOnline } from "../api.ts";
import { Device } from "../device.ts";
import { tempFolder } from "../folders.ts";
import { Program } from "../program.ts";
import { Phone, type PhoneOptions } from "./browser.ts";
import { chance } from "../chance.ts";

/** The cabinet of a scene with one cabinet. */
export const CABINET = "cab";
const NAME = "一号楼大厅 A 柜";

/** Further fields of the cabinet's description. */
type Description = Record<string, unknown>;

/** A running service, its cabinets and people's phones. */
export class Scene implements AsyncDisposable {
  readonly phones: Phone[] = [];
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #stack: AsyncDisposableStack;
  #program: Program;

  private constructor(
    browser: Browser,
    more: { folder: string; program: Program; stack: AsyncDisposableStack },
  ) {
    this.#browser = browser;
    this.#folder = more.folder;
    this.#program = more.program;
    this.#stack = more.stack;
    this.#stack.defer(() => this.#program[Symbol.asyncDispose]());
  }

  /** Starts the program on a folder of its own. */
  static async start(browser: Browser, env: Record<string, string> = {}): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder()).path;
    const program = await Program.start(folder, env);
    return new Scene(browser, { folder, program, stack: stack.move() });
  }

  /** The running program. */
  get program(): Program {
    return this.#program;
  }

  get folder(): string {
    return this.#folder;
  }

  /** Creates a simulated cabinet, whose doors stay open until the test closes them, and waits until it is online. */
  async cabinet(
    character: Partial<SimulatedCabinetOptions> = {},
    description: Description = {},
  ): Promise<SimulatedCabinet> {
    await putCabinet(this.#program, CABINET, { name: NAME, ...description });
    const cabinet = this.#stack.use(simulateCabinet({
      ...characters.normal,
      closeMs: "never",
      redialMs: [50, 200],
      random: chance("scene"),
      hostname: "127.0.0.1",
      port: this.#program.devicePort,
      registration: new TextEncoder().encode(`REG-${CABINET}`),
      ...character,
    }));
    await untilOnline(this.#program, CABINET);
    return cabinet;
  }

  /** Creates a cabinet whose board the test scripts, and waits until it is online. */
  async device(description: Description = {}): Promise<Device> {
    await putCabinet(this.#program, CABINET, { name: NAME, ...description });
    const device = this.#stack.use(await Device.connect(this.#program, `REG-${CABINET}`));
    await untilOnline(this.#program, CABINET);
    return device;
  }

  /** Another person's phone, without a session. */
  async phone(options?: PhoneOptions): Promise<Phone> {
    const phone = this.#stack.use(await Phone.start(this.#browser, this.#program.url, options));
    this.phones.push(phone);
    return phone;
  }

  /** Another person who has scanned the cabinet's code; waits until the page takes taps. */
  async visitor(options?: PhoneOptions): Promise<Phone> {
    const phone = await this.phone(options);
    await phone.visit(CABINET);
    await phone.ready();
    return phone;
  }

  /** Kills the program. */
  async crash(): Promise<void> {
    await this.#program.end("SIGKILL");
  }

  /** Starts it again on the same folder and ports. */
  async restart(): Promise<void> {
    const { httpPort, devicePort } = this.#program;
    this.#program = await Program.start(this.#folder, { PORT: `${httpPort}`, DEVICE_PORT: `${devicePort}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
