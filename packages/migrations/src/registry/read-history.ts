import { toPlataformaError } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { MigrationRecord } from './migration-record.js'
import { REGISTRY_VERSION } from './prepare-registry.js'

/** All that the registry says of what is applied. */
export interface History {
  /** Whether the registry is as this package writes it; an empty history where it is not there. */
  readonly isCurrent: boolean
  readonly records: readonly MigrationRecord[]
  /** `server_version_num`; `undefined` where there is no registry to ask. */
  readonly serverVersion: number | undefined
}

/** A list for each column, of as many values as there are rows; no lists where there are none. */
interface Columns {
  readonly module: readonly string[] | null
  readonly name: readonly string[]
  readonly version: readonly (string | null)[]
  readonly kind: readonly MigrationRecord['kind'][]
  readonly checksum: readonly (string | null)[]
  readonly repeatable: readonly boolean[]
  readonly dependencies: readonly (readonly string[])[]
  readonly state: readonly MigrationRecord['state'][]
  readonly position: readonly number[]
  readonly appliedAtMs: readonly number[]
  readonly durationMs: readonly number[]
}

/**
 * Reads the whole history in one statement, without its texts. It comes as one JSON text, whatever
 * value parsers the handle has: an array of each column, which costs the server a third of what an
 * array of each row does.
 *
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`, `PLT_DATABASE_ERROR`
 */
export async function readHistory(db: Kysely<unknown>): Promise<History> {
  try {
    const { rows } = await sql<{ version: number | null; server: number; columns: string }>`
      SELECT current_setting('server_version_num')::int AS "server",
        (SELECT version FROM plataforma.versions WHERE package = 'migrations') AS "version",
        (SELECT json_build_object(
            'module', json_agg(module), 'name', json_agg(name), 'version', json_agg(version),
            'kind', json_agg(kind), 'checksum', json_agg(checksum),
            'repeatable', json_agg(repeatable), 'dependencies', json_agg(dependencies),
            'state', json_agg(state), 'position', json_agg(position),
            'appliedAtMs', json_agg(date_part('epoch', applied_at) * 1000),
            'durationMs', json_agg(duration_ms))::text
          FROM (SELECT * FROM plataforma.migrations ORDER BY position) AS m) AS "columns"`.execute(
      db,
    )
    const [row] = rows
    return {
      isCurrent: (row?.version ?? 0) >= REGISTRY_VERSION,
      records: row === undefined ? [] : recordsOf(JSON.parse(row.columns)),
      serverVersion: row?.server,
    }
  } catch (error) {
    if (isMissingRegistry(error)) return { isCurrent: false, records: [], serverVersion: undefined }
    throw toPlataformaError(error)
  }
}

const UNDEFINED_TABLE = '42P01'

/** Whether the registry was never made. */
export function isMissingRegistry(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE
}

function recordsOf(columns: Columns): readonly MigrationRecord[] {
  return (columns.module ?? []).map(
    (module, at) =>
      ({
        module,
        name: columns.name[at],
        version: columns.version[at] ?? undefined,
        kind: columns.kind[at],
        checksum: columns.checksum[at] ?? undefined,
        repeatable: columns.repeatable[at],
        dependencies: columns.dependencies[at],
        state: columns.state[at],
        position: columns.position[at],
        appliedAt: new Date(columns.appliedAtMs[at] ?? Number.NaN),
        durationMs: columns.durationMs[at],
      }) as MigrationRecord,
  )
}
