/** Time as the kernel sees it; tests bring their own. */
export interface PoolClock {
  /** Milliseconds that only grow. */
  now(): number
  /**
   * Runs `action` once; the function returned takes that back.
   * @param keepAlive whether the process must not exit before
   */
  after(milliseconds: number, action: () => void, keepAlive: boolean): () => void
  /** From 0 up to 1. */
  random(): number
}

/** Node.js would take more for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const machineClock: PoolClock = {
  now: () => performance.now(),
  after(milliseconds, action, keepAlive) {
    const timer = setTimeout(action, Math.min(milliseconds, LONGEST_TIMER_MS))
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
  random: Math.random,
}
