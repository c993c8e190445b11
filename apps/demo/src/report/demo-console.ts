import { clearScreenDown, moveCursor } from 'node:readline'
import { seconds } from './figures.js'
import { createStyle, type Style } from './style.js'

/** How often something still running says so where lines cannot be drawn again. */
const PLAIN_INTERVAL_MS = 2000

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
  #drawn = 0
  #lastPlain = Number.NEGATIVE_INFINITY

  constructor(stream: OutputStream) {
    this.#stream = stream
    this.style = createStyle(stream)
  }

  print(...lines: readonly string[]): void {
    this.#erase()
    this.#stream.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Shows what is happening, in the place of what it showed before. */
  live({ lines, plain }: LiveText): void {
    if (this.#stream.isTTY) {
      this.#erase()
      this.#stream.write(lines.map((line) => `${line}\n`).join(''))
      this.#drawn = lines.length
    } else if (performance.now() - this.#lastPlain >= PLAIN_INTERVAL_MS) {
      this.#stream.write(`${plain}\n`)
      this.#lastPlain = performance.now()
    }
  }

  /** Runs a step and tells what came of it and how long it took. */
  async step<T>(
    title: string,
    work: () => Promise<T>,
    describe: (result: T) => string,
  ): Promise<T> {
    const { style } = this
    this.#lastPlain = performance.now()
    this.live({ lines: [`  ${style.accent('…')} ${title}`], plain: `  … ${title}` })
    const started = performance.now()
    const result = await work()
    const took = seconds(performance.now() - started)
    const name = style.bold(title.padEnd(11))
    this.print(`  ${style.good('✓')} ${name} ${describe(result)}  ${style.dim(took)}`)
    return result
  }

  /** Removes what is drawn live. */
  #erase(): void {
    if (this.#drawn === 0) return
    moveCursor(this.#stream, 0, -this.#drawn)
    clearScreenDown(this.#stream)
    this.#drawn = 0
  }
}
