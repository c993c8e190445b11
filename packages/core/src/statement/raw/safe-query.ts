import type {
  AliasNode,
  ColumnUpdateNode,
  CommonTableExpressionNode,
  DeleteQueryNode,
  FetchNode,
  FromNode,
  GroupByNode,
  HavingNode,
  InsertQueryNode,
  JoinNode,
  LimitNode,
  MergeQueryNode,
  OffsetNode,
  OnConflictNode,
  OnNode,
  OperationNode,
  OrderByItemNode,
  OrderByNode,
  ReturningNode,
  SelectModifierNode,
  SelectQueryNode,
  SetOperationNode,
  TableNode,
  UpdateQueryNode,
  UsingNode,
  ValuesNode,
  WhenNode,
  WhereNode,
  WithNode,
} from 'kysely'
import { isOneOf } from './raw-texts.js'
import { areSafe, isSafeAlias, isSafeExpression, isSafeTable } from './safe-expression.js'
import {
  JOIN_CONDITIONS,
  MERGE_ACTIONS,
  ORDER_DIRECTIONS,
  SAFE_JOINS,
  SELECT_MODIFIERS,
  SET_OPERATORS,
} from './safe-texts.js'

/** As `isSafeExpression`, of a whole query. What only other databases have is not safe. */
export function isSafeQuery(node: OperationNode): boolean {
  switch (node.kind) {
    case 'SelectQueryNode':
      return isSafeSelect(node as SelectQueryNode)
    case 'InsertQueryNode':
      return isSafeInsert(node as InsertQueryNode)
    case 'UpdateQueryNode':
      return isSafeUpdate(node as UpdateQueryNode)
    case 'DeleteQueryNode':
      return isSafeDelete(node as DeleteQueryNode)
    case 'MergeQueryNode':
      return isSafeMerge(node as MergeQueryNode)
    default:
      return false
  }
}

function isSafeSelect(node: SelectQueryNode): boolean {
  if (node.explain !== undefined || node.top !== undefined) return false
  return (
    isSafeClause(node.with, 'WithNode') &&
    (node.distinctOn === undefined || areSafe(node.distinctOn)) &&
    everySafe(node.frontModifiers, isDistinct) &&
    (node.selections === undefined || areSafe(node.selections)) &&
    isSafeClause(node.from, 'FromNode') &&
    everySafe(node.joins, isSafeJoin) &&
    isSafeClause(node.where, 'WhereNode') &&
    isSafeClause(node.groupBy, 'GroupByNode') &&
    isSafeClause(node.having, 'HavingNode') &&
    everySafe(node.setOperations, isSafeSetOperation) &&
    isSafeClause(node.orderBy, 'OrderByNode') &&
    isSafeClause(node.limit, 'LimitNode') &&
    isSafeClause(node.offset, 'OffsetNode') &&
    isSafeClause(node.fetch, 'FetchNode') &&
    everySafe(node.endModifiers, isSafeModifier)
  )
}

function isSafeInsert(node: InsertQueryNode): boolean {
  if (node.explain !== undefined || node.top !== undefined || node.output !== undefined)
    return false
  if (node.orAction !== undefined || node.onDuplicateKey !== undefined) return false
  if (node.replace || node.endModifiers?.length) return false
  return (
    isSafeClause(node.with, 'WithNode') &&
    (node.into === undefined || isSafeTarget(node.into)) &&
    (node.columns === undefined || areSafe(node.columns)) &&
    (node.values === undefined || isSafeSource(node.values)) &&
    (node.onConflict === undefined || isSafeOnConflict(node.onConflict)) &&
    isSafeClause(node.returning, 'ReturningNode')
  )
}

function isSafeUpdate(node: UpdateQueryNode): boolean {
  if (node.explain !== undefined || node.top !== undefined || node.output !== undefined)
    return false
  if (node.limit !== undefined || node.orderBy !== undefined || node.endModifiers?.length)
    return false
  return (
    isSafeClause(node.with, 'WithNode') &&
    (node.table === undefined || isSafeTarget(node.table)) &&
    everySafe(node.updates, isSafeColumnUpdate) &&
    isSafeClause(node.from, 'FromNode') &&
    everySafe(node.joins, isSafeJoin) &&
    isSafeClause(node.where, 'WhereNode') &&
    isSafeClause(node.returning, 'ReturningNode')
  )
}

function isSafeDelete(node: DeleteQueryNode): boolean {
  if (node.explain !== undefined || node.top !== undefined || node.output !== undefined)
    return false
  if (node.limit !== undefined || node.orderBy !== undefined || node.endModifiers?.length)
    return false
  return (
    isSafeClause(node.with, 'WithNode') &&
    isSafeClause(node.from, 'FromNode') &&
    isSafeClause(node.using, 'UsingNode') &&
    everySafe(node.joins, isSafeJoin) &&
    isSafeClause(node.where, 'WhereNode') &&
    isSafeClause(node.returning, 'ReturningNode')
  )
}

function isSafeMerge(node: MergeQueryNode): boolean {
  if (node.top !== undefined || node.output !== undefined || node.endModifiers?.length) return false
  return (
    isSafeClause(node.with, 'WithNode') &&
    isSafeTarget(node.into) &&
    (node.using === undefined || isSafeJoin(node.using)) &&
    everySafe(node.whens, isSafeMergeWhen) &&
    isSafeClause(node.returning, 'ReturningNode')
  )
}

/** A clause that is absent, or of the kind that belongs in its place and safe. */
export function isSafeClause(
  node: OperationNode | undefined,
  kind: OperationNode['kind'],
): boolean {
  if (node === undefined) return true
  if (node.kind !== kind) return false
  switch (kind) {
    case 'WhereNode':
      return isSafeExpression((node as WhereNode).where)
    case 'FromNode':
      return areSafe((node as FromNode).froms)
    case 'ReturningNode':
      return areSafe((node as ReturningNode).selections)
    case 'OrderByNode':
      return everySafe((node as OrderByNode).items, isSafeOrderByItem)
    case 'LimitNode':
      return isSafeExpression((node as LimitNode).limit)
    case 'OffsetNode':
      return isSafeExpression((node as OffsetNode).offset)
    case 'HavingNode':
      return isSafeExpression((node as HavingNode).having)
    case 'OnNode':
      return isSafeExpression((node as OnNode).on) || isOneOf((node as OnNode).on, JOIN_CONDITIONS)
    case 'UsingNode':
      return areSafe((node as UsingNode).tables)
    case 'GroupByNode':
      return (node as GroupByNode).items.every(
        (item) => item.kind === 'GroupByItemNode' && isSafeExpression(item.groupBy),
      )
    case 'FetchNode': {
      const { rowCount, modifier } = node as FetchNode
      return (modifier === 'only' || modifier === 'with ties') && isSafeExpression(rowCount)
    }
    case 'WithNode':
      return everySafe((node as WithNode).expressions, isSafeCommonTableExpression)
    default:
      return false
  }
}

function everySafe<N>(nodes: readonly N[] | undefined, isSafe: (node: N) => boolean): boolean {
  if (nodes === undefined) return true
  for (let at = 0; at < nodes.length; at++) {
    if (!isSafe(nodes[at] as N)) return false
  }
  return true
}

/** The table of a change, under its own name or another. */
function isSafeTarget(node: OperationNode): boolean {
  if (node.kind === 'TableNode') return isSafeTable(node as TableNode)
  if (node.kind !== 'AliasNode') return false
  return (node as AliasNode).node.kind === 'TableNode' && isSafeAlias(node as AliasNode)
}

/** What an INSERT inserts. */
function isSafeSource(node: OperationNode): boolean {
  if (node.kind === 'SelectQueryNode' || node.kind === 'ParensNode') return isSafeExpression(node)
  if (node.kind !== 'ValuesNode') return false
  return everySafe(
    (node as ValuesNode).values,
    (row) =>
      row.kind === 'PrimitiveValueListNode' ||
      (row.kind === 'ValueListNode' && areSafe(row.values)),
  )
}

function isSafeJoin({ kind, joinType, table, on }: JoinNode): boolean {
  return (
    kind === 'JoinNode' &&
    SAFE_JOINS.has(joinType) &&
    isSafeExpression(table) &&
    isSafeClause(on, 'OnNode')
  )
}

function isSafeOrderByItem(node: OperationNode): boolean {
  if (node.kind !== 'OrderByItemNode') return false
  const { orderBy, collation, direction, nulls } = node as OrderByItemNode
  return (
    isSafeExpression(orderBy) &&
    (collation === undefined ||
      (collation.kind === 'CollateNode' && collation.collation.kind === 'IdentifierNode')) &&
    (direction === undefined || isOneOf(direction, ORDER_DIRECTIONS)) &&
    (nulls === undefined || nulls === 'first' || nulls === 'last')
  )
}

/** `distinct`; a lock there would let its table's name stand before a parenthesis. */
function isDistinct({ kind, modifier, rawModifier, of }: SelectModifierNode): boolean {
  return (
    kind === 'SelectModifierNode' &&
    modifier === 'Distinct' &&
    rawModifier === undefined &&
    of === undefined
  )
}

function isSafeModifier({ kind, modifier, rawModifier, of }: SelectModifierNode): boolean {
  return (
    kind === 'SelectModifierNode' &&
    rawModifier === undefined &&
    modifier !== undefined &&
    SELECT_MODIFIERS.has(modifier) &&
    (of === undefined || areSafe(of))
  )
}

function isSafeSetOperation({ kind, operator, expression }: SetOperationNode): boolean {
  return kind === 'SetOperationNode' && SET_OPERATORS.has(operator) && isSafeExpression(expression)
}

function isSafeCommonTableExpression(node: CommonTableExpressionNode): boolean {
  const { kind, name, expression } = node
  return (
    kind === 'CommonTableExpressionNode' &&
    name.kind === 'CommonTableExpressionNameNode' &&
    name.table.kind === 'TableNode' &&
    isSafeTable(name.table) &&
    (name.columns === undefined || areSafe(name.columns)) &&
    isSafeQuery(expression)
  )
}

function isSafeColumnUpdate({ kind, column, value }: ColumnUpdateNode): boolean {
  return kind === 'ColumnUpdateNode' && isSafeExpression(column) && isSafeExpression(value)
}

function isSafeOnConflict(node: OnConflictNode): boolean {
  const { columns, constraint, indexExpression, updates } = node
  return (
    node.kind === 'OnConflictNode' &&
    (columns === undefined || areSafe(columns)) &&
    (constraint === undefined || constraint.kind === 'IdentifierNode') &&
    (indexExpression === undefined || isSafeExpression(indexExpression)) &&
    isSafeClause(node.indexWhere, 'WhereNode') &&
    everySafe(updates, isSafeColumnUpdate) &&
    isSafeClause(node.updateWhere, 'WhereNode')
  )
}

function isSafeMergeWhen({ kind, condition, result }: WhenNode): boolean {
  return (
    kind === 'WhenNode' &&
    isSafeExpression(condition) &&
    (result === undefined || isOneOf(result, MERGE_ACTIONS) || isSafeQuery(result))
  )
}
