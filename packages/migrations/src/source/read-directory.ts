import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { assertModuleName, PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import { compareText, isMigrationName, NAME_RULE } from '../migration/migration-name.js'
import { CodeMigration } from './code-migration.js'
import { invalidFile } from './invalid-file.js'
import { readText } from './read-text.js'
import { SqlMigration } from './sql-migration.js'
import { unreadable } from './unreadable.js'

/** In the order in which files of one name are tried: what people write, then what is compiled. */
const CODE = ['.ts', '.mts', '.cts', '.mjs', '.js', '.cjs']

/**
 * The migrations in a folder with a folder for each module, in no promised order. Reads and hashes
 * every file, and parses none.
 *
 * @throws PlataformaError `PLT_MIGRATION_NOT_FOUND` where there is no such folder,
 * `PLT_MIGRATION_INVALID`, `PLT_MIGRATION_DUPLICATE`, `PLT_MODULE_NAME_INVALID`
 */
export function readDirectory(directory: string): readonly Migration[] {
  const entries = entriesOf(directory)
  const folders = new Map<string, string>()
  // Only a link can be the same folder as another.
  const hasLinks = entries.some((entry) => entry.isSymbolicLink())
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (target(entry, path).isDirectory()) {
      const migrations = readModule(path, entry.name)
      if (hasLinks && migrations.length > 0) refuseSameFolder(path, folders)
      return migrations
    }
    if (extname(entry.name).toLowerCase() !== '.sql') return []
    throw invalidFile(path, {
      message: `${path} stands outside of the folder of a module.`,
      remedy: `Move it into a folder that has the name of its module, such as ${join(directory, 'vendas', entry.name)}.`,
    })
  })
}

function readModule(folder: string, module: string): readonly Migration[] {
  const migrations: Migration[] = []
  const code = new Map<string, string[]>()
  for (const entry of entriesOf(folder)) {
    const extension = extname(entry.name).toLowerCase()
    const isCode = CODE.includes(extension) && !/\.d\.[mc]?ts$/i.test(entry.name)
    if (!isCode && extension !== '.sql') continue
    const place = folder + sep + entry.name
    if (!target(entry, place).isFile()) throw noFile(place, module)
    const name = entry.name.slice(0, -extension.length)
    if (!isMigrationName(name)) throw wrongName(place, module)
    if (isCode) code.set(name, [...(code.get(name) ?? []), place])
    else migrations.push(new SqlMigration({ module, name, place, text: readText(place, module) }))
  }
  for (const [name, places] of code) {
    const [first, ...others] = places.sort((a, b) => rank(a) - rank(b))
    if (first === undefined) continue
    migrations.push(
      new CodeMigration({ module, name }, [first, ...others], readText(first, module)),
    )
  }
  // A folder without migrations is nobody's module, whatever its name.
  if (migrations.length > 0) assertFolderOfModule(folder, module)
  return migrations
}

/** A link to the folder of another module would apply its migrations a second time. */
function refuseSameFolder(folder: string, folders: Map<string, string>): void {
  const real = realpathSync(folder)
  const other = folders.get(real)
  folders.set(real, folder)
  if (other === undefined) return
  throw new PlataformaError(
    'PLT_MIGRATION_DUPLICATE',
    `The folders ${other} and ${folder} are one and the same: ${real}`,
    {
      remedy: 'Take away the link, or put a folder with files of its own in its place.',
      details: { directories: [other, folder] },
    },
  )
}

function assertFolderOfModule(folder: string, module: string): void {
  try {
    assertModuleName(module)
  } catch (cause) {
    if (!(cause instanceof PlataformaError)) throw cause
    throw new PlataformaError(
      cause.code,
      `The folder ${folder} has migrations, and its name cannot be that of a module.`,
      { remedy: `Rename it. ${cause.remedy}`, cause, details: { directory: folder } },
    )
  }
}

function rank(file: string): number {
  return CODE.indexOf(extname(file).toLowerCase())
}

/** What is in a folder, without what is hidden: an editor's, or a volume's. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => compareText(a.name, b.name))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(directory, cause)
    throw new PlataformaError(
      'PLT_MIGRATION_NOT_FOUND',
      `There is no folder of migrations: ${directory}`,
      {
        remedy: 'Make it, or say with "directory" where migrations are.',
        cause,
        details: { directory },
      },
    )
  }
}

/** What is there; a mounted volume has links in place of files and folders. */
function target(entry: Dirent, path: string): Dirent | Stats {
  if (!entry.isSymbolicLink()) return entry
  try {
    return statSync(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function noFile(place: string, module: string) {
  return invalidFile(place, {
    module,
    message: `${place} has the name of a migration, and is no file.`,
    remedy: 'Put the file in its place, or give what is there another name.',
  })
}

function wrongName(place: string, module: string) {
  return invalidFile(place, {
    module,
    message: `The name of ${place} is not that of a migration.`,
    remedy: `${NAME_RULE} The layout of another tool is brought in by the command "import".`,
  })
}
