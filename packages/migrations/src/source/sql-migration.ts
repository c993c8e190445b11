import { isTemplate } from '../create/template.js'
import type { Migration, MigrationCode } from '../migration/migration.js'
import type { MigrationMetadata } from '../migration/migration-metadata.js'
import { parseMetadata } from '../migration/parse-metadata.js'
import { checksumOf } from './normalised-text.js'

/** A migration of SQL text. */
export class SqlMigration implements Migration {
  readonly kind = 'sql'
  readonly module: string
  readonly name: string
  readonly place: string
  readonly text: string
  readonly checksum: string
  #metadata: MigrationMetadata | undefined

  /** The text is normalised. */
  constructor(migration: Pick<Migration, 'module' | 'name' | 'place'> & { readonly text: string }) {
    this.module = migration.module
    this.name = migration.name
    this.place = migration.place
    this.text = migration.text
    this.checksum = checksumOf(migration.text)
  }

  get metadata(): MigrationMetadata {
    this.#metadata ??= parseMetadata(this)
    return this.#metadata
  }

  get isUnwritten(): boolean {
    return isTemplate(this.kind, this.text)
  }

  code(): Promise<MigrationCode> {
    return Promise.reject(new Error(`${this.place} is SQL and exports no functions`))
  }
}
