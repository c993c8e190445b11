import { containersAreAsked } from '../container/containers-are-asked.js'
import { removeStaleServerFolders } from '../machine/server-folder.js'
import { EMBEDDED_VERSION, startEmbeddedPostgres } from './embedded-postgres.js'
import { useExternalPostgres } from './external-postgres.js'
import { startInstalledPostgres } from './installed-postgres.js'
import type { PostgresOptions, PostgresServer } from './postgres-server.js'

/**
 * A real PostgreSQL: embedded, of this machine's installation, in a container
 * (`PLATAFORMA_TEST_CONTAINERS=1`), or the one at `DATABASE_URL`.
 * It ends with this process at the latest, however that ends.
 *
 * @example
 * await using server = await startPostgres({ settings: { max_connections: 10 } })
 * const client = new pg.Client(server.connectionString)
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const asked = options.version ?? (Number(process.env.PLATAFORMA_TEST_POSTGRES) || undefined)
  const url = process.env.DATABASE_URL
  if (url && options.allowExternal && asked === undefined) return useExternalPostgres(url)
  const version = asked ?? EMBEDDED_VERSION
  if (containersAreAsked()) {
    const { startContainerPostgres } = await import('./container-postgres.js')
    return startContainerPostgres(version, options)
  }
  await removeStaleServerFolders()
  return version === EMBEDDED_VERSION
    ? startEmbeddedPostgres(options)
    : startInstalledPostgres(version, options)
}
