import { sql } from 'kysely'
import { withRole } from '../acting-role.js'
import type { Isolation } from '../isolation.js'

/**
 * Says whether a pooler that shares sessions stands before this database. Where it does, contexts
 * cannot be bound to a session: a token that leaks is good anywhere until it expires.
 */
export async function setPooler({ db, names }: Isolation, pooler: boolean): Promise<void> {
  await db
    .transaction()
    .execute((trx) =>
      withRole(trx, names.keyOwner, () =>
        sql`UPDATE plataforma.context_keys SET pooler = ${pooler} WHERE pooler <> ${pooler}`.execute(
          trx,
        ),
      ),
    )
}
