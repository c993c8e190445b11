import { setImmediate as turn } from 'node:timers/promises'

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/** What is thrown where nobody can catch it while `work` runs; test runners do not hear of it. */
export async function uncaughtDuring(work: () => Promise<void>): Promise<readonly unknown[]> {
  const uncaught: unknown[] = []
  const note = (error: unknown) => void uncaught.push(error)
  const others = EVENTS.map((event) => process.rawListeners(event))
  for (const event of EVENTS) process.removeAllListeners(event).on(event, note)
  try {
    await work()
    await turn()
  } finally {
    EVENTS.forEach((event, index) => {
      process.removeListener(event, note)
      for (const listener of others[index] ?? []) process.on(event, listener as () => void)
    })
  }
  return uncaught
}
