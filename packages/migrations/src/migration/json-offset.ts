import { createRequire } from 'node:module'
import type { AnyNode } from '@humanwhocodes/momoa'

/** Names and indexes that lead to a value inside JSON. */
export type JsonPath = readonly (string | number)[]

/** Characters before the value at a path of a valid JSON text; the name of a member for its name. */
export function jsonOffset(json: string, path: JsonPath): number {
  let node = bodyOf(json)
  if (node === undefined) return 0
  for (const step of path) {
    const member: AnyNode | undefined =
      node.type === 'Object' && path.at(-1) === step
        ? node.members.find(({ name }) => name.type === 'String' && name.value === step)
        : valueAt(node, step)
    if (member === undefined) break
    node = member
  }
  return node.loc.start.offset
}

function valueAt(node: AnyNode, step: string | number): AnyNode | undefined {
  if (node.type === 'Array') return node.elements[Number(step)]?.value
  if (node.type !== 'Object') return undefined
  return node.members.find(({ name }) => name.type === 'String' && name.value === step)?.value
}

/** The first name that stands twice in an object, and where it does; of a valid JSON text. */
export function repeatedName(
  json: string,
): { readonly name: string; readonly offset: number } | undefined {
  // Names that differ need no parser, and texts that look like names are rare.
  const names = [...json.matchAll(/"(\w+)"\s*:/g)].map(([, name]) => name)
  if (new Set(names).size === names.length && !json.includes('\\')) return undefined
  const body = bodyOf(json)
  const found = new Set<string>()
  for (const { name } of body?.type === 'Object' ? body.members : []) {
    if (name.type !== 'String') continue
    if (found.has(name.value)) return { name: name.value, offset: name.loc.start.offset }
    found.add(name.value)
  }
  return undefined
}

/** The tree of a valid JSON text; `undefined` where it is deeper than the stack. */
function bodyOf(json: string): AnyNode | undefined {
  try {
    return momoa().parse(json, { mode: 'json' }).body
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** What is wrong with a text that is no JSON, and where. */
export function jsonError(json: string): { readonly message: string; readonly offset: number } {
  try {
    momoa().parse(json, { mode: 'json' })
  } catch (error) {
    if (error instanceof RangeError) return { message: 'It is nested too deeply.', offset: 0 }
    const { message, offset } = error as Error & { readonly offset?: number }
    return { message: messageOf(message, json.slice(offset ?? 0)), offset: offset ?? 0 }
  }
  return { message: 'It is no JSON.', offset: 0 }
}

/** The parser gives its own names to what it finds, and repeats the place. */
function messageOf(message: string, rest: string): string {
  const [found = ''] = /^(?:"[^"]*"|[\w.+-]+|.)/.exec(rest) ?? []
  return message
    .replace(/^Unexpected token \w+ found/, () => `Unexpected ${found}`)
    .replace(/ \(\d+:\d+\)$/, '')
}

/** Loaded for the place of an error only: a run without one does not wait for it. */
function momoa(): typeof import('@humanwhocodes/momoa') {
  return createRequire(import.meta.url)('@humanwhocodes/momoa')
}
