import { createHash } from 'node:crypto'

/** An advisory lock of PostgreSQL in its space of two integers. */
export interface LockKey {
  readonly space: number
  readonly key: number
}

/** "PLMD" and "PLMM" in ASCII. */
const DEPLOYER_SPACE = 0x504c4d44
const MODULE_SPACE = 0x504c4d4d

/** Who holds it may migrate the database. */
export const DEPLOYER_LOCK: LockKey = { space: DEPLOYER_SPACE, key: 0 }

/** Held by the session that migrates the module. */
export function moduleLock(module: string): LockKey {
  const digest = createHash('sha256').update(module).digest()
  return { space: MODULE_SPACE, key: digest.readUInt32BE(0) & 0x7fffffff }
}
