import {
  AggregateFunctionNode,
  DataTypeNode,
  FunctionNode,
  IdentifierNode,
  type OperationNode,
  OperatorNode,
  OrderByItemNode,
  RawNode,
  type RootOperationNode,
  SelectModifierNode,
  SelectQueryNode,
  TupleNode,
  UnaryOperationNode,
  UpdateQueryNode,
  ValueNode,
} from 'kysely'
import { expect, test } from 'vitest'
import { holdsRawSql } from '../raw-fragment.js'

/** Doors that only nodes made by hand open. */
const call = TupleNode.create([ValueNode.createImmediate('role'), ValueNode.createImmediate('x')])
const setConfig = IdentifierNode.create('set_config')

function selecting(...nodes: readonly OperationNode[]): RootOperationNode {
  return nodes.reduce<SelectQueryNode>(
    (query, selection) =>
      SelectQueryNode.cloneWithSelections(query, [{ kind: 'SelectionNode', selection } as never]),
    SelectQueryNode.create(),
  )
}

const byHand: Readonly<Record<string, RootOperationNode>> = {
  'a name beside parentheses': selecting(RawNode.createWithChildren([setConfig, call])),
  'parentheses as an order direction': {
    ...selecting(setConfig),
    orderBy: { kind: 'OrderByNode', items: [OrderByItemNode.create(setConfig, call as never)] },
  } as never,
  'parentheses in the place of FROM': { ...selecting(setConfig), from: call } as never,
  'parentheses in the place of WHEN': selecting({
    kind: 'CaseNode',
    value: setConfig,
    when: [call],
  } as never),
  'text as an operator': selecting(
    UnaryOperationNode.create(OperatorNode.create('f' as never), call),
  ),
  'a word that is no operator': selecting(
    UnaryOperationNode.create(OperatorNode.create('match'), call),
  ),
  'text as a type': selecting({
    kind: 'CastNode',
    expression: setConfig,
    dataType: DataTypeNode.create('text), f(' as never),
  } as never),
  'text as a function': selecting(FunctionNode.create('lower(f()), upper', [])),
  'text as an aggregate': selecting(AggregateFunctionNode.create('count(*), f', [])),
  'text as a modifier': {
    ...selecting(setConfig),
    endModifiers: [SelectModifierNode.createWithExpression(RawNode.createWithSql('limit f()'))],
  } as never,
  'text as nulls': {
    ...selecting(setConfig),
    orderBy: {
      kind: 'OrderByNode',
      items: [{ kind: 'OrderByItemNode', orderBy: setConfig, nulls: 'first, f()' }],
    },
  } as never,
  'text as a set operator': {
    ...selecting(setConfig),
    setOperations: [
      {
        kind: 'SetOperationNode',
        operator: ', f() union',
        expression: selecting(setConfig),
        all: false,
      },
    ],
  } as never,
  'text as a fetch modifier': {
    ...selecting(setConfig),
    fetch: { kind: 'FetchNode', rowCount: ValueNode.create(1), modifier: 'only; f()' },
  } as never,
  'text behind a hole': selecting(RawNode.create(['', '', ' f()'], [setConfig])),
  'an unknown node': selecting({ kind: 'NewNode' } as never),
  'an update of many tables': UpdateQueryNode.create([setConfig, setConfig]),
}

test.each(Object.entries(byHand))('made by hand: %s', (_, node) => {
  expect(holdsRawSql(node)).toBe(true)
})
