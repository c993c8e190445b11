import { assertModuleName } from '@plataforma/core'
import { isRange } from '../version/version-range.js'
import type { Dependency } from './dependency.js'
import { isMigrationName, NAME_RULE } from './migration-name.js'

/**
 * A dependency from its text: `auth`, `auth@>=1.2.0` or `auth:003_add_x`.
 *
 * @throws an error that says what is wrong with it
 */
export function parseDependency(text: string): Dependency {
  const [, module = '', sign, rest = ''] = /^([^@:]*)(?:([@:])(.*))?$/s.exec(text) ?? []
  assertModuleName(module)
  const range = sign === '@' ? rest.trim() : undefined
  // To semver an empty text is any version.
  if (range === '' || (range !== undefined && !isRange(range))) {
    throw new Error(`"${range}" is no range of versions; write one such as ">=1.2.0".`)
  }
  const name = sign === ':' ? rest : undefined
  if (name !== undefined && !isMigrationName(name)) {
    throw new Error(`"${name}" is no name of a migration. ${NAME_RULE}`)
  }
  return { text, module, range, name }
}
