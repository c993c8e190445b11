import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  CastNode,
  type ColumnDataType,
  ColumnNode,
  DataTypeNode,
  IdentifierNode,
  type OperationNode,
  OperatorNode,
  OrNode,
  ParensNode,
  ReferenceNode,
  SelectionNode,
  TableNode,
  UnaryOperationNode,
  ValueNode,
} from 'kysely'

/**
 * Kysely's operation nodes as this package writes statements with them: none is a raw fragment,
 * so the dialect knows that such a statement leaves nothing behind on its session.
 */
export const nodes = {
  table: (schema: string, name: string): TableNode => TableNode.createWithSchema(schema, name),
  column: (name: string): ColumnNode => ColumnNode.create(name),
  reference: (name: string): ReferenceNode => ReferenceNode.create(ColumnNode.create(name)),
  value: (value: unknown): OperationNode => ValueNode.create(value),
  /** An item of a select list under a name. */
  named: (node: OperationNode, name: string): SelectionNode =>
    SelectionNode.create(AliasNode.create(node, IdentifierNode.create(name))),
  /** `type` stands in the statement as it is: it comes from the catalog or from this package. */
  cast: (node: OperationNode, type: string): OperationNode =>
    CastNode.create(node, DataTypeNode.create(type as ColumnDataType)),
  /** Operators that Kysely's types do not list are printed as they are. */
  binary: (left: OperationNode, operator: string, right: OperationNode): OperationNode =>
    BinaryOperationNode.create(
      left,
      OperatorNode.create(operator as Parameters<typeof OperatorNode.create>[0]),
      right,
    ),
  and: (all: readonly OperationNode[]): OperationNode => balanced(all, AndNode.create),
  or: (all: readonly OperationNode[]): OperationNode =>
    all.length === 1 ? balanced(all, OrNode.create) : parens(balanced(all, OrNode.create)),
  not: (node: OperationNode): OperationNode =>
    UnaryOperationNode.create(OperatorNode.create('not'), parens(node)),
  never: ValueNode.createImmediate(false) as OperationNode,
  isNull: (node: OperationNode): OperationNode => compareNull(node, 'is'),
  isNotNull: (node: OperationNode): OperationNode => compareNull(node, 'is not'),
} as const

function parens(node: OperationNode): OperationNode {
  return ParensNode.is(node) ? node : ParensNode.create(node)
}

function compareNull(node: OperationNode, operator: 'is' | 'is not'): OperationNode {
  return BinaryOperationNode.create(
    node,
    OperatorNode.create(operator),
    ValueNode.createImmediate(null),
  )
}

/** A tree of little depth, since compilers of trees recurse; of at least one node. */
function balanced(
  all: readonly OperationNode[],
  join: (left: OperationNode, right: OperationNode) => OperationNode,
): OperationNode {
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  const middle = all.length >> 1
  return join(balanced(all.slice(0, middle), join), balanced(all.slice(middle), join))
}
