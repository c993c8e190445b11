import { PlataformaError } from '@plataforma/core'
import type { MigrationOptions } from './migration-options.js'

interface Rule {
  /** As in "Give …". */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

/** Timers of Node.js fire at once beyond it. */
const LONGEST_MS = 2 ** 31 - 1

const MILLISECONDS: Rule = {
  expected: `a number of milliseconds from 0 to ${LONGEST_MS}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS,
}
const TEXT: Rule = {
  expected: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
}
const BOOLEAN: Rule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}
const FUNCTION: Rule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
}

const wholeNumber = (least: number): Rule => ({
  expected: `a whole number from ${least}`,
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least,
})

const oneOf = (...values: readonly unknown[]): Rule => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => values.includes(value),
})

const listOf = (expected: string, accepts: Rule['accepts']): Rule => ({
  expected: `a list of ${expected}`,
  accepts: (value) => Array.isArray(value) && value.every(accepts),
})

type RulesOf<Options> = { readonly [Key in keyof Options]-?: Rule }

const RULES: RulesOf<MigrationOptions> = {
  directory: TEXT,
  sources: listOf('objects { module, name, up, down }', (value) => {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  }),
  directUrl: {
    expected: 'an address like postgresql://user:password@host:5432/database',
    accepts: (value) => typeof value === 'string' && /^postgres(ql)?:\/\//.test(value),
  },
  lockWaitMs: MILLISECONDS,
  lockTimeoutMs: MILLISECONDS,
  lockRetries: wholeNumber(0),
  statementTimeoutMs: MILLISECONDS,
  parallel: wholeNumber(1),
  outOfOrder: oneOf('error', 'warn', 'allow'),
  onFailure: oneOf('stop'),
  extensions: listOf('names of extensions', TEXT.accepts),
  outDir: TEXT,
  types: BOOLEAN,
  registerTypes: BOOLEAN,
  onProgress: FUNCTION,
}

/**
 * Refuses options of migrations that nobody knows or can use; `undefined` counts as left out.
 *
 * @param more names of further options that the caller has, and what they may be
 * @param path of the options themselves, such as `migrations`
 * @throws PlataformaError `PLT_CONFIG_INVALID` naming the key and what to give
 */
export function checkMigrationOptions(
  options: unknown,
  more: Readonly<Record<string, 'boolean' | 'anything'>> = {},
  path = '',
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(path === '' ? 'options' : path, 'is no object', 'Give options by name.')
  }
  for (const [key, value] of Object.entries(options)) {
    const full = path === '' ? key : `${path}.${key}`
    const further = Object.hasOwn(more, key) ? more[key] : undefined
    if (further === 'anything') continue
    const known: Readonly<Record<string, Rule>> = RULES
    const rule =
      further === 'boolean' ? BOOLEAN : Object.hasOwn(known, key) ? known[key] : undefined
    if (rule === undefined) {
      const names = [...Object.keys(RULES), ...Object.keys(more)].join(', ')
      throw invalid(full, 'is not known', `There are: ${names}.`)
    }
    if (value === undefined || rule.accepts(value)) continue
    throw invalid(full, `cannot be ${shown(value)}`, `Give ${rule.expected}.`)
  }
}

function invalid(key: string, what: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', `The option \`${key}\` of migrations ${what}.`, {
    remedy,
    details: { key },
  })
}

/** No more than it takes to find the mistake: a value given in the wrong place may be a secret. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return String(value)
  return Array.isArray(value) ? 'such a list' : `a ${typeof value}`
}
