/** The options of the command, as commander names them. */
export interface ExportOptions {
  readonly cabinet?: string;
  readonly from?: number;
  readonly until?: number;
  readonly out?: string;
  readonly excel?: boolean;
  readonly separator: keyof typeof SEPARATORS;
}

/** What `--separator` takes. */
export const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t" } as const;
