import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { migrationNumber } from '../migration/migration-name.js'

/**
 * Takes a number of a folder until it is disposed of; `undefined` where another process has it. What
 * a process that was killed has left makes its number be left out.
 */
export function reserveNumber(folder: string, number: string): Disposable | undefined {
  // Hidden, and so in nobody's listing.
  const file = join(folder, `.${migrationNumber(`${number}_`)}.reserved`)
  try {
    closeSync(openSync(file, 'wx'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined
    throw error
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}
