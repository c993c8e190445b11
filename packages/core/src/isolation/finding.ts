/** Something that the set-up should be told of. */
export interface Finding {
  /** What was looked at, in kebab case: stable, for programs. */
  readonly check: string
  readonly status: 'ok' | 'warning' | 'error'
  readonly message: string
  /** SQL where there is some, else a sentence. */
  readonly remedy?: string
}
