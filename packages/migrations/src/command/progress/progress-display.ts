import { styleText } from 'node:util'
import type { MigrationProgress } from '../../system/migration-progress.js'
import { nameOf, progressLine } from './progress-text.js'

const CLEAR_LINE = '\r\x1b[2K'
/** Of a terminal that does not tell its own. */
const USUAL_WIDTH = 80
const WHAT_WIDTH = 11
const WAITING_EVERY_MS = 10_000

/**
 * Shows progress on stderr: a line for each migration, and on a terminal below them what runs now.
 */
export class ProgressDisplay implements Disposable {
  readonly #stream = process.stderr
  readonly #running = new Map<string, string>()
  #toldWaitingMs = Number.NEGATIVE_INFINITY
  #hasLiveLine = false

  readonly show = (progress: MigrationProgress): void => {
    this.#follow(progress)
    const isToTell = progress.kind !== 'waiting' || this.#isTimeToTell(progress.waitedMs)
    const line = isToTell ? progressLine(progress) : undefined
    if (line !== undefined) {
      const { what, style, detail } = line
      const word = styleText(style, what.padEnd(WHAT_WIDTH), { stream: this.#stream })
      this.#clear()
      this.#stream.write(`${word}  ${detail}\n`)
    }
    this.#showRunning()
  };

  [Symbol.dispose](): void {
    this.#clear()
  }

  #follow(progress: MigrationProgress): void {
    switch (progress.kind) {
      case 'started':
      case 'resumed':
        this.#running.set(nameOf(progress), '')
        break
      case 'statement': {
        const { statement, of } = progress
        this.#running.set(nameOf(progress), of === 1 ? '' : ` (statement ${statement} of ${of})`)
        break
      }
      case 'applied':
      case 'rolled-back':
        this.#running.delete(nameOf(progress))
        break
    }
  }

  #isTimeToTell(waitedMs: number): boolean {
    if (waitedMs - this.#toldWaitingMs < WAITING_EVERY_MS) return false
    this.#toldWaitingMs = waitedMs
    return true
  }

  #showRunning(): void {
    if (!this.#stream.isTTY) return
    this.#clear()
    if (this.#running.size === 0) return
    const names = [...this.#running].map(([name, where]) => `${name}${where}`).join(', ')
    const text = `${'running'.padEnd(WHAT_WIDTH)}  ${names}`.slice(
      0,
      (this.#stream.columns || USUAL_WIDTH) - 1,
    )
    this.#stream.write(styleText('dim', text, { stream: this.#stream }))
    this.#hasLiveLine = true
  }

  #clear(): void {
    if (this.#hasLiveLine) this.#stream.write(CLEAR_LINE)
    this.#hasLiveLine = false
  }
}
