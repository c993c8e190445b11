import type { Kysely } from 'kysely'
import type { SystemActing } from '../context/acting.js'
import { bookkeeping } from '../isolation/bookkeeping/bookkeeping-tables.js'

/** Records who acts for the system and why, before it happens. */
export async function recordSystemAccess(
  admin: Kysely<unknown>,
  { context }: SystemActing,
): Promise<void> {
  await bookkeeping(admin)
    .insertInto('plataforma.system_access')
    .values({
      reason: context.reason,
      user_id: context.userId ?? null,
      request_id: context.requestId ?? null,
    })
    .execute()
}
