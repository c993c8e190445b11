/** Something about a database that its people should know. */
export interface Finding {
  /** What was looked at, in kebab case; stays the same from version to version. */
  readonly id: string
  readonly grade: 'ok' | 'info' | 'warning' | 'error'
  readonly message: string
  readonly remedy?: string
  /** What the remedy is in SQL, to be run by the administrator or a superuser. */
  readonly sql?: string
}
