import { PlataformaError, suggestion } from '@plataforma/core'
import type { CreateMigrationOptions } from '../create/create-migration.js'
import type { BaselineRequest } from '../run/baseline.js'
import type { CallOptions } from '../run/engine.js'
import type { RepairRequest } from '../run/repair.js'
import type { RollbackRequest } from '../run/rollback.js'
import type { MigrationOptions } from './migration-options.js'
import {
  ANYTHING,
  FUNCTION,
  oneOf,
  type Rule,
  type RulesOf,
  shownKind,
  TEXT,
  wholeNumber,
} from './option-rule.js'

const SIGNAL: Rule = {
  expected: 'an AbortSignal',
  accepts: (value) => value instanceof AbortSignal,
}
const CALL: RulesOf<CallOptions> = { signal: SIGNAL, onProgress: FUNCTION }
/** Names of modules are looked at where all names of modules are. */
const MODULE = ANYTHING

/** What the options of each method may be. */
export const CALLS = {
  run: CALL,
  plan: { ...CALL, module: MODULE },
  look: { signal: SIGNAL },
  status: { signal: SIGNAL, module: MODULE },
  history: { signal: SIGNAL, module: MODULE },
  types: { signal: SIGNAL, outDir: TEXT } satisfies RulesOf<Pick<MigrationOptions, 'outDir'>> &
    RulesOf<Pick<CallOptions, 'signal'>>,
  create: { kind: oneOf('sql', 'ts'), signal: SIGNAL } satisfies RulesOf<
    Pick<CreateMigrationOptions, 'kind'>
  > &
    RulesOf<Pick<CallOptions, 'signal'>>,
  rollback: {
    ...CALL,
    module: MODULE,
    to: TEXT,
    steps: wholeNumber(1),
  } satisfies RulesOf<RollbackRequest>,
  repair: {
    ...CALL,
    module: MODULE,
    name: TEXT,
    as: oneOf('applied', 'rolled-back', 'retry'),
  } satisfies RulesOf<RepairRequest>,
  baseline: { ...CALL, module: MODULE, to: TEXT } satisfies RulesOf<BaselineRequest>,
}

/**
 * The options of a call, each read once; `undefined` counts as left out.
 *
 * @throws PlataformaError `PLT_OPTION_INVALID` naming the option and what to give
 */
export function checkCall<Options extends object>(
  given: Options,
  rules: RulesOf<Options>,
): Options {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('options', `cannot be ${shownKind(given)}`, { remedy: 'Give options by name.' })
  }
  const known: Readonly<Record<string, Rule>> = rules
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue
    const names = Object.keys(known)
    const remedy = `There are: ${names.join(', ')}.${suggestion(key, names)}`
    throw invalid(key, 'is not known here', { remedy })
  }
  const read: Record<string, unknown> = {}
  for (const [key, rule] of Object.entries(known)) {
    const value = readOption(given, key)
    if (value === undefined) continue
    if (!rule.accepts(value)) {
      throw invalid(key, `cannot be ${shownKind(value)}`, { remedy: `Give ${rule.expected}.` })
    }
    read[key] = value
  }
  return read as Options
}

function readOption(given: object, key: string): unknown {
  try {
    return (given as Readonly<Record<string, unknown>>)[key]
  } catch (cause) {
    const remedy = 'See "cause"; give a value rather than a getter.'
    throw invalid(key, 'cannot be read', { remedy, cause })
  }
}

function invalid(
  key: string,
  what: string,
  { remedy, cause }: { readonly remedy: string; readonly cause?: unknown },
): PlataformaError {
  return new PlataformaError('PLT_OPTION_INVALID', `The option \`${key}\` ${what}.`, {
    remedy,
    ...(cause === undefined ? {} : { cause }),
    details: { key },
  })
}
