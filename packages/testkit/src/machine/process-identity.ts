import { readFileSync } from 'node:fs'

/** A process id with what tells it from a later process of the same id. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot where `/proc` tells it, else empty. */
  readonly startedAt: string
}

/** The identity of a process, or `undefined` where none of that id runs. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  return { pid, startedAt: startTime(pid) }
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold blanks and brackets: fields are counted after its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
