import type {
  AggregateFunctionNode,
  AliasNode,
  AndNode,
  BinaryOperationNode,
  CaseNode,
  CastNode,
  ColumnNode,
  DataTypeNode,
  FunctionNode,
  JSONOperatorChainNode,
  JSONPathLegNode,
  JSONPathNode,
  JSONReferenceNode,
  OperationNode,
  OperatorNode,
  OrNode,
  OverNode,
  ParensNode,
  RawNode,
  ReferenceNode,
  SelectionNode,
  TableNode,
  TupleNode,
  UnaryOperationNode,
  ValueListNode,
  ValueNode,
  WhenNode,
} from 'kysely'
import { isHarmlessRaw } from './raw-texts.js'
import { isSafeClause, isSafeQuery } from './safe-query.js'
import {
  isSafeFunction,
  JSON_OPERATORS,
  SAFE_BINARY_OPERATORS,
  SAFE_UNARY_OPERATORS,
  TYPE_NAME,
} from './safe-texts.js'

/**
 * Whether an expression, compiled by Kysely, can call no function but harmless built-in ones. Each
 * part must be of a kind that its place expects: an identifier beside parentheses is a call.
 */
export function isSafeExpression(node: OperationNode): boolean {
  switch (node.kind) {
    case 'IdentifierNode':
    case 'SelectAllNode':
    case 'PrimitiveValueListNode':
    case 'DefaultInsertValueNode':
    case 'MatchedNode':
      return true
    case 'ColumnNode':
      return (node as ColumnNode).column.kind === 'IdentifierNode'
    case 'ReferenceNode':
      return isSafeReference(node as ReferenceNode)
    case 'TableNode':
      return isSafeTable(node as TableNode)
    case 'ValueNode':
      return isSafeValue(node as ValueNode)
    case 'BinaryOperationNode':
      return isSafeBinary(node as BinaryOperationNode)
    case 'AndNode':
    case 'OrNode': {
      const { left, right } = node as AndNode | OrNode
      return isSafeExpression(left) && isSafeExpression(right)
    }
    case 'ParensNode':
      return isSafeExpression((node as ParensNode).node)
    case 'SelectionNode':
      return isSafeExpression((node as SelectionNode).selection)
    case 'AliasNode':
      return isSafeAlias(node as AliasNode)
    case 'ValueListNode':
    case 'TupleNode':
      return areSafe((node as ValueListNode | TupleNode).values)
    case 'UnaryOperationNode':
      return isSafeUnary(node as UnaryOperationNode)
    case 'FunctionNode': {
      const { func, arguments: args } = node as FunctionNode
      return isSafeFunction(func) && areSafe(args)
    }
    case 'AggregateFunctionNode':
      return isSafeAggregate(node as AggregateFunctionNode)
    case 'CaseNode':
      return isSafeCase(node as CaseNode)
    case 'CastNode': {
      const { expression, dataType } = node as CastNode
      return isSafeType(dataType) && isSafeExpression(expression)
    }
    case 'JSONReferenceNode':
      return isSafeJson(node as JSONReferenceNode)
    case 'JSONPathNode':
      return isSafeJsonPath(node as JSONPathNode)
    case 'RawNode':
      return isHarmlessRaw(node as RawNode, isSafeExpression)
    case 'SelectQueryNode':
      return isSafeQuery(node)
    default:
      return false
  }
}

export function areSafe(nodes: readonly OperationNode[]): boolean {
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]
    if (node === undefined || !isSafeExpression(node)) return false
  }
  return true
}

/** An UPDATE of pg_settings is a set_config for each of its rows. */
export function isSafeTable({ table }: TableNode): boolean {
  return (
    table.kind === 'SchemableIdentifierNode' &&
    table.identifier.kind === 'IdentifierNode' &&
    table.identifier.name !== 'pg_settings' &&
    (table.schema === undefined || table.schema.kind === 'IdentifierNode')
  )
}

export function isSafeAlias({ node, alias }: AliasNode): boolean {
  return alias.kind === 'IdentifierNode' && isSafeExpression(node)
}

function isSafeReference({ table, column }: ReferenceNode): boolean {
  return (
    (column.kind === 'SelectAllNode' || column.kind === 'ColumnNode') &&
    isSafeExpression(column) &&
    (table === undefined || (table.kind === 'TableNode' && isSafeTable(table)))
  )
}

/** A backslash would escape the quote where standard_conforming_strings is off. */
function isSafeValue({ immediate, value }: ValueNode): boolean {
  if (!immediate) return true
  switch (typeof value) {
    case 'string':
      return !value.includes('\\')
    case 'number':
    case 'bigint':
    case 'boolean':
      return true
    default:
      return value === null
  }
}

function isSafeBinary({ leftOperand, operator, rightOperand }: BinaryOperationNode): boolean {
  return (
    operator.kind === 'OperatorNode' &&
    SAFE_BINARY_OPERATORS.has((operator as OperatorNode).operator) &&
    isSafeExpression(leftOperand) &&
    isSafeExpression(rightOperand)
  )
}

function isSafeUnary({ operator, operand }: UnaryOperationNode): boolean {
  if (operator.kind !== 'OperatorNode') return false
  const text = (operator as OperatorNode).operator
  if (!SAFE_UNARY_OPERATORS.has(text)) return false
  // Kysely writes the minus without a space: before another minus it begins a comment.
  if (text === '-' && !beginsWithoutMinus(operand)) return false
  return isSafeExpression(operand)
}

function beginsWithoutMinus(node: OperationNode): boolean {
  switch (node.kind) {
    case 'ColumnNode':
    case 'ReferenceNode':
    case 'ParensNode':
    case 'FunctionNode':
    case 'AggregateFunctionNode':
    case 'CaseNode':
    case 'CastNode':
    case 'SelectQueryNode':
      return true
    case 'ValueNode': {
      const { immediate, value } = node as ValueNode
      return !immediate || ((typeof value === 'number' || typeof value === 'bigint') && value > 0)
    }
    default:
      return false
  }
}

function isSafeAggregate(node: AggregateFunctionNode): boolean {
  const { func, aggregated, orderBy, withinGroup, filter, over } = node
  return (
    isSafeFunction(func) &&
    areSafe(aggregated) &&
    isSafeClause(orderBy, 'OrderByNode') &&
    isSafeClause(withinGroup, 'OrderByNode') &&
    isSafeClause(filter, 'WhereNode') &&
    (over === undefined || isSafeOver(over))
  )
}

function isSafeOver({ kind, partitionBy, orderBy }: OverNode): boolean {
  if (kind !== 'OverNode' || !isSafeClause(orderBy, 'OrderByNode')) return false
  if (partitionBy === undefined) return true
  return (
    partitionBy.kind === 'PartitionByNode' &&
    partitionBy.items.every(
      (item) => item.kind === 'PartitionByItemNode' && isSafeExpression(item.partitionBy),
    )
  )
}

function isSafeCase(node: CaseNode): boolean {
  if (node.isStatement) return false
  const { value, when = [] } = node
  return (
    (value === undefined || isSafeExpression(value)) &&
    when.every(isSafeWhen) &&
    (node.else === undefined || isSafeExpression(node.else))
  )
}

function isSafeWhen({ kind, condition, result }: WhenNode): boolean {
  return (
    kind === 'WhenNode' &&
    isSafeExpression(condition) &&
    (result === undefined || isSafeExpression(result))
  )
}

function isSafeType(node: OperationNode): boolean {
  return node.kind === 'DataTypeNode' && TYPE_NAME.test((node as DataTypeNode).dataType)
}

function isSafeJson({ reference, traversal }: JSONReferenceNode): boolean {
  if (reference.kind !== 'ReferenceNode' || !isSafeReference(reference)) return false
  if (traversal.kind === 'JSONPathNode') return isSafeJsonPath(traversal)
  return traversal.kind === 'JSONOperatorChainNode' && isSafeJsonChain(traversal)
}

function isSafeJsonChain({ operator, values }: JSONOperatorChainNode): boolean {
  return (
    isJsonOperator(operator) &&
    values.every((value) => value.kind === 'ValueNode' && isSafeValue(value))
  )
}

function isSafeJsonPath({ inOperator, pathLegs }: JSONPathNode): boolean {
  return (inOperator === undefined || isJsonOperator(inOperator)) && pathLegs.every(isSafeLeg)
}

function isSafeLeg({ kind, value }: JSONPathLegNode): boolean {
  return kind === 'JSONPathLegNode' && !String(value).includes('\\')
}

function isJsonOperator(node: OperatorNode): boolean {
  return node.kind === 'OperatorNode' && JSON_OPERATORS.has(node.operator)
}
