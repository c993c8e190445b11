import type { Generated } from 'kysely'

/** What every row of the platform has, all of it filled in by the database where left out. */
export interface Row {
  readonly id: Generated<string>
  /** The tenant, taken from the context of the insert. */
  readonly organization_id: Generated<string>
  readonly created_at: Generated<Date>
}
