import { readFileSync } from 'node:fs'
import pg from 'pg'

/** `sysconf(_SC_CLK_TCK)` of every Linux that Node runs on. */
const MS_PER_TICK = 10

/** Milliseconds of CPU. */
export interface CpuTime {
  readonly client: number
  /** Of the server's processes for one database; unknown where there is no `/proc` of theirs. */
  readonly server: number | undefined
}

/** What this process and the sessions of a database, which stay open, have used until now. */
export async function cpuTime(connectionString: string): Promise<CpuTime> {
  const { user, system } = process.cpuUsage()
  return { client: (user + system) / 1_000, server: await serverTime(connectionString) }
}

async function serverTime(connectionString: string): Promise<number | undefined> {
  const client = new pg.Client(connectionString)
  await client.connect()
  try {
    const { rows } = await client.query(`select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`)
    return rows.reduce((sum, { pid }) => sum + processTime(pid), 0)
  } catch {
    return undefined
  } finally {
    await client.end()
  }
}

function processTime(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  return ((user ?? 0) + (system ?? 0)) * MS_PER_TICK
}
