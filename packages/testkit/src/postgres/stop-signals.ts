import type { StopMode } from './postgres-server.js'

/** The signal that makes the postmaster end in a mode. */
export const STOP_SIGNALS: Readonly<Record<StopMode, NodeJS.Signals>> = {
  smart: 'SIGTERM',
  fast: 'SIGINT',
  immediate: 'SIGQUIT',
}
