import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'

const MODULE_NAME = /^[a-z][a-z0-9_]{0,39}$/

/** Whether a name can be a module's. */
function isModuleName(name: unknown): name is string {
  return typeof name === 'string' && MODULE_NAME.test(name) && !name.startsWith('pg_')
}

/**
 * Refuses a name that cannot be a module's, before any SQL.
 *
 * @throws PlataformaError `PLT_MODULE_NAME_INVALID`
 */
export function assertModuleName(name: unknown): asserts name is string {
  if (isModuleName(name)) return
  throw new PlataformaError(
    'PLT_MODULE_NAME_INVALID',
    `${shownValue(name)} is not a module name.`,
    {
      remedy:
        'Use 1 to 40 lower-case letters, digits and underscores, beginning with a letter and not with "pg_".',
    },
  )
}

/** The schema of a module. */
export function moduleSchema(module: string): string {
  return `module_${module}`
}
