import { CompiledQuery, type Kysely } from 'kysely'
import { FUNCTION_NAMES } from '../statement/function-names.js'
import { RELATIONS_WITH_CODE } from '../statement/relations-with-code.js'
import type { ServerNames } from '../statement/user-functions.js'

/** Names of the server's functions and of what runs them, read once and again after `forget`. */
export class FunctionNames {
  readonly #admin: Kysely<unknown>
  #loading: Promise<ServerNames> | undefined

  constructor(admin: Kysely<unknown>) {
    this.#admin = admin
  }

  load(): Promise<ServerNames> {
    this.#loading ??= this.#read().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  forget(): void {
    this.#loading = undefined
  }

  async #read(): Promise<ServerNames> {
    const [functions, relations] = await Promise.all([
      this.#rows<{ name: string; builtIn: boolean }>(FUNCTION_NAMES),
      this.#rows<{ name: string; on: 'read' | 'write' }>(RELATIONS_WITH_CODE),
    ])
    const builtIn = new Set<string>()
    const outside = new Set<string>()
    for (const row of functions) (row.builtIn ? builtIn : outside).add(row.name)
    const codeOnRead = new Set<string>()
    const codeOnWrite = new Set<string>()
    for (const row of relations) (row.on === 'read' ? codeOnRead : codeOnWrite).add(row.name)
    return { builtIn, outside, codeOnRead, codeOnWrite }
  }

  async #rows<Row>(text: string): Promise<readonly Row[]> {
    const query = CompiledQuery.raw(text) as CompiledQuery<Row>
    return (await this.#admin.executeQuery(query)).rows
  }
}
