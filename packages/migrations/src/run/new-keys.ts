import type { KeyAcrossTenants } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { Ground } from '../ground/ground.js'
import type { KeyWarning } from '../system/migration-reports.js'

/** Tells which keys that cross tenants have come with a run. */
export class NewKeys {
  readonly #ground: Ground
  #modules: readonly string[] = []
  #before: ReadonlySet<string> | undefined

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Before the run's first migration, on the session that has the lock; once. */
  async begin(session: Kysely<unknown>, modules: readonly string[]): Promise<void> {
    if (this.#before !== undefined) return
    this.#modules = modules
    const keys = await this.#ground.keysAcrossTenants(modules, session)
    this.#before = new Set(keys.map(identity))
  }

  /** After it, however it ended. */
  async warnings(): Promise<readonly KeyWarning[]> {
    const before = this.#before
    if (before === undefined) return []
    const { db } = this.#ground
    const keys = await this.#ground.keysAcrossTenants(this.#modules, db.withoutPlugins())
    return keys.filter((key) => !before.has(identity(key))).map(toWarning)
  }
}

function identity({ module, table, name, columns, target }: KeyAcrossTenants): string {
  return JSON.stringify([module, table, name, columns, target])
}

function toWarning({ module, table, name, kind, message, remedy }: KeyAcrossTenants): KeyWarning {
  return { kind: `${kind}-across-tenants`, module, table, name, message, remedy }
}
