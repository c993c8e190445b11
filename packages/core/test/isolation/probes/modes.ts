import { CompiledQuery } from 'kysely'
import { refusalOf } from '../session-attack.js'
import type { Setting } from '../setting.js'
import type { TableKind } from './table-kind.js'

type Rows = readonly object[]

/** A state of the session, or a way of sending, in which the attacker's statement runs. */
export interface Mode {
  readonly name: string
  run(setting: Setting, kind: TableKind, sql: string): Promise<Rows>
}

const victimReads = (setting: Setting, { relation, tenants }: TableKind): Promise<unknown> =>
  refusalOf(() => setting.query(tenants[1], `select * from ${relation}`))

export const MODES: readonly Mode[] = [
  {
    name: 'autocommit',
    run: (setting, { tenants }, sql) => setting.query(tenants[0], sql),
  },
  {
    name: 'a transaction',
    run: (setting, { tenants, relation, closed }, sql) =>
      setting.as(tenants[0], () =>
        setting.vendas.transaction(async (tx) => {
          if (!closed) await tx.query(`select * from ${relation}`)
          return await tx.query(sql)
        }),
      ),
  },
  {
    name: 'a savepoint after an error',
    run: (setting, { tenants }, sql) =>
      setting.as(tenants[0], () =>
        setting.vendas.transaction(async () => {
          await refusalOf(() => setting.vendas.transaction((tx) => tx.query('select 1 / 0')))
          return await setting.vendas.transaction((tx) => tx.query(sql))
        }),
      ),
  },
  {
    name: 'after an error of the victim',
    run: async (setting, { tenants }, sql) => {
      await refusalOf(() => setting.query(tenants[1], 'select 1 / 0'))
      return await setting.query(tenants[0], sql)
    },
  },
  {
    name: 'after the victim on the same session',
    run: async (setting, kind, sql) => {
      await victimReads(setting, kind)
      return await setting.query(kind.tenants[0], sql)
    },
  },
  {
    name: 'a stream',
    run: (setting, { tenants }, sql) =>
      setting.as(tenants[0], async () => {
        const rows: object[] = []
        const executor = setting.vendas.db.getExecutor()
        for await (const portion of executor.stream<object>(CompiledQuery.raw(sql), 1)) {
          rows.push(...portion.rows)
        }
        return rows
      }),
  },
  {
    name: 'prepared under two tenants',
    run: async (setting, { tenants }, sql) => {
      // The victim's own turn must not change its rows, so it always ends with an error.
      const inVain = (text: string) =>
        refusalOf(() =>
          setting.as(tenants[1], () =>
            setting.vendas.transaction(async (tx) => {
              await tx.query(text)
              throw Object.assign(new Error('in vain'), { code: 'in vain' })
            }),
          ),
        )
      for (let turn = 0; turn < 3; turn++) await inVain(sql)
      return await setting.query(tenants[0], sql)
    },
  },
]
