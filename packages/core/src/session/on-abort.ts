import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'

/** Calls `listener` when the signal aborts; what it gives takes the listener away again. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // One signal may well stand over hundreds of statements: that is no leak to be warned of.
  if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(0, signal)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
