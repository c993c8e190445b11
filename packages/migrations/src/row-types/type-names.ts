import type { Codegen } from './load-codegen.js'

/** Names of a file's interfaces and aliases: as kysely-codegen writes them, each only once. */
export class TypeNames {
  readonly #codegen: Codegen
  readonly #taken: Set<string>

  constructor(codegen: Codegen, reserved: readonly string[]) {
    this.#codegen = codegen
    this.#taken = new Set(reserved)
  }

  /** The first who asks for a name gets it, others get it with a number. */
  take(databaseName: string): string {
    const name = this.#pascalCase(databaseName)
    let free = name
    for (let number = 2; this.#taken.has(free); number++) free = `${name}${number}`
    this.#taken.add(free)
    return free
  }

  #pascalCase(databaseName: string): string {
    const words = databaseName.replace(/[^\p{ID_Continue}$]+/gu, '_').replace(/^_+/, '')
    const name = this.#codegen.toKyselyPascalCase(words)
    return /^[\p{ID_Start}$]/u.test(name) ? name : `T${name}`
  }
}
