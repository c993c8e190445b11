import { type OperationNode, ReferenceNode, TableNode } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../error/suggestion.js'
import { TextMemory } from '../statement/text-memory.js'
import type { ColumnInfo, TableInfo } from '../table/table-info.js'
import { columnCodec } from '../value/column-codec.js'
import { nodes } from './nodes.js'

/** A table that a statement is written for: its columns by name, and its values as nodes. */
export class QueryTable {
  readonly info: TableInfo
  readonly node: TableNode
  /** Texts of selects by their shape. */
  readonly selects = new TextMemory<string>(200, 200_000)
  readonly #qualified: boolean

  /** `qualified` columns carry the table's name, for statements that go on to join others. */
  constructor(info: TableInfo, { qualified = false } = {}) {
    this.info = info
    this.node = nodes.table(info.schema, info.name)
    this.#qualified = qualified
  }

  reference(column: ColumnInfo): OperationNode {
    const name = nodes.column(column.name)
    return this.#qualified
      ? ReferenceNode.create(name, TableNode.create(this.info.name))
      : ReferenceNode.create(name)
  }

  /** @throws PlataformaError `PLT_COLUMN_UNKNOWN` */
  column(name: string): ColumnInfo {
    const column = this.info.columns.get(name)
    if (column !== undefined) return column
    throw new PlataformaError(
      'PLT_COLUMN_UNKNOWN',
      `Table "${this.info.name}" has no column "${name}".${suggestion(name, this.info.columns.keys())}`,
      { remedy: 'Correct the name of the column.', table: this.info.name, column: name },
    )
  }

  /** A value of the column as a parameter. @throws PlataformaError `PLT_VALUE_INVALID` */
  value(column: ColumnInfo, value: unknown): OperationNode {
    return nodes.value(columnCodec(this.info, column).encode(value))
  }

  /** Values of the column as one array parameter, so that the text does not depend on their number. */
  list(column: ColumnInfo, values: readonly unknown[]): OperationNode {
    const codec = columnCodec(this.info, column)
    const list = nodes.cast(nodes.value(codec.list(values)), codec.listType)
    return codec.direct ? list : nodes.cast(list, `${column.castType}[]`)
  }
}
