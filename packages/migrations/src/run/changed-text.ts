import { PlataformaError } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { Migration } from '../migration/migration.js'
import { readStored } from '../registry/stored-migration.js'

interface Changed {
  readonly module: string
  readonly name: string
}

const MOST_SHOWN = 3

/** Adds to the error for edited migrations what has changed in them; other errors stay as they are. */
export async function tellChanges(
  error: unknown,
  migrations: readonly Migration[],
  db: Kysely<unknown>,
): Promise<unknown> {
  if (!(error instanceof PlataformaError) || error.code !== 'PLT_MIGRATION_CHANGED') return error
  const changed = (error.details?.changed ?? []) as readonly Changed[]
  const shown: string[] = []
  for (const { module, name } of changed.slice(0, MOST_SHOWN)) {
    const found = migrations.find((one) => one.module === module && one.name === name)
    const stored = await readStored(db.withoutPlugins(), module, name)
    if (found?.text === undefined || typeof stored?.text !== 'string') continue
    shown.push(await difference(found.place, stored.text, found.text))
  }
  if (shown.length === 0) return error
  const { remedy, module, details } = error
  return new PlataformaError(error.code, `${error.message}\n${shown.join('\n')}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(module === undefined ? {} : { module }),
    details: { ...details, diff: shown.join('\n') },
  })
}

async function difference(place: string, before: string, after: string): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff')
  return createTwoFilesPatch(place, place, before, after, 'as applied', 'now', {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  })
}
