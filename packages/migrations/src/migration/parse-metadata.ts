import { suggestion } from '@plataforma/core'
import { invalidMigration } from '../place/invalid-migration.js'
import { jsonError, jsonOffset, repeatedName } from './json-offset.js'
import type { MigrationMetadata } from './migration-metadata.js'
import type { MigrationText } from './migration-text.js'
import { NO_METADATA, readMetadata } from './read-metadata.js'

const HEADER = /^[ \t]*--[ \t]*@(\w+)[ \t]*([^\r\n]*)/

/** What people see as a header: of another comment, with other blanks or without its sign. */
const LIKE_HEADER =
  /^[\p{Z}\p{Cf}\t]*(?:-{2,}|\/\*+|\/\/|#+)[\p{Z}\p{Cf}\t]*@?metadata[^\p{L}\n]*\{/iu

/** A header that does not stand on the first line, with only comments and blank lines before it. */
const LATER_HEADER = /^(?:[ \t]*(?:--.*)?\n)+?(?=[ \t]*--[ \t]*@metadata\b)/

/**
 * What the first line of an SQL migration says of it: `-- @metadata {json}`.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID`
 */
export function parseMetadata({
  module,
  name,
  place: file,
  text,
}: MigrationText): MigrationMetadata {
  const placeAt = (offset: number) => ({ file, text, offset })
  const refused = (offset: number, message: string, remedy: string) =>
    invalidMigration(placeAt(offset), { module, name, message, remedy })

  const [line, word = '', json = ''] = HEADER.exec(text) ?? []
  if (line === undefined || word !== 'metadata') {
    if (json.startsWith('{')) {
      throw refused(
        text.indexOf('@'),
        `"@${word}" is no header.${suggestion(word, ['metadata'])}`,
        'Begin the first line with "-- @metadata".',
      )
    }
    if (LIKE_HEADER.test(text)) {
      throw refused(
        0,
        'The first line looks like metadata, and would not be read.',
        'Begin it with "-- @metadata", by two hyphens and plain blanks.',
      )
    }
    const later = LATER_HEADER.exec(text)?.[0].length
    if (later === undefined) return NO_METADATA
    throw refused(
      later,
      'Metadata stand below the first line.',
      'Make the line with "-- @metadata" the first one of the file.',
    )
  }

  const start = line.length - json.length
  const written = json.trimEnd()
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    const { message, offset } = jsonError(written)
    throw refused(
      start + offset,
      `The metadata are no JSON: ${message}`,
      'Write one object on the one line, with names and texts in double quotes and no comma after the last member.',
    )
  }
  const repeated = repeatedName(written)
  if (repeated !== undefined) {
    throw refused(
      start + repeated.offset,
      `"${repeated.name}" stands twice in the metadata.`,
      'Keep one of the two.',
    )
  }
  return readMetadata({
    module,
    name,
    value,
    placeOf: (path) => placeAt(start + jsonOffset(written, path)),
  })
}
