import type { Kysely } from 'kysely'
import { PlataformaError } from '../../error/plataforma-error.js'
import { asAdministrator } from '../acting-role.js'
import type { Finding } from '../inspection/finding.js'
import type { Isolation } from '../isolation.js'
import { type RelationFacts, readRelations } from './relation-facts.js'
import { assertProtectable, isSecure, secureRelations } from './secure-relation.js'
import { sequenceFindings } from './serial-columns.js'
import { type EnsuredTable, lockTable, registerTable } from './table-registry.js'
import { rememberStanding } from './table-standing.js'

/**
 * Brings a table and its partitions to what isolation asks for, inside a transaction of the
 * administrator, whichever role it has taken: owner, grants, identity columns, policies, index,
 * default and NOT NULL of the tenant column, registry. Repeatable.
 *
 * @param recipe what the table is known to be made by, to be found by `stands` from then on
 *
 * @throws PlataformaError `PLT_TABLE_NOT_FOUND`, `PLT_TENANT_COLUMN_MISSING`, `PLT_TYPE_INVALID`,
 * `PLT_OPTION_INVALID`, `PLT_NOT_NULL_VIOLATION`
 */
export async function ensureTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  wanted: EnsuredTable,
  recipe?: string,
): Promise<readonly Finding[]> {
  return asAdministrator(trx, isolation.server.administrator, async () => {
    const isLocked = await registerTable(trx, wanted)
    let relations = await readTable(trx, isolation, wanted)
    const work = (relation: RelationFacts) => workOn(wanted, relation)
    if (!relations.every((relation) => isSecure(isolation, work(relation)))) {
      if (!isLocked) {
        // Another process may be doing the same work.
        await lockTable(trx, wanted)
        relations = await readTable(trx, isolation, wanted)
      }
      await secureRelations(trx, isolation, relations.map(work))
    }
    if (recipe !== undefined) await rememberStanding(trx, wanted, recipe)
    return relations.flatMap(sequenceFindings)
  })
}

async function readTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  wanted: EnsuredTable,
): Promise<readonly RelationFacts[]> {
  const { module, table, tenantColumn = '' } = wanted
  const relations = await readRelations(trx, isolation, { modules: [module], table, tenantColumn })
  const [root] = relations
  if (root === undefined) {
    throw new PlataformaError(
      'PLT_TABLE_NOT_FOUND',
      `Module "${module}" has no table "${table}".`,
      {
        module,
        table,
        remedy: 'Create the table, or correct its name.',
      },
    )
  }
  if (wanted.tenantColumn !== undefined) assertProtectable(workOn(wanted, root), tenantColumn)
  return relations
}

function workOn({ module, tenantColumn }: EnsuredTable, relation: RelationFacts) {
  return { module, relation, rls: tenantColumn !== undefined }
}
