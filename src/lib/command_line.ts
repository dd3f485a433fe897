/** Calls the operator's command line from the folder of the service, in messages that can be copied and run. */
export const KAIGUI = "deno task kaigui";
