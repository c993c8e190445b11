const NAME = /^(\d+)_[A-Za-z0-9][A-Za-z0-9_-]*$/

/** How names of migrations are written, for messages. */
export const NAME_RULE =
  'Name it by a number, an underscore and letters, digits, "_" or "-", such as 001_create_clientes.'

/** Whether a text is the name of a migration: `NNN_name`. */
export function isMigrationName(name: string): boolean {
  return NAME.test(name)
}

/** The number of a migration by which two are the same: its digits without leading zeros. */
export function migrationNumber(name: string): string {
  return name.slice(0, name.indexOf('_')).replace(/^0+(?=\d)/, '')
}

/** Whether two names have the same number. */
export function haveSameNumber(a: string, b: string): boolean {
  const digits = a.indexOf('_')
  // Most are written with the same count of digits.
  if (b.indexOf('_') === digits) return b.startsWith(a.slice(0, digits))
  return migrationNumber(a) === migrationNumber(b)
}

/** Order of the migrations of a module: by number, of any length, then by name. */
export function compareNames(a: string, b: string): number {
  // Of numbers with the same count of digits the text has the same order.
  if (a.indexOf('_') === b.indexOf('_')) return compareText(a, b)
  const [left, right] = [migrationNumber(a), migrationNumber(b)]
  return left.length - right.length || compareText(left, right) || compareText(a, b)
}

/** By code unit: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
