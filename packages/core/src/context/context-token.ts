import { createHmac, type KeyObject } from 'node:crypto'

/** `system` names who acts for the system, for audit; it opens nothing. */
export type ContextKind = 'tenant' | 'owner' | 'system'

export interface ContextToSign {
  /** 32 bytes, as `LoginSecret.contextKey` gives them. */
  readonly key: KeyObject
  readonly keyId: string
  readonly kind: ContextKind
  /** Plain JSON data; a tenant's holds `tenantId`. */
  readonly context: Readonly<Record<string, unknown>>
  /** The only backend that accepts the token; 0 for any, where the database allows a pooler. */
  readonly backendPid: number
  /** By the server's clock, milliseconds since 1970. */
  readonly expiresAtMs: number
}

const NOT_ASCII = /[^\x20-\x7e]/g
const MAY_BE_UNSTORABLE = /\\u(0000|d[89a-f])/
const HAS_NOT_ASCII = /[^\x20-\x7e]/

/**
 * Signs a context for the setting `plataforma.context`: 64 hexadecimal digits of HMAC-SHA-256
 * (RFC 2104), then the signed JSON. The JSON is ASCII, so that its bytes are the same in every
 * server encoding, and its first members stand in a fixed order, so that the server finds them
 * without parsing.
 */
export function signContext(options: ContextToSign): string {
  const { kind, context } = options
  const tenant = kind === 'tenant' ? `,"tenantId":${ascii(JSON.stringify(context.tenantId))}` : ''
  // A tenant that JSON escapes cannot be cut out at its quotes.
  const label = tenant.includes('\\') ? 'tenant-escaped' : kind
  const json = `{"key":"${options.keyId}","kind":"${label}","pid":"${options.backendPid}","exp":"${Math.floor(options.expiresAtMs)}"${tenant},"context":${storableJson(context)}}`
  const payload = ascii(json)
  return createHmac('sha256', options.key).update(payload, 'latin1').digest('hex') + payload
}

/** One NUL or half surrogate pair anywhere, and PostgreSQL would read nothing of the whole text. */
function storableJson(context: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(context)
  return MAY_BE_UNSTORABLE.test(json) ? JSON.stringify(context, withStorableTexts) : json
}

function withStorableTexts(_: string, value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [storable(key), each]))
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

function ascii(json: string): string {
  return HAS_NOT_ASCII.test(json) ? json.replace(NOT_ASCII, escapeUnit) : json
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
