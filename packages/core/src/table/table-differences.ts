import { defaultSql, type ResolvedTable } from './create-table-statements.js'
import type { ExpressionTexts } from './expression-texts.js'
import type { DefinedColumn } from './table-definition.js'
import type { DescribedColumn, DescribedConstraint, TableDescription } from './table-description.js'
import type { TableInfo } from './table-info.js'

/** Something of a table that is not as its definition says. */
export interface TableDifference {
  /** `column email`, `primary key`, `unique (…)`, `index (…)`, `row-level security`, … */
  readonly subject: string
  readonly expected: string
  readonly actual: string
}

/** The table as it is, from both sides. */
export interface ExistingTable {
  readonly info: TableInfo
  readonly description: TableDescription
  /** How the server prints the definition's expressions. */
  readonly texts: ExpressionTexts
}

/**
 * What differs between a definition and the table that exists. Indexes and checks that the
 * definition does not have were added by migrations and are no difference.
 */
export function tableDifferences(
  wanted: ResolvedTable,
  existing: ExistingTable,
): readonly TableDifference[] {
  if (!['r', 'p'].includes(existing.description.kind)) {
    return [{ subject: 'relation', expected: 'a table', actual: 'a view or another relation' }]
  }
  return [
    ...columnDifferences(wanted, existing),
    ...keyDifferences(wanted, existing),
    ...checkDifferences(wanted, existing),
    ...indexDifferences(wanted, existing),
    ...compared('row-level security', {
      expected: wanted.definition.tenantColumn ?? 'off',
      actual: existing.info.tenantColumn ?? 'off',
    }),
  ]
}

const MISSING = 'missing'

function compared(
  subject: string,
  { expected, actual }: { readonly expected: string; readonly actual: string },
): TableDifference[] {
  return expected === actual ? [] : [{ subject, expected, actual }]
}

function columnDifferences(wanted: ResolvedTable, existing: ExistingTable): TableDifference[] {
  const { definition } = wanted
  const defined = new Set(definition.columns.map((column) => column.name))
  const extra = existing.description.columns.filter((column) => !defined.has(column.name))
  return [
    ...definition.columns.flatMap((column) => oneColumn(wanted, existing, column)),
    ...extra.map(({ name }) => ({
      subject: `column ${name}`,
      expected: MISSING,
      actual: existing.info.columns.get(name)?.type ?? 'there',
    })),
  ]
}

function oneColumn(
  wanted: ResolvedTable,
  { info, description, texts }: ExistingTable,
  column: DefinedColumn,
): TableDifference[] {
  const { name } = column
  const subject = `column ${name}`
  const type = wanted.types.get(name)?.text ?? column.type.text
  const found = description.columns.find((one) => one.name === name)
  if (found === undefined) return [{ subject, expected: type, actual: MISSING }]
  // The tenant column's default is the system's own.
  const isTenant = name === wanted.definition.tenantColumn
  const expectedSource = sourceText(column, texts.defaults.get(name) ?? defaultSql(wanted, column))
  return [
    ...compared(`${subject}: type`, { expected: type, actual: info.columns.get(name)?.type ?? '' }),
    ...compared(`${subject}: nullable`, {
      expected: String(column.nullable),
      actual: String(found.nullable),
    }),
    ...(isTenant && column.default === undefined
      ? []
      : compared(`${subject}: default`, { expected: expectedSource, actual: foundSource(found) })),
  ]
}

function sourceText(column: DefinedColumn, expression: string | undefined): string {
  if (column.identity !== undefined) return `identity ${column.identity}`
  if (column.generated !== undefined) return `generated ${expression ?? column.generated}`
  return expression ?? 'none'
}

function foundSource({ identity, generated, expression }: DescribedColumn): string {
  if (identity !== null) return `identity ${identity}`
  if (generated) return `generated ${expression}`
  return expression ?? 'none'
}

const ACTION_CODES: Readonly<Record<string, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

function keyDifferences(wanted: ResolvedTable, { description }: ExistingTable): TableDifference[] {
  const { definition, foreignKeys } = wanted
  const expected = [
    ...(definition.primaryKey.length > 0
      ? [`primary key (${definition.primaryKey.join(', ')})`]
      : []),
    ...definition.uniques.map((key) => `unique (${key.columns.join(', ')})`),
    ...foreignKeys.map((key) =>
      referenceText(key.columns, {
        table: key.table,
        referenced: key.referenced,
        actions: [key.onDelete, key.onUpdate],
      }),
    ),
  ]
  const actual = description.constraints.flatMap((constraint) => keyText(constraint) ?? [])
  return [
    ...expected
      .filter((text) => !actual.includes(text))
      .map((subject) => ({ subject, expected: 'there', actual: MISSING })),
    ...actual
      .filter((text) => !expected.includes(text))
      .map((subject) => ({ subject, expected: MISSING, actual: 'there' })),
  ]
}

function keyText(constraint: DescribedConstraint): string | undefined {
  const columns = constraint.columns?.join(', ')
  if (constraint.kind === 'p') return `primary key (${columns})`
  if (constraint.kind === 'u') return `unique (${columns})`
  if (constraint.kind !== 'f') return undefined
  return referenceText(constraint.columns, {
    table: constraint.table ?? '',
    referenced: constraint.referenced ?? [],
    actions: [constraint.onDelete, constraint.onUpdate].map((code) => ACTION_CODES[code] ?? code),
  })
}

function referenceText(
  columns: readonly string[],
  to: {
    readonly table: string
    readonly referenced: readonly string[]
    readonly actions: readonly string[]
  },
): string {
  const [onDelete, onUpdate] = to.actions
  return (
    `reference (${columns.join(', ')}) to ${to.table} (${to.referenced.join(', ')})` +
    ` on delete ${onDelete} on update ${onUpdate}`
  )
}

function checkDifferences(
  { definition }: ResolvedTable,
  { description, texts }: ExistingTable,
): TableDifference[] {
  const actual = description.constraints.flatMap((one) => (one.kind === 'c' ? one.expression : []))
  return definition.checks
    .map((check, index) => texts.checks[index] ?? check.sql)
    .filter((text) => !actual.includes(text))
    .map((text) => ({ subject: `check ${text}`, expected: 'there', actual: MISSING }))
}

function indexDifferences(
  { definition }: ResolvedTable,
  { description }: ExistingTable,
): TableDifference[] {
  const actual = description.indexes.map((index) =>
    indexText(index.columns, { ...index, partial: index.partial }),
  )
  return definition.indexes
    .map((index) =>
      indexText(
        index.columns.map((column) => column.name),
        { ...index, partial: index.where !== undefined },
      ),
    )
    .filter((text) => !actual.includes(text))
    .map((subject) => ({ subject, expected: 'there', actual: MISSING }))
}

function indexText(
  columns: readonly (string | null)[],
  index: { readonly unique: boolean; readonly using: string; readonly partial: boolean },
): string {
  const unique = index.unique ? 'unique ' : ''
  return `${unique}index (${columns.join(', ')}) using ${index.using}${index.partial ? ' where' : ''}`
}
