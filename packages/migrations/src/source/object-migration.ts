import { assertModuleName, PlataformaError } from '@plataforma/core'
import { jsonOffset } from '../migration/json-offset.js'
import type { Migration, MigrationCode } from '../migration/migration.js'
import type { MigrationMetadata } from '../migration/migration-metadata.js'
import { isMigrationName, NAME_RULE } from '../migration/migration-name.js'
import { NO_METADATA, readMetadata } from '../migration/read-metadata.js'
import type { MigrationObject } from '../system/migration-options.js'
import { exportedCode } from './exported-code.js'
import { invalidFile } from './invalid-file.js'

/** A migration that was given as an object. */
export class ObjectMigration implements Migration {
  readonly kind = 'code'
  readonly module: string
  readonly name: string
  readonly place: string
  readonly checksum = undefined
  readonly text = undefined
  readonly #code: MigrationCode
  readonly #written: Readonly<Record<string, unknown>> | undefined
  #metadata: MigrationMetadata | undefined

  /** @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID` */
  constructor(object: MigrationObject) {
    const { module, name, code, metadata } = partsOf(object)
    assertModuleName(module)
    const place = `sources: ${module}/${name}`
    if (!isMigrationName(name)) {
      throw invalidFile(place, {
        module,
        message: `"${name}" is no name of a migration.`,
        remedy: NAME_RULE,
      })
    }
    this.module = module
    this.name = name
    this.place = place
    this.#code = code
    this.#written = metadata
  }

  get metadata(): MigrationMetadata {
    this.#metadata ??= this.#written === undefined ? NO_METADATA : this.#read(this.#written)
    return this.#metadata
  }

  code(): Promise<MigrationCode> {
    return Promise.resolve(this.#code)
  }

  #read(value: Readonly<Record<string, unknown>>): MigrationMetadata {
    const { module, name, place: file } = this
    return readMetadata({
      module,
      name,
      value,
      placeOf: (path) => {
        const text = asJson(value)
        return { file, text, offset: jsonOffset(text, path) }
      },
    })
  }
}

/** What an object says of itself; a getter of it may throw, or the object be none. */
function partsOf(object: MigrationObject) {
  let at = 'sources'
  try {
    const { module, name, metadata } = object
    at = `sources: ${module}/${name}`
    return { module, name, metadata, code: exportedCode(object, { module, name, file: at }).code }
  } catch (cause) {
    if (cause instanceof PlataformaError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw invalidFile(at, {
      message: `A migration of ${at} cannot be read: ${message}`,
      remedy: 'Give an object { module, name, up, down } of plain values and functions.',
      cause,
    })
  }
}

/** Also of what JSON has not: it is shown where it is refused. */
function asJson(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'bigint' || typeof member === 'function' ? String(member) : member,
    )
    return text ?? 'null'
  } catch {
    return '{}'
  }
}
