import { constants } from 'node:os'

/** A wish to end early, from outside. */
export interface Stop {
  readonly signal: AbortSignal
  /** The exit code that tells a shell by which signal. */
  readonly exitCode: number
  /** Leaves the signals to Node again. */
  release(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Ctrl-C asks for an orderly end; a second one does not wait for it. */
export function stopOnSignals(): Stop {
  const controller = new AbortController()
  let exitCode = 0
  const stop = (name: (typeof SIGNALS)[number]): void => {
    if (controller.signal.aborted) process.exit(exitCode)
    exitCode = 128 + constants.signals[name]
    controller.abort()
  }
  // Nobody reads any more (`npm run demo | head`): there is no use in going on.
  const onOutputError = (): void => {
    if (!controller.signal.aborted) stop('SIGHUP')
  }
  for (const name of SIGNALS) process.on(name, stop)
  process.stdout.on('error', onOutputError)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    release() {
      for (const name of SIGNALS) process.off(name, stop)
    },
  }
}
