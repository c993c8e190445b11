/** The switches of `features`; one that is left out is on. */
export interface FeatureSwitches {
  readonly migrations?: boolean
  /** Cannot be switched off: everything else stands on it. */
  readonly isolation?: boolean
  readonly caching?: boolean
  readonly security?: boolean
  readonly backup?: boolean
  readonly partitioning?: boolean
}

export type FeatureName = keyof FeatureSwitches

const FEATURES: Readonly<Record<FeatureName, true>> = {
  migrations: true,
  isolation: true,
  caching: true,
  security: true,
  backup: true,
  partitioning: true,
}

export const FEATURE_NAMES: readonly string[] = Object.keys(FEATURES)

/** Whether the configuration leaves a feature on. */
export function featureIsSwitchedOn(
  features: FeatureSwitches | undefined,
  feature: FeatureName,
): boolean {
  return features?.[feature] ?? true
}
