import { PlataformaError } from '@plataforma/core'
import type { MigrationOptions } from './migration-options.js'
import {
  BOOLEAN,
  FUNCTION,
  listOf,
  MILLISECONDS,
  oneOf,
  type Rule,
  type RulesOf,
  shownKind,
  TEXT,
  wholeNumber,
} from './option-rule.js'

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
  for (const [key, value] of entriesOf(options, path)) {
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
    throw invalid(full, `cannot be ${shownKind(value)}`, `Give ${rule.expected}.`)
  }
}

function invalid(key: string, what: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', `The option \`${key}\` of migrations ${what}.`, {
    remedy,
    details: { key },
  })
}

/** A getter may throw. */
function entriesOf(options: object, path: string): readonly [string, unknown][] {
  try {
    return Object.entries(options)
  } catch (cause) {
    const key = path === '' ? 'options' : path
    throw new PlataformaError('PLT_CONFIG_INVALID', `\`${key}\` of migrations cannot be read.`, {
      remedy: 'See "cause"; give values rather than getters.',
      cause,
      details: { key },
    })
  }
}
