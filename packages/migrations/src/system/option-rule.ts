/** What an option may be. */
export interface Rule {
  /** As in "Give …". */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

/** Timers of Node.js fire at once beyond it. */
const LONGEST_MS = 2 ** 31 - 1

export const MILLISECONDS: Rule = {
  expected: `a number of milliseconds from 0 to ${LONGEST_MS}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS,
}
export const ANYTHING: Rule = { expected: 'anything', accepts: () => true }
export const TEXT: Rule = {
  expected: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
}
export const BOOLEAN: Rule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}
export const FUNCTION: Rule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
}

export const wholeNumber = (least: number): Rule => ({
  expected: `a whole number from ${least}`,
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least,
})

export const oneOf = (...values: readonly unknown[]): Rule => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => values.includes(value),
})

export const listOf = (expected: string, accepts: Rule['accepts']): Rule => ({
  expected: `a list of ${expected}`,
  accepts: (value) => Array.isArray(value) && value.every(accepts),
})

export type RulesOf<Options> = { readonly [Key in keyof Options]-?: Rule }

/** No more than it takes to find the mistake: a value given in the wrong place may be a secret. */
export function shownKind(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return String(value)
  return Array.isArray(value) ? 'such a list' : `a ${typeof value}`
}
