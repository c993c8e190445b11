import fc from 'fast-check'
import { createQueryId, type RootOperationNode } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { functionEffect } from '../facts/function-effect.js'
import { ProvenQueryCompiler } from '../proven-query-compiler.js'
import { loadStatementFacts, statementFactsNow } from '../statement-facts.js'
import { isSafeQuery } from './safe-query.js'

beforeAll(loadStatementFacts)

interface Tree {
  readonly kind: string
  readonly [part: string]: unknown
}

const ESCAPE = "\n set_config('role', 'x', false) --"
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constant('set_config') },
  { weight: 2, arbitrary: fc.constant(ESCAPE) },
  { weight: 1, arbitrary: fc.constantFrom('a', '"', '', '--') },
)
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constantFrom('asc', ' ', '--', '/*', '*/', 'delete', 'true', ', ', '.', 'json_build_object('),
)
const functionName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('lower', 'count') },
  fc.constantFrom('set_config', 'f', 'match', 'nextval'),
)
const number = fc.constantFrom(1, -5, 0, -0, 1n, -1n, Number.NaN, Number.NEGATIVE_INFINITY)
const literal = fc.oneof(
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('role', "'", '\\', "\\' --"),
)
const operator = fc.constantFrom(
  '=',
  '-',
  '/',
  '*',
  'in',
  'not',
  'exists',
  'match',
  'between',
  '->',
  '->>',
  '!!',
  'is',
  'f',
)
const type = fc.constantFrom('text', 'varchar(10)', 'int) , f(', 'text as')

const node = (
  kind: string,
  parts: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<Tree> => fc.record({ kind: fc.constant(kind), ...parts }) as fc.Arbitrary<Tree>

const depth = { maxDepth: 4, depthIdentifier: fc.createDepthIdentifier() }

const { root } = fc.letrec<
  Record<'hot' | 'expression' | 'select' | 'query' | 'any' | 'root', Tree>
>((tie) => {
  const identifier = node('IdentifierNode', { name })
  const table = node('TableNode', {
    table: fc.oneof(
      node('SchemableIdentifierNode', { identifier }),
      node('SchemableIdentifierNode', { schema: identifier, identifier }),
    ),
  })
  const column = node('ColumnNode', { column: identifier })
  const any = tie('any')
  /** Mostly what belongs here, now and then anything. */
  const or = (proper: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
    fc.oneof({ weight: 9, arbitrary: proper }, { weight: 1, arbitrary: any })
  /** A place where a wrong part has opened a door. */
  const either = (proper: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> => fc.oneof(proper, tie('hot'))
  const expression = or(tie('expression'))
  const maybe = (proper: fc.Arbitrary<Tree>): fc.Arbitrary<Tree | undefined> =>
    fc.oneof(depth, { weight: 3, arbitrary: fc.constant(undefined) }, or(proper))
  const list = (proper: fc.Arbitrary<Tree>, minLength = 1): fc.Arbitrary<Tree[]> =>
    fc.array(or(proper), { minLength, maxLength: minLength + 1, size: 'xsmall' })
  const maybeList = (proper: fc.Arbitrary<Tree>): fc.Arbitrary<Tree[] | undefined> =>
    fc.oneof(depth, { weight: 3, arbitrary: fc.constant(undefined) }, list(proper))
  const rawText = node('RawNode', {
    sqlFragments: fc.tuple(text),
    parameters: fc.constant([]),
  })
  const where = node('WhereNode', { where: expression })
  const orderBy = node('OrderByNode', {
    items: list(
      node('OrderByItemNode', {
        orderBy: expression,
        direction: fc.oneof(fc.constant(undefined), either(rawText)),
        nulls: fc.constantFrom(undefined, 'first', 'last, f()'),
        collation: maybe(node('CollateNode', { collation: identifier })),
      }),
    ),
  })
  const alias = node('AliasNode', { node: either(table), alias: or(identifier) })
  const from = node('FromNode', { froms: list(fc.oneof(table, alias)) })
  const joins = maybeList(
    node('JoinNode', {
      joinType: fc.constantFrom('InnerJoin', 'CrossJoin', 'OuterApply'),
      table: or(table),
      on: maybe(node('OnNode', { on: fc.oneof(tie('expression'), rawText) })),
    }),
  )
  const returning = node('ReturningNode', { selections: list(tie('expression')) })
  const clause = node('WithNode', {
    recursive: fc.boolean(),
    expressions: list(
      node('CommonTableExpressionNode', {
        name: or(node('CommonTableExpressionNameNode', { table, columns: maybeList(column) })),
        expression: or(tie('query')),
      }),
    ),
  })
  const when = node('WhenNode', { condition: expression, result: maybe(tie('expression')) })
  return {
    hot: fc.oneof(
      depth,
      identifier,
      node('ValueNode', { value: literal, immediate: fc.constant(true) }),
      node('TupleNode', { values: list(node('ValueNode', { value: literal })) }),
      node('UnaryOperationNode', {
        operator: node('OperatorNode', { operator: fc.constantFrom('-', '-', 'not', 'match') }),
        operand: tie('hot'),
      }),
    ),
    expression: fc.oneof(
      depth,
      { weight: 6, arbitrary: tie('hot') },
      column,
      identifier,
      node('ReferenceNode', { column: or(column), table: maybe(table) }),
      node('ValueNode', { value: literal, immediate: fc.constant(true) }),
      node('ValueNode', { value: literal }),
      node('SelectAllNode'),
      table,
      rawText,
      node('TupleNode', { values: list(tie('expression')) }),
      node('ParensNode', { node: expression }),
      node('AndNode', { left: expression, right: expression }),
      node('BinaryOperationNode', {
        leftOperand: expression,
        operator: or(node('OperatorNode', { operator })),
        rightOperand: expression,
      }),
      node('UnaryOperationNode', {
        operator: or(node('OperatorNode', { operator })),
        operand: expression,
      }),
      node('FunctionNode', { func: functionName, arguments: list(tie('expression'), 0) }),
      node('AggregateFunctionNode', {
        func: fc.constantFrom('count', 'max', 'f'),
        aggregated: list(tie('expression')),
        orderBy: maybe(orderBy),
        filter: maybe(where),
        over: maybe(node('OverNode', { orderBy: maybe(orderBy) })),
      }),
      node('CaseNode', {
        value: maybe(tie('expression')),
        when: list(when),
        else: maybe(tie('expression')),
      }),
      node('CastNode', { expression, dataType: or(node('DataTypeNode', { dataType: type })) }),
      node('RawNode', { sqlFragments: fc.tuple(text, text), parameters: fc.tuple(expression) }),
      node('RawNode', {
        sqlFragments: fc.tuple(text, text, text),
        parameters: fc.tuple(either(expression), either(expression)),
      }),
      node('JSONReferenceNode', {
        reference: or(node('ReferenceNode', { column, table: maybe(table) })),
        traversal: or(
          node('JSONOperatorChainNode', {
            operator: or(node('OperatorNode', { operator })),
            values: list(node('ValueNode', { value: literal, immediate: fc.constant(true) })),
          }),
        ),
      }),
      alias,
      tie('select'),
    ),
    select: node('SelectQueryNode', {
      with: maybe(clause),
      frontModifiers: maybeList(
        node('SelectModifierNode', {
          modifier: fc.constantFrom('Distinct', 'ForUpdate'),
          of: maybeList(table),
        }),
      ),
      selections: list(node('SelectionNode', { selection: expression })),
      from: maybe(from),
      joins,
      where: maybe(where),
      orderBy: maybe(orderBy),
      limit: maybe(node('LimitNode', { limit: expression })),
      setOperations: maybeList(
        node('SetOperationNode', {
          operator: fc.constantFrom('union', 'except', ', f()'),
          expression: or(tie('select')),
          all: fc.boolean(),
        }),
      ),
      endModifiers: maybeList(
        node('SelectModifierNode', { modifier: fc.constant('ForUpdate'), of: maybeList(table) }),
      ),
    }),
    query: fc.oneof(
      tie('select'),
      node('InsertQueryNode', {
        with: maybe(clause),
        into: fc.oneof(table, alias),
        columns: maybeList(column),
        values: or(
          fc.oneof(
            tie('select'),
            node('ValuesNode', {
              values: list(node('ValueListNode', { values: list(tie('expression')) })),
            }),
          ),
        ),
        returning: maybe(returning),
      }),
      node('UpdateQueryNode', {
        with: maybe(clause),
        table: or(fc.oneof(table, alias)),
        updates: list(node('ColumnUpdateNode', { column, value: expression })),
        from: maybe(from),
        where: maybe(where),
        returning: maybe(returning),
      }),
      node('DeleteQueryNode', {
        with: maybe(clause),
        from,
        where: maybe(where),
        returning: maybe(returning),
      }),
    ),
    any: fc.oneof(
      depth,
      tie('expression'),
      from,
      where,
      orderBy,
      when,
      clause,
      returning,
      tie('query'),
    ),
    root: tie('query'),
  }
})

function compiled(tree: Tree): string | undefined {
  try {
    return new ProvenQueryCompiler().compileQuery(
      tree as unknown as RootOperationNode,
      createQueryId(),
    ).sql
  } catch {
    return undefined
  }
}

test('whatever tree is found free of raw SQL, PostgreSQL’s parser finds harmless calls only', () => {
  let parsed = 0
  fc.assert(
    fc.property(root, (tree) => {
      const sql = compiled(tree)
      if (sql === undefined) return
      const isFree = isSafeQuery(tree as never)
      if (!isFree) return
      const facts = statementFactsNow(sql)
      if (facts === undefined || facts.kind === 'unknown') return
      parsed++
      expect(facts.setsSession, sql).toBe(false)
      expect(facts.statementCount).toBe(1)
      for (const { schema, name } of facts.functions) {
        expect([schema, ['pure', 'stable', 'harmless'].includes(functionEffect(name))]).toEqual([
          undefined,
          true,
        ])
      }
    }),
    { numRuns: 20_000 },
  )
  expect(parsed).toBeGreaterThan(500)
})
