import type { ExpressionNode, StatementNode } from 'kysely-codegen'
import type { CatalogType } from './catalog-type.js'
import { byCodeUnits } from './code-unit-order.js'
import { columnExpression } from './column-expression.js'
import type { Codegen } from './load-codegen.js'
import type { Relation, Relations } from './read-relations.js'
import { correctDefinitions, RESERVED_NAMES } from './row-type-definitions.js'
import { rowTypeSerializer } from './row-type-serializer.js'
import { TypeNames } from './type-names.js'

/** What the interface of a module's tables is called in its file. */
export const TABLES = 'Tables'

/** The text of a module's file, without its header. */
export function moduleFile(
  schema: string,
  { relations, types }: Relations,
  codegen: Codegen,
): string {
  const names = new TypeNames(codegen, RESERVED_NAMES)
  const own = relations
    .filter((relation) => relation.schema === schema)
    .map((relation) => ({ relation, typeName: names.take(relation.name) }))
  const enums = new Enums(names)
  const statements = transform(schema, own, { codegen, types, enums })
  const comments = new Map(enums.comments)
  for (const { relation, typeName } of own) {
    if (relation.comment !== null) comments.set(typeName, relation.comment)
  }
  const all = [...statements, ...enums.aliases(codegen)].sort(byPlace)
  return rowTypeSerializer(codegen, comments).serializeStatements(all)
}

interface NamedRelation {
  readonly relation: Relation
  readonly typeName: string
}

interface TransformGround {
  readonly codegen: Codegen
  readonly types: Relations['types']
  readonly enums: Enums
}

function transform(
  schema: string,
  own: readonly NamedRelation[],
  { codegen, types, enums }: TransformGround,
): StatementNode[] {
  const dialect = new codegen.PostgresDialect({ defaultSchemas: [schema] })
  correctDefinitions(dialect.adapter, codegen)
  const { scalars } = dialect.adapter
  const ground = { codegen, types, scalars, enumName: (type: CatalogType) => enums.nameOf(type) }
  const columns: Record<string, ExpressionNode> = {}
  const tables = own.map(({ relation }, number) => {
    for (const column of relation.columns) {
      columns[`${schema}.t${number}.${column.name}`] = columnExpression(relation, column, ground)
    }
    return {
      schema,
      // Nobody's name, so that kysely-codegen does not number those that are somebody's.
      name: `t${number}`,
      columns: relation.columns.map(({ name, comment }) => ({
        name,
        comment,
        dataType: 'text',
      })),
    }
  })
  const metadata = new codegen.DatabaseMetadata({ tables })
  const statements = codegen.transform({
    dialect,
    metadata,
    defaultSchemas: [schema],
    overrides: { columns },
  })
  return statements.map((statement) => named(statement, own, codegen))
}

/** Puts the names in the place of `t0`, `T0` and `DB`. */
function named(
  statement: StatementNode,
  own: readonly NamedRelation[],
  codegen: Codegen,
): StatementNode {
  const { ExportStatementNode, IdentifierNode, InterfaceDeclarationNode } = codegen
  if (statement.type !== 'ExportStatement') return statement
  const { argument } = statement
  if (argument.type !== 'InterfaceDeclaration') return statement
  if (argument.id.name !== 'DB') {
    const typeName = own[Number(argument.id.name.slice(1))]?.typeName ?? argument.id.name
    const id = new IdentifierNode(typeName)
    return new ExportStatementNode(new InterfaceDeclarationNode(id, argument.body))
  }
  const properties = own.map(
    ({ relation, typeName }) =>
      new codegen.PropertyNode(relation.name, new IdentifierNode(typeName)),
  )
  const body = new codegen.ObjectExpressionNode(properties)
  return new ExportStatementNode(new InterfaceDeclarationNode(new IdentifierNode(TABLES), body))
}

/** Imports, aliases and interfaces, each by name, and the interface of all tables. */
function byPlace(a: StatementNode, b: StatementNode): number {
  const [[rankA, nameA], [rankB, nameB]] = [placeOf(a), placeOf(b)]
  return rankA - rankB || byCodeUnits(nameA, nameB)
}

function placeOf(statement: StatementNode): [rank: number, name: string] {
  if (statement.type === 'ImportStatement') return [0, statement.moduleName]
  const { id, type } = statement.argument
  if (id.name === TABLES) return [3, '']
  return [type === 'InterfaceDeclaration' ? 2 : 1, id.name]
}

/** The enums that the columns of a module have, with the names that are left. */
class Enums {
  readonly #names: TypeNames
  readonly #used = new Map<number, { readonly type: CatalogType; readonly name: string }>()

  constructor(names: TypeNames) {
    this.#names = names
  }

  get comments(): readonly [string, string][] {
    return Array.from(this.#used.values()).flatMap(({ type, name }): [string, string][] =>
      type.comment === null ? [] : [[name, type.comment]],
    )
  }

  nameOf(type: CatalogType): string {
    const known = this.#used.get(type.oid)
    if (known !== undefined) return known.name
    const name = this.#names.take(type.name)
    this.#used.set(type.oid, { type, name })
    return name
  }

  aliases(codegen: Codegen): StatementNode[] {
    const { AliasDeclarationNode, ExportStatementNode, IdentifierNode } = codegen
    const { LiteralNode, UnionExpressionNode } = codegen
    return Array.from(this.#used.values(), ({ type, name }) => {
      const labels = type.labels.map((label) => new LiteralNode(label))
      const union =
        labels.length === 0 ? new IdentifierNode('never') : new UnionExpressionNode(labels)
      return new ExportStatementNode(new AliasDeclarationNode(name, union))
    })
  }
}
