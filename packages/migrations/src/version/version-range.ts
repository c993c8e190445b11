import { createRequire } from 'node:module'
import type RangeClass from 'semver/classes/range.js'
import type SemVerClass from 'semver/classes/semver.js'
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

const SemVer = lazy<typeof SemVerClass>('semver/classes/semver.js')
const Range = lazy<typeof RangeClass>('semver/classes/range.js')
const validOf = lazy<typeof validVersion>('semver/functions/valid.js')
const rangeOf = lazy<typeof validRange>('semver/ranges/valid.js')

/** The semantic version that a text says, without what may stand around it, such as a `v`. */
export function semanticVersion(text: string): string | undefined {
  return validOf()(text) ?? undefined
}

/** Whether a text is a range of semantic versions; to semver an empty text is any version. */
export function isRange(text: string): boolean {
  return rangeOf()(text) !== null
}

/** Whether a semantic version lies in a range. */
export function isInRange(version: string, range: string): boolean {
  let known = ranges.get(range)
  if (known === undefined) {
    known = { range: new (Range())(range), answers: new Map() }
    ranges.set(range, known)
  }
  let isInside = known.answers.get(version)
  if (isInside === undefined) {
    isInside = known.range.test(parsed(version))
    known.answers.set(version, isInside)
  }
  return isInside
}

/** The higher of two semantic versions; the other one where one is `undefined`. */
export function higherVersion(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || a === b) return b
  if (b === undefined) return a
  return parsed(a).compare(parsed(b)) < 0 ? b : a
}

interface KnownRange {
  readonly range: RangeClass
  readonly answers: Map<string, boolean>
}

// A thousand modules have few different versions and ranges, and each takes microseconds to read.
const versions = new Map<string, SemVerClass>()
const ranges = new Map<string, KnownRange>()

function parsed(version: string): SemVerClass {
  let known = versions.get(version)
  if (known === undefined) {
    known = new (SemVer())(version)
    versions.set(version, known)
  }
  return known
}
