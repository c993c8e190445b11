import { existsSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { reachableByOthers } from './reachable-by-others.js'
import { unprivilegedUser } from './unprivileged-user.js'

/** A file system in memory: creating a database takes 15 ms there, some 300 ms on a disk. */
const MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 1024 ** 3

/** Where servers' folders may be, the preferred one first; a `TMPDIR` that is set is obeyed. */
export function baseFolders(): readonly [string, ...string[]] {
  const temporary = tmpdir()
  const disk = unprivilegedUser() && !reachableByOthers(join(temporary, 'x')) ? '/tmp' : temporary
  if (process.env.TMPDIR || !existsSync(MEMORY)) return [disk]
  const { bavail, bsize } = statfsSync(MEMORY)
  const isRoomy = bavail * bsize > ROOM_BYTES && freemem() > ROOM_BYTES
  return isRoomy ? [MEMORY, disk] : [disk, MEMORY]
}
