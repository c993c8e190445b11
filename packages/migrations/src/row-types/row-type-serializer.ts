import type { ExpressionNode } from 'kysely-codegen'
import { byCodeUnits } from './code-unit-order.js'
import type { Codegen } from './load-codegen.js'

/** A line of a generated file is broken where it would be longer. */
const LINE_WIDTH = 80

type Serializer = InstanceType<Codegen['TypeScriptSerializer']>

/** A serializer in an order that no locale changes, with comments on types, by their names. */
export function rowTypeSerializer(
  { TypeScriptSerializer }: Codegen,
  comments: ReadonlyMap<string, string>,
): Serializer {
  class RowTypeSerializer extends TypeScriptSerializer {
    override serializeExportStatement(
      node: Parameters<Serializer['serializeExportStatement']>[0],
    ): string {
      const text = super.serializeExportStatement(node)
      const comment = comments.get(node.argument.id.name)
      return comment === undefined ? text : `${documentation(comment)}\n${text}`
    }

    override serializeAliasDeclaration(
      node: Parameters<Serializer['serializeAliasDeclaration']>[0],
    ): string {
      const text = super.serializeAliasDeclaration(node)
      if (text.length + 'export '.length <= LINE_WIDTH || !isUnion(node.body)) return text
      const parts = node.body.args.map((part) => `\n  | ${this.serializeExpression(part)}`)
      return `type ${node.id.name} =${parts.join('')};`
    }

    override serializeProperty({
      key,
      value,
      comment,
    }: Parameters<Serializer['serializeProperty']>[0]): string {
      const text = `${this.serializeKey(key)}: ${this.serializeExpression(value)};\n`
      return comment === null ? text : `${documentation(comment, '  ')}\n  ${text}`
    }

    override serializeObjectExpression(
      node: Parameters<Serializer['serializeObjectExpression']>[0],
    ): string {
      if (node.properties.length === 0) return '{}'
      const properties = node.properties
        .toSorted((a, b) => byCodeUnits(a.key, b.key))
        .map((property) => `  ${this.serializeProperty(property)}`)
      return `{\n${properties.join('')}}`
    }
  }
  return new RowTypeSerializer({ typeOnlyImports: true })
}

function isUnion(node: {
  readonly type: string
}): node is ExpressionNode & { type: 'UnionExpression' } {
  return node.type === 'UnionExpression'
}

function documentation(comment: string, indent = ''): string {
  // What is in a database must not end a comment of TypeScript.
  const lines = comment.replaceAll('*/', '*\\/').split(/\r?\n/)
  if (lines.length === 1) return `/** ${lines.join('')} */`
  const body = lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`)
  return `/**\n${body.join('')}${indent} */`
}
