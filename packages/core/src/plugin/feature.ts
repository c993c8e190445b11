import { PlataformaError } from '../error/plataforma-error.js'

/** What a plugin adds to tables and reads: `enableAudit`, `cache` and `partitioning`. */
export type Feature = 'audit' | 'cache' | 'partition'

/** Which features there are: composed, composed but switched off, or without their package. */
export interface Features {
  state(feature: Feature): 'on' | 'off' | 'absent'
  /** Called where a feature that is switched off is asked for; says so once. */
  ignored(feature: Feature, subject: string): void
}

const PACKAGES: Readonly<Record<Feature, string>> = {
  audit: '@plataforma/security',
  cache: '@plataforma/cache',
  partition: '@plataforma/partition',
}

/**
 * Whether the feature is on; one that is switched off is left out with a warning.
 * @throws PlataformaError `PLT_PLUGIN_REQUIRED` naming the package
 */
export function featureIsOn(
  features: Features,
  feature: Feature,
  { option, subject }: { readonly option: string; readonly subject: string },
): boolean {
  const state = features.state(feature)
  if (state === 'off') features.ignored(feature, subject)
  if (state !== 'absent') return state === 'on'
  throw new PlataformaError(
    'PLT_PLUGIN_REQUIRED',
    `"${option}" (${subject}) needs the package ${PACKAGES[feature]}.`,
    {
      remedy: `Install ${PACKAGES[feature]} and add its plugin, or leave "${option}" out.`,
      details: { package: PACKAGES[feature] },
    },
  )
}
