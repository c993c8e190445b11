import { PlataformaError } from '../error/plataforma-error.js'
import type { OrderItem } from './ordering.js'
import type { QueryTable } from './query-table.js'

/** The text that the server gave for each column of the ordering; null for NULL. */
export type CursorValues = readonly (string | null)[]

/** An opaque place in an ordering, for `after`. It holds the values of the row's order columns. */
export function encodeCursor(items: readonly OrderItem[], values: CursorValues): string {
  return Buffer.from(JSON.stringify([signature(items), ...values])).toString('base64url')
}

/** @throws PlataformaError `PLT_CURSOR_INVALID` */
export function decodeCursor(
  table: QueryTable,
  items: readonly OrderItem[],
  cursor: unknown,
): CursorValues {
  const [found, ...values] = parse(cursor)
  if (found === signature(items) && values.length === items.length && values.every(isCursorValue)) {
    return values
  }
  throw new PlataformaError(
    'PLT_CURSOR_INVALID',
    `The cursor given as \`after\` does not belong to this ordering of table "${table.info.name}".`,
    {
      remedy: 'Give the `next` of the page before, with the same orderBy.',
      table: table.info.name,
    },
  )
}

function parse(cursor: unknown): unknown[] {
  if (typeof cursor !== 'string') return []
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

function isCursorValue(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && !value.includes('\0'))
}

function signature(items: readonly OrderItem[]): string {
  return items
    .map(({ column, descending, nullsFirst }) => {
      const nulls = nullsFirst === descending ? '' : nullsFirst ? ' first' : ' last'
      return `${column.name}${descending ? ' desc' : ''}${nulls}`
    })
    .join()
}
