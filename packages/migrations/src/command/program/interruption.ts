import { EXIT_CODES, type ExitCode } from './exit-code.js'

const SIGNALS = { SIGINT: EXIT_CODES.interrupted, SIGTERM: EXIT_CODES.terminated } as const

/** Ctrl-C and the like: the first one ends the work in order, the second one the process. */
export class Interruption implements Disposable {
  readonly #tell: () => void
  readonly #controller = new AbortController()
  #exitCode: ExitCode | undefined
  #isHeard = false

  constructor(tell: () => void) {
    this.#tell = tell
  }

  /** Who never asks for it is ended by the signal as every process is. */
  get signal(): AbortSignal {
    if (!this.#isHeard) for (const name of names()) process.on(name, this.#hear)
    this.#isHeard = true
    return this.#controller.signal
  }

  /** What the command ends with once it was interrupted. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode
  }

  [Symbol.dispose](): void {
    for (const name of names()) process.off(name, this.#hear)
  }

  readonly #hear = (name: keyof typeof SIGNALS) => {
    if (this.#exitCode !== undefined) process.exit(SIGNALS[name])
    this.#exitCode = SIGNALS[name]
    this.#tell()
    this.#controller.abort()
  }
}

function names(): readonly (keyof typeof SIGNALS)[] {
  return Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]
}
