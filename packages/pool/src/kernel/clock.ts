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

export const machineClock: PoolClock = {
  now: () => performance.now(),
  after(milliseconds, action, keepAlive) {
    const timer = setTimeout(action, milliseconds)
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
  random: Math.random,
}
