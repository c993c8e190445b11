import { isDeepStrictEqual } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { asAdministrator } from './acting-role.js'
import { bookkeeping } from './bookkeeping/bookkeeping-tables.js'
import type { Finding } from './finding.js'
import type { Isolation } from './isolation.js'
import { type RelationFacts, readRelations } from './relation-facts.js'
import { assertProtectable, isSecure, secureRelation } from './secure-relation.js'
import { sequenceFindings } from './serial-columns.js'

/** A table of a module as it is to be kept. */
export interface EnsuredTable {
  readonly module: string
  readonly table: string
  /** The tenant column to protect the table by; without one no policy is put on it. */
  readonly tenantColumn?: string | undefined
  /** What the table was made from, kept in the registry as JSON. */
  readonly definition?: unknown
  /** What is asked of other packages, kept in the registry as JSON. */
  readonly wishes?: unknown
}

/**
 * Brings a table and its partitions to what isolation asks for, inside a transaction of the
 * administrator, whichever role it has taken: owner, grants, identity columns, policies, index,
 * default and NOT NULL of the tenant column, registry. Repeatable.
 *
 * @throws PlataformaError `PLT_TABLE_NOT_FOUND`, `PLT_TENANT_COLUMN_MISSING`, `PLT_TYPE_INVALID`,
 * `PLT_OPTION_INVALID`, `PLT_NOT_NULL_VIOLATION`
 */
export async function ensureTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  wanted: EnsuredTable,
): Promise<readonly Finding[]> {
  return asAdministrator(trx, isolation.server.administrator, async () => {
    let relations = await readTable(trx, isolation, wanted)
    if (!isKept(isolation, wanted, relations)) {
      await register(trx, wanted)
      // Registering took the row's lock: another process may have done the work meanwhile.
      relations = await readTable(trx, isolation, wanted)
      for (const relation of relations) {
        await secureRelation(trx, isolation, workOn(wanted, relation))
      }
    }
    return relations.flatMap(sequenceFindings)
  })
}

async function readTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  wanted: EnsuredTable,
): Promise<readonly RelationFacts[]> {
  const { module, table, tenantColumn = '' } = wanted
  const question = { module, table, tenantColumn, asRegistered: false }
  const relations = await readRelations(trx, isolation, question)
  const [root] = relations
  if (root === undefined) throw tableNotFound(module, table)
  if (wanted.tenantColumn !== undefined) assertProtectable(workOn(wanted, root), tenantColumn)
  return relations
}

function isKept(
  isolation: Isolation,
  wanted: EnsuredTable,
  relations: readonly RelationFacts[],
): boolean {
  const row = relations[0]?.registered
  if (!row || row.rls !== (wanted.tenantColumn !== undefined)) return false
  if (row.tenantColumn !== (wanted.tenantColumn ?? null)) return false
  if (!isSameJson(wanted.definition, row.definition)) return false
  if (!isSameJson(wanted.wishes, row.wishes)) return false
  return relations.every((relation) => isSecure(isolation, workOn(wanted, relation)))
}

function workOn(wanted: EnsuredTable, relation: RelationFacts) {
  return { module: wanted.module, relation, rls: wanted.tenantColumn !== undefined }
}

function isSameJson(wanted: unknown, kept: unknown): boolean {
  return wanted === undefined || isDeepStrictEqual(JSON.parse(JSON.stringify(wanted)), kept)
}

async function register(trx: Kysely<unknown>, wanted: EnsuredTable): Promise<void> {
  const { module, table, tenantColumn, definition, wishes } = wanted
  const given = {
    tenant_column: tenantColumn ?? null,
    rls: tenantColumn !== undefined,
    ...(definition === undefined ? {} : { definition: JSON.stringify(definition) }),
    ...(wishes === undefined ? {} : { wishes: JSON.stringify(wishes) }),
  }
  await bookkeeping(trx)
    .insertInto('plataforma.tables')
    .values({ module, name: table, ...given })
    .onConflict((conflict) =>
      conflict.columns(['module', 'name']).doUpdateSet({ ...given, updated_at: sql<Date>`now()` }),
    )
    .execute()
}

export function tableNotFound(module: string, table: string): PlataformaError {
  return new PlataformaError('PLT_TABLE_NOT_FOUND', `Module "${module}" has no table "${table}".`, {
    module,
    table,
    remedy: 'Create the table, or correct its name.',
  })
}
