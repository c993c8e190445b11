import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertModuleName, PlataformaError } from '@plataforma/core'
import { isMigrationName, migrationNumber } from '../migration/migration-name.js'
import { nameWords } from '../migration/name-words.js'
import { parseScript } from '../script/parse-script.js'
import type { ForeignMigration, MigrationImporter } from './migration-importer.js'

export interface ImportOptions {
  readonly importer: MigrationImporter
  /** The other tool's folder. */
  readonly from: string
  /** Folder with a folder for each module. */
  readonly directory: string
  readonly module: string
  /** Extensions that migrations may create, beside the usual ones. */
  readonly extensions?: readonly string[] | undefined
}

/** What an import has done. */
export interface ImportReport {
  readonly written: readonly {
    readonly name: string
    readonly place: string
    readonly from: readonly string[]
    readonly hasDown: boolean
    readonly inTransaction: boolean
  }[]
  /** Whether the numbers are new, because the tool's order is not that of its numbers. */
  readonly isRenumbered: boolean
  /** What has to be changed by hand before it can run. */
  readonly problems: readonly PlataformaError[]
}

/**
 * Writes another tool's migrations as those of a module. Writes nothing where a number is taken.
 *
 * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND`, `PLT_MIGRATION_DUPLICATE`,
 * `PLT_MODULE_NAME_INVALID`, `PLT_MIGRATION_INVALID`
 */
export async function importMigrations(options: ImportOptions): Promise<ImportReport> {
  const { importer, from, directory, module, extensions } = options
  assertModuleName(module)
  const foreign = existsSync(from) ? importer.read(from) : []
  if (foreign.length === 0) {
    throw new PlataformaError(
      'PLT_MIGRATION_NOT_FOUND',
      `There are no migrations of ${importer.layout} in ${from}.`,
      { module, remedy: 'Name the folder that the other tool reads, and its layout.' },
    )
  }
  const folder = join(directory, module)
  const isRenumbered = !isOrderedByNumber(foreign)
  const files = foreign.map((migration, index) => {
    const number = isRenumbered ? sequential(index, foreign.length) : migration.version
    const name = `${number}_${nameWords(migration.title) || importer.layout}`
    return { migration, name, place: join(folder, `${name}.sql`), text: textOf(migration) }
  })
  refuseTaken(folder, module, files)

  mkdirSync(folder, { recursive: true })
  const problems: PlataformaError[] = []
  for (const { name, place, text } of files) {
    writeFileSync(place, text, { flag: 'wx' })
    await parseScript({ module, name, place, text }, { extensions }).catch((error: unknown) => {
      if (!(error instanceof PlataformaError)) throw error
      problems.push(error)
    })
  }
  return {
    written: files.map(({ migration, name, place }) => ({
      name,
      place,
      from: migration.files,
      hasDown: migration.down !== undefined,
      inTransaction: migration.inTransaction,
    })),
    isRenumbered,
    problems,
  }
}

/** Whether versions are numbers that rise in the tool's order. */
function isOrderedByNumber(foreign: readonly ForeignMigration[]): boolean {
  return foreign.every(({ version }, index) => {
    const before = foreign[index - 1]?.version
    return /^\d+$/.test(version) && (before === undefined || BigInt(before) < BigInt(version))
  })
}

function sequential(index: number, total: number): string {
  return String(index + 1).padStart(Math.max(3, String(total).length), '0')
}

function textOf({ up, down, inTransaction }: ForeignMigration): string {
  const header = `-- @metadata {${inTransaction ? '' : '"transaction": false'}}`
  const below = down === undefined ? [] : ['', '-- @down', trimmed(down)]
  // Without a word it would be a file that somebody forgot to write.
  const body = trimmed(up) || '-- Empty where it came from.'
  return `${[header, '', body, ...below].join('\n').trimEnd()}\n`
}

/** Without blank lines around it; its first line keeps its indent. */
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}

function refuseTaken(
  folder: string,
  module: string,
  files: readonly { readonly name: string; readonly place: string }[],
): void {
  const there = existsSync(folder) ? readdirSync(folder) : []
  const taken = new Map(there.filter(isMigrationFile).map((file) => [migrationNumber(file), file]))
  const collision = files.find(({ name }) => taken.has(migrationNumber(name)))
  if (collision === undefined) return
  const file = join(folder, taken.get(migrationNumber(collision.name)) ?? '')
  throw new PlataformaError(
    'PLT_MIGRATION_DUPLICATE',
    `${collision.place} would have the number of ${file}. Nothing was written.`,
    {
      module,
      remedy: 'Import into a module of its own, or move what is there away first.',
      details: { files: [file, collision.place] },
    },
  )
}

function isMigrationFile(file: string): boolean {
  return isMigrationName(file.replace(/\.\w+$/, ''))
}
