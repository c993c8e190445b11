import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../migration/migration-name.js'
import { readText } from '../source/read-text.js'
import type { ForeignMigration, MigrationImporter } from './migration-importer.js'

const FOLDER = /^([\d-]+)(?:_(.*))?$/

/**
 * Folders `<version>_<name>` with `up.sql`, `down.sql` and `metadata.toml`; diesel orders by the
 * version without its dashes.
 */
export const diesel: MigrationImporter = {
  layout: 'diesel',
  read: (folder) =>
    readdirSync(folder)
      .filter((name) => FOLDER.test(name) && existsSync(join(folder, name, 'up.sql')))
      .map((name) => migrationOf(join(folder, name), name))
      .sort((a, b) => compareText(a.version, b.version)),
}

function migrationOf(folder: string, name: string): ForeignMigration {
  const [, version = '', title = ''] = FOLDER.exec(name) ?? []
  const files = ['up.sql', 'down.sql', 'metadata.toml']
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file))
  const textOf = (file: string) => {
    const path = join(folder, file)
    return files.includes(path) ? readText(path) : undefined
  }
  return {
    version: version.replaceAll('-', ''),
    title,
    files,
    up: textOf('up.sql') ?? '',
    down: textOf('down.sql'),
    inTransaction: !/^\s*run_in_transaction\s*=\s*false\b/m.test(textOf('metadata.toml') ?? ''),
  }
}
