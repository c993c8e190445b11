import { PlataformaError } from '@plataforma/core'
import { isTemplate } from '../create/template.js'
import type { Migration, MigrationCode } from '../migration/migration.js'
import type { MigrationMetadata } from '../migration/migration-metadata.js'
import { NO_METADATA, readMetadata } from '../migration/read-metadata.js'
import { type ExportedCode, exportedCode } from './exported-code.js'
import { loadCode } from './load-code.js'
import { checksumOf } from './normalised-text.js'

/** A migration in a file of TypeScript or JavaScript. */
export class CodeMigration implements Migration {
  readonly kind = 'code'
  readonly module: string
  readonly name: string
  readonly place: string
  readonly text = undefined
  readonly checksum: string
  readonly #source: string
  readonly #files: readonly [string, ...string[]]
  #loading: Promise<MigrationCode> | undefined
  #metadata: MigrationMetadata | undefined

  /** Several files are the same code before and after compilation: the first that loads is taken. */
  constructor(
    { module, name }: Pick<Migration, 'module' | 'name'>,
    files: readonly [string, ...string[]],
    source: string,
  ) {
    this.module = module
    this.name = name
    this.place = files[0]
    this.checksum = checksumOf(source)
    this.#source = source
    this.#files = files
  }

  get metadata(): MigrationMetadata {
    if (this.#metadata !== undefined) return this.#metadata
    if (!/\bmetadata\b/.test(this.#source)) return NO_METADATA
    throw new Error(`the metadata of ${this.place} are known once code() has answered`)
  }

  get isUnwritten(): boolean {
    return isTemplate(this.kind, this.#source)
  }

  code(): Promise<MigrationCode> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  async #load(): Promise<MigrationCode> {
    const { code, metadata } = await this.#exported()
    this.#metadata =
      metadata === undefined
        ? NO_METADATA
        : readMetadata({
            module: this.module,
            name: this.name,
            value: metadata,
            placeOf: ([key]) => ({
              file: this.place,
              text: this.#source,
              offset: offsetOf(this.#source, key),
            }),
          })
    return code
  }

  async #exported(): Promise<ExportedCode> {
    const [first, ...others] = this.#files
    const { module, name } = this
    let refusal: unknown
    for (const file of [first, ...others]) {
      const at = { module, name, file }
      try {
        return exportedCode(await loadCode(at), at)
      } catch (error) {
        const isUnsupported =
          error instanceof PlataformaError && error.code === 'PLT_MIGRATION_TS_UNSUPPORTED'
        if (!isUnsupported) throw error
        refusal ??= error
      }
    }
    throw refusal
  }
}

/** Characters before a key of the metadata in the text of a program; near it is enough. */
function offsetOf(source: string, key: string | number | undefined): number {
  const start = Math.max(0, source.search(/\bmetadata\b/))
  const near = key === undefined ? -1 : source.indexOf(String(key), start)
  return near === -1 ? start : near
}
