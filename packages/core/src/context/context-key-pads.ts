/**
 * A signing key as the server keeps it: the two padded keys of HMAC, so that `sha256` is all
 * that verifying needs (pgcrypto is no part of every server).
 */
export interface ContextKeyPads {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** @param key At most 64 bytes, the block of SHA-256. */
export function contextKeyPads(key: Buffer): ContextKeyPads {
  const padded = Buffer.alloc(64)
  key.copy(padded)
  const pad = (value: number) => Buffer.from(padded.map((byte) => byte ^ value))
  return { inner: pad(0x36), outer: pad(0x5c) }
}
