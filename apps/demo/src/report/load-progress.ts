import type { LiveText } from './demo-console.js'
import { whole } from './figures.js'
import { progressBar } from './progress-bar.js'
import type { Style } from './style.js'

/** Tells how many tenants have moved in. */
export class LoadProgress {
  readonly #style: Style
  readonly #started = performance.now()

  constructor(style: Style) {
    this.#style = style
  }

  text(rows: number, part: number): LiveText {
    const rate = (rows / (performance.now() - this.#started)) * 1000
    const done = `${whole(rows)} rows, ${whole(rate)} rows/s`
    const { accent, bold } = this.#style
    return {
      lines: [`  ${accent('…')} ${bold('history')}     ${progressBar(part, this.#style)} ${done}`],
      plain: `  … history     ${done}`,
    }
  }
}
