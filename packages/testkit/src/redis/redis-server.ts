/** A running Redis or Valkey, whichever way it came. */
export interface RedisServer extends AsyncDisposable {
  /** Which way it came, in words for the person who reads the test run. */
  readonly way: string
  readonly version: string
  readonly host: string
  readonly port: number
  /** `redis://host:port`. */
  readonly url: string
  /** Ends the server; without persistence in the settings its data is gone. */
  stop(): Promise<void>
  /** Starts a stopped server again, on the same port. */
  start(): Promise<void>
  restart(): Promise<void>
  /** Freezes the server: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends the server and removes its data. */
  close(): Promise<void>
}

/** What a server is asked to be. */
export interface RedisOptions {
  /** Directives of redis.conf over the test defaults, such as `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Take the server at `REDIS_URL` where that is set. */
  readonly allowExternal?: boolean
}
