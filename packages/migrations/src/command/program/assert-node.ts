import { PlataformaError } from '@plataforma/core'

/**
 * Refuses a Node.js that is older than the program was written for.
 *
 * @param range as `engines` of a manifest has it: `>=22.12`
 * @param version as `process.versions.node` has it
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export function assertNode(range: string, version: string): void {
  const [least = 0, leastMinor = 0] = numbersOf(range)
  const [major = 0, minor = 0] = numbersOf(version)
  if (major > least || (major === least && minor >= leastMinor)) return
  throw new PlataformaError('PLT_CONFIG_INVALID', `This is Node.js ${version}.`, {
    remedy: `Run it with Node.js ${least}.${leastMinor} or newer.`,
  })
}

function numbersOf(text: string): readonly number[] {
  return (text.match(/\d+/g) ?? []).map(Number)
}
