import { migrationNumber } from './migration-name.js'

/** Whether people mean this migration by a number: `7` and `007` are those of `007_add_x`. */
export function isNumberOf(number: string, name: string): boolean {
  return /^\d+$/.test(number) && migrationNumber(`${number}_`) === migrationNumber(name)
}
