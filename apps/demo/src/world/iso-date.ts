/** The day of a moment, in UTC, as PostgreSQL writes `date`. */
export function isoDate(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}
