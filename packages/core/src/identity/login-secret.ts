import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { PlataformaError } from '../error/plataforma-error.js'
import type { RoleNames } from './role-names.js'

/** Used in development where no secret is configured. It is public: never give it real data. */
export const DEVELOPMENT_SECRET = 'plataforma-development-secret'

/**
 * What is derived (HKDF-SHA-256, RFC 5869) from the one configured secret: the passwords of the
 * logins and the key that signs contexts. Another secret gives another key id, and so logins of
 * its own beside those of running processes.
 */
export class LoginSecret {
  /** Six hexadecimal digits that stand in the names of logins and in every signed context. */
  readonly keyId: string
  readonly isDevelopment: boolean
  readonly #secret: string
  readonly #contextKeys = new Map<string, KeyObject>()

  /** @throws PlataformaError `PLT_CONFIG_INVALID` for an empty secret, or none. */
  constructor(secret: string) {
    if (typeof secret !== 'string' || secret === '') {
      throw new PlataformaError('PLT_CONFIG_INVALID', 'The secret is missing or empty.', {
        remedy:
          'Set `secret` or PLATAFORMA_SECRET to a random text, e.g. of `openssl rand -hex 32`.',
      })
    }
    this.#secret = secret
    this.isDevelopment = secret === DEVELOPMENT_SECRET
    this.keyId = this.#derive('key id', 3).toString('hex')
  }

  /** The password of a login: 256 bits in base64url. */
  password(login: string): string {
    return this.#derive(`login ${login}`, 32).toString('base64url')
  }

  /**
   * The 32 bytes that sign the contexts of one database. As a key object: of bytes Node makes one
   * for every signature, which costs five times as much as the signature.
   */
  contextKey({ prefix }: RoleNames): KeyObject {
    let key = this.#contextKeys.get(prefix)
    if (key === undefined) {
      key = createSecretKey(this.#derive(`context ${prefix}`, 32))
      this.#contextKeys.set(prefix, key)
    }
    return key
  }

  #derive(purpose: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `plataforma ${purpose}`, bytes))
  }
}
