import { CompiledQuery, type Kysely } from 'kysely'
import type { FunctionSource } from '../statement/changes-session.js'
import { FUNCTION_NAMES } from '../statement/function-names.js'
import {
  CALLING_RELATIONS,
  type CallingRelation,
  FUNCTION_SOURCES,
  PASSAGES,
  type Passage,
  relationsWithCode,
} from '../statement/relations-with-code.js'
import type { ServerNames } from '../statement/user-functions.js'

/** Another process may make functions and triggers, and tells nobody. */
const FRESH_FOR_MS = 60_000

interface FunctionRow {
  readonly name: string
  readonly builtIn: boolean
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
    const [names, functions, relations, passages] = await Promise.all([
      this.#rows<FunctionRow>(FUNCTION_NAMES),
      this.#rows<FunctionSource>(FUNCTION_SOURCES),
      this.#rows<CallingRelation>(CALLING_RELATIONS),
      this.#rows<Passage>(PASSAGES),
    ])
    return {
      builtIn: namesOf(names.filter((row) => row.builtIn)),
      outside: namesOf(names.filter((row) => !row.builtIn)),
      ...relationsWithCode(functions, relations, passages),
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
