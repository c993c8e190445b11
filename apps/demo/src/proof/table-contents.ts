/** What somebody sees in one table of one tenant. */
export interface TableContents {
  readonly tenantId: string
  readonly module: string
  readonly table: string
  readonly rows: number
  /** All keys folded into one number: equal numbers of other rows do not go unnoticed. */
  readonly fingerprint: string
}

/** SQL of the fingerprint of a table's rows. */
export const FINGERPRINT = 'coalesce(bit_xor(hashtextextended(id::text, 0)), 0)::text'

/** The fingerprint of no rows. */
export const NOTHING = '0'

/** One name for what is compared. */
export function placeOf({ tenantId, module, table }: TableContents): string {
  return `${module}.${table} of tenant ${tenantId}`
}
