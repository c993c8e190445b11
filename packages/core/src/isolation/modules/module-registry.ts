import type { Kysely } from 'kysely'
import { moduleNotFound } from '../../error/module-not-found.js'
import { moduleSchema } from '../../identity/module-name.js'
import { bookkeeping } from '../bookkeeping/bookkeeping-tables.js'

export interface ModuleEntry {
  readonly name: string
  readonly schema: string
  readonly createdAt: Date
}

/** The modules of the database by name. */
export async function listModules(db: Kysely<unknown>): Promise<readonly ModuleEntry[]> {
  const rows = await bookkeeping(db)
    .selectFrom('plataforma.modules')
    .select(['name', 'created_at'])
    .orderBy('name')
    .execute()
  return rows.map(({ name, created_at }) => ({
    name,
    schema: moduleSchema(name),
    createdAt: created_at,
  }))
}

/** @throws PlataformaError `PLT_MODULE_NOT_FOUND` */
export async function assertModuleExists(db: Kysely<unknown>, module: string): Promise<void> {
  const row = await bookkeeping(db)
    .selectFrom('plataforma.modules')
    .select('name')
    .where('name', '=', module)
    .executeTakeFirst()
  if (row === undefined) throw moduleNotFound(module)
}
