import { scanTokens } from '@plataforma/core/parser'
import type { MigrationText } from '../migration/migration-text.js'
import { invalidMigration } from '../place/invalid-migration.js'

/** Where the line of a marker stands, in characters. */
export interface DownMarker {
  readonly start: number
  readonly end: number
}

const NEAR = /--[ \t]*(?:@down\b|migrate:(?:up|down)\b|\+(?:goose|migrate)\b)/gi
const ALONE = /^[ \t]*--[ \t]*@down[ \t]*$/i
const OURS = /^-{2,}[ \t]*@down\b/i
const FOREIGN = /^-{2,}[ \t]*(migrate:(?:up|down)|\+(?:goose|migrate)\b)/i

/**
 * The one line that may be a marker, unless the text before it says otherwise: where that text
 * parses, the line stands in no string and no comment.
 */
export function likelyMarker(text: string): DownMarker | 'none' | 'scan' {
  const near = [...text.matchAll(NEAR)]
  const [only] = near
  if (only === undefined) return 'none'
  const start = text.lastIndexOf('\n', only.index) + 1
  const end = lineEnd(text, start)
  return near.length === 1 && ALONE.test(text.slice(start, end)) ? { start, end } : 'scan'
}

/**
 * The line `-- @down` as PostgreSQL's scanner finds it.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID` for two, for one beside code, and for the markers
 * of another tool; the scanner's error where a string or comment does not end
 */
export function scannedMarker(migration: MigrationText): DownMarker | undefined {
  const { module, name, place: file, text } = migration
  const refused = (offset: number, message: string, remedy: string) =>
    invalidMigration({ file, text, offset }, { module, name, message, remedy })
  const bytes = Buffer.from(text)
  let found: DownMarker | undefined
  for (const token of scanTokens(text)) {
    if (token.tokenName !== 'SQL_COMMENT') continue
    const offset = () => bytes.toString('utf8', 0, token.start).length
    const [, foreign] = FOREIGN.exec(token.text) ?? []
    if (foreign !== undefined) {
      throw refused(
        offset(),
        `"${foreign}" marks a file of another tool: what it undoes would run as if it were to be done.`,
        'Bring its files in by the command "import", or write "-- @down" between up and down.',
      )
    }
    if (!OURS.test(token.text)) continue
    const at = offset()
    const start = text.lastIndexOf('\n', at - 1) + 1
    const end = lineEnd(text, start)
    if (!ALONE.test(text.slice(start, end))) {
      throw refused(
        at,
        'The marker "-- @down" shares its line.',
        'Put "-- @down" alone on a line: what stands below it undoes the migration.',
      )
    }
    if (found !== undefined) {
      throw refused(
        at,
        'There is a second "-- @down".',
        'Keep one: all above it is the migration, all below it undoes it.',
      )
    }
    found = { start, end }
  }
  return found
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}
