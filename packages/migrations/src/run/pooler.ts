import { PlataformaError } from '@plataforma/core'
import type { Ground } from '../ground/ground.js'

/** @throws PlataformaError `PLT_MIGRATION_POOLER` */
export async function refusePooler(ground: Ground): Promise<void> {
  if (await ground.isPooled()) throw pooled()
}

/** The error for a pooler in transaction mode. */
export function pooled(): PlataformaError {
  return new PlataformaError(
    'PLT_MIGRATION_POOLER',
    'A pooler gives each transaction of these migrations another session (PgBouncer in transaction mode?): locks and settings would not hold.',
    { remedy: 'Give `directUrl`, an address that leads to PostgreSQL itself.' },
  )
}
