/** What `plataforma doctor` found; one of grade `error` makes it end with exit code 1. */
export interface Finding {
  /** Stays the same from version to version, such as `server-version`. */
  readonly id: string
  readonly grade: 'ok' | 'info' | 'warning' | 'error'
  readonly message: string
  readonly remedy?: string
  /** The remedy in SQL, for the administrator or a superuser. */
  readonly sql?: string
}
