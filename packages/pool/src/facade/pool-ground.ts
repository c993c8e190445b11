import type pg from 'pg'
import { machineClock } from '../kernel/clock.js'
import type { LoginObserver } from '../kernel/login-options.js'
import type { LoginPool } from '../kernel/login-pool.js'
import type { Member } from '../kernel/member.js'
import { PoolHost } from '../kernel/pool-host.js'
import type { PgConnector } from '../postgres/pg-connector.js'
import type { BackendGone, PgPhysical } from '../postgres/pg-physical.js'
import type { StatementObserver } from '../session/pooled-session.js'
import type { PoolOptions } from './pool-config.js'

/** What a pool of `pg`'s kind stands on. */
export interface PoolGround {
  readonly login: LoginPool<PgPhysical>
  readonly member: Member<PgPhysical>
  /** Told of every statement, where they are counted. */
  readonly observe?: StatementObserver
  /** Whose it is, where it is not the pool's own. */
  readonly pools?: object
  /** Resolves when nothing of it is open any more. */
  close(): Promise<void>
}

export interface GroundParts {
  readonly options: PoolOptions
  readonly connector: PgConnector
  readonly observer: LoginObserver<PgPhysical>
}

export interface GroundSource {
  open(parts: GroundParts): PoolGround
  /** What clients are made with, in place of the pool's own options; asked for each attempt. */
  config?(): pg.ClientConfig
  /** Called when the server refused the password; true when that was mended. */
  heal?(): Promise<boolean>
  readonly gone?: BackendGone | undefined
}

/** Where a pool's options say on what it stands, when it is not its own ground. */
export const GROUND = Symbol('ground')

/** Without `connectionTimeoutMillis`, an attempt to connect has this long. */
const CONNECT_TIMEOUT_MS = 10_000
/** Callers may give up early; the attempt goes on for who comes after. */
const LEAST_CONNECT_TIMEOUT_MS = 1_000

/** A budget of `max` connections, for one pool alone. */
export const OWN_GROUND: GroundSource = { open: ownGround }

function ownGround({ options, connector, observer }: GroundParts): PoolGround {
  const { max, min, idleTimeoutMillis, maxLifetimeSeconds } = options
  const host = new PoolHost<PgPhysical>(machineClock, max, {
    maxConnecting: max,
    toleratedFailures: 1,
    eagerStart: true,
  })
  const login = host.addLogin({
    name: 'pool',
    connector,
    observer,
    idleTimeoutMs: idleTimeoutMillis ?? 0,
    maxLifetimeMs: maxLifetimeSeconds * 1_000,
    connectTimeoutMs: connectTimeoutMs(options),
    refills: false,
  })
  const member = login.join('pool', {
    min,
    max,
    weight: 1,
    acquireTimeoutMs: options.connectionTimeoutMillis ?? 0,
    maxWaiting: Number.POSITIVE_INFINITY,
    shedding: { targetMs: Number.POSITIVE_INFINITY, intervalMs: 10_000 },
  })
  return { login, member, close: () => host.close(Number.POSITIVE_INFINITY) }
}

function connectTimeoutMs({ connectionTimeoutMillis }: PoolOptions): number {
  if (!connectionTimeoutMillis) return CONNECT_TIMEOUT_MS
  return Math.max(2 * connectionTimeoutMillis, LEAST_CONNECT_TIMEOUT_MS)
}
