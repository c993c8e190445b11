import type { Feature, Features } from '../plugin/feature.js'
import type { DatabasePlugin, Log } from '../plugin/plugin.js'

/** Which features the composed plugins provide; those named in `off` were switched off. */
export class DatabaseFeatures implements Features {
  readonly #on: ReadonlySet<string>
  readonly #off: ReadonlySet<Feature>
  readonly #log: Log
  readonly #told = new Set<string>()

  constructor(
    plugins: readonly DatabasePlugin[],
    options: { readonly off: readonly Feature[]; readonly log: Log },
  ) {
    this.#on = new Set(plugins.flatMap((plugin) => plugin.provides ?? []))
    this.#off = new Set(options.off)
    this.#log = options.log
  }

  state(feature: Feature): 'on' | 'off' | 'absent' {
    if (this.#off.has(feature)) return 'off'
    return this.#on.has(feature) ? 'on' : 'absent'
  }

  ignored(feature: Feature, subject: string): void {
    if (this.#told.has(`${feature} ${subject}`)) return
    this.#told.add(`${feature} ${subject}`)
    this.#log('warn', `The feature "${feature}" is switched off: ${subject} goes without it.`, {
      feature,
      subject,
    })
  }
}
