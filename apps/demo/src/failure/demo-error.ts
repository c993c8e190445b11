/** An error with what to do about it. */
export class DemoError extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DemoError'
    this.remedy = remedy
  }
}
