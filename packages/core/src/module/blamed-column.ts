import type { PlataformaError, PlataformaErrorData } from '../error/plataforma-error.js'
import type { InputRow } from '../query/insert-rows.js'
import type { TableInfo } from '../table/table-info.js'

/**
 * The column of an error for which PostgreSQL names none: that of the constraint beside the tenant
 * column, the tenant column itself, or the one whose text is longer than it may be.
 */
export function blamedColumn(
  error: PlataformaError,
  table: TableInfo,
  written: readonly InputRow[] = [],
): PlataformaErrorData {
  if (error.code === 'PLT_TENANT_MISMATCH') return { column: table.tenantColumn }
  if (error.sqlState === '22001') return longText(table, written)
  const columns = table.constraints.get(error.constraint ?? '')
  if (columns === undefined) return {}
  const [column, ...others] = columns.filter((name) => name !== table.tenantColumn)
  return { column: others.length === 0 ? column : undefined, details: { columns } }
}

const LIMITED = /^(?:character(?: varying)?|bit(?: varying)?)\((\d+)\)$/

function longText(table: TableInfo, written: readonly InputRow[]): PlataformaErrorData {
  const limited = [...table.columns.values()].flatMap(({ name, type }) => {
    const [, most] = LIMITED.exec(type) ?? []
    return most === undefined ? [] : { name, most: Number(most) }
  })
  for (const [row, values] of written.entries()) {
    for (const { name, most } of limited) {
      const value = values[name]
      if (value === null || value === undefined || [...String(value)].length <= most) continue
      return { column: name, details: written.length > 1 ? { row, most } : { most } }
    }
  }
  return {}
}
