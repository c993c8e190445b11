const thrown = new WeakSet<Error>()

/** What was thrown when a value of a statement was to be written as its text. */
export const unsendableValue = {
  note(error: unknown): void {
    if (error instanceof Error) thrown.add(error)
  },

  isCauseOf(error: Error): boolean {
    return thrown.has(error)
  },
}
