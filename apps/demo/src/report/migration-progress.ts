import type { MigrationProgress as Progress } from '@plataforma/database-system'
import type { LiveText } from './demo-console.js'
import { progressBar } from './progress-bar.js'
import type { Style } from './style.js'

/** Tells which migration was the last, and how many are left. */
export class MigrationProgress {
  readonly #style: Style

  constructor(style: Style) {
    this.#style = style
  }

  /** `undefined` for what nobody needs to see. */
  text(progress: Progress): LiveText | undefined {
    if (progress.kind !== 'applied') return undefined
    const { module, name, done, total } = progress
    const what = `${done} of ${total}, ${module} ${name}`
    const { accent, bold } = this.#style
    return {
      lines: [
        `  ${accent('…')} ${bold('migrations')}  ${progressBar(done / total, this.#style)} ${what}`,
      ],
      plain: `  … migrations  ${what}`,
    }
  }
}
