import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { columnSql, defaultSql, type ResolvedTable } from './create-table-statements.js'
import { describeTable, type TableDescription } from './table-description.js'
import type { OwnerTransaction } from './table-host.js'

/** How the server prints the expressions of a definition. */
export interface ExpressionTexts {
  /** Of defaults and stored expressions, by column. */
  readonly defaults: ReadonlyMap<string, string>
  /** In the order of the definition's checks. */
  readonly checks: readonly string[]
}

/**
 * Only the server knows how it prints an expression: where the texts are not plainly those of the
 * table that exists, a table with them is made in a savepoint, read and rolled back.
 */
export async function expressionTexts(
  table: ResolvedTable,
  existing: TableDescription,
  trx: OwnerTransaction,
): Promise<ExpressionTexts> {
  return plainTexts(table, existing) ?? (await printedTexts(table, trx))
}

function plainTexts(table: ResolvedTable, existing: TableDescription): ExpressionTexts | undefined {
  const defaults = new Map<string, string>()
  for (const column of table.definition.columns) {
    const wanted = column.generated ?? defaultSql(table, column)
    if (wanted === undefined) continue
    const found = existing.columns.find((one) => one.name === column.name)?.expression
    const text = table.types.get(column.name)?.text ?? ''
    const spellings = [wanted, `(${wanted})`, `${wanted}::${text.replace(/\(.*\)/, '')}`]
    if (found === undefined || found === null || !spellings.includes(found)) return undefined
    defaults.set(column.name, found)
  }
  const checks: string[] = []
  for (const check of table.definition.checks) {
    const found = existing.constraints.find(
      ({ expression }) => expression === check.sql || expression === `(${check.sql})`,
    )
    if (found?.expression === undefined || found.expression === null) return undefined
    checks.push(found.expression)
  }
  return { defaults, checks }
}

async function printedTexts(table: ResolvedTable, trx: OwnerTransaction): Promise<ExpressionTexts> {
  const { definition } = table
  const name = `compared_${randomBytes(8).toString('hex')}`
  const parts = [
    ...definition.columns.map((column) => columnSql(table, column)),
    ...definition.checks.map(
      (check, index) => sql`constraint ${sql.id(checkName(index))} check (${sql.raw(check.sql)})`,
    ),
  ]
  await sql`savepoint compared`.execute(trx)
  await sql`create table ${sql.id(definition.schema, name)} (${sql.join(parts)})`.execute(trx)
  const made = await describeTable({ schema: definition.schema, name }, trx)
  await sql`rollback to savepoint compared`.execute(trx)
  const expressions = made?.columns.map(({ name, expression }) => [name, expression] as const) ?? []
  return {
    defaults: new Map(expressions.flatMap(([name, text]) => (text === null ? [] : [[name, text]]))),
    checks: definition.checks.map(
      ({ sql }, index) =>
        made?.constraints.find((one) => one.name === checkName(index))?.expression ?? sql,
    ),
  }
}

function checkName(index: number): string {
  return `check_${index}`
}
