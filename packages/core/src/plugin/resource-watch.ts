import { createHook } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'

const KINDS = new Set(['Timeout', 'TCPWRAP', 'TLSWRAP', 'TCPSERVERWRAP', 'PIPEWRAP'])

interface Resource {
  hasRef?(): boolean
}

/** Runs work and gives how many timers and sockets that it made still keep the process alive. */
export async function resourcesLeftBy(work: () => Promise<void>): Promise<number> {
  const alive = new Map<number, Resource>()
  let watches = true
  const hook = createHook({
    init: (id, kind, _trigger, resource: Resource) => {
      if (watches && KINDS.has(kind)) alive.set(id, resource)
    },
    destroy: (id) => {
      alive.delete(id)
    },
  })
  const left = () => [...alive.values()].filter((resource) => resource.hasRef?.() ?? true).length
  hook.enable()
  try {
    await work()
    watches = false
    // A socket that was closed lets go of its handle a little later.
    for (let turn = 0; turn < 50 && left() > 0; turn++) await delay(10)
    return left()
  } finally {
    hook.disable()
  }
}
