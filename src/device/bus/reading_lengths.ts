/** How long the readings of whole boards are, which in some families only the board knows. */
export class ReadingLengths {
  /** By the board's address; made with the first reading. */
  #bytes: Map<number, number> | undefined;

  /** The longest reading so far, in bytes; `undefined`: none was understood yet. */
  of(board: number): number | undefined {
    return this.#bytes?.get(board);
  }

  /** A reading of so many bytes was understood. */
  record(board: number, bytes: number): void {
    const lengths = this.#bytes ??= new Map<number, number>();
    lengths.set(board, Math.max(bytes, lengths.get(board) ?? 0));
  }

  /** The board's answer was not understood, so the length may be wrong. */
  forget(board: number): void {
    this.#bytes?.delete(board);
  }
}
