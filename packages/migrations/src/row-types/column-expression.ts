import type { ExpressionNode } from 'kysely-codegen'
import type { CatalogType } from './catalog-type.js'
import type { Codegen } from './load-codegen.js'
import type { Relation, RelationColumn } from './read-relations.js'
import { type ValueShape, valueShape } from './value-shape.js'

export interface ColumnGround {
  readonly codegen: Codegen
  readonly types: ReadonlyMap<number, CatalogType>
  readonly scalars: Readonly<Record<string, ExpressionNode | undefined>>
  /** The alias of an enum. */
  enumName(type: CatalogType): string
}

/** The type of a column in its table's interface. */
export function columnExpression(
  { isView }: Relation,
  column: RelationColumn,
  ground: ColumnGround,
): ExpressionNode {
  const { GenericExpressionNode, IdentifierNode, UnionExpressionNode } = ground.codegen
  const shape = valueShape(column.type, column.dimensions, ground.types)
  const value = valueExpression(shape, ground)
  // What is not null in a table may be so in a view of it, beside a row that is missing.
  const notNull = column.notNull || (shape.notNull && !isView)
  const full = notNull ? value : new UnionExpressionNode([value, new IdentifierNode('null')])
  if (isView) return new GenericExpressionNode('ViewColumn', [full])
  if (column.always) return new GenericExpressionNode('ReadOnly', [full])
  const hasDefault = column.hasDefault || shape.hasDefault
  return hasDefault ? new GenericExpressionNode('Generated', [full]) : full
}

function valueExpression(shape: ValueShape, ground: ColumnGround): ExpressionNode {
  const { ArrayExpressionNode, GenericExpressionNode, IdentifierNode, UnionExpressionNode } =
    ground.codegen
  if (shape.isUnread) return new IdentifierNode('UnreadArray')
  if (shape.dimensions === 0) return scalar(shape, ground)
  const element = scalar(shape, ground)
  const isSimple = element.type === 'Identifier' && /^[a-z]/.test(element.name)
  const orNull = new UnionExpressionNode([element, new IdentifierNode('null')])
  let array: ExpressionNode = isSimple
    ? new ArrayExpressionNode(orNull)
    : new GenericExpressionNode('ArrayType', [element])
  for (let dimension = 1; dimension < shape.dimensions; dimension++) {
    array = isSimple ? new ArrayExpressionNode(array) : new GenericExpressionNode('Nested', [array])
  }
  return array
}

function scalar({ type, isFloat }: ValueShape, ground: ColumnGround): ExpressionNode {
  const { IdentifierNode } = ground.codegen
  if (type.kind === 'enum') return new IdentifierNode(ground.enumName(type))
  if (type.schema !== 'pg_catalog') return new IdentifierNode('string')
  if (isFloat) return new IdentifierNode('NumericElement')
  return ground.scalars[type.name] ?? new IdentifierNode('string')
}
