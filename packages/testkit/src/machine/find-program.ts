import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Machine } from './machine.js'

/** The first of the programs that stands on the PATH, or in one of the folders besides. */
export function findProgram(
  names: readonly string[],
  { env }: Machine,
  besides: readonly string[] = [],
): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), ...besides]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
