import type { Kysely } from 'kysely'
import type { Finding } from './finding.js'
import { keysAcrossTenants } from './keys-across-tenants.js'

export interface ModuleFinding {
  readonly module: string
  readonly finding: Finding
}

/** Keys of protected tables that cross tenants, for people. */
export async function keyFindings(
  db: Kysely<unknown>,
  modules: readonly string[],
  table?: string,
): Promise<readonly ModuleFinding[]> {
  const keys = await keysAcrossTenants(db, modules, table)
  return keys.map(({ module, kind, message, remedy, sql }) => ({
    module,
    finding: { id: `${kind}-across-tenants`, grade: 'warning', message, remedy, sql },
  }))
}
