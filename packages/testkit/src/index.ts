export {
  type TestDatabase,
  type TestDatabaseOptions,
  type TestLogin,
  testDatabase,
} from './database/test-database.js'
export type { PgBouncer, PgBouncerOptions } from './pooler/pg-bouncer.js'
export { startPgBouncer } from './pooler/start-pg-bouncer.js'
export type { PostgresOptions, PostgresServer, StopMode } from './postgres/postgres-server.js'
export { type SharedPostgres, sharedPostgres } from './postgres/shared-postgres.js'
export { startPostgres } from './postgres/start-postgres.js'
export {
  type BundledProgram,
  type BundleOptions,
  bundleProgram,
} from './program/bundle-program.js'
export {
  type ProgramOptions,
  type ProgramRun,
  RunningProgram,
  startProgram,
} from './program/start-program.js'
export type { FrontendMessage } from './proxy/frontend-messages.js'
export {
  type MessageProxy,
  type MessageProxyOptions,
  startMessageProxy,
} from './proxy/message-proxy.js'
export type { Direction } from './proxy/network-conditions.js'
export {
  type ProxyTarget,
  startTcpProxy,
  TcpProxy,
  type TcpProxyOptions,
} from './proxy/tcp-proxy.js'
export type { RedisOptions, RedisServer } from './redis/redis-server.js'
export { type SharedRedis, sharedRedis } from './redis/shared-redis.js'
export { startRedis } from './redis/start-redis.js'
