import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../migration/migration-name.js'
import { invalidFile } from '../source/invalid-file.js'
import { readText } from '../source/read-text.js'
import type { ForeignMigration, MigrationImporter } from './migration-importer.js'

/** As dbmate's `pkg/dbmate/migration.go` has them. */
const UP = /^--\s*migrate:up(?:[ \t]*$|[ \t]+\S.*$)/m
const DOWN = /^--\s*migrate:down(?:[ \t]*$|[ \t]+\S.*$)/m
const FILE = /^(\d+)(?:_(.*))?\.sql$/

/** Files `<version>_<name>.sql` with blocks `-- migrate:up [transaction:false]` and `-- migrate:down`. */
export const dbmate: MigrationImporter = {
  layout: 'dbmate',
  read: (folder) =>
    readdirSync(folder)
      .filter((name) => FILE.test(name))
      .sort(compareText)
      .map((name) => migrationOf(join(folder, name), name)),
}

function migrationOf(file: string, fileName: string): ForeignMigration {
  const [, version = '', title = ''] = FILE.exec(fileName) ?? []
  const text = readText(file)
  const up = UP.exec(text)
  const down = DOWN.exec(text)
  if (up === null || (down !== null && down.index < up.index)) {
    throw invalidFile(file, {
      message: `${file} has no block "-- migrate:up"${down === null ? '' : ' before "-- migrate:down"'}.`,
      remedy: 'Name the layout that the files have; this one is not dbmate’s.',
    })
  }
  const [upStart, downStart] = [
    up.index + up[0].length,
    (down?.index ?? 0) + (down?.[0].length ?? 0),
  ]
  return {
    version,
    title,
    files: [file],
    up: text.slice(upStart, down?.index),
    down: down === null ? undefined : text.slice(downStart),
    inTransaction: ![up[0], down?.[0] ?? ''].some((line) => /\btransaction:false\b/.test(line)),
  }
}
