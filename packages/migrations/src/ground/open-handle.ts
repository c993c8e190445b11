import {
  PgPoolSessionSource,
  PlataformaDialect,
  serverAddress,
  toPlataformaError,
} from '@plataforma/core'
import { Kysely } from 'kysely'

/** A handle with connections of its own. */
export interface OwnHandle {
  readonly db: Kysely<unknown>
  /** Whether a pooler gives each transaction another session. */
  readonly isPooled: boolean
  readonly close: () => Promise<void>
}

export interface HandleOptions {
  /** Modules that migrate at the same time. */
  readonly parallel?: number | undefined
  /** Milliseconds until a server that does not answer counts as away. */
  readonly connectTimeoutMs?: number
  /** Ends the wait for the first connection. */
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_PARALLEL = 4
/** The lock's session, and one for what is asked between the migrations. */
const BESIDE_WORKERS = 2
const CONNECT_TIMEOUT_MS = 30_000
/** Nobody works on it any more: what is left then is a socket that no server answers. */
const CLOSE_TIMEOUT_MS = 500

/**
 * Connects to a server, with a session for each module that migrates at the same time.
 *
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`; the signal's reason when it aborts
 */
export async function openHandle(
  connectionString: string,
  {
    parallel = DEFAULT_PARALLEL,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    signal,
  }: HandleOptions = {},
): Promise<OwnHandle> {
  const config = {
    application_name: 'plataforma migrations',
    ...serverAddress({ connectionString }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
  const sessions = new PgPoolSessionSource({
    logins: { loginOf: () => ({ key: 'administrator', config }) },
    max: parallel + BESIDE_WORKERS,
    acquireTimeoutMs: connectTimeoutMs,
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
  })
  try {
    const first = await sessions.acquire({
      identity: { kind: 'administrator' },
      purpose: 'admin',
      access: 'write',
      ...(signal && { signal }),
    })
    first.release()
  } catch (error) {
    await sessions.close()
    throw signal?.aborted ? signal.reason : toPlataformaError(error)
  }
  return {
    db: new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions }) }),
    get isPooled() {
      return sessions.isPooled
    },
    close: () => sessions.close(),
  }
}
