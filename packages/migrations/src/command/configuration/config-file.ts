import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlataformaError } from '@plataforma/core'

/**
 * The configuration file that was named, else the first of `names` that stands in this folder.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID` when there is no file of the name that was given
 */
export function configFile(
  given: string | undefined,
  names: readonly string[],
): string | undefined {
  if (given === undefined) {
    return names.map((name) => resolve(name)).find((file) => existsSync(file))
  }
  const file = resolve(given)
  if (existsSync(file)) return file
  throw new PlataformaError('PLT_CONFIG_INVALID', `There is no file ${file}.`, {
    remedy: 'Correct the path after --config.',
  })
}
