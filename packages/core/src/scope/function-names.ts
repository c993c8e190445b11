import { CompiledQuery, type Kysely } from 'kysely'
import { FUNCTION_NAMES } from '../statement/function-names.js'
import { RELATIONS_WITH_CODE } from '../statement/relations-with-code.js'
import type { ServerNames } from '../statement/user-functions.js'

/** Another process may make functions and triggers, and tells nobody. */
const FRESH_FOR_MS = 60_000

interface FunctionRow {
  readonly name: string
  readonly builtIn: boolean
}

interface RelationRow {
  readonly name: string
  readonly on: 'read' | 'write'
  readonly alters: boolean
}

/** Names of the server's functions and of what runs them, read again every minute of use. */
export class FunctionNames {
  readonly #admin: Kysely<unknown>
  #now: ServerNames | undefined
  #readAt = 0
  #loading: Promise<ServerNames> | undefined

  constructor(admin: Kysely<unknown>) {
    this.#admin = admin
  }

  /** What was read last, `undefined` where nothing was since the beginning or `forget`. */
  get now(): ServerNames | undefined {
    if (this.#now === undefined || Date.now() - this.#readAt > FRESH_FOR_MS) {
      this.#reload().catch(() => undefined)
    }
    return this.#now
  }

  async load(): Promise<ServerNames> {
    return this.now ?? (await this.#reload())
  }

  forget(): void {
    this.#now = undefined
    this.#loading = undefined
  }

  #reload(): Promise<ServerNames> {
    if (this.#loading !== undefined) return this.#loading
    this.#readAt = Date.now()
    const loading: Promise<ServerNames> = this.#read().then(
      (names) => {
        // What was forgotten meanwhile is not what is there now.
        if (this.#loading === loading) {
          this.#now = names
          this.#loading = undefined
        }
        return names
      },
      (error: unknown) => {
        if (this.#loading === loading) this.#loading = undefined
        throw error
      },
    )
    this.#loading = loading
    return loading
  }

  async #read(): Promise<ServerNames> {
    const [functions, relations] = await Promise.all([
      this.#rows<FunctionRow>(FUNCTION_NAMES),
      this.#rows<RelationRow>(RELATIONS_WITH_CODE),
    ])
    const onRead = relations.filter((row) => row.on === 'read')
    const onWrite = relations.filter((row) => row.on === 'write')
    return {
      builtIn: namesOf(functions.filter((row) => row.builtIn)),
      outside: namesOf(functions.filter((row) => !row.builtIn)),
      codeOnRead: namesOf(onRead),
      codeOnWrite: namesOf(onWrite),
      alteringOnRead: namesOf(onRead.filter((row) => row.alters)),
      alteringOnWrite: namesOf(onWrite.filter((row) => row.alters)),
    }
  }

  async #rows<Row>(text: string): Promise<readonly Row[]> {
    const query = CompiledQuery.raw(text) as CompiledQuery<Row>
    return (await this.#admin.executeQuery(query)).rows
  }
}

function namesOf(rows: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(rows.map((row) => row.name))
}
