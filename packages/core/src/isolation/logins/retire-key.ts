import { sql } from 'kysely'
import { assertGiven } from '../../error/assert-given.js'
import { PlataformaError } from '../../error/plataforma-error.js'
import { withRole } from '../acting-role.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import type { Isolation } from '../isolation.js'
import { lockModules } from '../modules/create-module.js'
import { ourLogins } from './our-logins.js'

/**
 * Drops the logins and the signing key of a secret that no process uses any more, the last step
 * of a rotation.
 *
 * @throws PlataformaError `PLT_OPTION_INVALID` for the key of the configured secret.
 */
export async function retireKey(isolation: Isolation, keyId: string): Promise<void> {
  const { db, names, secret, server } = isolation
  assertGiven.text('keyId', keyId)
  if (keyId === secret.keyId) {
    throw new PlataformaError('PLT_OPTION_INVALID', `The key "${keyId}" is in use.`, {
      remedy: 'Configure the new secret first, in every process.',
    })
  }
  await retryCatalogRaces(() =>
    db.transaction().execute(async (trx) => {
      await lockModules(trx)
      for (const login of await ourLogins(trx, isolation)) {
        if (login.keyId !== keyId) continue
        const id = sql.id(login.name)
        await sql`REVOKE ALL ON DATABASE ${sql.id(server.database)} FROM ${id}`.execute(trx)
        await sql`DROP ROLE ${id}`.execute(trx)
      }
      await withRole(trx, names.keyOwner, () =>
        sql`DELETE FROM plataforma.context_keys WHERE key_id = ${keyId}`.execute(trx),
      )
    }),
  )
}
