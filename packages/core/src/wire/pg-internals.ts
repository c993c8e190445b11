import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { PlataformaError } from '../error/plataforma-error.js'

/**
 * The members of `pg`'s JavaScript client that the wire layer stands on. They are not documented
 * by `pg`; a test asks each of them, so that a new version that moves one is noticed there.
 */
export interface PgWire extends EventEmitter {
  readonly stream: Socket
  readonly _ending: boolean
  parse(message: { name: string; text: string; types: readonly number[] }): void
  bind(message: {
    portal: string
    statement: string
    values: readonly unknown[]
    binary: boolean
  }): void
  describe(message: { type: 'P' | 'S'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  close(message: { type: 'P' | 'S'; name: string }): void
  flush(): void
  sync(): void
}

export interface PgClient extends EventEmitter {
  readonly connection: PgWire
  readonly processID: number | null
  readonly secretKey: number | null
  readonly host: string
  readonly port: number
  readonly ssl: boolean | object
  _activeQuery: unknown
  readyForQuery: boolean
  readonly _queryable: boolean
  readonly _ending: boolean
  readonly _txStatus: 'I' | 'T' | 'E' | null
  readonly _types: { getTypeParser(oid: number, format: 'text'): (text: string) => unknown }
  query(submittableOrText: object | string): unknown
}

/** @throws PlataformaError `PLT_CONFIG_INVALID` when the client is not `pg`'s JavaScript client. */
export function asPgClient(client: object): PgClient {
  const candidate = client as unknown as PgClient
  const wire = candidate.connection
  if (
    wire === undefined ||
    typeof wire.bind !== 'function' ||
    typeof wire.flush !== 'function' ||
    wire.stream === undefined ||
    !('_activeQuery' in candidate) ||
    !('_txStatus' in candidate)
  ) {
    throw new PlataformaError(
      'PLT_CONFIG_INVALID',
      'The pool does not hand out clients of the JavaScript driver `pg`.',
      { remedy: 'Give a Pool of pg >= 8.23.1 < 9 (not pg-native, not a wrapper).' },
    )
  }
  return candidate
}
