import { aptInstall, aptIsAllowed } from '../machine/apt-install.js'
import { findProgram } from '../machine/find-program.js'
import { type Machine, thisMachine } from '../machine/machine.js'
import { removeStaleServerFolders } from '../machine/server-folder.js'
import { LocalPgBouncer } from './local-pg-bouncer.js'
import type { PgBouncer, PgBouncerOptions } from './pg-bouncer.js'

/**
 * A real PgBouncer in transaction mode before a server, installed by apt if allowed, or `undefined`
 * where this machine has no way to one, which is an error in CI. It ends with this process at the
 * latest, however that ends.
 *
 * @throws Error in CI where there is none
 * @example
 * await using pooler = await startPgBouncer({ server })
 * const client = new pg.Client(pooler.through(server.connectionString))
 */
export async function startPgBouncer(
  options: PgBouncerOptions,
  machine: Machine = thisMachine,
): Promise<PgBouncer | undefined> {
  const find = () => findProgram(['pgbouncer'], machine, ['/usr/sbin', '/usr/local/sbin'])
  let program = find()
  if (program === undefined && aptIsAllowed(machine)) {
    aptInstall(['pgbouncer'], machine)
    program = find()
  }
  if (program === undefined) {
    const remedy = 'install pgbouncer'
    if (machine.env.CI === 'true') {
      throw new Error(`There is no PgBouncer, and this is CI: ${remedy}.`)
    }
    machine.say(`testkit: NO PGBOUNCER (${remedy}): tests that need it are skipped and counted so`)
    return undefined
  }
  await removeStaleServerFolders()
  return await LocalPgBouncer.launch(program, options)
}
