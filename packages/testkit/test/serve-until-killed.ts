import { startPostgres, startRedis } from '@plataforma/testkit'

const postgres = await startPostgres()
const redis = await startRedis()
console.log(JSON.stringify([postgres.port, ...(redis ? [redis.port] : [])]))
setInterval(() => {}, 60_000)
