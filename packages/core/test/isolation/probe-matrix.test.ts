import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODES } from './probes/modes.js'
import { type Expected, PROBES } from './probes/probes.js'
import { createTableKinds, SECRET, TABLE_KINDS, type TableKind } from './probes/table-kind.js'
import { GRADES, Setting } from './setting.js'

describe.each(GRADES)('every probe on every kind of relation, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade)
    await createTableKinds(setting)
    // The victim's keys that the attacker tries.
    for (const { relation, tenants, isTable } of TABLE_KINDS) {
      if (!isTable) continue
      await setting.query(
        tenants[1],
        `insert into ${relation} (id, email, nome) values (3, 'three@example.org', $1)`,
        [SECRET],
      )
    }
    await setting.truth('analyze')
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  const victimsRows = ({ relation, tenants }: TableKind) =>
    setting.truth(
      `select * from module_vendas.${relation} where organization_id::text = $1 order by id`,
      [tenants[1]],
    )

  describe.each(TABLE_KINDS)('$name', (kind) => {
    it.each(MODES)('leaks nothing in $name', async (mode) => {
      const before = await victimsRows(kind)
      expect(before).toHaveLength(kind.closed ? 2 : 3)
      const differences: unknown[] = []
      for (const probe of PROBES) {
        const sql = probe.sql(kind)
        if (sql === undefined) continue
        const found = await outcome(() => mode.run(setting, kind, sql))
        const expected = probe.expected(kind)
        if (!meets(found, expected)) {
          differences.push({ probe: `${probe.number} ${probe.name}`, sql, found, expected })
        }
        if (probe.writes) {
          await setting.truth(`delete from module_vendas.${kind.relation} where nome = 'attack'`)
        }
      }
      expect(differences).toEqual([])
      expect(await victimsRows(kind)).toEqual(before)
    })
  })
})

type Outcome = { readonly rows: readonly object[] } | { readonly refused: string }

async function outcome(run: () => Promise<readonly object[]>): Promise<Outcome> {
  try {
    return { rows: await run() }
  } catch (error) {
    const { sqlState, code, message } = error as Error & { sqlState?: string; code?: string }
    return { refused: sqlState ?? code ?? message }
  }
}

/** A leak is a difference whatever was expected. */
function meets(found: Outcome, expected: Expected): boolean {
  if (JSON.stringify(found).includes(SECRET)) return false
  if ('rows' in found) return 'rows' in expected && found.rows.length === expected.rows
  return 'refused' in expected && expected.refused.includes(found.refused)
}
