import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { AbortDeadline } from './abort-deadline.js'
import { BoundedDriver } from './bounded-driver.js'

/** The same handle for one call, whose abort nothing on it survives for longer than the deadline. */
export function boundedHandle(
  db: Kysely<unknown>,
  deadline: AbortDeadline,
  { isCancelled = false }: { readonly isCancelled?: boolean } = {},
): Kysely<unknown> {
  const pool = db.withoutPlugins().getExecutor()
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new BoundedDriver({ pool, deadline, isCancelled }),
      createIntrospector: (handle) => new PostgresIntrospector(handle),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
