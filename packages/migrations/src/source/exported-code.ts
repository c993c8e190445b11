import { suggestion } from '@plataforma/core'
import type { MigrationCode } from '../migration/migration.js'
import { invalidFile } from './invalid-file.js'
import type { CodeFile } from './load-code.js'

/** What the exports of a file hold of a migration. */
export interface ExportedCode {
  readonly code: MigrationCode
  readonly metadata: unknown
}

/**
 * The functions and metadata among exports: named ones, or members of a default export.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export function exportedCode(exported: object, at: CodeFile): ExportedCode {
  const holders = holdersOf(exported)
  const holder = holders.find((candidate) => 'up' in candidate) ?? exported
  const { up, down } = holder as Readonly<Record<string, unknown>>
  if (typeof up !== 'function') {
    const names = holders.flatMap(Object.keys).filter((name) => name !== 'up')
    throw refused(
      at,
      up !== undefined
        ? `What ${at.file} exports as "up" is no function.`
        : `${at.file} exports no function "up".${suggestion('up', names)}`,
    )
  }
  if (down !== undefined && typeof down !== 'function') {
    throw refused(at, `What ${at.file} exports as "down" is no function.`)
  }
  const metadata = holders.find((candidate) => 'metadata' in candidate)
  return {
    code: {
      up: (db) => up.call(holder, db),
      ...(down === undefined ? {} : { down: (db) => down.call(holder, db) }),
    },
    metadata: (metadata as { readonly metadata?: unknown } | undefined)?.metadata,
  }
}

/** A CommonJS module compiled from `export default` stands two defaults deep. */
function holdersOf(exported: object): readonly object[] {
  const holders: object[] = [exported]
  for (let depth = 0; depth < 2; depth++) {
    const inner = (holders.at(-1) as { readonly default?: unknown }).default
    if (typeof inner !== 'object' || inner === null) break
    holders.push(inner)
  }
  return holders
}

function refused(at: CodeFile, message: string) {
  return invalidFile(at.file, {
    module: at.module,
    name: at.name,
    message,
    remedy:
      'Export "async function up(db) { … }" and, to undo it, "async function down(db) { … }"; or an object with both as default.',
  })
}
