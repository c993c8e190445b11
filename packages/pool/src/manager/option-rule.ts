import { PlataformaError } from '@plataforma/core'

/** What an option may be, and how a message says so. */
export interface OptionRule {
  /** As in "Give …". */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

export type OptionRules<Options> = { readonly [Key in keyof Options]-?: OptionRule }

/** Timers of Node.js fire at once beyond it. */
const LONGEST_MS = 2 ** 31 - 1

export function wholeNumber(least: number): OptionRule {
  return {
    expected: `a whole number from ${least}`,
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least,
  }
}

export function milliseconds(least = 0): OptionRule {
  return {
    expected: `a number of milliseconds from ${least} to ${LONGEST_MS}`,
    accepts: (value) => typeof value === 'number' && value >= least && value <= LONGEST_MS,
  }
}

export const WEIGHT: OptionRule = {
  expected: 'a number from 0.001 to 1,000',
  accepts: (value) => typeof value === 'number' && value >= 0.001 && value <= 1_000,
}

export const OBJECT: OptionRule = {
  expected: 'an object of options',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

export const FUNCTION: OptionRule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
}

export const BOOLEAN: OptionRule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}

/** For what is checked elsewhere. */
export const ANYTHING: OptionRule = { expected: 'anything', accepts: () => true }

/**
 * Refuses options that nobody knows or can use; `undefined` counts as left out.
 *
 * @param path of the options themselves, such as `poolConfig`
 * @throws PlataformaError `PLT_CONFIG_INVALID` naming the key and what to give
 */
export function assertOptions<Options>(
  options: unknown,
  rules: OptionRules<Options>,
  path = '',
): asserts options is Options {
  if (!OBJECT.accepts(options)) throw invalidOption(path || 'options', options, OBJECT.expected)
  for (const [key, value] of Object.entries(options as object)) {
    const full = path === '' ? key : `${path}.${key}`
    if (!Object.hasOwn(rules, key)) {
      const known = Object.keys(rules).join(', ')
      throw new PlataformaError('PLT_CONFIG_INVALID', `The pool has no option \`${full}\`.`, {
        remedy: `There are: ${known}.`,
        details: { key: full },
      })
    }
    const { accepts, expected } = rules[key as keyof Options]
    if (value !== undefined && !accepts(value)) throw invalidOption(full, value, expected)
  }
}

export function invalidOption(key: string, value: unknown, expected: string): PlataformaError {
  return new PlataformaError(
    'PLT_CONFIG_INVALID',
    `The pool's \`${key}\` cannot be ${shown(value)}.`,
    { remedy: `Give ${expected}.`, details: { key } },
  )
}

/** No more than it takes to find the mistake: an option given in the wrong place may be a secret. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (typeof value === 'bigint') return 'a bigint'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
