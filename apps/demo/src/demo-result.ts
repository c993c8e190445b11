import type { SystemHealth } from '@plataforma/database-system'
import type { Migrated } from './platform/migrate-modules.js'
import type { PoolFigures } from './platform/pool-watch.js'
import type { Proofs } from './proof/prove.js'
import type { WorkloadFigures } from './workload/measurements.js'

/** Everything that the demo found out. */
export interface DemoResult extends Proofs {
  readonly migrations: Pick<Migrated, 'run' | 'again'>
  readonly workload: WorkloadFigures
  readonly pools: PoolFigures
  readonly health: SystemHealth
  readonly tookMs: number
}
