/** What `plataforma doctor` found; one with the status `error` makes it end with exit code 1. */
export interface Finding {
  /** What was looked at, in kebab case: stays the same from version to version. */
  readonly check: string
  readonly status: 'ok' | 'info' | 'warning' | 'error'
  readonly message: string
  /** SQL for the administrator or a superuser where there is some, else a sentence. */
  readonly remedy?: string
}
