/** One promise of a `SessionSource`, for any test runner. */
export interface SessionSourceCheck {
  readonly name: string
  /** Rejects with what is wrong. */
  run(): Promise<void>
}
