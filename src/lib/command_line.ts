/** How the operator's command line is called from the folder of the service: what is shown can be copied and run. */
export const KAIGUI = "deno task kaigui";
