import { statSync } from 'node:fs'
import { dirname } from 'node:path'

const OTHERS_MAY_ENTER = 0o001

/** Whether a user who owns nothing here can reach a path through all of its parent folders. */
export function reachableByOthers(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
