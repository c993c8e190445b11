import { CompiledQuery, type Kysely } from 'kysely'
import { FUNCTION_NAMES } from '../statement/function-names.js'
import type { ServerNames } from '../statement/user-functions.js'

/** Names of the server's functions, read once and again after `forget`. */
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
    const query = CompiledQuery.raw(FUNCTION_NAMES) as CompiledQuery<{
      name: string
      builtIn: boolean
    }>
    const { rows } = await this.#admin.executeQuery(query)
    const builtIn = new Set<string>()
    const outside = new Set<string>()
    for (const row of rows) (row.builtIn ? builtIn : outside).add(row.name)
    return { builtIn, outside }
  }
}
