import { createRequire } from 'node:module'
import type compareVersions from 'semver/functions/compare.js'
import type satisfiesRange from 'semver/functions/satisfies.js'
import type validVersion from 'semver/functions/valid.js'
import type validRange from 'semver/ranges/valid.js'

const require = createRequire(import.meta.url)

/** Loaded when first used: some ten milliseconds that a run with nothing to do goes without. */
function lazy<Export>(file: string): () => Export {
  let loaded: Export | undefined
  return () => {
    loaded ??= require(file) as Export
    return loaded
  }
}

const compare = lazy<typeof compareVersions>('semver/functions/compare.js')
const satisfies = lazy<typeof satisfiesRange>('semver/functions/satisfies.js')
const version = lazy<typeof validVersion>('semver/functions/valid.js')
const range = lazy<typeof validRange>('semver/ranges/valid.js')

/** The semantic version that a text says, without what may stand around it, such as a `v`. */
export function semanticVersion(text: string): string | undefined {
  return version()(text) ?? undefined
}

/** Whether a text is a range of semantic versions; to semver an empty text is any version. */
export function isRange(text: string): boolean {
  return range()(text) !== null
}

/** Whether a semantic version lies in a range. */
export function isInRange(text: string, of: string): boolean {
  return satisfies()(text, of)
}

/** The higher of two semantic versions; the other one where one is `undefined`. */
export function higherVersion(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || a === b) return b
  if (b === undefined) return a
  return compare()(a, b) < 0 ? b : a
}
