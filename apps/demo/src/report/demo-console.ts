import { clearScreenDown, moveCursor } from 'node:readline'
import { seconds } from './figures.js'
import { createStyle, type Style } from './style.js'

/** How often something still running says so where lines cannot be drawn again. */
const PLAIN_INTERVAL_MS = 2000
/** How often lines are drawn again where they can be. */
const DRAWN_INTERVAL_MS = 80

/** Where the demo writes: `process.stdout`, or a stand-in for it. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** What is happening right now: lines for a terminal, one line for everything else. */
export interface LiveText {
  readonly lines: readonly string[]
  readonly plain: string
}

/** Prints the demo's steps: drawn again and again on a terminal, line by line elsewhere. */
export class DemoConsole {
  readonly style: Style
  readonly #stream: OutputStream
  readonly #now: () => number
  #drawn = 0
  #lastShown = Number.NEGATIVE_INFINITY

  /** `now` gives milliseconds, from whenever on. */
  constructor(stream: OutputStream, now: () => number = () => performance.now()) {
    this.#stream = stream
    this.#now = now
    this.style = createStyle(stream)
  }

  print(...lines: readonly string[]): void {
    this.#erase()
    this.#write(lines)
    this.#lastShown = Number.NEGATIVE_INFINITY
  }

  /** Shows what is happening, in the place of what it showed before; not more often than helps. */
  live({ lines, plain }: LiveText): void {
    const intervalMs = this.#stream.isTTY ? DRAWN_INTERVAL_MS : PLAIN_INTERVAL_MS
    if (this.#now() - this.#lastShown < intervalMs) return
    this.#lastShown = this.#now()
    this.#erase()
    this.#write(this.#stream.isTTY ? lines : [plain])
    this.#drawn = this.#stream.isTTY ? lines.length : 0
  }

  /** Runs a step and tells what came of it and how long it took. */
  async step<T>(
    title: string,
    work: () => Promise<T>,
    describe: (result: T) => string,
  ): Promise<T> {
    const { good, bold, dim, accent } = this.style
    const started = this.#now()
    if (this.#stream.isTTY) this.live({ lines: [`  ${accent('…')} ${title}`], plain: '' })
    this.#lastShown = started
    const result = await work()
    const took = seconds(this.#now() - started)
    this.print(`  ${good('✓')} ${bold(title.padEnd(11))} ${describe(result)}  ${dim(took)}`)
    return result
  }

  #write(lines: readonly string[]): void {
    this.#stream.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Removes what is drawn live. */
  #erase(): void {
    if (this.#drawn === 0) return
    moveCursor(this.#stream, 0, -this.#drawn)
    clearScreenDown(this.#stream)
    this.#drawn = 0
  }
}
