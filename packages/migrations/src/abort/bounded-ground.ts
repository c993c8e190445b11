import type { Ground } from '../ground/ground.js'
import type { AbortDeadline } from './abort-deadline.js'
import { boundedHandle } from './bounded-handle.js'

/** What one call stands on: nothing of it is waited for long once the call is aborted. */
export function boundedGround(
  ground: Ground,
  deadline: AbortDeadline,
  options: { readonly isCancelled?: boolean } = {},
): Ground {
  return {
    ...ground,
    db: boundedHandle(ground.db, deadline, options),
    isPooled: () => deadline.within(() => ground.isPooled()),
    modules: () => deadline.within(() => ground.modules()),
    ensureModule: (module) => deadline.within(() => ground.ensureModule(module)),
    settingsFor: (module, session) => deadline.within(() => ground.settingsFor(module, session)),
    ensureTable: (table, session) => deadline.within(() => ground.ensureTable(table, session)),
    releaseTable: (table, session) => deadline.within(() => ground.releaseTable(table, session)),
    keysAcrossTenants: (modules, db) =>
      deadline.within(() => ground.keysAcrossTenants(modules, db)),
    openParents: (modules, db) => deadline.within(() => ground.openParents(modules, db)),
    moduleChanged: (module) => deadline.within(() => ground.moduleChanged(module)),
  }
}
