/** The Redis beside the database. */
export interface RedisConfig {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url?: string | undefined
  readonly enabled: boolean
}
