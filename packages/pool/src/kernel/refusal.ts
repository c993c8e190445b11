import { UnfitConnection } from './unfit-connection.js'

/** What a failed attempt to connect says of the next one. */
export type Refusal =
  /** The server has no place left: waiting helps. */
  | 'crowded'
  /** The login itself has no place left (its CONNECTION LIMIT): waiting helps. */
  | 'login crowded'
  /** This login is not let in, whoever else is. */
  | 'login refused'
  /** It was let in, and its user does not take it. */
  | 'unfit'
  /** Nobody answers there, or not in order. */
  | 'unreachable'

const TOO_MANY_CONNECTIONS = '53300'
/** Invalid authorization and password, unknown database, no privilege to connect. */
const LOGIN_REFUSED = /^(?:28...|3D000|42501)$/
/** Where PostgreSQL checks the limit of a role (`InitializeSessionUserId`) and of a database. */
const LIMIT_OF_LOGIN = new Set(['InitializeSessionUserId', 'CheckMyDatabase'])

export function refusalOf(error: unknown): Refusal {
  if (error instanceof UnfitConnection) return 'unfit'
  const { code, routine } = (error ?? {}) as { readonly code?: unknown; readonly routine?: unknown }
  if (code === TOO_MANY_CONNECTIONS) {
    return LIMIT_OF_LOGIN.has(String(routine)) ? 'login crowded' : 'crowded'
  }
  return LOGIN_REFUSED.test(String(code)) ? 'login refused' : 'unreachable'
}

export function isPasswordRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01'
}
