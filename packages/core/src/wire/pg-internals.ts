import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { PlataformaError } from '../error/plataforma-error.js'
import type { TypeParsers } from './result-shape.js'

/**
 * The members of `pg`'s JavaScript client that the wire layer stands on. They are not documented
 * by `pg`; a test asks each of them, so that a new version that moves one is noticed there.
 */
export interface PgClient extends EventEmitter {
  readonly connection: PgWire
  readonly processID: number | null
  readonly secretKey: number | null
  readonly host: string
  readonly port: number
  readonly ssl: boolean | object
  readonly sslNegotiation?: string
  readonly pipeline?: boolean
  /** Who the server's messages go to. */
  _activeQuery: unknown
  readyForQuery: boolean
  /** False from the first fault of the socket on. */
  readonly _queryable: boolean
  readonly _ending: boolean
  /** Of the last ReadyForQuery. */
  readonly _txStatus: 'I' | 'T' | 'E' | null
  readonly _types: TypeParsers
  query(submittable: object): unknown
}

export interface PgWire extends EventEmitter {
  readonly stream: Socket
}

/** @throws PlataformaError `PLT_CONFIG_INVALID` when it is not `pg`'s JavaScript client. */
export function asPgClient(client: object): PgClient {
  const candidate = client as PgClient
  if (
    candidate.connection?.stream === undefined ||
    !('_activeQuery' in candidate) ||
    !('_txStatus' in candidate)
  ) {
    throw unusable('The pool does not hand out clients of the JavaScript driver `pg`.')
  }
  if (candidate.pipeline) {
    throw unusable('The pool hands out clients of `pg` that pipeline, which cannot be borrowed.')
  }
  return candidate
}

function unusable(message: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', message, {
    remedy:
      'Give a Pool of pg >= 8.23.1 < 9, without `pipeline` (not pg-native, not a wrapper of one).',
  })
}
